"""Who gets the answer to a letter: its participants, and what is odd about them (D2, E3, K7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from helpdesk.models import Conversation, Direction, Inbox, Message, Visibility

MOST = 50
_LOOKED_AT = 200  # messages of a conversation whose recipients are asked


@dataclass(frozen=True, slots=True)
class Recipients:
    """to: "" where nobody has written by this inbox yet. reply_to_elsewhere: the domain that the
    letter asks to be answered at, if its sender writes from another one.
    """

    to: str = ""
    name: str = ""
    cc: tuple[str, ...] = ()
    reply_to_elsewhere: str = ""


def own_addresses(channel: str) -> frozenset[str]:
    """Every address of ours on a channel, lower case, with aliases and groups; one query."""
    found: set[str] = set()
    rows = Inbox.objects.filter(channel=channel).exclude(address="")
    for address, facts in rows.values_list("address", "settings"):
        more = [*_texts(facts.get("aliases")), *_texts(facts.get("groups"))]
        found |= {without_tag(one) for one in (address, *more)}
    return frozenset(found)


def without_tag(address: str) -> str:
    """Lower case, without its +tag: how addresses of ours are told (D7)."""
    local, sign, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}{sign}{domain}"


def suggested(conversation: Conversation, inbox: Inbox) -> Recipients:
    """Whom an answer goes to unless the agent says otherwise: all of the last letter. 2 queries."""
    letters = Message.objects.filter(
        conversation=conversation, inbox=inbox, direction=Direction.IN
    ).exclude(meta__has_key="unverified_sender")
    meta = letters.order_by("-seq").values_list("meta", flat=True).first()
    if not meta:
        return Recipients()
    ours = own_addresses(inbox.channel)
    wrote = str(meta.get("from") or "")
    asked = str(meta.get("reply_to") or "")
    if without_tag(asked) in ours:
        asked = ""
    to = asked or wrote
    others = [
        one for one in _listed(meta) if one not in {to, wrote} and without_tag(one) not in ours
    ]
    elsewhere = asked.rpartition("@")[2] if asked and not same_house(asked, wrote) else ""
    name = str(meta.get("from_name") or "") if not elsewhere else ""
    return Recipients(to, name, tuple(dict.fromkeys(others))[:MOST], elsewhere)


def participants(conversation: Conversation, inbox: Inbox) -> frozenset[str]:
    """The addresses that take part in a conversation by letter: whom we or they wrote to (E3).

    What a stranger put into his letter makes nobody a participant.
    """
    letters = Message.objects.filter(
        conversation=conversation, inbox=inbox, visibility=Visibility.PUBLIC
    ).exclude(meta__has_key="unverified_sender")
    found: set[str] = set()
    for meta in letters.order_by("-seq").values_list("meta", flat=True)[:_LOOKED_AT]:
        found |= {str(meta.get("from") or ""), *_listed(meta)}
        addressed = meta.get("addressed") or {}
        found |= {
            str(addressed.get("to") or ""),
            *_texts(addressed.get("cc")),
            *_texts(addressed.get("bcc")),
        }
    return frozenset(one.lower() for one in found if "@" in one)


def same_house(one: str, other: str) -> bool:
    """Whether two addresses are of one domain, or of a part of it."""
    a, b = (each.rpartition("@")[2].lower() for each in (one, other))
    return a == b or a.endswith(f".{b}") or b.endswith(f".{a}")


def _listed(meta: dict[str, Any]) -> list[str]:
    """The addresses in the To and Cc of a letter."""
    found: list[str] = []
    for name in ("to", "cc"):
        rows = meta.get(name)
        if isinstance(rows, list):
            found += [str(one.get("address") or "") for one in rows if isinstance(one, dict)]
    return [one for one in found if one]


def _texts(given: object) -> Iterable[str]:
    return [one for one in given if isinstance(one, str)] if isinstance(given, list) else ()
