"""Saved views: making, changing, sharing, ordering, deleting."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from helpdesk.models import Agent, SavedView, Shared, Team, ViewOrder
from helpdesk.permissions import Action, can, may_change, visible
from helpdesk.selectors import filters
from helpdesk.services.text import clean_line

MOST_OWN = 30


class InvalidViewError(ValueError):
    """A view cannot be like that; `field` names what is wrong."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


class NotYoursError(PermissionError):
    """The view is shared with the agent, who may use it but not change it."""


def save(
    view_id: int | None,
    *,
    by: Agent,
    name: str,
    rows: Any,
    shared: str = Shared.NOBODY,
    team: int | None = None,
    order: str = ViewOrder.NEWEST,
) -> SavedView:
    """Make a view (view_id None) or change one.

    Raises InvalidViewError, FilterError, NotYoursError, and SavedView.DoesNotExist for a view
    that is not in the agent's menu.
    """
    name = clean_line(name, 60)
    if not name:
        raise InvalidViewError("name", _("Give the view a name."))
    cleaned = filters.cleaned(rows)
    if not cleaned:
        raise InvalidViewError("filters", _("Add at least one row."))
    with transaction.atomic():
        view = _changeable(view_id, by) if view_id else _fresh(by)
        _share(view, shared, team, by)
        view.name, view.filters, view.order = name, cleaned, ViewOrder(order)
        view.save()
    return view


def _fresh(by: Agent) -> SavedView:
    Agent.objects.select_for_update().get(pk=by.pk)
    own = SavedView.objects.filter(owner=by)
    if own.count() >= MOST_OWN:
        text = _("You have %(n)d views already. Delete one first.") % {"n": MOST_OWN}
        raise InvalidViewError("name", text)
    last = own.aggregate(last=Max("position"))["last"]
    return SavedView(owner=by, position=0 if last is None else last + 1)


def _changeable(view_id: int, by: Agent) -> SavedView:
    found = visible(by, SavedView).filter(pk=view_id).values("pk")
    view = SavedView.objects.select_for_update().get(pk__in=found)
    if not may_change(by, view):
        raise NotYoursError(_("Only who made this view may change it."))
    return view


def _share(view: SavedView, shared: str, team: int | None, by: Agent) -> None:
    """Whoever keeps a view's sharing as it is needs no right to it."""
    team = team if shared == Shared.TEAM else None
    if (view.shared, view.team_id) == (shared, team):
        return
    if shared == Shared.EVERYONE and not can(by, Action.SHARE_WITH_ALL):
        raise InvalidViewError("shared", _("Only administrators share with everyone."))
    if shared == Shared.TEAM:
        teams = Team.objects.filter(pk=team or 0)
        if not can(by, Action.SHARE_WITH_ALL):
            teams = teams.filter(memberships__agent=by, memberships__active=True)
        if not can(by, Action.SHARE_VIEWS) or not teams.exists():
            raise InvalidViewError("team", _("Supervisors share with their own teams."))
    view.shared, view.team_id = shared, team


def delete(view_id: int, *, by: Agent) -> None:
    """Delete a view. Raises as save() does."""
    with transaction.atomic():
        _changeable(view_id, by).delete()


def order(view_ids: list[int], *, by: Agent) -> None:
    """Put the agent's own views in this order; the ids of others are passed over."""
    with transaction.atomic():
        own = {one.pk: one for one in SavedView.objects.select_for_update().filter(owner=by)}
        first = [pk for pk in dict.fromkeys(view_ids) if pk in own]
        rest = sorted(set(own) - set(first), key=lambda pk: (own[pk].position, pk))
        for place, pk in enumerate([*first, *rest]):
            own[pk].position = place
        SavedView.objects.bulk_update(own.values(), ["position"])
