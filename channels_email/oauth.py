"""OAuth 2 for mailboxes: the authorisation code flow with PKCE, and fresh access tokens.

Google and Microsoft take an access token instead of a password (XOAUTH2). Tokens are kept
encrypted, and nothing here ever names one in an error.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings

from channels_email.imap import LostError
from channels_email.models import FetchedMailbox, SignIn
from helpdesk import channel_health, outbound_http

EARLY: Final = timedelta(minutes=15)
"""A token is renewed so long before it ends: a refusal is heard of before mail stops."""


class TokenError(Exception):
    """The provider gives no token any more: somebody must connect the mailbox again."""


@dataclass(frozen=True, slots=True)
class Provider:
    """Where a provider signs people in. scope: what the token is for."""

    authorize_url: str
    token_url: str
    scope: str


def provider(name: str) -> Provider:
    """The provider of MAIL_OAUTH by its name. Raises KeyError."""
    return Provider(**settings.MAIL_OAUTH[name])


def new_verifier() -> str:
    """A secret for one authorisation (RFC 7636)."""
    return secrets.token_urlsafe(64)


def authorize_url(mailbox: FetchedMailbox, *, state: str, verifier: str, back: str) -> str:
    """Where the administrator's browser goes to agree; `back` is where it returns to."""
    there = provider(mailbox.sign_in)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
    asked = {
        "client_id": mailbox.client_id,
        "response_type": "code",
        "redirect_uri": back,
        "scope": there.scope,
        "state": state,
        "code_challenge": challenge.decode().rstrip("="),
        "code_challenge_method": "S256",
        "login_hint": mailbox.username,
        "access_type": "offline",
        "prompt": "consent",
    }
    return f"{there.authorize_url}?{urlencode(asked)}"


def connect(mailbox: FetchedMailbox, *, code: str, verifier: str, back: str) -> None:
    """Change the code that came back into tokens, and keep them. Raises TokenError, LostError."""
    told = _ask(
        mailbox,
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": verifier,
        },
    )
    if not told.get("refresh_token"):
        raise TokenError("the provider gave no lasting permission")
    _keep(mailbox, told)


def is_due(mailbox: FetchedMailbox) -> bool:
    """Whether a token must be renewed; never for a password."""
    if mailbox.sign_in == SignIn.PASSWORD:
        return False
    return mailbox.token_until is None or mailbox.token_until - EARLY < datetime.now(UTC)


def access_token(mailbox: FetchedMailbox) -> str:
    """A token that is good for a while. Raises TokenError, or LostError to try again later.

    While the old one still holds, a refusal is an alarm and not yet a failure.
    """
    if is_due(mailbox):
        try:
            refresh = str(mailbox.secrets.get("refresh_token", ""))
            if not refresh:
                raise TokenError("the mailbox is not connected yet")
            _keep(mailbox, _ask(mailbox, {"grant_type": "refresh_token", "refresh_token": refresh}))
        except (TokenError, LostError) as error:
            if mailbox.token_until is None or mailbox.token_until < datetime.now(UTC):
                raise
            channel_health.failed(mailbox.inbox_id, "token", str(error), advice="reconnect")
        else:
            channel_health.forget(mailbox.inbox_id, "token")
    return str(mailbox.secrets.get("access_token", ""))


def _ask(mailbox: FetchedMailbox, form: dict[str, str]) -> dict[str, Any]:
    there = provider(mailbox.sign_in)
    secret = str(mailbox.secrets.get("client_secret", ""))
    form = {**form, "client_id": mailbox.client_id}
    if secret:
        form["client_secret"] = secret
    try:
        answer = outbound_http.post(there.token_url, form=form, max_bytes=100_000)
    except outbound_http.OutboundError as error:
        raise LostError(f"the provider of tokens cannot be reached: {error}") from None
    told = answer.json()
    if answer.status >= 500 or answer.status == 429:
        raise LostError(f"the provider of tokens answers {answer.status}")
    if not answer.ok or not told.get("access_token"):
        why = str(told.get("error", ""))[:60] or f"status {answer.status}"
        raise TokenError(f"the provider refuses: {why}")
    return told


def _keep(mailbox: FetchedMailbox, told: dict[str, Any]) -> None:
    """Write the tokens; a provider that renews the refresh token replaces ours."""
    kept = {name: told[name] for name in ("access_token", "refresh_token") if told.get(name)}
    mailbox.secrets = {**mailbox.secrets, **{name: str(value) for name, value in kept.items()}}
    try:
        seconds = float(told.get("expires_in") or 3600)
    except (TypeError, ValueError):
        seconds = 3600.0
    mailbox.token_until = datetime.now(UTC) + timedelta(seconds=min(seconds, 86_400.0))
    mailbox.save(update_fields=["secrets", "token_until"])
