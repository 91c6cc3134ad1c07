"""Tags: marking a conversation, and keeping the vocabulary."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import F, Func, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from helpdesk.after_commit import after_commit
from helpdesk.events import Kind, locked, record
from helpdesk.models import Agent, Conversation, SavedView, Tag, Tint
from helpdesk.models.tags import TAG_LENGTH
from helpdesk.permissions import Action, can
from helpdesk.realtime import groups, publish
from helpdesk.services.text import clean_line

MOST_TAGS = 20


class UnknownTagError(ValueError):
    """The vocabulary has no such tag, and who asks may not make one."""


class TooManyTagsError(ValueError):
    """A conversation carries at most MOST_TAGS tags."""


def tag(
    conversation_id: int,
    *,
    by: Agent | None,
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
) -> Conversation:
    """Put tags on a conversation and take others off; nothing happens where nothing changes.

    Names count in any case. One that is not in the vocabulary is made if `by` may edit it, else
    UnknownTagError; more than MOST_TAGS: TooManyTagsError.
    """
    with locked(conversation_id) as conversation:
        gone = {name.casefold() for name in remove}
        kept = [name for name in conversation.tags if name.casefold() not in gone]
        known = {name.casefold() for name in kept}
        added = [name for name in _named(add, by) if name.casefold() not in known]
        removed = [name for name in conversation.tags if name not in kept]
        if len(kept) + len(added) > MOST_TAGS:
            msg = _("A conversation carries at most %(n)d tags.") % {"n": MOST_TAGS}
            raise TooManyTagsError(msg)
        if added or removed:
            conversation.tags = [*kept, *added]
            facts = {"added": added, "removed": removed}
            record(conversation, Kind.TAGGED, by=by, payload=facts)
    return conversation


def _named(names: Iterable[str], by: Agent | None) -> list[str]:
    """The names as the vocabulary writes them, each once; missing ones are made or refused."""
    wanted = {one.casefold(): one for name in names if (one := clean_line(name, TAG_LENGTH))}
    if not wanted:
        return []
    offered = Tag.objects.all() if by is None else Tag.objects.filter(archived=False)
    known = {one.name.casefold(): one.name for one in offered}
    for key, name in wanted.items():
        if key in known:
            continue
        if by is None or not can(by, Action.EDIT_TAGS):
            msg = _("There is no tag “%(name)s”. Supervisors make new ones.") % {"name": name}
            raise UnknownTagError(msg)
        known[key] = _made(name)
    return [known[key] for key in wanted]


def _made(name: str) -> str:
    try:
        with transaction.atomic():
            Tag.objects.create(name=name, colour=tint(name))
    except IntegrityError:  # somebody made it just now, or it was put away
        same = Tag.objects.annotate(low=Lower("name")).get(low=Lower(Value(name)))
        if not same.archived:
            return same.name
        Tag.objects.filter(pk=same.pk).update(archived=False)
        name = same.name
    tell()
    return name


def tint(name: str) -> int:
    """A tint by the name, so that new tags differ before anybody chooses."""
    return Tint.values[sum(map(ord, name)) % len(Tint.values)]


def rename(tag_id: int, name: str) -> Tag:
    """Another name everywhere: vocabulary, conversations, saved views. Raises IntegrityError."""
    with transaction.atomic():
        one = Tag.objects.select_for_update().get(pk=tag_id)
        before, one.name = one.name, name
        one.save(update_fields=["name"])
        _replace(before, name)
    return one


def merge(tag_id: int, into_id: int) -> Tag:
    """One tag becomes another everywhere, and is no more. Raises ValueError for itself."""
    if tag_id == into_id:
        msg = "a tag cannot be merged into itself"
        raise ValueError(msg)
    with transaction.atomic():
        both = Tag.objects.select_for_update().order_by("pk").in_bulk([tag_id, into_id])
        if len(both) < 2:
            raise Tag.DoesNotExist
        one, into = both[tag_id], both[into_id]
        _replace(one.name, into.name)
        one.delete()
    return into


def delete(tag_id: int) -> None:
    """Out of the vocabulary, off every conversation and out of every saved view."""
    with transaction.atomic():
        one = Tag.objects.select_for_update().get(pk=tag_id)
        _replace(one.name, None)
        one.delete()


def _replace(before: str, after: str | None) -> None:
    """In every conversation and every filter; screens are told once, not for each row."""
    found = Conversation.objects.filter(tags__contains=[before])
    without = Func(F("tags"), Value(before), function="array_remove")
    if after is None:
        found.update(tags=without)
    else:
        found.filter(tags__contains=[after]).update(tags=without)
        found.update(tags=Func(F("tags"), Value(before), Value(after), function="array_replace"))
    for view in SavedView.objects.select_for_update():
        rows = [
            {**row, "value": _words(row["value"], before, after)} if row["field"] == "tag" else row
            for row in view.filters
        ]
        rows = [row for row in rows if row["value"] != []]
        if rows != view.filters:
            view.filters = rows
            view.save(update_fields=["filters"])
    tell()


def _words(names: list[str], before: str, after: str | None) -> list[str]:
    changed = [after if name == before else name for name in names]
    return list(dict.fromkeys(name for name in changed if name is not None))


def tell() -> None:
    """Every agent's screen asks for the vocabulary and its rows again."""
    after_commit(publish.send, groups.team(), {"type": "tags"})
