"""What allauth asks of us: no sign-up, our limits and mails, links from PUBLIC_BASE_URL."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk import client_ip
from helpdesk.models import Agent
from helpdesk.services import notices, sign_ins
from helpdesk.web import step_up
from helpdesk.web.accounts import attempts

LONGEST_PASSWORD = 1024


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Accounts are made by invitation only; every mail is a Notice."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": gettext_lazy("This e-mail address and password do not match."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        del request
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Whom limits count by; the one place that believes a proxy decides."""
        address = client_ip.of_request(request)
        return client_ip.group(address) if address else "0.0.0.0"  # noqa: S104  a name, no socket

    def is_reauthentication_required(self, *, app: str, **facts: Any) -> bool:
        """The library's pages ask what ours ask: whether somebody proved lately who they are."""
        del app, facts
        return not step_up.recent(self.request)

    def is_safe_url(self, url: str) -> bool:
        """Only paths of our own: whatever names a host leads away."""
        return bool(super().is_safe_url(url)) and url.startswith("/")

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try before the password is looked at. Raises ValidationError."""
        if len(credentials.get("password") or "") > LONGEST_PASSWORD:
            raise ValidationError(_("At most %(n)d characters.") % {"n": LONGEST_PASSWORD})
        try:
            attempts.count(request, credentials.get("email", ""))
        except attempts.TooOftenError as refused:
            raise ValidationError(_waits(refused.seconds), code="too_often") from None

    def _rollback_login_failed_rl_usage(self) -> None:
        """Our limits are taken back in authenticate()."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Agent | None:
        """The agent whose password this is."""
        found: Agent | None = super().authenticate(request, **credentials)
        if found is not None:
            attempts.was_right(request, credentials.get("email", ""))
        return found

    def set_password(self, user: Agent, password: str) -> None:
        """A new password ends every sign-in but the one in which it was chosen."""
        super().set_password(user, password)
        here = self.request.session.session_key if self.request.user == user else ""
        sign_ins.end_all(user, keep=here or "")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        del request
        return reverse("sign-ins")

    def get_reset_password_from_key_url(self, key: str) -> str:
        """By the address of the settings, whatever host was asked."""
        names = {"uidb36": "UID", "key": "KEY"}
        path = reverse("account_reset_password_from_key", kwargs=names)
        return str(settings.PUBLIC_BASE_URL) + path.replace("UID-KEY", key)

    def send_password_reset_mail(self, user: Agent, email: str, context: dict[str, Any]) -> None:
        """Only to the account's own address, and not to who signs in elsewhere (single sign-on)."""
        del email
        if user.has_usable_password():
            notices.post(user.email, *_letter(user, context["password_reset_url"]))


def _letter(agent: Agent, link: str) -> tuple[str, str]:
    with translation.override(agent.language):
        lines = (
            _("Hello %(name)s,") % {"name": agent.called},
            _(
                "Somebody, probably you, asked for a new password for Parley. Choose one here; "
                "the link works once, for four hours:"
            ),
            link,
            _("If it was not you, nothing changes: your password stays as it is."),
        )
        return _("A new password for Parley"), "\n\n".join(lines) + "\n"


def _waits(seconds: int) -> str:
    if not seconds:
        return _("Signing in is not possible at this moment. Try again in a minute.")
    if seconds < 60:
        return _("Too many tries. Try again in %(n)d s.") % {"n": seconds}
    return _("Too many tries. Try again in %(n)d min.") % {"n": -(-seconds // 60)}
