"""A visitor's token: opaque, 256 bits, known to us only by its SHA-256 (AUT-7).

It changes once a day in two steps: the next one is offered with every answer, and counts from
its first use on; the old one then lives for five minutes, for tabs and requests on their way.
The next one follows from the old one and our key, so that two tabs are offered the same.
When the site tells who the visitor is, the new token is random: whoever knew the old one
learns nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import Q

from chat.models import VisitorSession

LIFE = timedelta(hours=24)
GRACE = timedelta(minutes=5)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Holder:
    """The session that a token opens, and the token to use from now on.

    late: the token was replaced when the visitor was recognised; it may still bring its last
    texts but shows nothing, and `token` is "": his browser has a better one.
    """

    session: VisitorSession
    token: str
    late: bool = False


class SpentError(LookupError):
    """The token was revoked or replaced: it opens nothing, and will not again."""


def fresh() -> str:
    """A new token."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is kept of a token: its SHA-256 in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def well_formed(token: str) -> bool:
    """Whether this can be one of our tokens."""
    return bool(_TOKEN.fullmatch(token))


def successor(token: str) -> str:
    """The token that follows this one by age."""
    key = hashlib.sha256(b"visitor token" + settings.SECRET_KEY.encode()).digest()
    return base64.urlsafe_b64encode(hmac.digest(key, token.encode(), "sha256")).decode().rstrip("=")


def holder(token: str) -> Holder | None:
    """Whose token this is, None if nobody's yet. Raises SpentError."""
    mine = digest(token)
    session = VisitorSession.objects.filter(
        Q(token_sha256=mine) | Q(next_sha256=mine) | Q(previous_sha256=mine)
    ).first()
    if session is None:
        return None
    now = datetime.now(UTC)
    if session.revoked_at:
        raise SpentError
    if mine == session.token_sha256:
        return Holder(session, _offered(session, token, now))
    if mine == session.next_sha256:
        return Holder(_promoted(session, now), token)
    if now - session.rotated_at > GRACE:
        raise SpentError
    follows = successor(token)
    if digest(follows) == session.token_sha256:
        return Holder(session, follows)
    return Holder(session, "", late=True)


def _offered(session: VisitorSession, token: str, now: datetime) -> str:
    if now - session.rotated_at < LIFE:
        return token
    follows = successor(token)
    if session.next_sha256 != digest(follows):
        session.next_sha256 = digest(follows)
        session.save(update_fields=["next_sha256"])
    return follows


def _promoted(session: VisitorSession, now: datetime) -> VisitorSession:
    """The offered token has come back: from now on it is the token."""
    VisitorSession.objects.filter(pk=session.pk, next_sha256=session.next_sha256).update(
        token_sha256=session.next_sha256,
        previous_sha256=session.token_sha256,
        next_sha256="",
        rotated_at=now,
        seen_at=now,
    )
    session.refresh_from_db()
    return session


def sitting(hidden: int, token: str) -> str:
    """What a page keeps in memory only: it has sat here since this public seq."""
    return Signer(salt="chat.sitting").sign(f"{hidden}.{digest(token)[:16]}")


def since(text: str, token: str) -> int | None:
    """The public seq of a sitting() of this token; None for anything else."""
    try:
        hidden, _dot, whose = Signer(salt="chat.sitting").unsign(text).partition(".")
    except BadSignature:
        return None
    return int(hidden) if whose == digest(token)[:16] else None


def replace(session: VisitorSession) -> str:
    """A new token at once; the old one is late from now on. The caller saves the session."""
    token = fresh()
    session.previous_sha256 = session.token_sha256
    session.token_sha256 = digest(token)
    session.next_sha256 = ""
    session.rotated_at = datetime.now(UTC)
    return token


def revoke(session: VisitorSession, *, everywhere: bool = False) -> set[int]:
    """End a session, or all of the same person in this widget; the conversations they were in."""
    mine = Q(pk=session.pk)
    if everywhere and session.subject:
        mine |= Q(inbox=session.inbox_id, subject=session.subject)
    ended = list(VisitorSession.objects.filter(mine, revoked_at__isnull=True))
    VisitorSession.objects.filter(pk__in=[one.pk for one in ended]).update(
        revoked_at=datetime.now(UTC)
    )
    return {one.conversation_id for one in ended if one.conversation_id}


def spent(session_id: int) -> bool:
    """Whether this session was revoked."""
    return VisitorSession.objects.filter(pk=session_id, revoked_at__isnull=False).exists()
