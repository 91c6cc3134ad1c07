"""Roles, teams and accounts of agents. The desk never loses its last administrator."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from helpdesk import audit
from helpdesk.after_commit import after_commit
from helpdesk.models import Act, Agent, Presence, Role, Team, TeamMembership
from helpdesk.permissions import Action, can
from helpdesk.selectors import staff
from helpdesk.services import joining, presence, sign_ins


class RefusedError(ValueError):
    """What cannot be done, in words for who tried."""


@transaction.atomic
def change(pk: int, *, role: str, teams: Iterable[int] | None = None, by: Agent) -> Agent:
    """Give a role and teams. Another role is another account: they sign in anew (SEC-24).

    teams: None for those that they have. Who may invite no more has invited nobody.
    Teams hold at once for requests and open sockets, and nobody is thrown out of a chat by them.
    """
    if role not in Role.values:
        raise RefusedError(_("Choose one of the list."))
    agent = _locked(pk)
    before = {"role": agent.role, "teams": _teams(agent)}
    if role != Role.ADMIN:
        _stays(agent)
    if role != agent.role:
        agent.role = role
        agent.save(update_fields=["role"])
        sign_ins.end_all(agent)
        if not can(agent, Action.EDIT_AGENTS):
            joining.withdraw_all_of(agent, by=by)
    if teams is not None:
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
    _stays(agent)
    if agent.presence != Presence.OFFLINE:
        presence.set_presence(agent, Presence.OFFLINE, hand_back=True)
    agent.is_active = False
    agent.save(update_fields=["is_active"])
    audit.record(Act.CHANGED, agent, by=by, changes={"is_active": [True, False]})
    sign_ins.end_all(agent)
    joining.withdraw_all_of(agent, by=by)
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
    """An administrator with all others, in one order: two who leave at once do not both get away,
    nor do they wait for each other.
    """
    mine = Q(pk=pk)
    if Agent.objects.filter(pk=pk, role=Role.ADMIN).exists():
        mine |= Q(role=Role.ADMIN, is_active=True)
    rows = Agent.objects.select_for_update(no_key=True).filter(mine).order_by("pk")
    found = next((one for one in rows if one.pk == pk), None)
    if found is None:
        raise Agent.DoesNotExist
    return found


def _stays(agent: Agent) -> None:
    if staff.is_last_administrator(agent):
        raise RefusedError(_("This is the last administrator: appoint another first."))
