"""Keeping the vocabulary of tags; each change is written into the admin's log."""

from __future__ import annotations

from django.contrib.admin.models import ADDITION, CHANGE, DELETION
from django.db import transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from helpdesk import audit
from helpdesk.models import Agent, Tag, Tint
from helpdesk.models.tags import TAG_LENGTH
from helpdesk.services import tags
from helpdesk.services.text import clean_line


class InvalidTagError(ValueError):
    """The tag cannot be as asked; the text says why."""


@transaction.atomic
def add(name: str, *, by: Agent) -> Tag:
    """A new word, with a tint by its name. Raises InvalidTagError."""
    name = _free(name, None)
    tag = Tag.objects.create(name=name, colour=tags.tint(name))
    _log(tag, ADDITION, "", by)
    tags.tell()
    return tag


@transaction.atomic
def change(tag_id: int, *, name: str, colour: int, by: Agent) -> Tag:
    """Another name everywhere, another tint. Raises InvalidTagError, Tag.DoesNotExist."""
    tag = Tag.objects.select_for_update().get(pk=tag_id)
    name = _free(name, tag_id)
    if colour not in Tint.values:
        raise InvalidTagError(_("Choose one of the list."))
    before = (tag.name, tag.colour)
    if name != tag.name:
        tag = tags.rename(tag_id, name)
    if colour != tag.colour:
        tag.colour = colour
        tag.save(update_fields=["colour"])
        tags.tell()
    if before != (name, colour):
        _log(tag, CHANGE, f"{before[0]} ({before[1]}) → {name} ({colour})", by)
    return tag


@transaction.atomic
def put_away(tag_id: int, *, away: bool, by: Agent) -> Tag:
    """Offer a tag nowhere any more, or again; where it stands it stays."""
    tag = Tag.objects.select_for_update().get(pk=tag_id)
    if tag.archived != away:
        tag.archived = away
        tag.save(update_fields=["archived"])
        _log(tag, CHANGE, "put away" if away else "brought back", by)
        tags.tell()
    return tag


@transaction.atomic
def merge(tag_id: int, into_id: int, *, by: Agent) -> Tag:
    """One tag becomes another everywhere. Raises InvalidTagError, Tag.DoesNotExist."""
    if tag_id == into_id:
        raise InvalidTagError(_("A tag cannot become itself."))
    tag = Tag.objects.get(pk=tag_id)
    _log(tag, DELETION, f"merged into {into_id}", by)
    return tags.merge(tag_id, into_id)


@transaction.atomic
def delete(tag_id: int, *, by: Agent) -> None:
    """Out of the vocabulary and off every conversation."""
    _log(Tag.objects.get(pk=tag_id), DELETION, "", by)
    tags.delete(tag_id)


def _free(name: str, own: int | None) -> str:
    """The name as it is kept, if no other tag has it."""
    name = clean_line(name, TAG_LENGTH)
    if not name:
        raise InvalidTagError(_("Give the tag a name."))
    same = Tag.objects.annotate(low=Lower("name")).filter(low=name.lower()).first()
    if same and same.pk != own:
        raise InvalidTagError(_("There is a tag of this name."))
    return name


def _log(tag: Tag, kind: int, text: str, by: Agent) -> None:
    audit.log(by, [tag], kind, text)
