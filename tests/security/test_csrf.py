"""SEC-21: nothing that a cookie signs in is done without the token of our own page, and looking
at a page changes nothing. Generated from the routes: a new one is asked by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from helpdesk.models import Inbox
from tests.core.conftest import Desk, channel, desk, nudges, phone
from tests.core.rights import CASES, Rows, made_rows
from tests.core.test_page_rights import PAGES, addresses

__all__ = ["channel", "desk", "nudges", "phone"]

EXEMPT = {
    "hooks/<slug:provider>/<str:key>": "the provider's signature is the proof",
    "inboxes/<str:key>/raw/": "a secret in the header is the proof",
    "mail/unsubscribe/<str:token>/": "the token in the address is the proof (RFC 8058)",
}
"""Posts without a token, and why: no cookie signs anybody in there."""
VISITORS = "chat/"
"""What visitors post: no cookie is read there, and tests/security/test_origins.py asks who may."""
WRITES = re.compile(r'(INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
SEEN = {"django_session", "helpdesk_signin", "helpdesk_pushkey"}
"""What a look may write: that an agent is there, and once the desk's own key."""


def views(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, object]]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield path, entry.callback
        else:
            yield from views(entry, path)


def test_only_reviewed_addresses_take_posts_without_a_token() -> None:
    """The API's views are exempt for Django and asked by their own authentication instead."""
    exempt = {
        path.removeprefix("api/v1/")
        for path, view in views(get_resolver())
        if getattr(view, "csrf_exempt", False) and not hasattr(view, "cls")
    }
    assert {one for one in exempt if not one.startswith(VISITORS)} == set(EXEMPT) | {
        "<path:rest>"  # which only says that there is nothing
    }


@pytest.fixture
def rows(desk: Desk, phone: Inbox) -> Rows:
    return made_rows(desk, phone)


def test_no_post_without_a_token(desk: Desk, rows: Rows) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(desk.admin)
    pages = [("post", url, route) for route, url in addresses(desk, rows).items()]
    calls = [(case.method, rows.url(route), route) for route, case in CASES if case.method != "get"]
    admin = [("post", f"/admin/helpdesk/{name}/add/", name) for name in ("inbox", "agent", "tag")]
    for method, url, route in pages + calls + admin:
        with transaction.atomic():
            answer = getattr(client, method)(url, "{}", content_type="application/json")
            transaction.set_rollback(True)
        assert answer.status_code == 403 or (answer.status_code == 405 and route in PAGES), url


def test_looking_changes_nothing(desk: Desk, rows: Rows) -> None:
    client = Client()
    client.force_login(desk.admin)
    looks = list(addresses(desk, rows).values())
    looks += [rows.url(route) for route, case in CASES if case.method == "get"]
    client.get("/inbox/")
    wrote = []
    for url in looks:
        for method in ("get", "head"):
            with CaptureQueriesContext(connection) as ran, transaction.atomic():
                answer = getattr(client, method)(url)
                for closer in answer._resource_closers:
                    closer()
                transaction.set_rollback(True)
            for query in ran.captured_queries:
                found = WRITES.match(query["sql"])
                if found and found[2] not in SEEN:
                    wrote.append(f"{method} {url}: {found[0]}")
    assert not wrote, "\n".join(wrote)
