"""Hits: what they write, what passes, who may send them, what triggers get to see."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest import mock

import pytest
import redis
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chat.visits import hooks, live
from chat.visits.facts import Facts
from chat.visits.models import PageView, Visit, Visitor
from helpdesk import quick_redis
from helpdesk.models import Inbox
from tests.visits.conftest import FIREFOX, ORIGIN, Page

pytestmark = pytest.mark.django_db
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Facts]:
    """Facts of every hit that triggers were asked about."""
    seen: list[Facts] = []
    monkeypatch.setattr(hooks, "_evaluators", [seen.append])
    return seen


@pytest.fixture
def without_valkey() -> Iterator[None]:
    broken = mock.Mock()
    for name in ("hgetall", "pipeline", "exists", "zadd", "set", "mget", "zscore"):
        getattr(broken, name).side_effect = redis.ConnectionError("gone")
    with mock.patch.object(quick_redis, "client", return_value=broken):
        yield


def writes(page: Page, kind: str, **more: Any) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        page.hit(kind, **more)
    verbs = [one["sql"].split()[0] for one in seen.captured_queries]
    return [verb for verb in verbs if verb in {"INSERT", "UPDATE", "DELETE"}]


def test_pages_are_rows_and_beats_are_none(page: Page) -> None:
    assert page.hit()["beat"] == 5
    assert writes(page, "beat", seconds=5, scroll=40, data={"idle": 2}) == []
    for kind, data in (
        ("cart", {"items": 2, "value": "64.00", "currency": "EUR"}),
        ("distress", {"kind": "rage"}),
        ("set", {"segment": "hotel"}),
        ("exit", {}),
        ("track", {"name": "video"}),
    ):
        assert writes(page, kind, data=data) == []
    page.url = ORIGIN + "/pillows"
    page.hit()
    visit = Visit.objects.get()
    assert visit.pages == 2
    assert visit.landing == ORIGIN + "/duvets"
    assert list(visit.views.order_by("at").values_list("url", flat=True)) == [
        ORIGIN + "/duvets",
        ORIGIN + "/pillows",
    ]


def test_costs_of_a_page_and_a_beat(page: Page) -> None:
    page.hit()
    with CaptureQueriesContext(connection) as seen:
        page.hit("page")
    sql = [one["sql"] for one in seen.captured_queries if "SAVEPOINT" not in one["sql"]]
    assert len(sql) <= 4, "\n".join(sql)
    with CaptureQueriesContext(connection) as seen:
        page.hit("beat")
    assert len(seen.captured_queries) == 1


def test_goodbye_tells_how_long_and_fades_from_the_list(page: Page) -> None:
    page.hit()
    page.hit("bye", seconds=42)
    assert PageView.objects.get().seconds == 42
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=11)):
        assert live.present(page.inbox.pk) == ([], 0)


def test_half_an_hour_of_silence_ends_a_visit(page: Page) -> None:
    page.hit()
    first = page.visit
    Visit.objects.update(
        started_at=datetime.now(UTC) - timedelta(hours=1),
        ended_at=datetime.now(UTC) - timedelta(minutes=31),
    )
    page.hit()
    assert page.visit != first
    assert Visit.objects.count() == 2


def test_returning_visitor_is_counted(consented: Page, asked: list[Facts]) -> None:
    consented.hit("consent", data={"granted": True})
    consented.hit()
    again = Page(consented.inbox, visitor=consented.visitor)
    again.hit()
    assert Visitor.objects.get().visits == 2
    assert (asked[-1].visits, asked[-1].returning) == (2, True)
    assert asked[-1].visitor == consented.visitor
    again.hit("declined", data={"id": "t1"})
    visitor = Visitor.objects.get()
    assert visitor.declines == 1
    assert visitor.declined_at is not None
    again.hit("beat")
    assert asked[-1].declined_at is not None


def test_facts_tell_what_happened(page: Page, asked: list[Facts]) -> None:
    page.url = ORIGIN + "/duvets/linen?size=200&utm_source=news&utm_campaign=may"
    page.headers = {"User-Agent": PHONE}
    page.hit(page={"url": page.url, "title": "Linen", "referrer": "https://www.example.org/?q=oat"})
    page.hit("search", data={"term": "sage duvet", "results": 0})
    page.hit("cart", data={"items": [{"name": "Duvet", "quantity": 2, "price": 64}], "value": 128,
                           "currency": "eur", "step": "payment"})  # fmt: skip
    page.hit("distress", data={"kind": "error"})
    page.hit("distress", data={"kind": "error"})
    page.hit("set", data={"segment": "hotel", "deep": {"no": 1}})
    page.hit("beat", seconds=31, scroll=80, data={"idle": 12})
    facts = asked[-1]
    assert facts.event == "beat"
    assert facts.path == "/duvets/linen"
    assert facts.query["size"] == "200"
    assert facts.utm == {"source": "news", "campaign": "may"}
    assert (facts.referrer, facts.device, facts.language) == ("www.example.org", "phone", "en-GB")
    assert (facts.page_seconds, facts.scroll, facts.idle_seconds) == (31, 80, 12)
    assert (facts.search, facts.search_results) == ("sage duvet", 0)
    assert (facts.cart_items, facts.cart_value, facts.cart_currency) == (2, Decimal(128), "EUR")
    assert (facts.step, facts.errors, facts.rage) == ("payment", 2, 0)
    assert facts.data["segment"] == "hotel"
    assert "deep" not in facts.data
    assert facts.visits == 0
    assert Visit.objects.get().searches == ["oat", "sage duvet"]
    page.hit("order", data={"id": "A1", "value": 128})
    assert asked[-1].cart_value is None


def test_first_answer_of_a_hook_is_the_invitation_and_a_broken_one_costs_nothing(
    page: Page, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(facts: Facts) -> None:
        raise ZeroDivisionError

    answer = {"id": "7", "text": "Need help?"}
    monkeypatch.setattr(hooks, "_evaluators", [broken, lambda facts: answer, lambda facts: {}])
    assert page.hit()["invite"] == answer
    assert "ZeroDivisionError" in caplog.text


def test_without_valkey_pages_are_kept_and_nobody_is_troubled(
    page: Page, asked: list[Facts], without_valkey: None
) -> None:
    assert page.hit()["visit"] == page.visit
    assert page.hit("beat", seconds=9)["beat"] == 5
    assert asked[-1].pages == 1
    assert asked[-1].url == page.url
    assert page.hit("bye", seconds=10)["visit"] == page.visit
    assert PageView.objects.get().seconds == 10
    assert live.present(page.inbox.pk) == ([], 0)


def test_state_that_was_lost_comes_back_from_the_rows(page: Page, asked: list[Facts]) -> None:
    page.hit()
    live.forget(page.inbox.pk, [page.visit])
    page.hit("beat")
    assert asked[-1].landing == page.url
    assert live.present(page.inbox.pk)[1] == 1


def test_beat_of_an_unknown_visit_keeps_nothing(page: Page) -> None:
    assert page.hit("beat")["visit"] == ""
    assert not Visit.objects.exists()
    assert live.present(page.inbox.pk) == ([], 0)


def test_too_many_hits_are_refused(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HITS_PER_VISIT", 3)
    page.hit()
    page.hit("beat")
    page.hit("beat")
    assert page.post("beat").status_code == 429
    monkeypatch.setattr(live, "HITS_PER_ADDRESS", 5)
    other = Page(page.inbox)
    other.hit()
    assert other.post("beat").status_code == 429
    assert Visit.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b" ", 400),
        (b"[]", 400),
        (b'{"kind": "explode"}', 400),
        (b'{"kind": ["page"]}', 400),
        (b'{"kind": "page", "page": 7}', 400),
        (b'{"kind": "page", "page": {"url": "javascript:alert(1)"}}', 400),
        (b'{"kind": "page", "page": {"url": "https://["}}', 400),
        (b'{"kind":"page","data":' + b'{"a":' * 2000 + b"1" + b"}" * 2001, 400),
        (b'{"kind":"beat","data":' + b'{"a":' * 20 + b"1" + b"}" * 21, 200),
        (b'{"kind": "page", "x": "' + b"a" * 17000 + b'"}', 413),
        (b'{"kind":"beat","seconds":1e400,"scroll":-5,"visit":{"a":1},"visitor":[]}', 400),
        (b'{"kind":"beat","seconds":1e300,"scroll":-5,"visit":{"a":1},"visitor":[]}', 200),
        (b'{"kind":"page","page":{"url":"https://a.example/\\u0000","title":"a\\u0000b"}}', 200),
    ],
)
def test_odd_bodies(inbox: Inbox, body: bytes, status: int) -> None:
    answer = Client().post(
        f"/chat/{inbox.key}/hit/",
        body,
        "text/plain",
        headers={"Origin": ORIGIN, "User-Agent": FIREFOX},
    )
    assert answer.status_code == status, answer.content


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (ORIGIN, 200),
        ("https://shop.example.evil.example", 403),
        ("http://shop.example", 403),
        ("https://shop.example:8443", 403),
        ("null", 403),
        ("", 403),
    ],
)
def test_only_the_widgets_sites_may_send(page: Page, origin: str, status: int) -> None:
    page.headers = {"Origin": origin} if origin else {"Origin": ""}
    answer = page.post("page")
    assert answer.status_code == status
    assert answer["Vary"].startswith("Origin") or "Origin" in answer["Vary"]
    assert "Access-Control-Allow-Credentials" not in answer
    assert not answer.cookies
    if status == 200:
        assert answer["Access-Control-Allow-Origin"] == origin
    else:
        assert "Access-Control-Allow-Origin" not in answer
        assert not Visit.objects.exists()


def test_preflight_is_answered_and_other_types_are_not_read(inbox: Inbox) -> None:
    path = f"/chat/{inbox.key}/hit/"
    asked = Client().options(path, headers={"Origin": ORIGIN})
    assert asked.status_code == 204
    assert asked["Access-Control-Allow-Origin"] == ORIGIN
    assert asked["Access-Control-Allow-Methods"] == "POST"
    headers = {"Origin": ORIGIN, "User-Agent": FIREFOX}
    body = json.dumps({"kind": "page", "page": {"url": ORIGIN + "/"}})
    assert Client().post(path, body, "application/xml", headers=headers).status_code == 415
    assert Client().post(path, body, "application/json", headers=headers).status_code == 200
    assert Client().post("/chat/none/hit/", body, "text/plain", headers=headers).status_code == 404
    assert Client().get(path).status_code == 405
