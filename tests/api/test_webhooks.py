"""Webhooks: signed, in order, at least once, tried for a day, and nothing that is not for them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from helpdesk import nudge, outbound_http
from helpdesk.models import (
    Agent,
    Conversation,
    ConversationEvent,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookState,
)
from helpdesk.outbound_http import Answer, NotSentError
from helpdesk.selectors import intake
from helpdesk.services import messages, telling, webhooks
from helpdesk.services.webhooks import Draft
from tests import factories
from tests.core.conftest import Desk

KINDS = ("message_received", "message_sent", "note_added")


class Receiver:
    """The other side: remembers what it was told, and answers what the test wants."""

    def __init__(self) -> None:
        self.calls: list[tuple[dict[str, str], bytes]] = []
        self.answers: Callable[[dict[str, Any]], Answer] = lambda _told: Answer(204, {}, b"")

    def post(self, url: str, *, body: bytes, headers: dict[str, str], **_rest: Any) -> Answer:
        self.calls.append((headers, body))
        return self.answers(json.loads(body))

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _headers, body in self.calls]


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Receiver:
    made = Receiver()
    monkeypatch.setattr(outbound_http, "post", made.post)
    return made


def endpoint(by: Agent, **facts: Any) -> WebhookEndpoint:
    given: dict[str, Any] = {"name": "Shop", "url": "https://shop.example/hook", "kinds": KINDS}
    return webhooks.save(None, Draft(**{**given, **facts}), by=by)


def run() -> None:
    """Sweep until nothing is due now."""
    for _pass in range(20):
        if not telling.sweep(send_here=True):
            return


def due_now() -> None:
    WebhookDelivery.objects.filter(state="queued").update(next_at=datetime.now(UTC))


def test_what_happens_is_told(desk: Desk, receiver: Receiver) -> None:
    factories.conversation(desk.inbox, body="Before")
    one = endpoint(desk.admin)
    made = factories.conversation(desk.inbox, body="Where is it?")
    messages.reply(made.pk, by=desk.agent, body="On its way")
    messages.note(made.pk, by=desk.agent, body="Between us")
    run()
    assert [told["type"] for told in receiver.told] == ["message_received", "message_sent"]
    first, second = receiver.told
    assert first["data"]["message"]["body"] == "Where is it?"
    assert first["data"]["row"]["id"] == first["data"]["conversation"] == made.pk
    assert second["data"]["message"]["body"] == "On its way"
    assert "Between us" not in str(receiver.calls)
    assert set(one.deliveries.values_list("state", flat=True)) == {WebhookState.DONE}
    run()
    assert len(receiver.calls) == 2


def test_notes_only_for_who_asked_for_them(desk: Desk, receiver: Receiver) -> None:
    endpoint(desk.admin, notes=True)
    made = factories.conversation(desk.inbox)
    messages.note(made.pk, by=desk.agent, body="Between us")
    run()
    assert receiver.told[-1]["data"]["message"]["body"] == "Between us"


def test_only_of_its_inboxes(desk: Desk, receiver: Receiver) -> None:
    endpoint(desk.admin, inboxes=[desk.inbox.pk])
    factories.conversation(desk.elsewhere)
    here = factories.conversation(desk.inbox)
    run()
    assert [told["data"]["conversation"] for told in receiver.told] == [here.pk]


def verified(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As the specification says (standardwebhooks.com), and not as we wrote it."""
    key = base64.b64decode(secret.split("_", 1)[1])
    plain = b".".join((headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body))
    mark = base64.b64encode(hmac.digest(key, plain, hashlib.sha256)).decode()
    return f"v1,{mark}" in headers["webhook-signature"].split(" ")


