"""SEC-1 for what networks bring and what agents write of calls: text on every screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import Desk, until
from tests.e2e.test_social import make_account
from tests.e2e.test_xss import PROBE, look
from tests.security.payloads import PAYLOADS

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
INLETS = ("text", "location", "contacts", "hologram")
"""Words, names of places and people, and a kind that nobody knows; each with a reaction."""


def test_nothing_that_networks_and_calls_bring_runs(
    desk: Desk, agent_page: Callable[..., Page]
) -> None:
    page = agent_page("admin@parley.example")
    account = make_account(desk, page)
    clean = [
        one.replace("\x00", "").replace("\ud800", "").replace("\udfff", "") for one in PAYLOADS
    ]
    account.say("x0", "text", {"body": "Hello"})
    row = account.row()
    for number, payload in enumerate(clean):
        kind, named = INLETS[number % len(INLETS)], f"x{number + 1}"
        place = {"latitude": 1.5, "longitude": 2.5, "name": payload, "address": payload}
        person = {"name": {"formatted_name": payload}, "phones": [{"phone": payload}]}
        content = {
            "text": {"body": payload},
            "location": place,
            "contacts": [person],
            "hologram": {"size": payload},
        }[kind]
        account.say(named, kind, content, context={"id": "x0"})
        reaction = {"message_id": named, "emoji": payload[:30]}
        account.say(f"r{number}", "reaction", reaction)
    for payload in clean[:10]:
        path = f"conversations/{row['id']}/calls/"
        logged = desk.post(path, way="in", disposition=payload[:120], notes=payload).json()
        words = {"disposition": payload[:60], "notes": f"{payload} again"}
        url = f"{desk.base}/api/v1/calls/{logged['id']}/"
        assert desk.agent().patch(url, json=words, timeout=10).status_code == 200
    last = f"x{len(clean)}"
    until(lambda: last in _ids(desk, row["id"]), 60)

    page.context.add_init_script(PROBE)
    look(page, f"{desk.base}/inbox/c/{row['id']}/", "message-log .callcard")
    look(page, f"{desk.base}/inbox/all/", "inbox-list .row")
    look(page, f"{desk.base}/customers/{row['customer']['id']}/", "main")
    look(page, f"{desk.base}/admin/helpdesk/call/", "#content")


def _ids(desk: Desk, pk: int) -> set[str]:
    shown = desk.get(f"conversations/{pk}/")["messages"]
    return {one["external_id"] for one in shown}
