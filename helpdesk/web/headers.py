"""Headers of every page that no library sets."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

# What no page of ours asks a browser for. Only names that browsers know: of others each page of
# each agent's browser complains.
_NEVER = (
    *("accelerometer", "browsing-topics", "camera", "geolocation", "gyroscope", "hid"),
    *("magnetometer", "microphone", "midi"),
    *("payment", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking"),
)
# Visitors show their screen in the chat if they like.
_OURS = ("display-capture", "publickey-credentials-create", "publickey-credentials-get")
POLICY = ", ".join([*(f"{one}=()" for one in _NEVER), *(f"{one}=(self)" for one in _OURS)])


class PermissionsPolicy(MiddlewareMixin):
    """Permissions-Policy, also for what runs in frames of our pages (AUT-12)."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """A page that says its own keeps it."""
        del request
        response.headers.setdefault("Permissions-Policy", POLICY)
        return response
