"""What colleagues write to each other in a conversation: notes, asks and whispers.

A paper is an internal message; `meta` says which kind it is, whom it asks (`to`) or names
(`mentions`), and of an answer which ask it answers (`re`). No paper has a way to the customer.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from helpdesk import audit
from helpdesk.after_commit import after_commit
from helpdesk.models import (
    Act,
    Agent,
    Conversation,
    Inbox,
    Mention,
    Message,
    Presence,
    Role,
)
from helpdesk.permissions import Action, agents_for, can
from helpdesk.realtime import groups, payloads, publish
from helpdesk.services import alerts
from helpdesk.services.text import preview

NOTE, ASK, WHISPER = "note", "ask", "whisper"
KINDS = (NOTE, ASK, WHISPER)
MOST = 20  # people named or asked by one paper


class PaperError(ValueError):
    """A paper that cannot be written so; `field` names what is wrong."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True, slots=True)
class Paper:
    """Which paper it is, and whom it is for.

    to: ids of the agents asked. mentions: ids of those named. re: the ask that it answers.
    help: ask the supervisors of the inbox, those online if there are any.
    """

    kind: str = NOTE
    to: Sequence[int] = ()
    mentions: Sequence[int] = ()
    re: uuid.UUID | None = None
    help: bool = False


@dataclass(slots=True)
class Addressed:
    """A checked paper: what the message keeps in `meta`, and who is told of it."""

    meta: dict[str, Any] = field(default_factory=dict)
    people: set[int] = field(default_factory=set)


def may_write(by: Agent, paper: Paper) -> None:
    """Raises PermissionDenied: only who may steer whispers."""
    if paper.kind == WHISPER and not can(by, Action.STEER):
        raise PermissionDenied


def addressed(conversation: Conversation, paper: Paper, *, by: Agent) -> Addressed:
    """Check a paper for a locked conversation.

    Raises PaperError: an ask of nobody, or somebody named who may not see the inbox.
    """
    asked, first = set(paper.to), None
    if paper.re:
        first = _first(conversation, paper.re)
        asked |= _of_ask(first) - {by.pk}
    if paper.help:
        asked |= set(supervisors(conversation.inbox)) - {by.pk}
    _seen_by_all(conversation, "to", asked)
    _seen_by_all(conversation, "mentions", set(paper.mentions))
    asked.discard(by.pk)
    if paper.kind == ASK and not asked:
        raise PaperError("to", _("Choose whom you ask."))
    meta: dict[str, Any] = {} if paper.kind == NOTE else {"paper": paper.kind}
    if asked and paper.kind == ASK:
        meta["to"] = sorted(asked)
    if paper.mentions:
        meta["mentions"] = sorted(set(paper.mentions))
    if first:
        meta["re"] = str(first.pk)
    people = {*meta.get("to", ()), *meta.get("mentions", ())}
    if paper.kind == WHISPER and conversation.assignee_id:
        people.add(conversation.assignee_id)
    return Addressed(meta, people - {by.pk})


def supervisors(inbox: Inbox) -> list[int]:
    """Who is asked for help: supervisors online, else all of them, else the administrators."""
    above = agents_for(inbox).filter(role__in=(Role.SUPERVISOR, Role.ADMIN))
    found = list(above.order_by("pk").values_list("pk", "role", "presence"))
    ours = [one for one in found if one[1] == Role.SUPERVISOR] or found
    here = [one for one in ours if one[2] == Presence.ONLINE] or ours
    return [pk for pk, _role, _presence in here][:MOST]


def _first(conversation: Conversation, asked: uuid.UUID) -> Message:
    """The ask that began the talk; an answer to an answer belongs to the same one."""
    found = Message.objects.filter(conversation=conversation, pk=asked, meta__paper=ASK).first()
    if found is None:
        raise PaperError("re", _("This question is not in the conversation."))
    return _first(conversation, uuid.UUID(found.meta["re"])) if "re" in found.meta else found


def _of_ask(first: Message) -> set[int]:
    return {*first.meta.get("to", ()), *([first.author_id] if first.author_id else [])}


def _seen_by_all(conversation: Conversation, name: str, people: set[int]) -> None:
    if len(people) > MOST:
        raise PaperError(name, _("At most %(n)d people at once.") % {"n": MOST})
    if not people:
        return
    known = set(agents_for(conversation.inbox).filter(pk__in=people).values_list("pk", flat=True))
    if people - known:
        raise PaperError(name, _("Somebody you chose may not see this inbox."))


def tell(conversation: Conversation, message: Message, people: Iterable[int]) -> None:
    """Keep in the note's own transaction who is told of it, and push to them after commit."""
    found = sorted(set(people))
    if message.meta.get("paper") == WHISPER:
        audit.record(Act.WHISPERED, conversation, by=message.author, changes={"to": ((), found)})
    if not found:
        return
    Mention.objects.bulk_create([Mention(message=message, agent_id=pk) for pk in found])

    def push() -> None:
        frame = {
            "type": "mention",
            "conversation": conversation.pk,
            "message": str(message.pk),
            "paper": message.meta.get("paper", NOTE),
            "answer": "re" in message.meta,
            "by": payloads.agent(message.author) if message.author else None,
            "preview": preview(message.body),
            "row": payloads.row(conversation),
        }
        for pk in found:
            publish.send(groups.agent(pk), frame)
            alerts.push_soon(pk, "mentioned", conversation.pk)

    after_commit(push)
