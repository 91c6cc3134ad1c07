"""SEC-1 for what the desk itself writes down: what could not be read, what went wrong and why, what
was asked and agreed to. It quotes strangers, providers and colleagues, and is text on every screen.

One row holds several payloads, so that a page shows many at once.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, models
from playwright.sync_api import Page

from helpdesk.models import (
    ChannelHealth,
    Confirmation,
    Consent,
    CustomField,
    ImportRun,
    InboundEvent,
    LegalHold,
    Macro,
    Notice,
    Probe,
    Queue,
    Relief,
    Ringing,
    Rule,
    Skill,
    UnknownName,
    WebhookDelivery,
    WebhookEndpoint,
)
from tests.e2e.conftest import Desk
from tests.e2e.test_xss import PROBE, look
from tests.security.payloads import PAYLOADS

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
NOW = datetime.now(UTC)
LATER = NOW + timedelta(days=1)
CLEAN = [one.replace("\x00", "").encode("utf-8", "ignore").decode() for one in PAYLOADS]


class Held:
    """Rows that were put in, so that they can be taken out again."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self._made = desk, list[tuple[str, int]]()
        self._number = 900_000_000 + secrets.randbelow(1_000_000)
        self._words = 0

    def words(self, most: int) -> str:
        """The next payloads, as many as fit."""
        said = ""
        for _one in CLEAN:
            following = CLEAN[self._words % len(CLEAN)]
            if said and len(said) + len(following) > most:
                break
            said += following
            self._words += 1
        return said[:most]

    def put(self, row: models.Model) -> int:
        self._number += 1
        row.pk = self._number
        fields = row._meta.concrete_fields
        names = ", ".join(f'"{one.column}"' for one in fields)
        values = [one.get_db_prep_save(one.pre_save(row, True), connection) for one in fields]
        marks = ", ".join(["%s"] * len(fields))
        table = row._meta.db_table
        self.desk.write(f"INSERT INTO {table} ({names}) VALUES ({marks})", *values)  # noqa: S608
        self._made.append((table, self._number))
        return self._number

    def clear(self) -> None:
        for table, pk in reversed(self._made):
            self.desk.write(f"DELETE FROM {table} WHERE id = %s", pk)  # noqa: S608


@pytest.fixture
def held(desk: Desk) -> Iterator[Held]:
    made = Held(desk)
    try:
        yield made
    finally:
        made.clear()


