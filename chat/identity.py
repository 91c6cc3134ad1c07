"""Who the site says its visitor is, by a signed token (AUT-8, AUT-9).

The site's server signs a JWT: `sub` (its own id of the person), `aud` (the widget's key),
`exp` at most an hour ahead and a `jti` of its own; perhaps `name`, `email`, `email_verified`.
One algorithm for each widget: settings["identity_alg"], HS256 with secrets["identity_secret"]
unless settings["identity_jwks"] tells where the site publishes its keys (RS256 or ES256).

What a visitor types of himself is never proof, and opens nothing.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import jwt
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from chat import sessions, tokens
from chat.models import VisitorSession
from helpdesk import by_customer, outbound_http, quick_redis
from helpdesk.adapters import Person
from helpdesk.models import Conversation, Inbox, State
from helpdesk.realtime import groups, publish

LONGEST = 3600
LEEWAY = 30
SHORTEST_SECRET = 32
MAX_TOKEN = 4096
MAX_SUBJECT = 200
BELIEVED = timedelta(hours=24)
KEYS_FRESH = 600.0
KEYS_AGAIN = 60.0
KEYS_LAST = 24 * 3600.0
MAX_KEYS = 64 * 1024
ALGORITHMS = ("HS256", "RS256", "ES256")

ENFORCED_WORDS = _(
    "Visitors without a signed token of your site may still write, and you can answer them. But "
    "they see only what was said since they opened the page: after a reload their earlier "
    "messages are hidden. A proof of identity is believed for a day."
)

SIGNED_OUT = '{"type":"signed_out"}'

_keys: dict[str, tuple[float, dict[str, jwt.PyJWK]]] = {}


class IdentityError(by_customer.RefusedError):
    """A token that proves nothing.

    code: expired; foreign (for another widget, or used by another browser before);
    bad_signature; unsupported (not the widget's algorithm, a claim missing, or the widget has
    no key); unavailable (the site's keys cannot be fetched now, retryable).
    """


@dataclass(frozen=True, slots=True)
class Claims:
    """What a site vouches for."""

    subject: str
    jti: str
    name: str = ""
    email: str = ""
    email_verified: bool = False


def verify(inbox: Inbox, token: str) -> Claims:
    """Check a token. May fetch the site's keys: not for an event loop. Raises IdentityError."""
    pinned = str(inbox.settings.get("identity_alg") or "HS256")
    if len(token) > MAX_TOKEN:
        raise IdentityError("unsupported")
    try:
        header = jwt.get_unverified_header(token)
    except jwt.InvalidTokenError:
        raise IdentityError("bad_signature") from None
    if pinned not in ALGORITHMS or header.get("alg") != pinned:
        raise IdentityError("unsupported")
    key = _secret(inbox) if pinned == "HS256" else _public(inbox, str(header.get("kid") or ""))
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=[pinned],
            audience=inbox.key,
            leeway=LEEWAY,
            options={"require": ["sub", "exp", "aud", "jti"]},
        )
    except jwt.ExpiredSignatureError:
        raise IdentityError("expired") from None
    except jwt.InvalidAudienceError:
        raise IdentityError("foreign") from None
    except (jwt.InvalidSignatureError, jwt.DecodeError):
        raise IdentityError("bad_signature") from None
    except (jwt.PyJWTError, TypeError, ValueError):
        raise IdentityError("unsupported") from None
    return _claims(claims)


def _claims(claims: dict[str, Any]) -> Claims:
    subject, jti = _line(claims, "sub"), _line(claims, "jti")
    ahead = int(claims["exp"]) - time.time()
    if not subject or not jti or ahead > LONGEST + LEEWAY:
        raise IdentityError("unsupported")
    return Claims(
        subject,
        jti,
        _line(claims, "name"),
        _line(claims, "email"),
        claims.get("email_verified") is True,
    )


