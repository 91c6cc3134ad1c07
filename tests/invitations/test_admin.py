"""The screens: who may, what is refused, nothing that is typed becomes markup."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chat.invitations.examples import EXAMPLES, create
from chat.invitations.models import Exposure, Trigger
from chat.visits import live
from chat.visits.models import Visit
from helpdesk.models import Agent, Role
from tests import factories
from tests.invitations.conftest import Site

EVIL = "<img src=x onerror=alert(1)>\"'`${{7*7}}</textarea><script>alert(2)</script>"


@pytest.fixture
def admin(site: Site) -> Client:
    return browser(factories.agent(role=Role.ADMIN))


@pytest.fixture
def supervisor(site: Site) -> Client:
    return browser(factories.agent(teams=[site.team], role=Role.SUPERVISOR))


def browser(who: Agent) -> Client:
    client = Client()
    client.force_login(who)
    return client


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:invitations_trigger_{name}", args=args)


def typed(site: Site, **changed: Any) -> dict[str, Any]:
    """What a browser sends for a simple trigger."""
    rows = {
        "conditions-all-field": ["path", ""],
        "conditions-all-key": ["", ""],
        "conditions-all-op": ["starts", "is"],
        "conditions-all-value": ["/help", ""],
        "conditions-any-field": [""],
        "conditions-any-key": [""],
        "conditions-any-op": ["is"],
        "conditions-any-value": [""],
    }
    return {
        "name": "Help page",
        "inbox": site.inbox.pk,
        "active": "on",
        "priority": 10,
        "event": "beat",
        "action": "bubble",
        "texts-language": ["en", "he", "*"],
        "texts-en-text": "Can we help?",
        "texts-en-button": "Yes",
        "texts-he-text": "אפשר לעזור?",
        "show_agent": "on",
        "days": [0, 1, 2, 3, 4],
        "begins": "09:00",
        "ends": "17:00",
        "goal": "order",
        "horizon_days": 30,
        **rows,
        **changed,
    }


def test_a_trigger_is_made_in_the_editor(site: Site, supervisor: Client) -> None:
    assert supervisor.get(page("add")).status_code == 200
    answer = supervisor.post(page("add"), typed(site))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    made = Trigger.objects.get()
    assert made.conditions == {
        "all": [{"field": "path", "op": "starts", "value": "/help"}],
        "any": [],
    }
    assert made.texts == {
        "en": {"text": "Can we help?", "button": "Yes"},
        "he": {"text": "אפשר לעזור?", "button": ""},
    }
    assert made.weekdays == 0b11111
    assert str(made.begins) == "09:00:00"
    html = supervisor.get(page("change", made.pk)).content.decode()
    assert '<option value="starts"' in html
    assert 'value="/help"' in html
    assert "אפשר לעזור?" in html
    assert 'dir="rtl"' in html
    assert "{&quot;all&quot;" not in html, "nobody is shown JSON"
    again = typed(site, **{"conditions-all-field": ["path", ""], "name": "Renamed"})
    assert supervisor.post(page("change", made.pk), again).status_code == 302
    made.refresh_from_db()
    assert (made.name, made.experiment) == ("Renamed", 1)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"conditions-all-op": ["at_least", "is"]}, "cannot be compared this way"),
        ({"conditions-all-field": ["__class__", ""]}, "Choose what to look at"),
        ({"conditions-all-field": ["query", ""]}, "needs a name"),
        ({"conditions-all-field": ["pages", ""], "conditions-all-op": ["is", "is"]}, "a number"),
        ({"conditions-all-value": ["", ""]}, "needs a value"),
        (
            {"texts-en-text": "", "texts-he-text": "", "texts-en-button": ""},
            "at least one language",
        ),
        ({"texts-en-text": "", "texts-en-button": "Yes"}, "a button without a text"),
        ({"texts-en-text": "x" * 301}, "at most 300"),
        ({"texts-language": ["<b>"], "texts-<b>-text": "x"}, "is no language"),
        ({"days": []}, "at least one day"),
        ({"ends": "09:00"}, "The span is empty"),
        ({"action": "card"}, "A card needs a link"),
        ({"action": "card", "link": "javascript:alert(1)"}, "Begin with https://"),
        ({"action": "card", "link": "//evil.example"}, "Begin with https://"),
        ({"action": "card", "link": "/\\evil.example"}, "Begin with https://"),
        ({"action": "tag"}, "Name the mark"),
        ({"action": "explode"}, "Select a valid choice"),
        ({"horizon_days": 1}, "greater than or equal to 7"),
        ({"inbox": ""}, "required"),
    ],
)
def test_mistakes_are_named(
    site: Site, supervisor: Client, change: dict[str, Any], word: str
) -> None:
    answer = supervisor.post(page("add"), typed(site, **change))
    assert answer.status_code == 200
    assert word in answer.content.decode()
    assert not Trigger.objects.exists()


def test_what_was_typed_wrong_is_still_there(site: Site, supervisor: Client) -> None:
    wrong = typed(site, **{"conditions-all-op": ["at_least", "is"]})
    html = supervisor.post(page("add"), wrong).content.decode()
    assert 'value="/help"' in html
    assert "Can we help?" in html


def test_nothing_typed_becomes_markup(site: Site, admin: Client) -> None:
    sent = typed(
        site,
        name=EVIL,
        **{
            "conditions-all-value": [EVIL, ""],
            "texts-en-text": EVIL,
            "texts-en-button": "<b>x",
            "texts-language": ["en", "he", "*"],
        },
    )
    assert admin.post(page("add"), sent).status_code == 302
    made = Trigger.objects.get()
    assert made.texts["en"]["text"] == EVIL
    visit = Visit.objects.create(
        inbox=site.inbox,
        key="k" * 20,
        started_at=datetime.now(UTC),
        ended_at=datetime.now(UTC),
        landing=EVIL,
        language="en",
    )
    live.write(
        site.inbox.pk,
        visit.key,
        {"id": visit.pk, "url": f"https://x.example/{EVIL}", "title": EVIL, "language": "en"},
    )
    pages = [
        admin.get(page("changelist")),
        admin.get(page("change", made.pk)),
        admin.get(page("report", made.pk)),
        admin.get(page("try", made.pk), {"visit": visit.pk}),
        admin.post(page("add"), {**sent, "days": []}),
    ]
    for answer in pages:
        assert answer.status_code == 200
        html = answer.content.decode()
        assert "<img src=x" not in html
        assert "<script>alert" not in html
        assert "<b>x" not in html
        assert "&lt;img src=x" in html
        assert "onclick=" not in html
        assert "default-src 'self'" in answer["Content-Security-Policy"]


def test_agents_have_no_business_here(site: Site) -> None:
    trigger = site.trigger()
    plain = browser(factories.agent(teams=[site.team]))
    addresses = [page("changelist"), page("add"), page("examples"), page("change", trigger.pk)]
    addresses += [page("report", trigger.pk), page("try", trigger.pk)]
    assert {plain.get(one).status_code for one in addresses} == {302}
    assert Client().get(page("report", trigger.pk)).status_code == 302


def test_supervisors_edit_their_own_and_see_what_is_everywhere(
    site: Site, supervisor: Client, admin: Client
) -> None:
    everywhere = site.trigger(inbox=None, name="Everywhere")
    foreign = site.trigger(inbox=factories.inbox(), name="Foreign")
    html = supervisor.get(page("changelist")).content.decode()
    assert "Everywhere" in html
    assert "Foreign" not in html
    assert supervisor.get(page("change", everywhere.pk)).status_code == 200
    changed = supervisor.post(page("change", everywhere.pk), typed(site))
    assert changed.status_code == 403
    for name in ("report", "try"):
        assert supervisor.get(page(name, foreign.pk)).status_code == 404
    assert supervisor.post(page("change", foreign.pk), typed(site)).status_code == 302
    foreign.refresh_from_db()
    assert foreign.name == "Foreign"
    stolen = typed(site, inbox=foreign.inbox_id)
    assert supervisor.post(page("add"), stolen).status_code == 200
    assert admin.post(page("add"), typed(site, inbox="")).status_code == 302
    assert Trigger.objects.filter(inbox=None).count() == 2


def test_another_text_is_another_measurement(site: Site, supervisor: Client) -> None:
    supervisor.post(page("add"), typed(site))
    made = Trigger.objects.get()
    Exposure.objects.create(
        trigger=made, inbox=site.inbox, visit="v", visitor="u", page=1, turn=1, arm="treat",
        at=datetime.now(UTC),
    )  # fmt: skip
    supervisor.post(page("change", made.pk), typed(site, name="Only the name"))
    made.refresh_from_db()
    assert made.experiment == 1
    answer = supervisor.post(
        page("change", made.pk), typed(site, **{"texts-en-text": "Other"}), follow=True
    )
    assert "A new measurement begins" in answer.content.decode()
    before = made.measured_from
    made.refresh_from_db()
    assert made.experiment == 2
    assert made.measured_from > before
    supervisor.post(page("change", made.pk), typed(site, days=[6], **{"texts-en-text": "Other"}))
    made.refresh_from_db()
    assert made.experiment == 2, "nobody was exposed to the second one yet"


def test_only_what_never_acted_is_deleted(site: Site, supervisor: Client) -> None:
    trigger, unused = site.trigger(), site.trigger()
    Exposure.objects.create(
        trigger=trigger, inbox=site.inbox, visit="v", visitor="u", page=1, turn=1, arm="treat",
        at=datetime.now(UTC),
    )  # fmt: skip
    assert supervisor.post(page("delete", trigger.pk), {"post": "yes"}).status_code == 403
    assert supervisor.post(page("delete", unused.pk), {"post": "yes"}).status_code == 302
    assert list(Trigger.objects.all()) == [trigger]


def test_the_result_is_hidden_until_its_day(site: Site, supervisor: Client) -> None:
    trigger = site.trigger(goal="order", measured_from=datetime.now(UTC))
    for arm in ("treat", "control"):
        Exposure.objects.create(
            trigger=trigger, inbox=site.inbox, visit=arm, visitor=arm, page=1, turn=1, arm=arm,
            at=datetime.now(UTC),
        )  # fmt: skip
    html = supervisor.get(page("report", trigger.pk)).content.decode()
    assert "Not yet" in html
    assert "Difference, percentage points" not in html
    interim = supervisor.get(page("report", trigger.pk), {"interim": 1}).content.decode()
    assert "Interim, not for decisions" in interim
    assert "Difference, percentage points" in interim
    Trigger.objects.update(measured_from=datetime.now(UTC) - timedelta(days=40))
    Exposure.objects.update(at=datetime.now(UTC) - timedelta(days=39))
    html = supervisor.get(page("report", trigger.pk)).content.decode()
    assert "Interim" not in html
    assert "Not proven" in html
    assert "Fewer than 1,000 visitors" in html


def test_the_test_page_says_why(site: Site, supervisor: Client) -> None:
    conditions = {
        "all": [{"field": "path", "op": "starts", "value": "/help"}],
        "any": [
            {"field": "cart_value", "op": "at_least", "value": "50"},
            {"field": "data", "op": "is", "value": "pro", "key": "plan"},
        ],
    }
    trigger = site.trigger(conditions=conditions)
    now = datetime.now(UTC)
    visit = Visit.objects.create(
        inbox=site.inbox, key="k" * 20, started_at=now, ended_at=now, language="en"
    )
    other = Visit.objects.create(
        inbox=factories.inbox(), key="o" * 20, started_at=now, ended_at=now
    )
    state = {
        "id": visit.pk,
        "started": now.timestamp(),
        "url": "https://shop.example/help/sizes",
        "page_at": now.timestamp() - 60,
        "pages": 1,
        "data": {"plan": "pro"},
        "language": "en",
    }
    live.write(site.inbox.pk, visit.key, state)
    assert "Choose" in supervisor.get(page("try", trigger.pk)).content.decode()

    def tried() -> str:
        answer = supervisor.get(page("try", trigger.pk), {"visit": visit.pk})
        assert answer.status_code == 200
        return " ".join(answer.content.decode().split())

    html = tried()
    assert "It would act now" in html
    assert "Path of the page begins with /help" in html
    assert "/help/sizes" in html
    assert "not known" in html
    assert "none stops it" in html
    site.room.free = 1
    live.patch(site.inbox.pk, visit.key, {"step": "payment", "page_at": now.timestamp()})
    html = tried()
    assert "It would not act now" in html
    for reason in ("places with agents", "Paying right now", "less than 20 seconds"):
        assert reason in html
    assert not Exposure.objects.exists()
    for wrong in (other.pk, 10**17, "x", "9" * 30, "1;--"):
        assert supervisor.get(page("try", trigger.pk), {"visit": wrong}).status_code == 404


def test_examples_are_sound(site: Site, supervisor: Client, admin: Client) -> None:
    for one in EXAMPLES:
        made = create(one, site.inbox)
        assert not made.active
        assert (len(made.texts) == 6) is bool(one.text)
    html = supervisor.get(page("examples")).content.decode()
    assert "Search without results" in html
    assert "All widgets" not in html
    answer = supervisor.post(page("examples"), {"example": "rage-clicks", "inbox": site.inbox.pk})
    assert answer.status_code == 302
    newest = Trigger.objects.order_by("-pk")[0]
    assert answer["Location"] == page("change", newest.pk)
    assert (newest.event, newest.active, newest.inbox) == ("distress", False, site.inbox)
    assert supervisor.get(page("change", newest.pk)).status_code == 200
    for wrong in ({"example": "nope", "inbox": site.inbox.pk}, {"example": "rage-clicks"}):
        assert supervisor.post(page("examples"), wrong).status_code == 404
    assert admin.post(page("examples"), {"example": "rage-clicks"}).status_code == 302


def test_the_list_costs_the_same_for_any_length(site: Site, supervisor: Client) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert supervisor.get(page("changelist")).status_code == 200
        return len(seen)

    site.trigger()
    one = cost()
    for _ in range(10):
        site.trigger()
    assert cost() == one
