"""SEC-1: whatever text stands in the database, no page of ours lets it become markup.

Every text field of every model is filled with a mark, without asking who may write there; then
every page and every screen of the back office is read as a browser does. In Chromium
tests/e2e/test_xss.py asks the same of what scripts draw. A new model or field takes part by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import DatabaseError, models, transaction
from django.db.models import F, Value
from django.db.models.functions import Cast, Concat
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from helpdesk import audit
from helpdesk.models import Act, Customer, InboundEvent
from helpdesk.services import holding, joining
from tests.admin import desk as back_office
from tests.admin.test_every_screen import MAKE
from tests.api.conftest import program
from tests.core.conftest import Desk, channel, desk, nudges, phone
from tests.core.rights import Rows, made_rows
from tests.core.test_page_rights import addresses

__all__ = ["channel", "desk", "nudges", "phone"]
MARK = """"'><x-x>"""
APPS = ("helpdesk", "chat", "channels_email", "invitations", "visits")
CODES = frozenset({
    *("password", "session", "token_sha256", "next_sha256", "previous_sha256", "uid_sha256"),
    *("sha256", "digest", "hash", "previous", "key", "dedupe_key", "endpoint_hash"),
    *("language", "time_zone", "timezone", "calendar", "country", "region"),
    *("currency", "order_currency", "channel", "provider", "kind", "act", "role", "way", "metric"),
    *("clock", "state", "then", "decision", "outcome", "about", "about_id", "source"),
    *("content_type", "last_direction", "error_code", "advice", "category"),
})  # fmt: skip
"""Fields by name that hold one of a list of ours, a hash, or the reader's own session: no words of
anybody, and a page that finds something else there has no row to show.
"""


SEALED = {"helpdesk.AuditEntry.reason"}
"""What takes no mark: the log is only added to. Its words are marked as they come in."""


class Reader(HTMLParser):
    """What of the marks a browser would take for markup, and addresses that are scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag.startswith("x-x") or any(name.startswith(("x-x", "<x")) for name, _value in attrs):
            self.found.append(self.get_starttag_text() or tag)
        for name, value in attrs:
            if (value or "").strip().lower().startswith(("javascript:", "data:text")):
                self.found.append(f"{name}={value}")


def fields() -> Iterator[tuple[type[models.Model], models.Field[Any, Any]]]:
    for model in apps.get_models():
        if model._meta.app_label in APPS:
            for field in model._meta.get_fields():
                if not isinstance(field, models.CharField | models.TextField) or field.choices:
                    continue
                if field.name not in CODES:
                    yield model, field


def mark(model: type[models.Model], field: models.Field[Any, Any]) -> bool:
    """Put the mark into a column, with the row's number where it has to be its own."""
    size = field.max_length or 1000
    alone = field.unique or any(
        one.name == "tag_name_unique" or field.name in getattr(one, "fields", ())
        for one in model._meta.constraints
    )
    text: Any = Value(MARK)
    if alone and size >= len(MARK) + 12:
        text = Concat(Value(MARK), Cast(F("pk"), models.CharField()))
    try:
        with transaction.atomic():
            model._default_manager.update(**{field.name: text})
    except DatabaseError:
        return False
    return True


@pytest.fixture
def rows(desk: Desk, phone: Any) -> Rows:
    return made_rows(desk, phone)


def filled(desk: Desk, rows: Rows) -> list[str]:
    """One row of everything, and the addresses of all pages."""
    made = list(addresses(desk, rows).values())
    here = rows.conversation.inbox
    own = Customer.objects.get(pk=rows.conversation.customer_id)
    events = list(InboundEvent.objects.all()[:1]) * 2
    office = back_office.Desk(
        desk.admin, desk.supervisor, desk.agent, desk.stranger, here, desk.elsewhere, desk.mine,
        events[0], events[1], own, own,
    )  # fmt: skip
    for make in MAKE.values():
        make(office, 70)
    program(desk.admin)
    joining.invite("nia@desk.example", "agent", [], by=desk.admin)
    holding.hold(own, reason="x", by=desk.admin)
    audit.record(Act.CHANGED, own, by=desk.admin, changes={MARK: [MARK, MARK]}, reason=MARK)
    for model in admin.site._registry:
        row = model._default_manager.order_by("-pk").first()
        meta = model._meta
        name = f"admin:{meta.app_label}_{meta.model_name}_"
        assert row is not None, model
        made += [reverse(f"{name}changelist"), reverse(f"{name}add")]
        made += [
            reverse(f"{name}{page}", args=[row.pk]) for page in ("change", "delete", "history")
        ]
    return made


def test_no_text_becomes_markup(desk: Desk, rows: Rows) -> None:
    pages = filled(desk, rows)
    client = Client(headers={"User-Agent": MARK})
    client.force_login(desk.admin)
    client.get("/inbox/")
    refused = {
        f"{model._meta.label}.{field.name}" for model, field in fields() if not mark(model, field)
    }
    assert refused == SEALED, "a field that takes no mark needs a reason"
    marked, wrong = 0, []
    for page in [*pages, "/account/", "/settings/"]:
        with transaction.atomic():
            answer: Any = client.get(page)
            for closer in answer._resource_closers:
                closer()
            transaction.set_rollback(True)
        assert answer.status_code < 500, page
        if answer.status_code == 200 and "html" in answer["Content-Type"]:
            text = answer.content.decode()
            marked += "x-x" in text
            wrong += [f"{page}: {one}" for one in Reader(text).found]
    assert not wrong, "\n".join(wrong)
    assert marked > 100


def test_the_reader_sees_what_a_browser_sees() -> None:
    for text in (MARK, f"<p title={MARK}", f'<a href="{MARK}">x</a>', "<a href=' JavaScript:x'>"):
        assert Reader(text).found, text
    assert not Reader(f"<p title='{escape(MARK)}'>{escape(MARK)}</p>").found
