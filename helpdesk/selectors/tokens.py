"""Whose a token is, and which tokens there are."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import UTC, datetime
from ipaddress import ip_network

from django.db.models import QuerySet

from helpdesk.client_ip import IP
from helpdesk.models import Agent, ApiToken
from helpdesk.permissions import Action, can

PREFIX = "oh"
_FORM = re.compile(rf"{PREFIX}_([1-9][0-9]{{0,17}})_([A-Za-z0-9_-]{{43}})")
_NOTHING = bytes(32)


def find(text: str, address: IP | None) -> ApiToken | None:
    """The living token with this text, used from where it may be; with its agent joined."""
    parts = _FORM.fullmatch(text)
    found = None
    if parts is not None:
        found = ApiToken.objects.select_related("agent").filter(pk=int(parts[1])).first()
    kept = bytes(found.digest) if found else _NOTHING
    same = hmac.compare_digest(kept, digest(parts[2] if parts else ""))
    if found is None or not same or not alive(found) or not _from(found, address):
        return None
    return found


def digest(secret: str) -> bytes:
    """What is kept of a secret; it is too long a random text to be guessed from it."""
    return hashlib.sha256(secret.encode()).digest()


def alive(token: ApiToken) -> bool:
    """Whether it opens anything: neither revoked nor over, and its agent is still with us.

    What was made before all sign-ins of its agent were ended is as void as they are (SEC-24).
    """
    agent = token.agent
    void = agent.signed_out_at is not None and token.created_at <= agent.signed_out_at
    over = token.revoked_at is not None or token.expires_at <= datetime.now(UTC)
    return agent.is_active and not void and not over


def _from(token: ApiToken, address: IP | None) -> bool:
    if not token.networks:
        return True
    return address is not None and any(address in ip_network(one) for one in token.networks)


def listed(agent: Agent) -> QuerySet[ApiToken]:
    """Those that this agent may see and revoke, the newest first."""
    if not can(agent, Action.USE_API):
        return ApiToken.objects.none()
    tokens = ApiToken.objects.select_related("agent", "made_by").prefetch_related("inboxes")
    if not can(agent, Action.EDIT_API):
        tokens = tokens.filter(agent=agent)
    return tokens.order_by("-pk")


def known_to(agent: Agent) -> int:
    """How many that still work this agent made for others: whoever makes one has read it."""
    now = datetime.now(UTC)
    made = ApiToken.objects.filter(made_by=agent, revoked_at=None, expires_at__gt=now)
    return sum(alive(one) for one in made.exclude(agent=agent).select_related("agent"))
