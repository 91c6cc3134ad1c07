"""Second factors: which roles need one, who has none yet, and starting afresh (AUT-5)."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction

from helpdesk import audit
from helpdesk.models import Act, Agent, Role, RoleRule
from helpdesk.services import sign_ins

TYPES = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def asked() -> set[str]:
    """The roles that need a second factor. An administrator always does, but in the demo."""
    chosen = set(RoleRule.objects.filter(second_factor=True).values_list("role", flat=True))
    return chosen if settings.DEMO else chosen | {Role.ADMIN}


def is_missing(agent: Agent) -> bool:
    """Whether this agent's role needs one, and there is none."""
    return agent.role in asked() and not is_there(agent)


def is_there(agent: Agent) -> bool:
    """Whether a second factor guards the account."""
    return bool(Authenticator.objects.filter(user=agent, type__in=TYPES).exists())


@transaction.atomic
def ask(roles: set[str], *, by: Agent) -> None:
    """Ask exactly these roles for a second factor.

    Whom that concerns anew and who has none is signed out: with the next sign-in they add one.
    """
    before = asked()
    for role in Role.values:
        RoleRule.objects.update_or_create(role=role, defaults={"second_factor": role in roles})
    changes = {"second_factor": [sorted(before), sorted(asked())]}
    audit.record(Act.CHANGED, by=by, changes=changes)
    for agent in Agent.objects.filter(role__in=asked() - before, is_active=True).order_by("pk"):
        if not is_there(agent):
            sign_ins.end_all(agent)


@transaction.atomic
def reset(agent: Agent, *, by: Agent) -> None:
    """Take every second factor from somebody who lost them; they are signed out everywhere."""
    audit.record(Act.CHANGED, agent, by=by, changes={"second_factor": None})
    Authenticator.objects.filter(user=agent).delete()
    sign_ins.end_all(agent)
