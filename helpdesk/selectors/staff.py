"""Everybody who works here, for who keeps the accounts."""

from __future__ import annotations

from datetime import UTC, datetime

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from helpdesk.models import Agent, Invitation, Role, TeamMembership

_TYPES = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def everybody() -> QuerySet[Agent]:
    """All accounts, those switched off last; `protected`: by a second factor, `now_in`: teams."""
    active = TeamMembership.objects.filter(active=True).select_related("team")
    factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=_TYPES)
    return (
        Agent.objects.annotate(protected=Exists(factors))
        .prefetch_related(
            Prefetch("memberships", queryset=active.order_by("team__name"), to_attr="now_in")
        )
        .order_by("-is_active", "first_name", "last_name", "pk")
    )


def invited() -> QuerySet[Invitation]:
    """Invitations that are still open, the newest first."""
    still = {"used_at__isnull": True, "withdrawn_at__isnull": True, "until__gt": datetime.now(UTC)}
    return Invitation.objects.filter(**still).select_related("by", "notice")


def is_last_administrator(agent: Agent) -> bool:
    """Whether nobody could keep the accounts without this agent."""
    admins = Agent.objects.filter(role=Role.ADMIN, is_active=True)
    mine = agent.role == Role.ADMIN and agent.is_active
    return mine and not admins.exclude(pk=agent.pk).exists()
