"""Two conversations about one thing: merged by an agent, and taken back.

No message moves. The source is closed and is read and answered in the target's thread; what its
customer sees stays its own, so that nobody is shown another's words (docs/adr/0018).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from helpdesk import audit
from helpdesk.adapters import adapter_for
from helpdesk.events import Kind, record, was
from helpdesk.models import (
    Act,
    Agent,
    Conversation,
    ConversationMerge,
    Direction,
    Draft,
    Message,
    State,
    Task,
    Visibility,
    Watch,
)
from helpdesk.services import conversations, legs, promises
from helpdesk.services.tags import MOST_TAGS
from helpdesk.services.weave_lock import both_locked, one_at_a_time

_RESTS = frozenset({State.RESOLVED, State.PENDING, State.ON_HOLD, State.SNOOZED})
_LIVES = frozenset({State.NEW, State.OPEN})
_OVER = frozenset({State.RESOLVED, State.CLOSED, State.SPAM})


class WeaveError(ValueError):
    """These cannot be merged, taken apart or linked; the text is for the agent."""


@transaction.atomic
def merge(source_id: int, target_id: int, *, by: Agent | None) -> ConversationMerge:
    """Close the source and let the target's thread show both.

    Raises WeaveError, Conversation.DoesNotExist.
    """
    if source_id == target_id:
        raise WeaveError(_("A conversation cannot be merged into itself."))
    one_at_a_time()
    strands = _locked_strands(Conversation.objects.filter(merged_into=source_id))
    with both_locked(source_id, target_id) as (source, target):
        _may_merge(source, target)
        row = ConversationMerge.objects.create(
            source=source, target=target, by=by, at=datetime.now(UTC), source_seq=0
        )
        running = list(source.clocks.filter(open=True).values_list("pk", flat=True))
        begun = set(target.clocks.filter(open=True).values_list("pk", flat=True))
        Conversation.objects.filter(pk__in=strands).update(merged_into=target)
        row.moved = {"strands": strands, "clocks": running, **_hand_over(source, target)}
        _receive(target, source, by)
        _close(source, target, row, by)
        record(target, Kind.MERGED, by=by, payload={"merge": row.pk, "source": source.pk})
        promises.wait_changed(target)
        now = target.clocks.filter(open=True).exclude(pk__in=begun)
        row.moved["begun"] = list(now.values_list("pk", flat=True))
        row.before = {"source": _changed(source), "target": _changed(target)}
        row.source_seq = source.last_seq
        row.save()
        audit.record(Act.MERGED, row, by=by, changes={"merged": (source.pk, target.pk)})
    return row


@transaction.atomic
def unmerge(source_id: int, *, by: Agent | None) -> ConversationMerge:
    """Give everything that the merge took back, and what the source's customer wrote since.

    Raises WeaveError, Conversation.DoesNotExist.
    """
    one_at_a_time()
    found = ConversationMerge.objects.filter(source=source_id, undone_at=None)
    row = found.select_for_update().first()
    if row is None:
        raise WeaveError(_("This conversation is not merged with another one."))
    strands = Conversation.objects.filter(pk__in=row.moved["strands"], merged_into=row.target_id)
    back = _locked_strands(strands)
    with both_locked(source_id, row.target_id) as (source, target):
        if target.merged_into_id is not None:
            raise WeaveError(
                _("#%(target)d was merged into #%(other)d since. Undo that first.")
                % {"target": target.pk, "other": target.merged_into_id}
            )
        source.merged_into = None
        Conversation.objects.filter(pk__in=back).update(merged_into=source)
        _hand_back(row, source, target)
        for one, name in ((source, "source"), (target, "target")):
            _restore(one, row.before[name])
        _since(row, source, target)
        facts = {"merge": row.pk, "from": str(State.CLOSED), "to": str(source.state)}
        record(source, Kind.UNMERGED, by=by, payload={"merge": row.pk, "target": target.pk})
        if source.state != State.CLOSED:
            record(source, Kind.STATE_CHANGED, by=by, payload={**facts, "reason": "unmerged"})
        record(target, Kind.UNMERGED, by=by, payload={"merge": row.pk, "source": source.pk})
        if source.state not in _OVER:
            promises.revived(source, row.moved["clocks"])
        promises.wait_changed(target, only=row.moved["begun"])
        row.undone_at, row.undone_by = datetime.now(UTC), by
        row.save(update_fields=["undone_at", "undone_by"])
        audit.record(Act.UNMERGED, row, by=by)
    return row


def _locked_strands(found: QuerySet[Conversation]) -> list[int]:
    """Locked before what they are merged into, as whoever writes in one does."""
    rows = found.select_for_update(of=("self",)).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def _may_merge(source: Conversation, target: Conversation) -> None:
    for one in (source, target):
        if one.merged_into_id is not None:
            raise WeaveError(
                _("#%(one)d has been merged into #%(other)d already.")
                % {"one": one.pk, "other": one.merged_into_id}
            )
        if one.state == State.SPAM:
            raise WeaveError(_("#%(one)d is among the spam.") % {"one": one.pk})
    if target.state == State.CLOSED:
        raise WeaveError(
            _("#%(one)d is closed: nothing can be merged into it.") % {"one": target.pk}
        )
    if source.state in _LIVES and adapter_for(source.answered_by).capabilities.live:
        raise WeaveError(
            _("This chat is still going on. Resolve it first, or merge the other one into it.")
        )


def _receive(target: Conversation, source: Conversation, by: Agent | None) -> None:
    """What the list and the clocks of the target know of the source from now on."""
    if source.waiting_since is not None and target.state in _RESTS:
        conversations.move(target, State.OPEN, by=by, reason="merged")
    target.unread += source.unread
    waits = [one for one in (target.waiting_since, source.waiting_since) if one]
    if waits and adapter_for(target.answered_by).capabilities.live:
        # A letter's days are no place in the line of those who sit before their screens.
        waits = [target.waiting_since or datetime.now(UTC)]
    target.waiting_since = min(waits, default=None)
    target.priority = max(target.priority, source.priority)
    fresh = [name for name in source.tags if name not in target.tags]
    target.tags = [*target.tags, *fresh][:MOST_TAGS]
    newest, known = source.last_message_at, target.last_message_at
    if newest and (known is None or newest > known):
        target.last_message_at = newest
        target.last_preview, target.last_direction = source.last_preview, source.last_direction


def _close(
    source: Conversation, target: Conversation, row: ConversationMerge, by: Agent | None
) -> None:
    """The source needs nobody any more: its work ends and its promises are cancelled."""
    item = legs.open_item(source)
    if item is not None:
        legs.finish(item, legs.MERGED)
    facts = {"from": str(source.state), "to": str(State.CLOSED), "reason": "merged"}
    source.state, source.due_at = State.CLOSED, None
    source.waiting_since, source.unread = None, 0
    if facts["from"] != State.CLOSED:
        record(source, Kind.STATE_CHANGED, by=by, payload=facts)
    record(source, Kind.MERGED, by=by, payload={"merge": row.pk, "target": target.pk})
    source.merged_into = target


def _hand_over(source: Conversation, target: Conversation) -> dict[str, list[int]]:
    """What is ours and not the customer's: tasks, watches, and drafts that mean the same person.

    Of whom the target has one already, the source's stays where it is.
    """
    watching = Watch.objects.filter(conversation=target).values("agent")
    moved = {
        "task": Task.objects.filter(conversation=source),
        "watch": Watch.objects.filter(conversation=source).exclude(agent__in=watching),
    }
    if source.customer_id == target.customer_id:
        known = set(Draft.objects.filter(conversation=target).values_list("agent", "mode"))
        own = Draft.objects.filter(conversation=source)
        free = [one.pk for one in own if (one.agent_id, one.mode) not in known]
        moved["draft"] = own.filter(pk__in=free)
    return {name: _point(rows, target) for name, rows in moved.items()}


def _hand_back(row: ConversationMerge, source: Conversation, target: Conversation) -> None:
    models: dict[str, type[Model]] = {"task": Task, "watch": Watch, "draft": Draft}
    for name, model in models.items():
        rows = model._default_manager.filter(  # noqa: SLF001  Django documents it
            pk__in=row.moved.get(name, ()), conversation=target
        )
        _point(rows, source)


def _point(rows: QuerySet[Any], to: Conversation) -> list[int]:
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    rows.model._base_manager.filter(pk__in=ids).update(conversation=to)  # noqa: SLF001
    return ids


_KEPT = frozenset({"id", "last_seq", "public_seq", "merged_into_id", "promised_at", "late_from"})


def _changed(conversation: Conversation) -> dict[str, list[Any]]:
    """The columns that this transaction changed, as [before, after]."""
    names = [field.attname for field in conversation._meta.concrete_fields]  # noqa: SLF001
    pairs = {name: (was(conversation, name), getattr(conversation, name)) for name in names}
    return {
        name: [_plain(before), _plain(after)]
        for name, (before, after) in pairs.items()
        if before != after and name not in _KEPT
    }


def _restore(conversation: Conversation, changed: dict[str, list[Any]]) -> None:
    """Back to what it was, unless something else was written there since."""
    for name, (before, after) in changed.items():
        if _plain(getattr(conversation, name)) == after:
            setattr(conversation, name, _read(conversation, name, before))


def _read(conversation: Conversation, name: str, value: Any) -> Any:
    """What _plain() wrote, as the column has it."""
    moment = isinstance(getattr(conversation, name), datetime) or name.endswith(("_at", "_since"))
    return datetime.fromisoformat(value) if moment and isinstance(value, str) else value


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _since(row: ConversationMerge, source: Conversation, target: Conversation) -> None:
    """What was written in the source's thread since the merge is its own again."""
    fresh = Message.objects.filter(
        conversation=source, seq__gt=row.source_seq, visibility=Visibility.PUBLIC
    )
    if not fresh.exists():
        return
    asked = fresh.filter(direction=Direction.IN).exclude(meta__has_key="automated")
    unread = asked.filter(seq__gt=source.agent_read_seq).count()
    source.unread += unread
    target.unread = max(0, target.unread - unread)
    source.waiting_since = waits_since(source)
    target.waiting_since = waits_since(target) if target.waiting_since else None
    if source.state in _RESTS | {State.NEW} or source.waiting_since:
        source.state, source.due_at = State.OPEN, None


def waits_since(conversation: Conversation) -> datetime | None:
    """The oldest message of the customer's that no person of ours has answered, by its messages."""
    public = Message.objects.filter(conversation=conversation, visibility=Visibility.PUBLIC)
    answers = public.filter(direction=Direction.OUT, author__isnull=False)
    last = answers.order_by("-seq").values_list("seq", flat=True).first() or 0
    asked = public.filter(direction=Direction.IN, seq__gt=last).exclude(meta__has_key="automated")
    return asked.order_by("seq").values_list("created_at", flat=True).first()
