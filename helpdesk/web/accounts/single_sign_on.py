"""Signing in by a provider of OpenID Connect that the settings name (SEC-26).

An account is found by issuer and subject only. A verified address ties it once, to the agent who
has that address or to an open invitation; nobody else is let in, and nobody is made up.
"""

from __future__ import annotations

from typing import Any, Self

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render

from helpdesk.models import Agent
from helpdesk.outbound_http import Lent
from helpdesk.services import joining


class _Session(Lent):
    """A session that libraries close by `with`; the redirects of a provider are not followed."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get(self, url: str, **given: Any) -> Any:
        return self.request("GET", url, **given)

    def post(self, url: str, **given: Any) -> Any:
        return self.request("POST", url, **given)


class SignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """No sign-up; what calls out does so by our one client."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        del request, sociallogin
        return False

    def get_requests_session(self) -> _Session:
        """The provider may stand in a network of our own: then OUTBOUND_ALLOWED_HOSTS names it."""
        return _Session()

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> Any:
        """Those of the settings; none is kept in the database."""
        if not settings.SOCIALACCOUNT_PROVIDERS:
            return []
        return super().list_apps(request, provider=provider, client_id=client_id)

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Tie an unknown subject to whoever it may be, or say that it is nobody's."""
        if sociallogin.is_existing or sociallogin.state.get("process") == "connect":
            return
        agent = _by_address(sociallogin)
        if agent is None:
            raise ImmediateHttpResponse(
                render(request, "helpdesk/account/unknown.html", status=403)
            )
        sociallogin.connect(request, agent)

    def authenticate_by_email(self, sociallogin: Any) -> None:
        """Never by allauth's way; pre_social_login() decides."""
        del sociallogin


def _by_address(sociallogin: Any) -> Agent | None:
    verified = [one.email for one in sociallogin.email_addresses if one.verified is True]
    for email in verified:
        known = Agent.objects.filter(email__iexact=email).first()
        if known is not None:
            tied = SocialAccount.objects.filter(user=known, provider=sociallogin.account.provider)
            return known if known.is_active and not tied.exists() else None
        names = sociallogin.user
        joined = joining.accept_verified(
            email, first_name=names.first_name, last_name=names.last_name
        )
        if joined is not None:
            return joined
    return None
