"""Looks in Twilio's list for a message whose send was cut off (DEL-9)."""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from helpdesk import outbound_http
from helpdesk.adapters import Outgoing, Sent

# Nothing older can be the send in question: it would have expired in our own queue.
_WINDOW_SECONDS = 2 * 3600
_PAGE = 100


def find(
    list_url: str,
    auth: tuple[str, str],
    outgoing: Outgoing,
    known: Callable[[list[str]], set[str]] = lambda _sids: set(),
) -> Sent | None:
    """The one recent message to this number with this text that we do not know yet.

    list_url: address of the account's Messages.json. known: which of some sids belong to
    other messages of ours. None means: surely not accepted.
    Raises LookupError when the list cannot tell (several alike, or a longer list than one
    page) and OutboundError when it cannot be had; the send then stays uncertain.
    """
    query = urlencode({"To": outgoing.to, "PageSize": _PAGE})
    answer = outbound_http.get(f"{list_url}?{query}", auth=auth)
    listed = answer.json().get("messages")
    if not answer.ok or not isinstance(listed, list):
        raise LookupError(f"Twilio's list cannot be read (HTTP {answer.status})")
    recent = [each for each in listed if isinstance(each, dict) and _age(each) < _WINDOW_SECONDS]
    alike = [
        str(each["sid"])
        for each in recent
        if str(each.get("direction", "")).startswith("outbound")
        and each.get("body") == outgoing.body
    ]
    others = {*outgoing.message_ids, *known(alike)}
    alike = [sid for sid in alike if sid not in others]
    if len(alike) == 1:
        return Sent(alike[0])
    if alike or (len(recent) == len(listed) and len(listed) >= _PAGE):
        raise LookupError("Twilio's list does not tell")
    return None


def _age(message: dict[str, Any]) -> float:
    """Seconds since Twilio took the message; 0 when it does not say."""
    try:
        return time.time() - parsedate_to_datetime(str(message["date_created"])).timestamp()
    except (KeyError, ValueError):
        return 0.0
