"""How often a token may ask (AUT-18): so many in a minute, counted by helpdesk.minutes."""

from __future__ import annotations

from rest_framework.exceptions import Throttled

from helpdesk import minutes
from helpdesk.models import ApiToken

PER_MINUTE = 600


class SpentError(Throttled):
    """The minute's requests are spent. headers: what to tell beside it."""

    def __init__(self, wait: int) -> None:
        super().__init__(wait=wait)
        self.headers = headers(0, wait)


def spend(token: ApiToken) -> dict[str, str]:
    """Count one request; the headers that say what is left. Raises SpentError."""
    used, wait = minutes.count(f"api:{token.pk}")
    if used > PER_MINUTE:
        raise SpentError(wait)
    return headers(PER_MINUTE - used, wait)


def headers(left: int, wait: int) -> dict[str, str]:
    """What is left, and in how many seconds it is whole again."""
    return {
        "RateLimit-Policy": f"{PER_MINUTE};w={minutes.MINUTE}",
        "RateLimit-Limit": str(PER_MINUTE),
        "RateLimit-Remaining": str(left),
        "RateLimit-Reset": str(wait),
    }
