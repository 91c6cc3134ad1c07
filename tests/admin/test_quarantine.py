"""The quarantine: raw text, replay, discard."""

from __future__ import annotations

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from helpdesk import nudge
from helpdesk.models import InboundEvent
from tests.admin.desk import Desk

LIST = "admin:helpdesk_inboundevent_changelist"


def order(desk: Desk, action: str, *events: InboundEvent, who: str = "supervisor") -> None:
    chosen = {"action": action, "_selected_action": [event.pk for event in events]}
    answer = desk.browser(who).post(reverse(LIST), chosen)
    assert answer.status_code == 302


def test_the_raw_payload_is_plain_text(desk: Desk) -> None:
    client = desk.browser("supervisor")
    page = client.get(reverse("admin:helpdesk_inboundevent_change", args=[desk.own_event.pk]))
    assert "no MessageSid" in page.content.decode()
    raw = client.get(reverse("admin:helpdesk_inboundevent_raw", args=[desk.own_event.pk]))
    assert raw["Content-Type"] == "text/plain; charset=utf-8"
    assert raw["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in raw["Content-Security-Policy"]
    assert raw.content.decode() == "<script>alert(1)</script> \N{REPLACEMENT CHARACTER}"


def test_replay_wakes_a_worker(
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    woken: list[int] = []
    monkeypatch.setattr(nudge, "process", woken.append)
    with django_capture_on_commit_callbacks(execute=True):
        order(desk, "replay", desk.own_event)
    desk.own_event.refresh_from_db()
    assert (desk.own_event.state, desk.own_event.attempts) == ("new", 0)
    assert woken == [desk.own_event.pk]
    assert bytes(desk.own_event.body).startswith(b"<script>")


def test_discard_keeps_the_bytes(desk: Desk) -> None:
    order(desk, "discard", desk.own_event)
    desk.own_event.refresh_from_db()
    assert desk.own_event.state == "discarded"
    assert bytes(desk.own_event.body).startswith(b"<script>")
    assert "no MessageSid" in desk.own_event.error


@pytest.mark.parametrize("action", ["replay", "discard"])
def test_only_what_is_in_quarantine_and_one_may_see(desk: Desk, action: str) -> None:
    InboundEvent.objects.filter(pk=desk.own_event.pk).update(state="done")
    order(desk, action, desk.own_event, desk.other_event)
    states = set(InboundEvent.objects.values_list("dedupe_key", "state"))
    assert states == {("own", "done"), ("other", "quarantined")}
    order(desk, action, desk.other_event, who="admin")
    desk.other_event.refresh_from_db()
    assert desk.other_event.state != "quarantined"


def test_nothing_can_be_deleted_by_the_list(desk: Desk) -> None:
    page = desk.browser("admin").get(reverse(LIST)).content.decode()
    assert "delete_selected" not in page
    order(desk, "delete_selected", desk.own_event, who="admin")
    assert InboundEvent.objects.filter(pk=desk.own_event.pk).exists()


def test_filter_by_state(desk: Desk) -> None:
    client = desk.browser("supervisor")
    page = client.get(reverse(LIST), {"state__exact": "quarantined"}).content.decode()
    assert "no MessageSid" in page
    assert "Other" not in page
    page = client.get(reverse(LIST), {"state__exact": "done"}).content.decode()
    assert "no MessageSid" not in page


def test_the_list_does_not_load_payloads(
    desk: Desk, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = desk.browser("supervisor")
    with django_assert_max_num_queries(14) as found:
        page = client.get(reverse(LIST))
    assert page.status_code == 200
    rows = [one["sql"] for one in found.captured_queries if "octet_length" in one["sql"]]
    assert rows
    assert not [sql for sql in rows if '"body",' in sql]
