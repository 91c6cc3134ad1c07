"""Where agents are signed in: begun, seen, and ended. A session that is gone is gone everywhere:
the next request is a stranger's, and open sockets are told at once (SEC-24).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.contrib.sessions.models import Session
from django.db import transaction

from helpdesk.after_commit import after_commit
from helpdesk.models import Agent, PushSubscription, SignIn
from helpdesk.models.accounts import DEVICE_LENGTH
from helpdesk.services.presence import rights_changed
from helpdesk.services.text import clean_line

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=5)
CALLED = "called"  # in a session: by which endpoint_hash its browser is called (Web Push)


@transaction.atomic
def begin(agent_id: int, session: str, *, address: str | None, device: str) -> None:
    """An agent has signed in with this session."""
    now = datetime.now(UTC)
    facts = {"agent_id": agent_id, "began_at": now, "address": address}
    named = clean_line(device, DEVICE_LENGTH)
    SignIn.objects.update_or_create(
        session=session, defaults={**facts, "seen_at": now, "device": named}
    )


@transaction.atomic
def seen(session: str, *, address: str | None) -> None:
    """The agent is still there; told at most every SEEN_EVERY."""
    found = SignIn.objects.filter(session=session)
    found.update(seen_at=datetime.now(UTC), address=address)


@transaction.atomic
def renamed(old: str, new: str) -> None:
    """The session goes on under another key, as after a new password."""
    SignIn.objects.filter(session=old).update(session=new)


@transaction.atomic
def end(pk: int, *, by: Agent) -> bool:
    """Sign one's own browser out, wherever it is; False if there is none of that number."""
    found = SignIn.objects.filter(pk=pk, agent=by).first()
    if found is None:
        return False
    _drop([found.session], by)
    after_commit(rights_changed, by.pk)
    return True


@transaction.atomic
def end_all(agent: Agent, *, keep: str = "") -> None:
    """Sign an agent out everywhere but in the session `keep`; what was issued before is void.

    For a new password, another role, a reset second factor, and an account that was switched off.
    """
    found = SignIn.objects.filter(agent=agent).exclude(session=keep)
    _drop(list(found.values_list("session", flat=True)), agent)
    here = _called([keep])
    PushSubscription.objects.filter(agent=agent).exclude(endpoint_hash__in=here).delete()
    agent.signed_out_at = datetime.now(UTC)
    Agent.objects.filter(pk=agent.pk).update(signed_out_at=agent.signed_out_at)
    after_commit(rights_changed, agent.pk)


def _called(sessions: list[str]) -> list[str]:
    rows = Session.objects.filter(session_key__in=sessions)
    return [told for one in rows if (told := one.get_decoded().get(CALLED))]


def _drop(sessions: list[str], agent: Agent) -> None:
    """Nobody is called in a browser in which they are signed out: a call shows names and words."""
    PushSubscription.objects.filter(agent=agent, endpoint_hash__in=_called(sessions)).delete()
    Session.objects.filter(session_key__in=sessions).delete()
    SignIn.objects.filter(session__in=sessions).delete()


def forget_old() -> int:
    """Forget sign-ins whose time is over, and their sessions; returns how many."""
    gone, _each = SignIn.objects.filter(seen_at__lt=datetime.now(UTC) - IDLE).delete()
    old, _each = Session.objects.filter(expire_date__lt=datetime.now(UTC)).delete()
    return gone + old