def _line(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    usable = isinstance(value, str) and len(value) <= MAX_SUBJECT and value.isprintable()
    return value.strip() if isinstance(value, str) and usable else ""


def _secret(inbox: Inbox) -> str:
    secret = str(inbox.secrets.get("identity_secret") or "")
    if len(secret) < SHORTEST_SECRET:
        raise IdentityError("unsupported")
    return secret


def _public(inbox: Inbox, kid: str) -> jwt.PyJWK:
    """The site's public key of this id; of a site with one key, that one."""
    url = str(inbox.settings.get("identity_jwks") or "")
    at, known = _keys.get(url, (0.0, {}))
    age = time.monotonic() - at if at else KEYS_LAST
    if age > KEYS_FRESH or (kid not in known and age > KEYS_AGAIN):
        at, known = _fetched(url, known, age)
        _keys[url] = (at, known)
    found = known.get(kid) or (next(iter(known.values())) if len(known) == 1 and not kid else None)
    if found is None:
        raise IdentityError("bad_signature")
    return found


def _fetched(
    url: str, known: dict[str, jwt.PyJWK], age: float
) -> tuple[float, dict[str, jwt.PyJWK]]:
    """The keys as the site publishes them now; for a day the old ones if it cannot be reached."""
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.netloc not in settings.OUTBOUND_ALLOWED_HOSTS:
        raise IdentityError("unsupported")
    try:
        answer = outbound_http.get(url, max_bytes=MAX_KEYS)
        found = jwt.PyJWKSet.from_dict(answer.json()).keys if answer.ok else []
    except (outbound_http.OutboundError, jwt.PyJWTError, AttributeError, TypeError, ValueError):
        found = []
    usable = {one.key_id or "": one for one in found if one.key_type in ("RSA", "EC")}
    if usable:
        return time.monotonic(), usable
    if not known or age >= KEYS_LAST:
        raise IdentityError("unavailable", retryable=True)
    return time.monotonic() - KEYS_FRESH + KEYS_AGAIN, known


def identify(visitor: sessions.Visitor, claims: Claims) -> sessions.Visitor:
    """The visitor as the site's own customer, with a new token if he was not that before.

    What he wrote as a stranger becomes the customer's. Another customer in the same browser
    starts with nothing of the first one's. Raises IdentityError("foreign") for a used token.
    """
    _use_once(visitor, claims)
    subject = f"{visitor.inbox.pk}:{claims.subject}"
    with transaction.atomic():
        kept = sessions.keep(visitor, {})
        session = VisitorSession.objects.select_for_update().get(pk=kept.pk)
        if session.subject and session.subject != subject:
            tokens.revoke(session)
            visitor = sessions.open_session(
                visitor.inbox, "", language=visitor.language, network=visitor.network
            )
            session = sessions.keep(visitor, {})
        customer = by_customer.recognise(
            visitor.inbox,
            Person("account", subject, name=claims.name, language=visitor.language, verified=True),
            stranger="" if session.subject else session.address,
            email=claims.email,
            verified=claims.email_verified,
        )
        token = visitor.token
        if session.subject != subject or not token:
            token = tokens.replace(session)
        session.subject, session.customer = subject, customer
        session.verified_until = datetime.now(UTC) + BELIEVED
        session.conversation_id = _conversation(session, customer.pk)
        session.save()
    return sessions.open_session(
        visitor.inbox, token, language=visitor.language, network=visitor.network
    )


def sign_out(visitor: sessions.Visitor, *, everywhere: bool = False) -> None:
    """His token opens nothing any more; everywhere: nor those of his other browsers."""
    session = VisitorSession.objects.filter(pk=visitor.session_id).first()
    if session is None:
        return
    for conversation in tokens.revoke(session, everywhere=everywhere):
        publish.send(groups.visitor(conversation), {"type": "signed_out"})


def _conversation(session: VisitorSession, customer_id: int) -> int | None:
    """What he is talking in now if it is his, else his newest talk in this widget."""
    his = Conversation.objects.filter(customer_id=customer_id, inbox=session.inbox_id)
    if session.conversation_id and his.filter(pk=session.conversation_id).exists():
        return session.conversation_id
    newest = his.exclude(state=State.SPAM).order_by("-last_message_at", "-pk")
    return newest.values_list("pk", flat=True).first()


def _use_once(visitor: sessions.Visitor, claims: Claims) -> None:
    """A token serves one browser: its tabs and reloads may repeat it, nobody else.

    While Valkey is away only the hour that it lives protects it.
    """
    jti = hashlib.sha256(claims.jti.encode()).hexdigest()
    name, mine = f"jti:{visitor.inbox.pk}:{jti}", visitor.address.encode()
    try:
        client = quick_redis.client()
        if client.set(name, mine, nx=True, ex=LONGEST + 2 * LEEWAY):
            return
        used: Any = client.get(name)
    except (RedisError, OSError):
        return
    if used is not None and used != mine:
        raise IdentityError("foreign")
