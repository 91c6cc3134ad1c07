"""Conversations that belong together without being one: linked by a person, and unlinked."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from helpdesk.events import Kind, record
from helpdesk.models import Agent, Conversation, ConversationLink
from helpdesk.services.weave_lock import both_locked, one_at_a_time
from helpdesk.services.weaving import WeaveError

MOST = 20


@transaction.atomic
def link(one_id: int, other_id: int, *, by: Agent | None) -> bool:
    """Link the two; False if they are linked already. Raises WeaveError, DoesNotExist."""
    if one_id == other_id:
        raise WeaveError(_("A conversation is not linked with itself."))
    one_at_a_time()
    first, second = sorted((one_id, other_id))
    with both_locked(first, second) as (one, other):
        for each in (one, other):
            if _of(each).count() >= MOST:
                raise WeaveError(_("A conversation has at most %(n)d links.") % {"n": MOST})
        _row, made = ConversationLink.objects.get_or_create(
            first=one, second=other, defaults={"by": by}
        )
        if made:
            _tell(one, other, Kind.LINKED, by)
    return made


@transaction.atomic
def unlink(one_id: int, other_id: int, *, by: Agent | None) -> bool:
    """They belong together no more; False if they did not. Raises Conversation.DoesNotExist."""
    one_at_a_time()
    first, second = sorted((one_id, other_id))
    with both_locked(first, second) as (one, other):
        gone, _rows = ConversationLink.objects.filter(first=one, second=other).delete()
        if gone:
            _tell(one, other, Kind.UNLINKED, by)
    return bool(gone)


def _of(conversation: Conversation) -> QuerySet[ConversationLink]:
    mine = Q(first=conversation) | Q(second=conversation)
    return ConversationLink.objects.filter(mine)


def _tell(one: Conversation, other: Conversation, kind: Kind, by: Agent | None) -> None:
    record(one, kind, by=by, payload={"other": other.pk})
    record(other, kind, by=by, payload={"other": one.pk})
