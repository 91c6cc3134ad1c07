"""SEC-33: what no browser sends is refused or cleaned, and never a fault of ours.

Each form of each page is read as a person sees it and sent with something odd in every field.
Generated from the routes: a new page takes part by itself. PARLEY_FORGED=10000 sends all of it.
"""

from __future__ import annotations

import os
import random
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from helpdesk.models import Inbox
from tests.core.conftest import Desk, channel, desk, nudges, phone
from tests.core.rights import Rows, made_rows
from tests.core.test_page_rights import addresses

__all__ = ["channel", "desk", "nudges", "phone"]
ODD = {
    "a NUL": "\x00",
    "a NUL in a word": "a\x00b@x.example",
    "too great a number": "9" * 30,
    "far too long a number": "9" * 5000,
    "a digit that is no number": "²",
    "below nothing": "-1",
    "a day before all days": "0001-01-01",
    "a day after all days": "9999-12-31T23:59",
    "no JSON": "{",
    "another JSON": "[[], {}, null, 1e999]",
    "a list": "[]",
    "bidi and marks": "\u202e" + "a\u0301" * 200,
}


QUESTIONS = ("q", "page", "before", "after", "cursor", "view", "day", "from", "to", "by", "kind",
             "state", "who", "act", "inbox", "team", "language", "next", "c")  # fmt: skip
MANY = int(os.environ.get("PARLEY_FORGED", "400")) // 8


class Forms(HTMLParser):
    """(address, names of the fields) of each form that is posted."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, set[str]]] = []
        self._open = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "form":
            self._open = (known.get("method") or "").lower() == "post"
            if self._open:
                self.found.append((known.get("action") or "", set()))
        elif self._open and known.get("name") and known["name"] != "csrfmiddlewaretoken":
            self.found[-1][1].add(str(known["name"]))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False


def forms(client: Client, pages: list[str]) -> dict[tuple[str, frozenset[str]], None]:
    """Every form of these pages, once."""
    found: dict[tuple[str, frozenset[str]], None] = {}
    for page in pages:
        with transaction.atomic():
            answer: Any = client.get(page)
            for closer in answer._resource_closers:
                closer()
            transaction.set_rollback(True)
        if answer.status_code == 200 and "html" in answer["Content-Type"]:
            for action, names in Forms(answer.content.decode()).found:
                found[action or page, frozenset(names)] = None
    return found


@pytest.fixture
def rows(desk: Desk, phone: Inbox) -> Rows:
    return made_rows(desk, phone)


def chosen(pairs: list[tuple[Any, str]]) -> list[tuple[Any, str]]:
    """Some of them, spread over all; all of them where more are asked for."""
    random.Random(20_260_501).shuffle(pairs)
    return pairs[:MANY]


def sent(client: Client, method: str, place: str, fields: dict[str, str]) -> int:
    """The status of one call, which changes nothing that stays."""
    with transaction.atomic():
        answer: Any = getattr(client, method)(place, fields)
        for closer in answer._resource_closers:  # answer.close() would close the connection, too
            closer()
        transaction.set_rollback(True)
    return int(answer.status_code)


def signed_in(desk: Desk) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(desk.admin)
    session = client.session
    session["proved_at"] = 99_999_999_999.0
    session.save()
    return client


def test_no_form_breaks(desk: Desk, rows: Rows) -> None:
    client = signed_in(desk)
    found = [one for one in forms(client, list(addresses(desk, rows).values())) if one[0][0] == "/"]
    assert len(found) > 40
    always = [(one, "far too long a number") for one in found]
    wrong = [
        f"{action} with {what}: {status}"
        for (action, names), what in always + chosen([(one, what) for one in found for what in ODD])
        if (status := sent(client, "post", action, dict.fromkeys(names, ODD[what]))) >= 500
    ]
    assert not wrong, "\n".join(wrong)


def test_no_question_breaks(desk: Desk, rows: Rows) -> None:
    """The same in what stands behind the ? of a page."""
    client, pages = signed_in(desk), list(addresses(desk, rows).values())
    wrong = [
        f"{page} with {what}: {status}"
        for page, what in chosen([(one, what) for one in pages for what in ODD])
        if (status := sent(client, "get", page, dict.fromkeys(QUESTIONS, ODD[what]))) >= 500
    ]
    assert not wrong, "\n".join(wrong)
