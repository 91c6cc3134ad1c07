"""What a hit leads to: once, within the limits, and nothing asked while nothing fires."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
import redis
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from chat.invitations import engine, firing, memory, rules
from chat.invitations.models import Exposure
from chat.visits import hooks, live
from chat.visits.models import Visit, Visitor
from helpdesk import quick_redis
from helpdesk.models import Order
from helpdesk.realtime import publish
from tests import factories
from tests.core.parallel import at_once
from tests.invitations.conftest import NOW, Hit, Site, visitor_in


def queries(work: Callable[[], Any]) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        work()
    return [one["sql"] for one in seen.captured_queries]


def test_an_invitation(site: Site, hit: Hit) -> None:
    trigger = site.trigger(texts={"en": {"text": "Hello", "button": "Chat"}})
    found = hit()
    exposure = Exposure.objects.get()
    assert found is not None
    assert found == {
        "id": str(exposure.pk),
        "name": trigger.name,
        "text": "Hello",
        "button": "Chat",
        "agent": {
            "name": "Marta Nowak",
            "initials": "MN",
            "hue": found["agent"]["hue"],
            "photo": "",
        },
        "action": "bubble",
        "url": "",
    }
    assert (exposure.arm, exposure.turn, exposure.page) == ("treat", 1, 1)
    assert "visit-0" not in exposure.visitor
    assert hit() is None
    assert hit(pages=2) is None
    assert Exposure.objects.count() == 1


def test_it_is_asked_for_every_hit() -> None:
    assert engine.on_hit in hooks._evaluators


@pytest.mark.parametrize(
    ("facts", "fires"),
    [
        ({"page_seconds": 19}, False),
        ({"step": "payment"}, False),
        ({"data": {"do_not_disturb": True}}, False),
        ({"declined_at": NOW - timedelta(hours=1)}, False),
        ({"event": "bye"}, False),
        ({"event": "set"}, False),
        ({"event": "consent"}, False),
        ({"visit": ""}, False),
        ({"event": "scroll"}, False),
        ({"event": "cart"}, True),
    ],
)
def test_limits_hold(site: Site, hit: Hit, facts: dict[str, Any], fires: bool) -> None:
    site.trigger()
    assert (hit(**facts) is not None) is fires


@pytest.mark.parametrize("change", [{"free": 1}, {"p50": 11.0}, {"open": False}])
def test_nobody_is_invited_into_a_queue(site: Site, hit: Hit, change: dict[str, Any]) -> None:
    site.trigger()
    for name, value in change.items():
        setattr(site.room, name, value)
    assert hit() is None
    assert not Exposure.objects.exists()
    site.room.free, site.room.p50, site.room.open = 2, 10.0, True
    assert hit() is not None


def test_a_busy_minute_is_capped(site: Site, hit: Hit) -> None:
    site.trigger()
    site.room.free = 2
    shown = [hit(visit=f"visit-{number}") for number in range(8)]
    assert [one is not None for one in shown] == [True] * 4 + [False] * 4
    quick_redis.client().delete(memory._full_key(site.inbox.pk))
    assert hit(visit="visit-9", now=NOW + timedelta(seconds=59)) is None
    quick_redis.client().delete(memory._full_key(site.inbox.pk))
    assert hit(visit="visit-9", now=NOW + timedelta(seconds=61)) is not None


def test_a_full_desk_spares_the_database(site: Site, hit: Hit) -> None:
    site.trigger()
    site.room.free = 2
    for number in range(5):
        hit(visit=f"visit-{number}")
    hit(visit="waiting")
    assert queries(lambda: hit(visit="waiting")) == []


def test_two_a_visit_and_one_a_page(site: Site, hit: Hit) -> None:
    for _ in range(4):
        site.trigger()
    seen = [hit(pages=page) is not None for page in (1, 1, 2, 2, 3, 4)]
    assert seen == [True, False, True, False, False, False]


def test_three_a_week_over_visits(site: Site, hit: Hit) -> None:
    for _ in range(6):
        site.trigger()
    seen = [
        hit(visitor="u" * 20, visit=f"visit-{number}", now=NOW + timedelta(days=number)) is not None
        for number in range(5)
    ]
    assert seen == [True, True, True, False, False]
    again = NOW + timedelta(days=7, hours=1)
    assert hit(visitor="u" * 20, visit="visit-7", now=again) is not None


def test_priority_decides(site: Site, hit: Hit) -> None:
    site.trigger(name="late", priority=50)
    site.trigger(name="first", priority=10)
    found = hit()
    assert found is not None
    assert found["name"] == "first"


def test_other_widgets_and_inactive_triggers_stay_out(site: Site, hit: Hit) -> None:
    site.trigger(inbox=factories.inbox())
    site.trigger(active=False)
    assert hit() is None
    site.trigger(inbox=None, name="everywhere")
    found = hit()
    assert found is not None
    assert found["name"] == "everywhere"


def test_a_broken_trigger_hurts_nobody(site: Site, hit: Hit) -> None:
    site.trigger(conditions={"all": [{"field": "secret", "op": "is", "value": "x"}]}, priority=1)
    site.trigger(name="sound")
    found = hit()
    assert found is not None
    assert found["name"] == "sound"


def test_languages_are_never_mixed(site: Site, hit: Hit) -> None:
    site.trigger(texts={"pl": {"text": "Pomóc?", "button": ""}})
    assert hit(language="he") is None
    assert not Exposure.objects.exists(), "nor does the visitor count as invited"
    found = hit(language="pl-PL")
    assert found is not None
    assert (found["text"], found["button"]) == ("Pomóc?", "")


def test_opening_is_once_and_never_on_phones(site: Site, hit: Hit) -> None:
    site.trigger(action="open")
    site.trigger(action="open")
    seen = [hit(device="computer", pages=page) for page in (1, 2)]
    assert [one and one["action"] for one in seen] == ["open", "bubble"]
    phone = hit(visit="other", device="phone")
    assert phone is not None
    assert phone["action"] == "bubble"


@pytest.mark.parametrize(
    ("action", "shown"),
    [("bubble", "bubble"), ("message", "bubble"), ("card", "card"), ("callback", "callback")],
)
def test_actions_of_the_page(site: Site, hit: Hit, action: str, shown: str) -> None:
    site.trigger(action=action, link="/help", show_agent=False)
    found = hit(url="https://shop.example/cart?x=1")
    assert found is not None
    assert (found["action"], found["agent"]) == (shown, None)
    assert found["url"] == ("https://shop.example/help" if action == "card" else "")


def test_an_event_that_comes_too_early_waits_on_its_page(site: Site, hit: Hit) -> None:
    none = {"all": [{"field": "search_results", "op": "at_most", "value": "0"}]}
    site.trigger(event="search", conditions=none)
    found = {"search": "duvet", "search_results": 0}
    assert hit(event="search", page_seconds=0, **found) is None
    assert hit(page_seconds=5, **found) is None
    assert hit(page_seconds=5, pages=2, **found) is None
    assert hit(visit="other", page_seconds=30, **found) is None, "it did not search here"
    assert hit(event="search", page_seconds=1, pages=2, **found) is None
    assert hit(page_seconds=20, pages=2, **found) is not None
    assert hit(page_seconds=40, pages=2, **found) is None


def test_an_event_that_was_limited_is_over(site: Site, hit: Hit) -> None:
    site.trigger(event="cart")
    assert hit(event="cart", step="payment") is None
    assert hit(step="") is None


def test_exit_is_for_computers(site: Site, hit: Hit) -> None:
    site.trigger(event="exit")
    assert hit(event="exit", device="phone") is None
    assert hit(event="exit", device="computer") is not None


def test_the_control_arm_is_counted_and_sees_nothing(site: Site) -> None:
    trigger = site.trigger(goal="order")
    site.trigger(name="next in line")
    held = site.facts(visitor=visitor_in("control", trigger, site))
    assert engine.on_hit(held) is None
    exposure = Exposure.objects.get()
    assert (exposure.trigger, exposure.arm, exposure.shown_at) == (trigger, "control", None)
    assert engine.on_hit(held) is None, "his turn of this page is taken"
    treated = site.facts(visitor=visitor_in("treat", trigger, site), visit="visit-1")
    assert engine.on_hit(treated) is not None


def test_one_in_ten_is_held_out_for_good(site: Site) -> None:
    trigger = site.trigger(goal="order")
    site.room.free = 5_000
    for number in range(150):
        engine.on_hit(site.facts(visitor=f"person-{number}", visit=f"visit-{number}"))
    assert 5 <= Exposure.objects.filter(arm="control").count() <= 28
    arms = dict(Exposure.objects.values_list("visitor", "arm"))
    week = timedelta(days=8)
    for number in range(150):
        facts = site.facts(visitor=f"person-{number}", visit=f"next-{number}", now=NOW + week)
        engine.on_hit(facts)
    later_on = Exposure.objects.filter(at__gt=NOW, trigger=trigger)
    assert later_on.count() == 150
    assert dict(later_on.values_list("visitor", "arm")) == arms


def test_agents_are_told_of_a_hot_visitor(site: Site, hit: Hit, monkeypatch: Any) -> None:
    sent: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(publish, "send", lambda group, frame: sent.append((group, frame)))
    visit = Visit.objects.create(inbox=site.inbox, key="visit-0", started_at=NOW, ended_at=NOW)
    site.trigger(action="notify", tag="full-cart")
    site.trigger(name="and a bubble")
    site.room.free = 0
    assert hit(page_seconds=0, step="payment", path="/cart") is None
    assert hit() is None
    [(group, frame)] = sent
    assert group == f"inbox.{site.inbox.pk}"
    assert frame["type"] == "hot_visitor"
    assert (frame["visit"], frame["tag"], frame["path"]) == (visit.pk, "full-cart", "/cart")
    assert "visit-0" not in orjson.dumps(frame).decode(), "the key is the visitor's secret"
    site.room.free = 9
    assert hit() is not None, "a silent action takes nobody's turn"


def test_who_is_in_a_chat_is_left_alone(site: Site, hit: Hit) -> None:
    site.trigger()
    talk = factories.conversation(site.inbox)
    Visit.objects.create(
        inbox=site.inbox, key="visit-0", started_at=NOW, ended_at=NOW, conversation=talk
    )
    assert hit() is None
    live.write(site.inbox.pk, "visit-0", {"conversation": talk.pk})
    hit()
    assert queries(hit) == [], "and Valkey says so without the database"


# --- What a heartbeat costs ---------------------------------------------------------------


def test_beats_that_fire_nothing_ask_no_database(site: Site, hit: Hit) -> None:
    path = {"all": [{"field": "path", "op": "is", "value": "/elsewhere"}]}
    for _ in range(20):
        site.trigger(conditions=path)
    hit()
    assert queries(lambda: [hit(page_seconds=5 * beat) for beat in range(1, 50)]) == []


def test_beats_after_an_invitation_ask_no_database(site: Site, hit: Hit) -> None:
    site.trigger()
    assert hit() is not None
    assert queries(lambda: [hit(page_seconds=30 + 5 * beat) for beat in range(20)]) == []


def test_beats_without_room_ask_no_database(site: Site, hit: Hit) -> None:
    site.trigger()
    site.room.free = 0
    hit()
    assert queries(lambda: [hit() for _ in range(20)]) == []


def test_a_widget_without_triggers_asks_no_database(site: Site, hit: Hit) -> None:
    hit()
    assert queries(lambda: [hit() for _ in range(20)]) == []


def test_firing_costs_a_fixed_number(site: Site, hit: Hit) -> None:
    site.trigger(show_agent=False)
    hit(page_seconds=0)
    seen = queries(hit)
    assert len(seen) <= 9, "\n".join(seen)


@pytest.mark.django_db(transaction=True)
def test_a_change_counts_at_once(site: Site, hit: Hit) -> None:
    trigger = site.trigger(conditions={"all": [{"field": "path", "op": "is", "value": "/x"}]})
    assert hit(path="/y") is None
    trigger.conditions = {"all": [{"field": "path", "op": "is", "value": "/y"}]}
    trigger.save()
    assert hit(path="/y") is not None
    trigger.active = False
    trigger.save()
    assert hit(visit="other", path="/y") is None


# --- Valkey may lose everything -----------------------------------------------------------


def lose_everything() -> None:
    quick_redis.client().flushdb()


def test_limits_hold_when_valkey_has_lost_its_memory(site: Site, hit: Hit) -> None:
    for _ in range(4):
        site.trigger()
    shown = []
    for page in (1, 1, 2, 2, 3):
        lose_everything()
        shown.append(hit(pages=page) is not None)
    assert shown == [True, False, True, False, False]
    hit()
    quick_redis.client().delete(memory._past_key(site.facts()))
    assert len(queries(hit)) == 1, "one query brings it all back"
    assert queries(hit) == []


def test_limits_hold_without_valkey(site: Site, hit: Hit, monkeypatch: Any) -> None:
    class Gone:
        def __getattr__(self, name: str) -> Any:
            def fail(*_args: Any, **_options: Any) -> Any:
                raise redis.ConnectionError(name)

            return fail

    for _ in range(4):
        site.trigger()
    monkeypatch.setattr(quick_redis, "client", Gone)
    shown = [hit(pages=page) is not None for page in (1, 1, 2, 2, 3)]
    assert shown == [True, False, True, False, False]


# --- Exactly once -------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_sixteen_hits_at_once_make_one_invitation(site: Site) -> None:
    site.trigger()
    site.trigger()
    facts = site.facts()
    found = at_once([lambda: engine.on_hit(facts)] * 16)
    assert sum(one is not None for one in found) == 1
    assert Exposure.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_pages_at_once_make_two(site: Site) -> None:
    for _ in range(6):
        site.trigger()
    many = [site.facts(pages=number) for number in range(1, 9)]
    found = at_once([lambda one=one: engine.on_hit(one) for one in many])  # type: ignore[misc]
    assert sum(one is not None for one in found) == 2
    assert set(Exposure.objects.values_list("turn", flat=True)) == {1, 2}


@pytest.mark.django_db(transaction=True)
def test_visits_of_one_visitor_at_once_make_one(site: Site) -> None:
    site.trigger()
    many = [site.facts(visitor="u" * 20, visit=f"visit-{number}") for number in range(8)]
    found = at_once([lambda one=one: engine.on_hit(one) for one in many])  # type: ignore[misc]
    assert sum(one is not None for one in found) == 1


@pytest.mark.django_db(transaction=True)
def test_the_minute_is_capped_under_concurrency(site: Site) -> None:
    site.trigger()
    site.room.free = 3
    many = [site.facts(visit=f"visit-{number}") for number in range(16)]
    found = at_once([lambda one=one: engine.on_hit(one) for one in many])  # type: ignore[misc]
    assert sum(one is not None for one in found) == 6


def test_the_database_itself_forbids_a_second_one(site: Site, hit: Hit) -> None:
    trigger, other = site.trigger(), site.trigger()
    hit()
    row = Exposure.objects.get()
    for change in (
        {},
        {"trigger_id": other.pk},
        {"trigger_id": other.pk, "page": 2},
        {"trigger_id": other.pk, "page": 2, "turn": 3},
        {"trigger_id": other.pk, "page": 2, "turn": 2, "arm": "maybe"},
        {"trigger_id": other.pk, "page": 2, "turn": 2, "arm": "control", "shown_at": NOW},
    ):
        fields = {
            name: getattr(row, name)
            for name in ("trigger_id", "inbox_id", "visit", "visitor", "page", "turn", "arm", "at")
        }
        with pytest.raises(IntegrityError), transaction.atomic():
            Exposure.objects.create(**{**fields, **change})
    assert trigger.exposures.count() == 1


def test_a_constraint_that_strikes_is_no_error(site: Site, hit: Hit, monkeypatch: Any) -> None:
    site.trigger()
    assert hit() is not None
    site.trigger()
    monkeypatch.setattr(firing, "past_of", lambda facts, who: ())
    lose_everything()
    assert hit() is None


# --- What becomes of it -------------------------------------------------------------------


def test_shown_and_accepted(site: Site, hit: Hit) -> None:
    site.trigger()
    found = hit()
    assert found is not None
    assert hit(event="invited", now=NOW + timedelta(seconds=1)) is None
    hit(event="accepted", now=NOW + timedelta(seconds=9), data={"id": found["id"]})
    hit(event="accepted", now=NOW + timedelta(seconds=60), data={"id": found["id"]})
    exposure = Exposure.objects.get()
    assert exposure.shown_at == NOW + timedelta(seconds=1)
    assert exposure.accepted_at == NOW + timedelta(seconds=9)
    assert exposure.declined_at is None


def test_accepting_also_says_that_it_was_seen(site: Site, hit: Hit) -> None:
    site.trigger()
    hit()
    hit(event="accepted", now=NOW + timedelta(seconds=2))
    exposure = Exposure.objects.get()
    assert exposure.shown_at == exposure.accepted_at == NOW + timedelta(seconds=2)


def test_do_not_disturb_declines_what_was_never_seen(site: Site, hit: Hit) -> None:
    site.trigger()
    hit()
    hit(event="declined", now=NOW + timedelta(seconds=2))
    exposure = Exposure.objects.get()
    assert exposure.shown_at is None
    assert exposure.declined_at == NOW + timedelta(seconds=2)


@pytest.mark.parametrize("named", ["manual-1", "0", "99999999999999999999", "-1", "1 OR 1=1"])
def test_other_ids_answer_nothing(site: Site, hit: Hit, named: str) -> None:
    site.trigger()
    hit()
    hit(event="declined", data={"id": named})
    assert Exposure.objects.get().declined_at is None


def test_nobody_answers_for_another_visit(site: Site, hit: Hit) -> None:
    site.trigger()
    found = hit()
    assert found is not None
    hit(visit="stranger", event="declined", data={"id": found["id"]})
    assert Exposure.objects.get().declined_at is None


def test_a_decline_silences_for_a_day(site: Site, hit: Hit) -> None:
    for _ in range(3):
        site.trigger()
    who = {"visitor": "u" * 20}
    assert hit(**who) is not None
    hit(event="declined", **who)
    assert hit(pages=2, **who) is None
    assert hit(visit="v2", now=NOW + timedelta(hours=23), **who) is None
    assert hit(visit="v3", now=NOW + timedelta(hours=25), **who) is not None


def test_a_chat_is_linked_in_both_arms(site: Site) -> None:
    trigger = site.trigger(goal="chat")
    now = datetime.now(UTC)
    for number, arm in enumerate(("treat", "control")):
        facts = site.facts(visitor=visitor_in(arm, trigger, site), visit=f"v-{number}", now=now)
        engine.on_hit(facts)
        visit = Visit.objects.create(
            inbox=site.inbox, key=f"v-{number}", started_at=now, ended_at=now
        )
        visit.conversation = factories.conversation(site.inbox)
        visit.save(update_fields=["conversation"])
        exposure = Exposure.objects.get(arm=arm)
        assert exposure.conversation == visit.conversation
        assert exposure.chatted_at is not None


def order(site: Site, number: str, **facts: Any) -> Order:
    fields = {"value": "30.00", "currency": "EUR", "ordered_at": NOW + timedelta(hours=2), **facts}
    return Order.objects.create(inbox=site.inbox, number=number, **fields)


def test_orders_are_counted_by_visitor_visit_or_chat(site: Site, hit: Hit) -> None:
    site.trigger()
    hit(visitor="u" * 20, visit="v1")
    hit(visit="v2")
    hit(visit="v3")
    hit(visit="v4")
    talk = factories.conversation(site.inbox)
    Exposure.objects.filter(visit="v3").update(conversation=talk)
    order(site, "1", visitor="u" * 20)
    order(site, "2", visitor="u" * 20)
    order(site, "3", visitor="u" * 20, currency="PLN")
    order(site, "4", visitor="v2")
    order(site, "5", conversation=talk)
    order(site, "6")
    order(site, "7", visitor="v4", ordered_at=NOW + timedelta(hours=25))
    found = {one.visit: (one.order_value, one.order_currency) for one in Exposure.objects.all()}
    assert {key: (value and str(value), name) for key, (value, name) in found.items()} == {
        "v1": ("60.00", "EUR"),
        "v2": ("30.00", "EUR"),
        "v3": ("30.00", "EUR"),
        "v4": (None, ""),
    }
    assert Exposure.objects.filter(ordered_at__isnull=False).count() == 3


def test_the_page_may_tell_of_an_order(site: Site, hit: Hit) -> None:
    site.trigger()
    hit()
    hit(event="order", now=NOW + timedelta(minutes=5))
    exposure = Exposure.objects.get()
    assert exposure.ordered_at == NOW + timedelta(minutes=5)
    assert exposure.order_value is None, "what a page claims is worth no money"


def test_a_forgotten_visitor_leaves_numbers_only(site: Site, hit: Hit) -> None:
    site.trigger()
    facts = site.facts(visitor="u" * 20)
    engine.on_hit(facts)
    who = memory.visitor_hash(facts)
    moments = dict.fromkeys(("first_seen_at", "seen_at", "consented_at"), NOW)
    Visitor.objects.create(inbox=site.inbox, uid_sha256=who, **moments).delete()
    exposure = Exposure.objects.get()
    assert exposure.visitor == exposure.visit == f"gone-{exposure.pk}"


def test_rules_age_without_a_version(site: Site, hit: Hit, monkeypatch: Any) -> None:
    hit()
    lose_everything()
    monkeypatch.setattr(rules, "MAX_AGE", -1.0)
    assert queries(hit) != []
