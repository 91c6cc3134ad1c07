"""A desk that gets letters: real mails through the real adapter into the database."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from channels_email import threads
from helpdesk import inbound
from helpdesk.adapters import Raw
from helpdesk.models import Agent, Conversation, InboundEvent, Inbox, Message
from helpdesk.services import messages
from helpdesk.services.addressing import Addressed

HELP = "help@parley.example"
OURS = "mx.parley.example"
ANN, BOB, EVE = "ann@customer.example", "bob@customer.example", "eve@stranger.example"


@dataclass
class Post:
    """One inbox and the letters that reach it."""

    inbox: Inbox
    agent: Agent
    number: int = 0
    events: list[InboundEvent] = field(default_factory=list)

    def get(self, body: str = "Hello", *, rcpt: str = HELP, **headers: str) -> Message:
        """File one mail; headers by name with _ for -, `From`, `To`, `Subject` have defaults."""
        self.number += 1
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        fields = {
            "From": f"Ann Example <{ANN}>",
            "To": HELP,
            "Subject": "Question",
            "Message-ID": f"<m{self.number}@mail.example>",
            "Content-Type": "text/plain; charset=utf-8",
            **named,
        }
        head = "\r\n".join(f"{name}: {value}" for name, value in fields.items() if value)
        data = f"{head}\r\n\r\n{body}".encode()
        key = hashlib.sha256(data).hexdigest()
        facts = {"mail_from": "bounce@mail.example", "rcpt": rcpt}
        event, _created = inbound.accept(self.inbox, Raw(key, data, facts))
        state = inbound.process(event.pk)
        event.refresh_from_db()
        assert state == "done", event.error
        found = Message.objects.filter(
            inbox=self.inbox, external_id=fields["Message-ID"].strip("<>")
        )
        return found.select_related("conversation__customer", "author").get()

    def answer(
        self, conversation: Conversation, body: str = "Here it is.", **chosen: Any
    ) -> Message:
        """What the agent writes back; it waits in the outbox."""
        addressed = Addressed(**chosen)
        message, _made = messages.reply(
            conversation.pk, by=self.agent, body=body, addressed=addressed
        )
        return message

    def message_id(self, message: Message) -> str:
        """The signed Message-ID under which an answer leaves."""
        own = threads.message_id(message.delivery.pk, message.conversation_id, "parley.example")
        return f"<{own}>"
