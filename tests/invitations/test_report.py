"""The result page's numbers: both arms of T-8 from rows, visitors once, nothing before its time."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from chat.invitations import report, words
from chat.invitations.models import Exposure, Trigger
from helpdesk.models import Rating
from tests import factories
from tests.invitations.conftest import NOW, Site


def fill(trigger: Trigger, arm: str, many: int, ordered: int, **facts: Any) -> None:
    """`many` visitors, of whom the first `ordered` have bought."""
    Exposure.objects.bulk_create(
        Exposure(
            trigger=trigger,
            inbox=trigger.inbox,
            visit=f"{arm}-{number}",
            visitor=f"{arm}-{number}",
            page=1,
            turn=1,
            arm=arm,
            at=NOW,
            ordered_at=NOW if number < ordered else None,
            order_value=Decimal("10.00") if number < ordered else None,
            order_currency="EUR" if number < ordered else "",
            **facts,
        )
        for number in range(many)
    )


@pytest.fixture
def trigger(site: Site) -> Trigger:
    return site.trigger(goal="order", measured_from=NOW, horizon_days=30)


def test_t8_from_rows(trigger: Trigger) -> None:
    fill(trigger, "treat", 3_600, 108)
    fill(trigger, "control", 1_000, 22)
    found = report.of(trigger, NOW + timedelta(days=31))
    assert found.over
    assert (found.treat.visitors, found.treat.orders) == (3_600, 108)
    assert found.effect is not None
    assert round(found.effect.delta * 100, 2) == 0.80
    assert found.effect.doubt == "interval"
    assert found.treat.revenue == (("EUR", Decimal("1080.00"), Decimal("0.3")),)
    said = words.result("order", found)
    assert said["verdict"]["title"] == "Not proven"
    assert ("Visitors", "3,600", "1,000") in said["table"]
    assert ("Ordered", "108 · 3.00 %", "22 · 2.20 %") in said["table"]
    assert ("Revenue for each visitor, EUR", "0.30", "0.22") in said["table"]


def test_t8_in_words() -> None:
    from chat.invitations import uplift

    found = uplift.compare(treat=1080, n_treat=36_000, control=88, n_control=4_000)
    assert found is not None
    said = words.verdict("order", found)
    assert said["title"] == "Proven"
    assert said["rows"] == [
        ("Difference, percentage points", "+0.80"),
        ("Confidence interval (95%)", "+0.31 … +1.29"),
        ("Relative", "+36.4 %"),
        ("z (two proportions)", "2.851"),
        ("p (chance alone)", "0.0044"),
        ("orders more", "+288"),
    ]
    with translation.override("pl"):
        assert words.percent(0.364) == "36,4 %"
    assert words.number(-0.001, 1, sign=True) == "+0.0"
    assert words.number(-1234.5, 1) == "−1,234.5"


def test_visitors_count_once_and_only_in_their_measurement(trigger: Trigger) -> None:
    fill(trigger, "treat", 3, 0)
    again = Exposure.objects.get(visit="treat-0")
    again.pk, again.visit, again.at, again.ordered_at = None, "later", NOW + timedelta(days=8), NOW
    again.save()
    for name, change in (
        ("before", {"at": NOW - timedelta(seconds=1)}),
        ("after", {"at": NOW + timedelta(days=30)}),
        ("other", {"experiment": 9}),
    ):
        for field, value in change.items():
            setattr(again, field, value)
        again.pk, again.visit, again.visitor = None, name, name
        again.save()
        again.refresh_from_db()
        again.at, again.experiment = NOW, 1
    found = report.of(trigger, NOW)
    assert (found.treat.visitors, found.treat.orders) == (3, 1)
    assert not found.over
    assert found.effect is None, "nobody is held out yet"


@pytest.mark.parametrize(("days", "over"), [(30, False), (31, True)])
def test_the_last_day_waits_for_its_outcomes(trigger: Trigger, days: int, over: bool) -> None:
    assert report.of(trigger, NOW + timedelta(days=days)).over is over


def test_answers_carts_and_ratings(trigger: Trigger) -> None:
    fill(trigger, "treat", 100, 10, had_cart=True, shown_at=NOW)
    seen = Exposure.objects.filter(arm="treat")
    seen.filter(visit__in=[f"treat-{number}" for number in range(31)]).update(accepted_at=NOW)
    talk = factories.conversation(trigger.inbox)  # type: ignore[arg-type]
    Rating.objects.create(conversation=talk, score=4)
    seen.filter(visit__in=["treat-1", "treat-2"]).update(conversation=talk, chatted_at=NOW)
    found = report.of(trigger, NOW)
    assert found.answers == report.Answers(invited=100, shown=100, accepted=31, declined=0)
    assert (found.treat.carts, found.treat.abandoned, found.treat.chats) == (100, 90, 2)
    assert (found.treat.satisfied, found.treat.rated) == (4.0, 1)
    said = words.result("order", found)
    assert ("Accepted", "31 · 31.0 %") in said["facts"]
    assert "27 %" in said["welcome"]