def screens(held: Held) -> list[str]:
    """Rows with payloads in every word, and the pages that show them."""
    desk = held.desk
    row = desk.get("conversations/", view="all")["results"][0]
    talk = desk.get(f"conversations/{row['id']}/")
    customer, me = talk["customer"]["id"], desk.get("me/")["agent"]["id"]
    (inbox, *_others) = [one["id"] for one in desk.get("inboxes/")["results"]]
    say = held.words
    broken = held.put(InboundEvent(
        inbox_id=inbox, dedupe_key=secrets.token_hex(8), content_sha256=b"", received_at=NOW,
        body=say(2000).encode(), next_at=NOW, state="quarantined", error=say(2000),
        headers={"via": say(60), "mail_from": say(60), "rcpt": say(60), "folder": say(60)},
    ))  # fmt: skip
    given_up = held.put(InboundEvent(
        inbox_id=inbox, dedupe_key=secrets.token_hex(8), content_sha256=b"", received_at=NOW,
        body=b"x", next_at=NOW, state="discarded", discard_reason=say(300), error=say(600),
    ))  # fmt: skip
    note = {"act": "note", "value": say(500)}
    macro = held.put(Macro(name=say(60), actions=[note], position=99, changed_at=NOW))
    rule = held.put(Rule(
        name=say(60), kind="message_received", position=99, enabled=False, everywhere=True,
        changed_at=NOW, actions=[note], conditions={"match": "all", "rows": []},
    ))  # fmt: skip
    held.put(Ringing(name="DiskFull", place=say(200), value=1, since=NOW, seen_at=NOW))
    held.put(Ringing(
        name="DiskFull", place=say(200), value=1, since=NOW, seen_at=NOW, over_at=NOW
    ))  # fmt: skip
    held.put(Notice(to="x@xss.example", alarm=True, made_at=NOW, due_at=LATER, error=say(300)))
    desk.write("DELETE FROM helpdesk_probe WHERE inbox_id = %s", inbox)
    held.put(Probe(inbox_id=inbox, sent_at=NOW, error=say(300), failing_since=NOW))
    held.put(ChannelHealth(
        inbox_id=inbox, way=say(20), failing_since=NOW, error=say(300), advice="server"
    ))  # fmt: skip
    held.put(UnknownName(inbox_id=inbox, kind="key", name=say(60), first_seen=NOW, last_seen=NOW))
    held.put(UnknownName(inbox_id=inbox, kind="type", name=say(60), first_seen=NOW, last_seen=NOW))
    held.put(Confirmation(
        kind="erase", customer_id=customer, reason=say(200), asked_by_id=me, asked_at=NOW,
        until=LATER,
    ))  # fmt: skip
    held.put(LegalHold(customer_id=customer, reason=say(200), by_id=me, at=NOW))
    held.put(Consent(
        customer_id=customer, purpose="marketing", version=say(80), text=say(500),
        source=say(80), proof=say(300), given_at=NOW, recorded_by_id=me,
    ))  # fmt: skip
    hook = held.put(WebhookEndpoint(
        name=say(60), url="https://hooks.example/x", kinds=["assigned"], enabled=False,
        read_to=10**9, stopped_at=NOW, created_at=NOW, made_by_id=me,
    ))  # fmt: skip
    held.put(WebhookDelivery(
        endpoint_id=hook, kind="assigned", state="failed", next_at=NOW, give_up_at=NOW,
        status=500, error=say(300), created_at=NOW, tried_at=NOW,
    ))  # fmt: skip
    held.put(Queue(name=say(60)))
    held.put(Skill(name=say(60), description=say(300)))
    held.put(CustomField(key="xss", label=say(60), kind="text", position=99))
    held.put(Relief(kind="limits", more=0, reason=say(200), by_id=me, made_at=NOW, until=LATER))
    faults = {"counts": {"faulty": 1}, "faults": [[1, say(200)]]}
    held.put(ImportRun(source="csv", name=say(100), by_id=me, at=NOW, report=faults))
    paths = """settings/unread settings/macros settings/rules settings/alarms settings/inboxes
        settings/privacy settings/webhooks settings/import queue"""
    paths += f""" settings/unread/{broken} settings/unread/{given_up} settings/macros/{macro}
        settings/rules/{rule} settings/rules/{rule}/log settings/inboxes/{inbox}
        customers/{customer} customers/{customer}/privacy settings/webhooks/{hook}
        settings/webhooks/{hook}/log inbox/c/{row["id"]} admin/helpdesk/queue
        admin/helpdesk/inboundevent/{broken}/change
        admin/helpdesk/skill admin/helpdesk/inbox"""
    return [f"{desk.base}/{one}/" for one in paths.split()]


def test_nothing_that_the_desk_wrote_down_runs(
    desk: Desk, held: Held, agent_page: Callable[..., Page]
) -> None:
    page = agent_page("admin@parley.example")
    page.context.add_init_script(PROBE)
    shown = 0
    for address in screens(held):
        look(page, address, "body")
        shown += "__xss" in page.locator("body").inner_text()
    assert shown >= 15, "the pages show what they were opened for"


def test_nothing_in_a_sheet_that_cannot_be_imported_runs(
    desk: Desk, agent_page: Callable[..., Page]
) -> None:
    """Every line is wrong, and is told with what was wrong in it."""
    page = agent_page("admin@parley.example")
    page.context.add_init_script(PROBE)
    quoted = [f'"{one.replace(chr(34), chr(34) * 2)}"' for one in CLEAN]
    lines = [f"{one},{one},{one}" for one in quoted]
    sheet = "\n".join(["email,phone,language", *lines]).encode()
    look(page, f"{desk.base}/settings/import/", "input[type=file]")
    file: Any = {"name": f"{CLEAN[7]}.csv", "mimeType": "text/csv", "buffer": sheet}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Look", exact=True).click()
    page.wait_for_load_state()
    page.locator("body").get_by_text("__xss").first.wait_for()
    assert page.evaluate("window.__hits") == []
