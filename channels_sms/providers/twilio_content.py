"""WhatsApp's approved templates through Twilio: its Content API lists them, a sid sends one.

The sid is the end of the name under which a template is kept, as Twilio's own pages show it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import orjson

from channels_sms.providers.twilio_errors import error_of
from helpdesk import outbound_http
from helpdesk.adapters import AmbiguousError
from helpdesk.records import Approved

BASE = "https://content.twilio.com"
PAGES, GAPS = 10, 20
KINDS = ("twilio/text", "twilio/quick-reply")
JOINT = " · "


def approved(base: str, auth: tuple[str, str]) -> list[Approved]:
    """Every template of the account with WhatsApp's word on it. Raises a SendError."""
    url, found = f"{base}/v1/ContentAndApprovals?PageSize=100", list[Approved]()
    for _page in range(PAGES):
        with outbound_http.as_send_errors():
            answer = outbound_http.get(url, auth=auth)
        if not answer.ok:
            raise error_of(answer)
        document = answer.json()
        if not isinstance(document.get("contents"), list):
            raise AmbiguousError("Twilio's list of templates cannot be read.")
        found += [kept for one in document["contents"] if (kept := _approved(one))]
        following = _text(_mapped(document.get("meta")), "next_page_url")
        if not following or urlsplit(following).netloc != urlsplit(base).netloc:
            break
        url = following
    return found


def form(chosen: Mapping[str, Any]) -> dict[str, str]:
    """What sends an approved template instead of words."""
    values = {str(n): str(value) for n, value in enumerate(chosen.get("values") or (), 1)}
    sent = {"ContentSid": str(chosen["name"]).rpartition(JOINT)[2]}
    return sent | ({"ContentVariables": orjson.dumps(values).decode()} if values else {})


def _approved(one: Any) -> Approved | None:
    """A template of words, perhaps with buttons; its gaps are numbered."""
    content = _mapped(one)
    sid, language = _text(content, "sid"), _text(content, "language")
    types = _mapped(content.get("types"))
    kind = next((name for name in KINDS if name in types), "")
    shape = _mapped(types.get(kind))
    body, told = _text(shape, "body"), _mapped(content.get("approval_requests"))
    if not (sid and language and body):
        return None
    gaps = sum(f"{{{{{n}}}}}" in body for n in range(1, GAPS + 1))
    # A gap with a name or in a button would need values that nobody is asked for.
    simple = body.count("{{") >= gaps == len(_mapped(content.get("variables")))
    name = _text(told, "name") or _text(content, "friendly_name")
    return Approved(
        name=f"{name[:150]}{JOINT}{sid}",
        language=language,
        body=body,
        category=_text(told, "category")[:40],
        gaps=gaps,
        approved=_text(told, "status") == "approved" and simple and "{{" not in _rest(shape),
    )


def _rest(shape: Mapping[str, Any]) -> str:
    return str({name: value for name, value in shape.items() if name != "body"})


def _mapped(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else ""
