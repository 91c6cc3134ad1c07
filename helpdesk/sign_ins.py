"""Signing in and out is written into the audit, whichever page or library did it.

By Django's signals: they are the one thing that every way of signing in has in common.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction

from helpdesk import audit
from helpdesk.models import Act, Agent


def install() -> None:
    """Listen; called once when the app is ready."""
    user_logged_in.connect(_came, dispatch_uid="audit-in")
    user_logged_out.connect(_went, dispatch_uid="audit-out")
    user_login_failed.connect(_refused, dispatch_uid="audit-failed")


def _write(act: Act, about: Agent | None, by: Agent | None) -> None:
    with transaction.atomic():
        audit.record(act, about, by=by)


def _came(user: Agent, **_: Any) -> None:
    _write(Act.SIGNED_IN, user, user)


def _went(user: Agent | None, **_: Any) -> None:
    if user is not None:
        _write(Act.SIGNED_OUT, user, user)


def _refused(credentials: dict[str, Any], **_: Any) -> None:
    """Whose account was tried, if there is one; what a stranger typed is not kept."""
    typed = str(credentials.get("username") or credentials.get("email") or "")
    tried = Agent.objects.filter(email__iexact=typed[:254].replace("\x00", "")).first()
    _write(Act.SIGN_IN_FAILED, tried, None)
