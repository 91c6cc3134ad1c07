"""Customers who want no more texts: heard at once, told once, and nothing leaves afterwards.

It holds for a pair, one number of ours and one of theirs, whatever gateway carries it. Only the
customer takes it back, with a word of their own.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.utils import translation
from django.utils.translation import gettext as _

from helpdesk import opt_words, outbox, suppression
from helpdesk.adapters import InboundMessage, adapter_for
from helpdesk.events import Kind, message_of
from helpdesk.models import (
    Conversation,
    ConversationEvent,
    Direction,
    Inbox,
    Message,
    SuppressionReason,
)
from helpdesk.services.acknowledging import take
from helpdesk.services.messages import append
from helpdesk.services.text import clean

TEXTS = "opt_texts"  # of inbox.settings: own words by "out", "in" and "help"
BY_PROVIDER = "opt_out_by_provider"  # of inbox.settings: the gateway answers such words itself
MOST_CHARS = 480
_HELP_AGAIN = timedelta(hours=1)


def read(inbox: Inbox, inbound: InboundMessage) -> InboundMessage:
    """The message with what it says about being written to, on channels where that counts.

    A "yes" of somebody who never stopped is an ordinary answer. Who stops, or comes back, waits
    for nobody: such a text opens nothing.
    """
    adapter = adapter_for(inbox)
    if not adapter.capabilities.opts_out:
        return inbound
    said = inbound.opt or opt_words.meaning(inbound.body)
    sender = inbound.sender.address.lower()
    if said == opt_words.IN and not suppression.of(
        adapter.identity_kind, sender, ours=inbox.address
    ):
        said = ""
    silent = said in {opt_words.OUT, opt_words.IN}
    return replace(inbound, opt=said, automated=inbound.automated or silent)


def on_event(conversation: Conversation, event: ConversationEvent) -> None:
    """The reaction to a customer's message: heed it, and say once that it was heard."""
    said = event.payload.get("opt")
    if said not in {opt_words.OUT, opt_words.IN, opt_words.HELP}:
        return
    message = message_of(event)
    inbox, address = message.inbox, str(message.meta.get("from", "")).lower()
    kind = adapter_for(inbox).identity_kind
    if said == opt_words.OUT:
        reason = SuppressionReason.OPTED_OUT
        new = suppression.suppress(kind, address, reason, said=message.body, ours=inbox.address)
    elif said == opt_words.IN:
        new = suppression.opt_in(kind, address, ours=inbox.address)
    else:
        new = take(f"help:{suppression.side(inbox.address)}:{address}", 1, _HELP_AGAIN)
        new = new and not suppression.of(kind, address, ours=inbox.address)
    told = message.meta.get("opt_told") or inbox.settings.get(BY_PROVIDER)
    if new and not told:
        _say(conversation, inbox, address, said)


def text_of(inbox: Inbox, said: str, language: str) -> str:
    """What is answered to such a word: the inbox's own text, else ours in a language."""
    own = (inbox.settings.get(TEXTS) or {}).get(said)
    if own:
        return clean(str(own), MOST_CHARS).strip()
    with translation.override(language):
        name = {"name": inbox.name}
        if said == opt_words.OUT:
            return _("%(name)s: you get no more texts from us. Reply START to undo.") % name
        if said == opt_words.IN:
            return _("%(name)s: you get our texts again. Reply STOP to end.") % name
        return _("%(name)s: we read your texts here and answer. Reply STOP to end.") % name


def _say(conversation: Conversation, inbox: Inbox, address: str, said: str) -> None:
    language = conversation.language or conversation.customer.language or inbox.language
    message = Message(
        conversation=conversation,
        inbox=inbox,
        direction=Direction.OUT,
        body=text_of(inbox, said, language),
        meta={"automatic": "reply", suppression.HEARD: said},
        created_at=datetime.now(UTC),
    )
    append(conversation, message, Kind.MESSAGE_SENT, [])
    outbox.enqueue(message, conversation, to=address)
