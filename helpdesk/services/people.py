"""Roles, teams and accounts of agents. The desk never loses its last administrator."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk import audit
from helpdesk.after_commit import after_commit
from helpdesk.models import Act, Agent, Presence, PushSubscription, Role, Team, TeamMembership
from helpdesk.services import presence, sign_ins


class RefusedError(ValueError):
    """What cannot be done, in words for who tried."""


@transaction.atomic
def change(pk: int, *, role: str, teams: Iterable[int], by: Agent) -> Agent:
    """Give a role and teams. Another role is another account: they sign in anew (SEC-24).

    Teams hold at once for requests and open sockets, and nobody is thrown out of a chat by them.
    """
    agent = _locked(pk)
    before = {"role": agent.role, "teams": _teams(agent)}
    if role not in Role.values:
        raise RefusedError(_("Choose one of the list."))
    if agent.role == Role.ADMIN and role != Role.ADMIN:
        _another_administrator(agent)
    if role != agent.role:
        agent.role = role
        agent.save(update_fields=["role"])
        sign_ins.end_all(agent)
    _join(agent, set(Team.objects.filter(pk__in=list(teams)).values_list("pk", flat=True)))
    after = {"role": agent.role, "teams": _teams(agent)}
    changes = {name: [before[name], after[name]] for name in after if after[name] != before[name]}
    audit.record(Act.CHANGED, agent, by=by, changes=changes)
    after_commit(presence.rights_changed, agent.pk)
    return agent


def _teams(agent: Agent) -> list[int]:
    rows = TeamMembership.objects.filter(agent=agent, active=True)
    return sorted(rows.values_list("team", flat=True))


def _join(agent: Agent, teams: set[int]) -> None:
    """Whom they leave keeps a trace: memberships are put to sleep, not deleted."""
    TeamMembership.objects.filter(agent=agent).exclude(team__in=teams).update(active=False)
    for team in sorted(teams):
        TeamMembership.objects.update_or_create(
            agent=agent, team_id=team, defaults={"active": True}
        )


@transaction.atomic
def switch_off(pk: int, *, by: Agent) -> Agent:
    """Nobody signs in with this account any more; their live work goes to others."""
    agent = _locked(pk)
    if agent.pk == by.pk:
        raise RefusedError(_("You cannot switch your own account off."))
    if agent.role == Role.ADMIN:
        _another_administrator(agent)
    if agent.presence != Presence.OFFLINE:
        presence.set_presence(agent, Presence.OFFLINE, hand_back=True)
    agent.is_active = False
    agent.save(update_fields=["is_active"])
    audit.record(Act.CHANGED, agent, by=by, changes={"is_active": [True, False]})
    PushSubscription.objects.filter(agent=agent).delete()
    sign_ins.end_all(agent)
    return agent


@transaction.atomic
def switch_on(pk: int, *, by: Agent) -> Agent:
    """The account opens again, with the role and teams that it had."""
    agent = _locked(pk)
    agent.is_active = True
    agent.save(update_fields=["is_active"])
    audit.record(Act.CHANGED, agent, by=by, changes={"is_active": [False, True]})
    return agent


def _locked(pk: int) -> Agent:
    return Agent.objects.select_for_update().get(pk=pk)


def _another_administrator(agent: Agent) -> None:
    """All of them are locked in one order: two who leave at once do not both get away."""
    admins = Agent.objects.select_for_update().filter(role=Role.ADMIN, is_active=True)
    if not [one for one in admins.order_by("pk") if one.pk != agent.pk]:
        raise RefusedError(_("This is the last administrator: appoint another first."))
