"""What macros and rules can do: one closed table, written down as [{"act", "value"}, …].

Each act goes through the service that an agent's own click goes through. A new act is one entry in
ACTS (and, where it needs one, a kind of value in act_values.VALUES).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from helpdesk.after_commit import after_commit
from helpdesk.events import Kind, locked, record
from helpdesk.models import Agent, Answered, Conversation, Priority, Queue, State
from helpdesk.outbox import NoAddressError
from helpdesk.permissions import Action
from helpdesk.phrasing import texts
from helpdesk.routing import explaining
from helpdesk.selectors.templates import facts
from helpdesk.services import assignments, automatic, conversations, legs, messages, tags
from helpdesk.services.act_values import VALUES
from helpdesk.services.faults import FieldsError

MOST_ACTS = 10
# What is open in a text: a fact that nobody knows, or words that somebody has to decide on.
_GAP = re.compile(r"\[\[([^\[\]]+)\]\]")

Written = Mapping[str, Any]


class NotPossibleError(ValueError):
    """The conversation is not one to which this can be done now."""


REFUSALS: tuple[type[Exception], ...] = (
    NotPossibleError,
    NoAddressError,
    assignments.NotEligibleError,
    conversations.IllegalTransitionError,
    conversations.IncompleteChangeError,
    legs.CapacityError,
    messages.RejectedError,
    tags.TooManyTagsError,
    tags.UnknownTagError,
)
"""What an act may answer instead of being done: nobody's fault, and told to people as it is."""


class InvalidActsError(FieldsError):
    """Acts that cannot be saved; `errors` tells by place ("actions.1.value") what is wrong."""


class StoppedError(Exception):
    """One of several acts is not possible, so none was done; `number` says which, from 0."""

    def __init__(self, number: int, text: str) -> None:
        super().__init__(text)
        self.number = number


def refusal(error: Exception) -> str:
    """A refusal in words."""
    if isinstance(error, legs.CapacityError):
        code, subject, need, have, step, _met = error.reason
        reason = {"code": code, "subject": subject, "need": need, "have": have, "step": step}
        return explaining.sentence(reason)
    return str(error)


# Each run(): conversation, value, by (None: a rule); False where there was nothing to do.
Run = Callable[[int, Any, Agent | None], bool]


def _assign(conversation_id: int, value: int, by: Agent | None) -> bool:
    to = Agent.objects.filter(pk=value, is_active=True).first()
    if to is None:
        raise NotPossibleError(_("There is no such agent."))
    return _give(conversation_id, to, by)


def _give(conversation_id: int, to: Agent | None, by: Agent | None) -> bool:
    wanted = to.pk if to else None
    with locked(conversation_id) as conversation:
        if conversation.assignee_id == wanted:
            return False
    assignments.assign(conversation_id, to, by=by, why="" if by else "rule")
    return True


def _take(conversation_id: int, _value: None, by: Agent | None) -> bool:
    return _give(conversation_id, by, by)


def _give_back(conversation_id: int, _value: None, by: Agent | None) -> bool:
    return _give(conversation_id, None, by)


def _queue(conversation_id: int, value: int, by: Agent | None) -> bool:
    """Into the line of another queue, at the place that its first day gives it."""
    queue = Queue.objects.filter(pk=value).first()
    if queue is None:
        raise NotPossibleError(_("There is no such queue."))
    with locked(conversation_id) as conversation:
        if conversation.assignee_id is not None:
            conversation.assignee = None
            record(conversation, Kind.UNASSIGNED, by=by, payload={"why": "queue"})
        item = legs.open_item(conversation)
        if item is None:
            raise NotPossibleError(_("Nobody has to answer this conversation now."))
        if item.queue_id == queue.pk:
            return False
        if item.agent_id is not None:
            legs.close_offer(item, Answered.WITHDRAWN)
            legs.queue_again(conversation, item, why="queue", tell=None)
        item.queue = queue
        item.save(update_fields=["queue"])
        legs.route_soon(conversation_id)
    return True


def _state(to: State) -> Run:
    def run(conversation_id: int, value: Any, by: Agent | None) -> bool:
        with locked(conversation_id) as conversation:
            if conversation.state == to and to != State.SNOOZED:
                return False
            if conversation.state == to or (conversation.state, to) == (State.NEW, State.SNOOZED):
                # Neither a second snooze nor one of what nobody has opened is a step of its own.
                conversations.move(conversation, State.OPEN, by=by)
            if (conversation.state, to) == (State.NEW, State.PENDING):
                conversations.move(conversation, State.OPEN, by=by)
        due = datetime.now(UTC) + timedelta(hours=value) if to == State.SNOOZED else None
        reason = {State.SNOOZED: "later", State.RESOLVED: value}.get(to, "")
        conversations.change_state(conversation_id, to, by=by, reason=reason, due_at=due)
        return True

    return run


