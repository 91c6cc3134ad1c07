"""SEC-1 for what colleagues write: names of views, templates, tags, tokens, webhooks, people, their
browsers and their tasks are text on every screen that shows them.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from helpdesk.sandbox.demo.desk import WIDGET_KEY
from tests.e2e.conftest import PASSWORD, Desk
from tests.e2e.test_xss import PROBE, look
from tests.security.payloads import PAYLOADS

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
SHORT = [one for one in PAYLOADS if len(one) <= 60 and one.isascii()]
OLD = {"field": "created", "op": "longer", "value": 30}
MADE = ("savedview", "templatevariant:text", "template", "webhookendpoint", "apitoken", "tag",
        "task:text",
        "invitation:email")  # fmt: skip
PETRA, HERS = "UPDATE helpdesk_agent", "email = 'petra@parley.example'"
ADDRESS = '"<img/src=x/onerror=__xss(1)>"@xss.example'


def signed_in(desk: Desk, email: str, device: str) -> requests.Session:
    """A browser of this name."""
    session = requests.Session()
    session.headers["User-Agent"] = device
    page = session.get(f"{desk.base}/login/", timeout=20).text
    token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[0]
    form = {"username": email, "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert session.post(f"{desk.base}/login/", form, timeout=20).ok
    return session


@pytest.fixture
def named(desk: Desk) -> Iterator[int]:
    """Everything that has a name gets hostile ones; gives a conversation with such tasks."""
    try:
        yield name_all(desk)
    finally:
        forget_all(desk)


def name_all(desk: Desk) -> int:
    session = desk.agent()

    def form(path: str, **fields: Any) -> None:
        answer = session.post(f"{desk.base}{path}", fields, timeout=20)
        assert answer.status_code in (200, 201), (path, answer.status_code, answer.text[-500:])

    talk = desk.get("conversations/", view="all")["results"][0]["id"]
    for number, payload in enumerate(SHORT):
        api: list[tuple[str, dict[str, Any]]] = [
            ("views/", {"name": payload, "filters": [OLD]}),
            ("templates/", {"name": payload, "text": f"{payload} {number}"}),
            (f"conversations/{talk}/tasks/", {"text": payload}),
        ]
        path, body = api[number % len(api)]
        answer = desk.post(path, **body)
        assert answer.status_code == 201, (path, answer.text)
        if number < 8:
            form("/settings/tags/", name=f"{secrets.token_hex(2)}<svg/onload=__xss(1)>")
            form("/settings/tokens/", name=payload, scopes="reports", days="1", reach="all")
            url = f"https://hooks.example/{number}"
            form("/settings/webhooks/new/", name=payload, url=url, kinds="assigned", reach="all")
    form("/settings/people/", email=ADDRESS, role="agent")
    signed_in(desk, "admin@parley.example", SHORT[0])
    words = (SHORT[7], SHORT[7][:60], SHORT[0])
    desk.write(f"{PETRA} SET bio = %s, public_name = %s, signature = %s WHERE {HERS}", *words)
    return int(talk)


def forget_all(desk: Desk) -> None:
    desk.write(f"{PETRA} SET bio = '', public_name = '', signature = '' WHERE {HERS}")
    ours = "SELECT id FROM helpdesk_webhookendpoint WHERE name LIKE '%%xss(%%'"
    desk.write(f"DELETE FROM helpdesk_webhookdelivery WHERE endpoint_id IN ({ours})")  # noqa: S608
    for made in MADE:
        table, _colon, column = made.partition(":")
        hostile = f"helpdesk_{table} WHERE {column or 'name'} LIKE %s"
        desk.write(f"DELETE FROM {hostile}", "%xss(%")  # noqa: S608  names of this module


def test_no_name_runs(desk: Desk, named: int, agent_page: Callable[..., Page]) -> None:
    page = agent_page("admin@parley.example")
    page.context.add_init_script(PROBE)
    look(page, f"{desk.base}/inbox/all/", "inbox-list .row")
    page.keyboard.press("Control+k")
    page.keyboard.type("xss")
    page.wait_for_timeout(300)
    page.keyboard.press("Escape")
    look(page, f"{desk.base}/inbox/c/{named}/", "message-log")
    page.locator("message-composer textarea, composer-box textarea, textarea").first.press("/")
    page.wait_for_timeout(300)
    assert page.evaluate("window.__hits") == []
    screens = ("templates", "queue", "settings/tags", "settings/tokens", "settings/webhooks",
               "settings/people", "settings/audit", "settings/rules/new", "settings/macros/new",
               "account", "you")  # fmt: skip
    for screen in screens:
        look(page, f"{desk.base}/{screen}/", "body")
    expect(page.locator("body")).to_be_visible()
    look(page, f"{desk.base}/chat/{WIDGET_KEY}/?language=en", "body")
    for model in ("tag", "template", "agent"):
        look(page, f"{desk.base}/admin/helpdesk/{model}/", "#content")