def test_signatures_while_one_secret_follows_another(desk: Desk, receiver: Receiver) -> None:
    one = endpoint(desk.admin)
    old = one.secrets["now"]
    factories.conversation(desk.inbox)
    run()
    fresh = webhooks.rotate(one, by=desk.admin)
    factories.conversation(desk.inbox)
    run()
    WebhookEndpoint.objects.update(old_until=datetime.now(UTC) - timedelta(seconds=1))
    factories.conversation(desk.inbox)
    run()
    proofs = [(verified(old, *one), verified(fresh, *one)) for one in receiver.calls]
    assert proofs == [(True, False), (True, True), (False, True)]
    headers, body = receiver.calls[0]
    assert not verified(old, headers, body + b" ")
    assert abs(int(headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 60


def test_a_conversations_next_waits_and_others_do_not(desk: Desk, receiver: Receiver) -> None:
    endpoint(desk.admin)
    stuck = factories.conversation(desk.inbox, body="one")
    factories.conversation(desk.inbox, body="other")
    messages.reply(stuck.pk, by=desk.agent, body="two")
    down = True

    def answer(told: dict[str, Any]) -> Answer:
        refused = down and told["data"]["conversation"] == stuck.pk
        return Answer(503 if refused else 200, {}, b"")

    receiver.answers = answer
    run()
    bodies = [told["data"]["message"]["body"] for told in receiver.told]
    assert bodies == ["one", "other"]
    down = False
    due_now()
    run()
    bodies = [told["data"]["message"]["body"] for told in receiver.told]
    assert bodies == ["one", "other", "one", "two"]
    assert receiver.calls[0][0]["webhook-id"] == receiver.calls[2][0]["webhook-id"]


def test_it_is_tried_for_a_day(desk: Desk, receiver: Receiver) -> None:
    one = endpoint(desk.admin)

    def broken(_told: dict[str, Any]) -> Answer:
        raise NotSentError("no connection: timed out")

    receiver.answers = broken
    factories.conversation(desk.inbox)
    run()
    row = one.deliveries.get()
    assert (row.state, row.attempts, row.error) == ("queued", 1, "no connection: timed out")
    assert row.next_at > datetime.now(UTC)
    receiver.answers = lambda _told: Answer(429, {"retry-after": "7200"}, b"")
    due_now()
    run()
    row.refresh_from_db()
    assert timedelta(minutes=119) < row.next_at - datetime.now(UTC) <= timedelta(hours=2)
    one.deliveries.update(give_up_at=datetime.now(UTC))
    due_now()
    run()
    row.refresh_from_db()
    assert (row.state, row.status) == (WebhookState.FAILED, 429)
    receiver.answers = lambda _told: Answer(200, {}, b"")
    webhooks.replay(row, by=desk.admin)
    run()
    row.refresh_from_db()
    assert row.state == WebhookState.DONE


def test_after_three_days_it_is_switched_off_with_an_alarm(desk: Desk, receiver: Receiver) -> None:
    one = endpoint(desk.admin)
    receiver.answers = lambda _told: Answer(500, {}, b"")
    factories.conversation(desk.inbox)
    run()
    one.refresh_from_db()
    assert one.enabled
    assert one.failing_since is not None
    WebhookEndpoint.objects.update(failing_since=datetime.now(UTC) - timedelta(days=3, minutes=1))
    due_now()
    run()
    assert not WebhookEndpoint.objects.get().enabled
    assert intake.troubles(desk.admin).webhooks == ((one.pk, "Shop"),)
    assert not intake.troubles(desk.supervisor).webhooks
    factories.conversation(desk.inbox)
    due_now()
    run()
    calls = len(receiver.calls)
    receiver.answers = lambda _told: Answer(200, {}, b"")
    webhooks.switch(one, on=True, by=desk.admin)
    due_now()
    run()
    assert len(receiver.calls) == calls + 2, "what happened meanwhile is told"
    assert not intake.troubles(desk.admin)


def test_who_is_gone_is_switched_off_at_once(desk: Desk, receiver: Receiver) -> None:
    one = endpoint(desk.admin)
    receiver.answers = lambda _told: Answer(410, {}, b"")
    factories.conversation(desk.inbox)
    run()
    one.refresh_from_db()
    assert not one.enabled


def test_what_a_crash_left_is_told_again(desk: Desk, receiver: Receiver) -> None:
    one = endpoint(desk.admin)
    factories.conversation(desk.inbox)
    telling.collect()
    claimed = telling._claimed(one.pk)
    assert claimed is not None
    run()
    assert receiver.calls == []
    one.deliveries.update(lease_until=datetime.now(UTC) - timedelta(seconds=1))
    run()
    assert one.deliveries.get().state == WebhookState.DONE


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:9/", "http://[::1]/", "http://169.254.169.254/latest/", "http://10.0.0.1/"],
)
def test_private_addresses_are_never_called(desk: Desk, url: str) -> None:
    """SEC-12, with the real client."""
    one = endpoint(desk.admin, url=url)
    webhooks.attempt(one, by=desk.admin)
    telling.tell(one.pk)
    row = one.deliveries.get()
    assert (row.state, row.status) == (WebhookState.FAILED, None)
    assert "private" in row.error


WRONG: dict[str, list[Any]] = {
    "url": [
        "https://user:pass@x.example/",
        "",
        "ftp://x.example/",
        "javascript:alert(1)",
        "https://",
        "https://x.example/ö",
    ],
    "kinds": [(), ("message__sent",), ("note_added",)],
    "name": ["", " ", "x" * 81],
    "inboxes": [[], [999_999]],
}


@pytest.mark.parametrize(
    ("field", "value"), [(name, one) for name, many in WRONG.items() for one in many]
)
def test_wrong_endpoints(desk: Desk, field: str, value: Any) -> None:
    with pytest.raises(webhooks.InvalidWebhookError) as refused:
        endpoint(desk.admin, **{field: value})
    assert set(refused.value.errors) == {field}


def test_it_costs_nothing_while_there_is_none(
    desk: Desk, django_assert_num_queries: Any, talk: Conversation
) -> None:
    with django_assert_num_queries(1):
        assert telling.collect() == 0


def test_only_administrators(desk: Desk) -> None:
    one = endpoint(desk.admin)
    verbs: tuple[Callable[[], object], ...] = (
        lambda: endpoint(desk.supervisor),
        lambda: webhooks.rotate(one, by=desk.supervisor),
        lambda: webhooks.switch(one, on=False, by=desk.supervisor),
        lambda: webhooks.delete(one, by=desk.supervisor),
        lambda: webhooks.attempt(one, by=desk.supervisor),
    )
    for verb in verbs:
        with pytest.raises(PermissionError):
            verb()


def test_the_screens(desk: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    client.force_login(desk.admin)
    assert b"No webhooks yet" in client.get("/settings/webhooks/").content
    form = {"name": "Shop <b>", "url": "https://shop.example/", "kinds": list(KINDS)}
    refused = client.post("/settings/webhooks/new/", {**form, "url": "x"})
    assert refused.status_code == 400
    assert b"Shop &lt;b&gt;" in refused.content
    made = client.post("/settings/webhooks/new/", form)
    secret = WebhookEndpoint.objects.get().secrets["now"]
    assert secret in made.content.decode()
    one = WebhookEndpoint.objects.get()
    place = f"/settings/webhooks/{one.pk}/"
    for path in ("/settings/webhooks/", place, f"{place}log/"):
        page = client.get(path).content.decode()
        assert secret not in page
        assert "Shop &lt;b&gt;" in page
    assert (
        client.post(place, {**form, "where": "some", "inboxes": [desk.inbox.pk]}).status_code == 302
    )
    one.refresh_from_db()
    assert list(one.inboxes.all()) == [desk.inbox]
    rotated = client.post(place, {"rotate": "1"}).content.decode()
    assert WebhookEndpoint.objects.get().secrets["now"] in rotated
    client.post(f"{place}try/")
    telling.tell(one.pk)
    row = one.deliveries.get()
    assert receiver.told[0]["type"] == "test"
    assert b"Arrived" in client.get(f"{place}log/?state=done").content
    client.post(f"{place}replay/", {"delivery": row.pk})
    assert WebhookDelivery.objects.get().state == WebhookState.QUEUED
    client.post(f"{place}off/")
    assert not WebhookEndpoint.objects.get().enabled
    client.post(f"{place}delete/")
    assert not WebhookEndpoint.objects.exists()
    assert client.post(f"{place}delete/").status_code == 404
    for who in (desk.agent, desk.supervisor):
        client.force_login(who)
        assert client.get("/settings/webhooks/").status_code == 403


def test_the_tokens_screen(desk: Desk) -> None:
    client = Client()
    client.force_login(desk.supervisor)
    place = "/settings/tokens/"
    form = {"name": "Shop", "scopes": ["conversations:read"], "days": "30"}
    assert b"No tokens yet" in client.get(place).content
    assert client.post(place, {"name": "Shop"}).status_code == 400
    shown = client.post(place, form).content.decode()
    text = shown.split('id="secret"')[1].split('value="')[1].split('"')[0]
    assert text.startswith("oh_")
    asked = Client(headers={"Authorization": f"Bearer {text}"})
    assert asked.get("/api/v1/me/").json()["agent"]["id"] == desk.supervisor.pk
    page = client.get(place).content.decode()
    assert text not in page
    number = text.split("_")[1]
    client.force_login(desk.stranger)
    assert client.get(place).status_code == 403
    client.force_login(desk.supervisor)
    assert client.post(f"{place}{number}/revoke/").status_code == 302
    assert client.post(f"{place}999999/revoke/").status_code == 404
    assert asked.get("/api/v1/me/").status_code == 401
    refused = client.post(place, {**form, "agent": desk.agent.pk})
    assert refused.status_code == 400
    client.force_login(desk.admin)
    assert client.post(place, {**form, "agent": desk.agent.pk}).status_code == 200


def test_old_rows_of_the_log_go(desk: Desk, receiver: Receiver) -> None:
    one = endpoint(desk.admin)
    factories.conversation(desk.inbox)
    run()
    one.deliveries.update(created_at=datetime.now(UTC) - timedelta(days=31))
    run()
    assert not one.deliveries.exists()
    assert ConversationEvent.objects.exists()


def test_a_worker_is_woken_once(
    desk: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = endpoint(desk.admin)
    woken: list[Any] = []

    def once(*args: Any) -> bool:
        woken.append(args)
        return True

    monkeypatch.setattr(nudge, "once", once)
    factories.conversation(desk.inbox)
    telling.sweep()
    assert woken == [(telling.TASK, one.pk)]
    assert receiver.calls == []
