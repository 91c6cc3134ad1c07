"""Catches up with what Twilio took while we could not be reached (PRV-6).

Twilio does not deliver a text again: it is only in the list. Each is stored as if its webhook had
come, under the same key, so that nothing is stored twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from helpdesk import channel_health, inbound, outbound_http
from helpdesk.adapters import Raw
from helpdesk.models import ChannelHealth, InboundEvent, Inbox

WAY = "pull"
FORM = "application/x-www-form-urlencoded"
_LONGEST = timedelta(days=30)
_PAGE, _PAGES = 200, 50


class PullError(Exception):
    """The list cannot be had; the text is for whoever looks after the inbox."""


def pull(inbox: Inbox, base: str, auth: tuple[str, str]) -> int:
    """Store what is in the list and not with us; how many. Its health is kept as `pull`."""
    try:
        stored = sum(_store(inbox, base, auth, page) for page in _pages(inbox, base, auth))
    except (PullError, outbound_http.OutboundError) as error:
        channel_health.failed(inbox.pk, WAY, str(error), advice="sms_pull")
        return 0
    channel_health.worked(inbox.pk, WAY)
    return stored


def _since(inbox: Inbox) -> str:
    """The day before the last time that worked; a day's overlap, since the list knows days."""
    now = datetime.now(UTC)
    kept = ChannelHealth.objects.filter(inbox=inbox, way=WAY)
    last = kept.values_list("worked_at", flat=True).first() or now
    return (max(last, now - _LONGEST) - timedelta(days=1)).date().isoformat()


def _pages(inbox: Inbox, base: str, auth: tuple[str, str]) -> Iterator[list[dict[str, Any]]]:
    query = urlencode({"To": inbox.address, "DateSent>": _since(inbox), "PageSize": _PAGE})
    there = f"/2010-04-01/Accounts/{auth[0]}/Messages.json?{query}"
    for _ in range(_PAGES):
        document = _get(base, there, auth)
        listed = document.get("messages")
        if not isinstance(listed, list):
            raise PullError("Twilio's list cannot be read.")
        yield [one for one in listed if isinstance(one, dict) and _is_wanted(one)]
        there = str(document.get("next_page_uri") or "")
        if not there.startswith("/2010-04-01/"):
            return


def _is_wanted(message: dict[str, Any]) -> bool:
    return message.get("direction") == "inbound" and bool(message.get("sid"))


def _get(base: str, there: str, auth: tuple[str, str]) -> dict[str, Any]:
    answer = outbound_http.get(f"{base}{there}", auth=auth)
    if not answer.ok:
        raise PullError(f"Twilio's list cannot be had (HTTP {answer.status}).")
    return answer.json()


def _store(inbox: Inbox, base: str, auth: tuple[str, str], page: list[dict[str, Any]]) -> int:
    sids = [str(one["sid"]) for one in page]
    events = InboundEvent.objects.filter(inbox=inbox, dedupe_key__in=sids)
    known = set(events.values_list("dedupe_key", flat=True))
    stored = 0
    for one in reversed(page):
        if str(one["sid"]) in known:
            continue
        body = urlencode(_as_webhook(one) | _media(one, base, auth)).encode()
        headers = {"content-type": FORM, "query": "", "via": WAY}
        stored += inbound.accept(inbox, Raw(str(one["sid"]), body, headers))[1]
    return stored


def _as_webhook(message: dict[str, Any]) -> dict[str, str]:
    names = {
        "MessageSid": "sid",
        "AccountSid": "account_sid",
        "From": "from",
        "To": "to",
        "Body": "body",
        "NumMedia": "num_media",
    }
    return {
        **{theirs: str(message.get(ours) or "") for theirs, ours in names.items()},
        "SmsStatus": "received",
    }


def _media(message: dict[str, Any], base: str, auth: tuple[str, str]) -> dict[str, str]:
    """The addresses of its pictures; they are fetched later, as those of a webhook are."""
    if str(message.get("num_media") or "0") == "0":
        return {}
    there = str(message.get("uri") or "").removesuffix(".json") + "/Media.json"
    if not there.startswith("/2010-04-01/"):
        return {}
    fields: dict[str, str] = {}
    for index, item in enumerate(_get(base, there, auth).get("media_list") or []):
        uri = str(item.get("uri") or "").removesuffix(".json")
        if urlsplit(uri).path.startswith("/2010-04-01/"):
            fields[f"MediaUrl{index}"] = f"{base}{uri}"
            fields[f"MediaContentType{index}"] = str(item.get("content_type") or "")
    return fields