def _priority(conversation_id: int, value: int, by: Agent | None) -> bool:
    why = "by hand" if by else "rule"
    return conversations.set_priority(conversation_id, value, by=by, why=why)


def _tags(how: str) -> Run:
    def run(conversation_id: int, value: str, by: Agent | None) -> bool:
        before = Conversation.objects.values_list("last_seq", flat=True).get(pk=conversation_id)
        return tags.tag(conversation_id, by=by, **{how: [value]}).last_seq > before

    return run


def _note(conversation_id: int, value: str, by: Agent | None) -> bool:
    with locked(conversation_id) as conversation:
        body = _filled(value, conversation, by)
        if by is None:
            automatic.append_unsigned(conversation, body=body, internal=True)
            return True
    messages.note(conversation_id, by=by, body=body)
    return True


def _reply(conversation_id: int, value: str, by: Agent | None) -> bool:
    with locked(conversation_id) as conversation:
        if conversation.state in {State.CLOSED, State.SPAM}:
            raise NotPossibleError(_("Nobody reads answers in this conversation any more."))
        body = _filled(value, conversation, by)
        gap = _GAP.search(body)
        if gap:
            text = _("The text has a gap that nothing fills: %(name)s.") % {"name": gap[1]}
            raise NotPossibleError(text)
        if by is None:
            automatic.append_unsigned(conversation, body=body, internal=False)
            return True
    messages.reply(conversation_id, by=by, body=body)
    return True


def _filled(text: str, conversation: Conversation, by: Agent | None) -> str:
    """A rule signs as who has the conversation; where nobody has, the agent is a gap."""
    signer = by or conversation.assignee or Agent()
    return texts.fill(text, facts(conversation, signer)).text


def _read(conversation_id: int, _value: None, by: Agent | None) -> bool:
    """Told to browsers at once, so it waits until the rest is certain."""
    del by
    seq = Conversation.objects.values_list("last_seq", flat=True).get(pk=conversation_id)
    after_commit(conversations.mark_read, conversation_id, seq)
    return True


