"""How the generic gateway is described: templates of a request, rules for its answer. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import orjson

from helpdesk.outbound_http import Answer

NAMES = ("to", "to_digits", "from", "from_digits", "text", "id", "callback", "secret")
STATES = ("sent", "delivered", "read", "failed")
_PLACE = re.compile(r"\{(" + "|".join(NAMES) + r")\}")
_LONGEST_ANSWER = 64 * 1024


@dataclass(frozen=True, slots=True)
class Sending:
    """How a text is sent. Places in braces (NAMES) are filled; nothing else is looked at.

    body: fields of a form or of a flat JSON object, by `format`; "query" puts them in the URL.
    statuses: HTTP statuses of success. path, matches: what must stand there in the answer, a
    path such as `messages.0.status` (or "" for the whole text) and a regular expression.
    id_path, id_matches: where the gateway's own id stands; a group in the expression names it.
    """

    url: str
    method: str = "POST"
    format: str = "form"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, str] = field(default_factory=dict)
    statuses: tuple[int, ...] = (200, 201, 202)
    path: str = ""
    matches: str = ""
    id_path: str = ""
    id_matches: str = ""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What the gateway calls things when it calls us; "" where it does not tell.

    states: its words for what became of a text, each with one of STATES.
    """

    id: str = "id"
    sender: str = "from"
    to: str = "to"
    text: str = "text"
    status: str = "status"
    delivery: str = ""
    reason: str = ""
    states: Mapping[str, str] = field(default_factory=dict)


def sending(settings: Mapping[str, Any]) -> Sending:
    """From inbox.settings["send"]; LookupError when it names no address."""
    kept = dict(settings.get("send") or {})
    if not kept.get("url"):
        raise LookupError("the gateway's address is not set")
    if "statuses" in kept:
        kept["statuses"] = tuple(int(one) for one in kept["statuses"])
    return Sending(**{name: value for name, value in kept.items() if name in Sending.__slots__})


def hearing(settings: Mapping[str, Any]) -> Hearing:
    """From inbox.settings["hear"]."""
    kept = dict(settings.get("hear") or {})
    return Hearing(**{name: value for name, value in kept.items() if name in Hearing.__slots__})


def filled(template: str, facts: Mapping[str, str], *, in_url: bool = False) -> str:
    """The template with its places filled; what a customer wrote is never read as a template."""

    def put(found: re.Match[str]) -> str:
        value = facts.get(found[1], "")
        return quote(value, safe="") if in_url else value

    return _PLACE.sub(put, template)


def is_taken(how: Sending, answer: Answer) -> bool:
    """Whether the answer says that the text was taken."""
    if answer.status not in how.statuses:
        return False
    return not how.matches or bool(re.search(how.matches, at(answer, how.path)))


def id_of(how: Sending, answer: Answer) -> str:
    """The gateway's id of the text; "" if it tells none."""
    found = at(answer, how.id_path) if how.id_path or how.id_matches else ""
    if not how.id_matches:
        return found[:400]
    matched = re.search(how.id_matches, found)
    return (matched[matched.re.groups and 1] if matched else "")[:400]


def at(answer: Answer, path: str) -> str:
    """What stands at a path of a JSON answer; the whole text without a path; "" for nothing."""
    text = answer.body[:_LONGEST_ANSWER].decode(errors="replace")
    if not path:
        return text
    try:
        found: Any = orjson.loads(answer.body)
        for step in path.split("."):
            found = found[int(step)] if isinstance(found, list) else found[step]
    except (ValueError, KeyError, IndexError, TypeError):
        return ""
    return found if isinstance(found, str) else orjson.dumps(found).decode()
