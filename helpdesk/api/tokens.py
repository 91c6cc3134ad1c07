"""Who calls by a token, and that he calls only what is made for programs."""

from __future__ import annotations

from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied, Throttled
from rest_framework.request import Request

from helpdesk import client_ip, refusals
from helpdesk.api import product
from helpdesk.models import Agent, ApiToken
from helpdesk.permissions import limit
from helpdesk.selectors import tokens as found
from helpdesk.services import tokens

REFUSED = "This token is not known, has ended, or may not be used from here."
TOO_OFTEN = "Too many refused tokens came from this address."


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer oh_…`. A route that is not part of the product is closed to it."""

    def authenticate(self, request: Request) -> tuple[Agent, ApiToken] | None:
        kind, _space, text = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        plain = request._request  # noqa: SLF001  DRF's own name for Django's request
        address = client_ip.of_request(plain)
        token = found.find(text.strip(), address)
        if token is None:
            if seconds := refusals.wait("token", address):
                raise Throttled(wait=seconds, detail=TOO_OFTEN)
            raise AuthenticationFailed(REFUSED)
        _let_in(token, plain)
        tokens.seen(token)
        limit(token.agent, token)
        return token.agent, token

    def authenticate_header(self, request: Request) -> str | None:
        """401 to who showed a token; a browser that is signed out hears 403, as ever."""
        return "Bearer" if "Authorization" in request.headers else None


def _let_in(token: ApiToken, request: Any) -> None:
    """Raises PermissionDenied unless the route is for programs and the token has its scopes."""
    match = request.resolver_match
    offered = product.operation(match.route if match else "", request.method)
    if offered is None:
        if request.method == "OPTIONS" or product.is_public(match.route if match else ""):
            return  # 405 is the view's to say
        raise PermissionDenied("This address is for the desk's own pages, not for tokens.")
    missing = [one for one in offered.scopes if one not in token.scopes]
    if missing:
        raise PermissionDenied(f"This token lacks the scope {', '.join(missing)}.")
