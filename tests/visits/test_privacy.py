"""What is never kept: anything without consent, full addresses, secrets in URLs, ids in clear."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat.visits import hooks, live, retention
from chat.visits.facts import Facts
from chat.visits.models import PageView, Visit, Visitor
from helpdesk.models import Inbox
from helpdesk.quick_redis import client as valkey
from tests import factories
from tests.visits.conftest import Page

pytestmark = pytest.mark.django_db

KINDS = ("page", "beat", "search", "cart", "order", "distress", "set", "declined", "bye")
SILENCE = {"visitor": "", "visit": "", "beat": 0, "invite": None}


def nothing_kept() -> bool:
    keys = [key for key in valkey().scan_iter("visits:*") if b":rate:" not in key]
    return not (Visitor.objects.exists() or Visit.objects.exists() or keys)


@pytest.mark.parametrize("kind", KINDS)
def test_off_writes_nothing_at_all(
    inbox: Inbox, page: Page, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Facts] = []
    monkeypatch.setattr(hooks, "_evaluators", [asked.append])
    inbox.settings = {}
    inbox.save()
    with CaptureQueriesContext(connection) as seen:
        assert page.hit(kind, data={"term": "x"}) == SILENCE
    assert [one["sql"].split()[0] for one in seen.captured_queries] == ["SELECT"]
    assert nothing_kept()
    assert not list(valkey().scan_iter("visits:*"))
    assert not asked


@pytest.mark.parametrize("header", ["Sec-GPC", "DNT"])
@pytest.mark.parametrize("tracking", ["session", "consented"])
def test_browser_that_asks_not_to_be_tracked_is_not(
    inbox: Inbox, page: Page, header: str, tracking: str
) -> None:
    inbox.settings["tracking"] = tracking
    inbox.save()
    page.headers = {header: "1"}
    assert page.hit("consent", data={"granted": True}) == SILENCE
    assert page.hit() == SILENCE
    assert nothing_kept()


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "curl/8.5.0",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (Linux; Android 6.0.1) Chrome/99 Mobile (compatible; bingbot/2.0)",
        "facebookexternalhit/1.1",
        "Mozilla/5.0 (X11) Chrome/120 Safari/537.36 Chrome-Lighthouse",
    ],
)
def test_bots_are_not_visitors(page: Page, agent: str) -> None:
    page.headers = {"User-Agent": agent}
    assert page.hit() == SILENCE
    assert nothing_kept()


def test_phone_that_is_called_cubot_is_a_visitor(page: Page) -> None:
    page.headers = {"User-Agent": "Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 40) Mobile"}
    assert page.hit()["beat"] == 5
    assert Visit.objects.get().device == "phone"


def test_session_keeps_no_visitor_even_if_a_page_sends_one(page: Page) -> None:
    page.visitor = "a-visitor-id-of-24-chars"
    assert page.hit()["visitor"] == ""
    assert Visit.objects.get().visitor is None
    assert not Visitor.objects.exists()


def test_before_consent_nothing_is_kept_and_after_withdrawal_nothing_stays(
    consented: Page,
) -> None:
    page = consented
    assert page.hit() == SILENCE
    assert nothing_kept()
    assert page.hit("consent", data={"granted": True, "version": "2026-01"})["visitor"]
    page.hit()
    page.hit("beat")
    known = Visitor.objects.get()
    assert known.visits == 1
    assert known.consent_version == "2026-01"
    assert page.visitor not in json.dumps(list(Visitor.objects.values()), default=str)
    assert page.hit("consent", data={"granted": False}) == SILENCE
    assert nothing_kept()
    assert not PageView.objects.exists()


def test_unknown_visitor_id_is_no_consent(consented: Page) -> None:
    consented.visitor = "made-up-or-long-forgotten"
    assert consented.hit() == SILENCE
    assert nothing_kept()


def test_one_visitor_opens_no_visit_of_another(consented: Page) -> None:
    consented.hit("consent", data={"granted": True})
    consented.hit()
    thief = Page(consented.inbox)
    thief.hit("consent", data={"granted": True})
    thief.visit = consented.visit
    assert thief.hit("beat", data={"idle": 3})["visit"] == ""
    thief.visit = consented.visit
    thief.hit()
    assert thief.visit != consented.visit
    assert Visit.objects.get(key=consented.visit).pages == 1


def test_address_is_cut_and_country_comes_from_our_proxy_only(
    inbox: Inbox, settings: LazySettings
) -> None:
    settings.TRUSTED_COUNTRY_HEADER = "CF-IPCountry"
    told = {"X-Forwarded-For": "203.0.113.77", "CF-IPCountry": "fi"}
    Page(inbox, headers=told).hit()
    assert Visit.objects.get().network == "127.0.0.0"
    assert Visit.objects.get().country == ""
    Visit.objects.all().delete()
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    Page(inbox, headers=told).hit()
    assert Visit.objects.get().network == "203.0.113.0"
    assert Visit.objects.get().country == "FI"
    Visit.objects.all().delete()
    Page(inbox, headers={"X-Forwarded-For": "2001:db8:1234:5678::9"}).hit()
    assert Visit.objects.get().network == "2001:db8:1234::"


def test_secrets_in_addresses_are_not_kept(inbox: Inbox) -> None:
    secret = "https://u:pw@shop.example/reset?token=abc&e-mail=a%40b.c&size=2#frag"
    page = Page(inbox, url=secret)
    page.hit(page={"url": secret, "title": "x", "referrer": "https://mail.example/?sid=7&q=linen"})
    kept = json.dumps(list(Visit.objects.values()) + list(PageView.objects.values()), default=str)
    for gone in ("abc", "a%40b", "pw@", "frag", "sid"):
        assert gone not in kept
    visit = Visit.objects.get()
    assert visit.referrer == "mail.example"
    assert visit.searches == ["linen"]
    assert "size=2" in visit.landing


def test_old_visits_go_those_with_a_chat_later(inbox: Inbox, settings: LazySettings) -> None:
    settings.VISIT_RETENTION_DAYS, settings.VISITOR_RETENTION_DAYS = 30, 396
    now = datetime.now(UTC)
    talk = factories.conversation(inbox)

    def stay(days: int, **facts: Any) -> int:
        at = now - timedelta(days=days)
        made = Visit.objects.create(
            inbox=inbox, key=f"key-of-a-visit-{days}", started_at=at, ended_at=at, **facts
        )
        PageView.objects.create(visit=made, at=at, url="https://x.example/")
        return made.pk

    young, _old = stay(29), stay(31)
    kept, _gone = stay(300, conversation=talk), stay(400, conversation=talk)
    assert retention.forget(now) == 2
    assert set(Visit.objects.values_list("pk", flat=True)) == {young, kept}
    assert PageView.objects.count() == 2
    assert retention.forget(now) == 0


def test_state_in_valkey_has_an_end(page: Page) -> None:
    page.hit()
    names = list(valkey().scan_iter("visits:*"))
    assert names
    assert all(0 < valkey().ttl(name) <= live.TTL for name in names)
