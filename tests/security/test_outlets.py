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


SEALED = {"helpdesk.AuditEntry.reason", "helpdesk.AuditEntry.changes"}
"""What takes no mark: the log is only added to. Its words are marked as they come in."""


STRUCTURE = frozenset({
    *("kind", "match", "field", "op", "type", "state", "ours", "tz", "zone", "days", "clock"),
    *("act", "metric", "when", "channel", "direction", "visibility", "at", "since", "message"),
    *("mode", "order", "position", "color", "tracking", "identity", "theme", "via", "way"),
    *("steps", "warnings", "targets", "conditions", "calendar", "limits", "flex", "channels_off"),
    *("alerts", "preferences", "translations", "tombstones", "files", "attachments", "before"),
    *("moved", "filled", "made", "signs", "causes", "client_id", "public_seq", "id", "date"),
    *("started_at", "due_at", "until", "from", "to"),
})  # fmt: skip
"""Names in JSON (a column's own, or one within) under which stand codes, times and numbers of ours.

"from" and "to" are states in events; addresses under these names are marked with the message.
"""
SAID: dict[str, dict[str, Any]] = {
    "helpdesk.Message.meta": {
        "from_name": MARK, "cc": [MARK], "reply_to": MARK, "said_by": MARK, "rule": MARK,
        "possible": [MARK], "notes": [MARK], "full_text": MARK, "resembles": MARK,
        "reactions": {MARK: [MARK]}, "our_reaction": {"emoji": MARK, "state": "failed",
        "error": MARK},
    },
    "helpdesk.Conversation.context": {
        "page": {"url": MARK, "title": MARK}, "device": MARK, "browser": MARK, "city": MARK,
    },
    "helpdesk.Conversation.answers": {"q": MARK, MARK: MARK},
    "helpdesk.Customer.fields": {"size": MARK, MARK: MARK},
    "helpdesk.ConversationEvent.payload": {"why": MARK, "name": MARK, "address": MARK},
    "helpdesk.InboundEvent.headers": {"via": MARK, "mail_from": MARK, "rcpt": MARK, "folder": MARK},
    "helpdesk.ImportRun.report": {"faults": [MARK], MARK: MARK},
    "helpdesk.Call.lines": {MARK: MARK},
    "helpdesk.AlarmWay.mails": {},
    "visits.Visit.utm": {"source": MARK, "campaign": MARK, MARK: MARK},
    "visits.Visit.searches": {},
}  # fmt: skip
"""Words that are put into a column even where the row has none."""


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


def inked(value: Any, name: str = "") -> Any:
    """The same with a mark behind each text in it that is somebody's words."""
    if isinstance(value, str):
        return value if name in STRUCTURE else f"{value}{MARK}"
    if isinstance(value, list):
        return value if name in STRUCTURE else [inked(one, name) for one in value]
    if isinstance(value, dict):
        return {key: inked(one, key) for key, one in value.items()}
    return value


def mark_json() -> int:
    """Put marks into all JSON columns; how many rows have one now."""
    marked = 0
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if model._meta.app_label not in APPS or not isinstance(field, models.JSONField):
                continue
            label = f"{model._meta.label}.{field.name}"
            if label in SEALED or field.name in STRUCTURE | {"secrets"}:
                continue
            for row in model._default_manager.all():
                before = getattr(row, field.name)
                after = inked(before, field.name)
                if isinstance(after, dict):
                    after = SAID.get(label, {}) | after if before else SAID.get(label, {})
                if after != before:
                    model._default_manager.filter(pk=row.pk).update(**{field.name: after})
                    marked += 1
    return marked


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
    assert refused == SEALED - {"helpdesk.AuditEntry.changes"}, "what takes no mark needs a reason"
    assert mark_json() > 40
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
