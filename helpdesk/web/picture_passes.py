"""Addresses of a mail's pictures that work for one reader, one mail and five minutes.

The page of a mail runs in a sandbox of no origin, so its browser sends no cookie with a picture.
The address is therefore signed and names a pass, which stands for the reader's own session:
when that ends, or the reader may no longer see the mail, the address is worth nothing.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from django.conf import settings
from django.contrib import auth
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse

from helpdesk.models import Agent, Message

LIFE: Final = 300
PLACE: Final = "/mail-pictures/"
_SALT: Final = "helpdesk.mail-picture"


@dataclass(frozen=True, slots=True)
class Pass:
    """One reader who looks at one mail."""

    ticket: str
    message: str

    def url(self, address: str) -> str:
        """Where the reader's browser finds the picture of this address."""
        named = signing.dumps([self.message, self.ticket, address], salt=_SALT, compress=True)
        return reverse("mail-picture", args=[named])


def issue(request: HttpRequest, message: Message) -> Pass:
    """A pass for the session of this request."""
    ticket = secrets.token_urlsafe(16)
    cache.set(_key(ticket), request.session.session_key, LIFE)
    return Pass(ticket, str(message.pk))


def read(token: str) -> tuple[Agent, str, str] | None:
    """(reader, message, address) of a signed name; None when it is forged, late or signed out."""
    try:
        message, ticket, address = signing.loads(token, salt=_SALT, max_age=LIFE)
    except (signing.BadSignature, ValueError):
        return None
    session = cache.get(_key(ticket))
    if not session:
        return None
    theirs = HttpRequest()
    theirs.session = import_module(settings.SESSION_ENGINE).SessionStore(session)
    reader = auth.get_user(theirs)
    return (reader, message, address) if isinstance(reader, Agent) else None


def _key(ticket: str) -> str:
    return f"mail-pass:{ticket}"