@dataclass(frozen=True, slots=True)
class Names:
    """Names for sentences, by id."""

    agents: Mapping[int, str]
    queues: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that can be done. value: its kind in act_values.VALUES. by_hand: not for rules.

    needs: what whoever runs a macro must be allowed to do.
    """

    label: Promise | str
    value: str
    needs: Action
    run: Run
    say: Callable[[Any, Names], str]
    by_hand: bool = False


def _plainly(act: str) -> Callable[[Any, Names], str]:
    return lambda _value, _names: str(ACTS[act].label)


def _quoted(text: str) -> str:
    return Truncator(" ".join(text.split())).chars(80)


def _say_snooze(value: int, _names: Names) -> str:
    return ngettext("Snooze for %(n)d hour", "Snooze for %(n)d hours", value) % {"n": value}


def reasons() -> dict[str, str]:
    """The reasons for resolving, in words."""
    return {
        "answered": _("Question answered"),
        "solved": _("Problem solved"),
        "refunded": _("Refund or return"),
        "forwarded": _("Handled elsewhere"),
        "no_reply": _("Customer did not reply"),
        "duplicate": _("Duplicate"),
    }


_LOST = gettext_lazy("somebody who has left")
ACTS: dict[str, Act] = {
    "assign": Act(
        gettext_lazy("Assign to an agent"), "agent", Action.ASSIGN, _assign,
        lambda value, names: _("Assign to %(name)s") % {"name": names.agents.get(value, _LOST)},
    ),
    "take": Act(
        gettext_lazy("Assign to me"), "", Action.ASSIGN, _take, _plainly("take"), by_hand=True
    ),
    "give_back": Act(
        gettext_lazy("Give back to the queue"), "", Action.ASSIGN, _give_back,
        _plainly("give_back"),
    ),
    "queue": Act(
        gettext_lazy("Hand over to a queue"), "queue", Action.ASSIGN, _queue,
        lambda value, names: _("Hand over to the queue %(name)s")
        % {"name": names.queues.get(value, "?")},
    ),
    "reply": Act(
        gettext_lazy("Reply"), "text", Action.REPLY, _reply,
        lambda value, _names: _("Reply “%(text)s”") % {"text": _quoted(value)},
    ),
    "note": Act(
        gettext_lazy("Add a note"), "text", Action.REPLY, _note,
        lambda value, _names: _("Add the note “%(text)s”") % {"text": _quoted(value)},
    ),
    "tag": Act(
        gettext_lazy("Add a tag"), "tag", Action.TAG, _tags("add"),
        lambda value, _names: _("Add the tag %(name)s") % {"name": value},
    ),
    "untag": Act(
        gettext_lazy("Take a tag off"), "tag", Action.TAG, _tags("remove"),
        lambda value, _names: _("Take off the tag %(name)s") % {"name": value},
    ),
    "priority": Act(
        gettext_lazy("Set the priority"), "priority", Action.CHANGE_STATE, _priority,
        lambda value, _names: _("Set the priority to %(name)s") % {"name": Priority(value).label},
    ),
    "pending": Act(
        gettext_lazy("Wait for the customer"), "", Action.CHANGE_STATE, _state(State.PENDING),
        _plainly("pending"),
    ),
    "snooze": Act(
        gettext_lazy("Snooze"), "hours", Action.CHANGE_STATE, _state(State.SNOOZED), _say_snooze
    ),
    "resolve": Act(
        gettext_lazy("Resolve"), "reason", Action.CHANGE_STATE, _state(State.RESOLVED),
        lambda value, _names: _("Resolve: %(reason)s") % {"reason": reasons()[value]},
    ),
    "spam": Act(
        gettext_lazy("Mark as spam"), "", Action.CHANGE_STATE, _state(State.SPAM),
        _plainly("spam"),
    ),
    "read": Act(
        gettext_lazy("Mark as read"), "", Action.CHANGE_STATE, _read, _plainly("read")
    ),
}  # fmt: skip


def checked(written: object, *, by: Agent, for_rule: bool) -> list[dict[str, Any]]:
    """Acts from outside, cleaned. Raises InvalidActsError that names each act at fault."""
    if not isinstance(written, list) or not written:
        raise InvalidActsError({"actions": _("Add at least one action.")})
    if len(written) > MOST_ACTS:
        raise InvalidActsError({"actions": _("At most %(n)d actions.") % {"n": MOST_ACTS}})
    kept, errors = [], {}
    for number, one in enumerate(written):
        name = one.get("act") if isinstance(one, dict) else None
        act = ACTS.get(name) if isinstance(name, str) else None
        if act is None or (for_rule and act.by_hand):
            told = str(name)[:60]
            errors[f"actions.{number}.act"] = _("There is no action “%(name)s”.") % {"name": told}
            continue
        try:
            kept.append({"act": name, "value": VALUES[act.value](one.get("value"), by)})
        except (ValueError, TypeError) as error:
            errors[f"actions.{number}.value"] = f"{act.label}: {error}"
    if errors:
        raise InvalidActsError(errors)
    return kept


def needed(written: Iterable[Written]) -> set[Action]:
    """What one must be allowed to do to run these. Raises StoppedError for an unknown one."""
    found = set()
    for number, one in enumerate(written):
        act = ACTS.get(one["act"])
        if act is None:
            text = _("There is no action “%(name)s”.") % {"name": one["act"]}
            raise StoppedError(number, text)
        found.add(act.needs)
    return found


def sentences(*lists: Iterable[Written]) -> list[list[str]]:
    """Lists of checked acts in words; two queries for any number of them."""
    acts = [list(one) for one in lists]
    wanted: dict[str, set[int]] = {"agent": set(), "queue": set()}
    for one in (one for some in acts for one in some):
        act = ACTS.get(one["act"])
        if act and act.value in wanted:
            wanted[act.value].add(one["value"])
    people = Agent.objects.filter(pk__in=wanted["agent"]) if wanted["agent"] else ()
    lines = Queue.objects.filter(pk__in=wanted["queue"]) if wanted["queue"] else ()
    names = Names({one.pk: one.display_name for one in people}, {one.pk: one.name for one in lines})
    return [[_said(one, names) for one in some] for some in acts]


def _said(one: Written, names: Names) -> str:
    """An act of an earlier version that nobody knows any more is told by its name."""
    try:
        return str(ACTS[one["act"]].say(one["value"], names))
    except (KeyError, ValueError, TypeError):
        return str(one.get("act"))


def run(conversation_id: int, written: Iterable[Written], *, by: Agent | None) -> list[bool]:
    """Do them in their order, all or none; True for each that changed something.

    Raises StoppedError, and then nothing was done.
    """
    done = []
    with transaction.atomic():
        for number, one in enumerate(written):
            try:
                done.append(ACTS[one["act"]].run(conversation_id, one["value"], by))
            except REFUSALS as error:
                raise StoppedError(number, refusal(error)) from error
    return done
