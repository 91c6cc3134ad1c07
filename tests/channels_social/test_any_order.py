"""Duplicates, permutations and batches of a payload's events end where the ordered run ends.

What is compared is what everybody sees of each message and of each delivery; the place of a
message in its thread is the order of arrival, as everywhere (DEL-6). The rules are tried with 500
cases in each run of the suite (PARLEY_SOCIAL_CASES for more), and a few of them with the database.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk import inbound, nudge, outbound_http
from helpdesk.adapters import InboundMessage, Receipt, WebhookAdapter, WebhookRequest, adapter_for
from helpdesk.models import Delivery, InboundEvent, Inbox, Message, MessageChange
from helpdesk.outbound_http import Answer
from helpdesk.receipts import moves
from helpdesk.records import Change
from helpdesk.services import changes, messages
from tests import factories
from tests.channels_social import payloads as p

CASES = int(os.environ.get("PARLEY_SOCIAL_CASES", "500"))
WITH_DATABASE = int(os.environ.get("PARLEY_SOCIAL_CASES_DB", "6"))
MOST = 30
EMOJI = ("👍", "", "🎉")
IDS = st.integers(1, 6)


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nudge, "wake", lambda *_args, **_more: True)
    monkeypatch.setattr(outbound_http, "get", lambda *_args, **_more: Answer(404, {}, b"{}"))
    monkeypatch.setattr("time.sleep", lambda _seconds: None)


@st.composite
def stories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Up to 30 events of one customer, each a second after the last."""
    size = draw(st.integers(1, MOST))
    kinds = st.sampled_from(["text", "text", "reaction", "edit", "revoke", "status"])
    story: list[dict[str, Any]] = []
    for number in range(size):
        kind, target = draw(kinds), draw(IDS)
        at = {"timestamp": str(p.EARLY + number)}
        if kind == "text":
            story.append({**p.wa("text", target, {"body": f"text {target}"}), **at})
        elif kind == "reaction":
            emoji = draw(st.sampled_from(EMOJI))
            content: dict[str, Any] = {"message_id": f"wamid.{target}", "emoji": emoji}
            story.append({**p.wa("reaction", 100 + number, content), **at})
        elif kind == "edit":
            inner = {"type": "text", "text": {"body": f"edit {number}"}}
            content = {"original_message_id": f"wamid.{target}", "message": inner}
            story.append({**p.wa("edit", 100 + number, content), **at})
        elif kind == "revoke":
            content = {"original_message_id": f"wamid.{target}"}
            story.append({**p.wa("revoke", 100 + number, content), **at})
        else:
            state = draw(st.sampled_from(["sent", "delivered", "read", "failed"]))
            story.append({"id": "wamid.ours", "status": state, **at})
    return story


@st.composite
def runs(draw: st.DrawFn) -> tuple[list[Any], list[list[Any]]]:
    """A story, and the same events shuffled, repeated and cut into batches."""
    story = draw(stories())
    again = [story[place] for place in draw(st.lists(st.integers(0, len(story) - 1), max_size=8))]
    mixed = draw(st.permutations(story + again))
    batches, start = [], 0
    while start < len(mixed):
        size = draw(st.integers(1, 10))
        batches.append(mixed[start : start + size])
        start += size
    return story, batches


def play(batches: list[list[dict[str, Any]]]) -> Any:
    """What everybody sees after these calls, in a desk that is then forgotten."""
    with transaction.atomic():
        seen = _play(batches)
        transaction.set_rollback(True)
    return seen


def _play(batches: list[list[dict[str, Any]]]) -> Any:
    team = factories.team()
    whole = p.inbox_of("whatsapp")
    inbox = factories.inbox(
        channel="social", provider="whatsapp", settings=whole.settings, secrets=whole.secrets,
        address="+1555", teams=[team],
    )  # fmt: skip
    adapter = cast("WebhookAdapter", adapter_for(inbox))
    first = p.wa("text", 50, {"body": "first"})
    _take(inbox, adapter, [{**first, "timestamp": str(p.EARLY)}])
    Message.objects.update(sent_at=None)  # inside the window: an answer may leave
    agent = factories.agent(teams=[team])
    answer, _ = messages.reply(Message.objects.get().conversation_id, by=agent, body="ours")
    Delivery.objects.update(state="sent", provider_id="wamid.ours")
    Message.objects.filter(pk=answer.pk).update(external_id="wamid.ours")
    for batch in batches:
        _take(inbox, adapter, batch)
    changes.attach_parked()
    return _seen()


def _take(inbox: Inbox, adapter: WebhookAdapter, batch: list[dict[str, Any]]) -> None:
    call = _call(batch)
    adapter.verify(inbox, call)
    for raw in adapter.raws(inbox, call):
        inbound.accept(inbox, raw, wake=False)
    for pk in InboundEvent.objects.filter(state="new").order_by("pk").values_list("pk", flat=True):
        inbound.process(pk)


def _call(batch: list[dict[str, Any]]) -> WebhookRequest:
    said = [one for one in batch if "type" in one]
    statuses = [one for one in batch if "status" in one]
    return p.call("whatsapp", json.dumps(p.whatsapp(*said, statuses=statuses)).encode())


def _seen() -> Any:
    found = Message.objects.filter(external_id__startswith="wamid.")
    return _shown(found), Delivery.objects.get().state


def _shown(messages: Iterable[Message]) -> Any:
    kept = ("edited", "deleted", "reactions", "first_body")
    return {
        one.external_id: (one.body, {k: v for k, v in one.meta.items() if k in kept})
        for one in messages
    }


def ordered(story: list[dict[str, Any]]) -> Any:
    """The state after the ordered run, reckoned without the product."""
    shown: dict[str, tuple[str, dict[str, Any]]] = {
        "wamid.50": ("first", {}),
        "wamid.ours": ("ours", {}),
    }
    for one in story:
        if one.get("type") == "text":
            shown.setdefault(one["id"], (one["text"]["body"], {}))
    state = "sent"
    for one in story:
        if "status" in one:
            rank = ("sent", "failed", "delivered", "read").index
            state = max(state, one["status"], key=rank)
            continue
        kind, at = one["type"], _iso(one)
        content = one[kind]
        target = content.get("message_id") or content.get("original_message_id") or ""
        if target not in shown:
            continue
        body, facts = shown[target]
        if kind == "reaction":
            facts.pop("reactions", None)
            if content["emoji"]:
                facts["reactions"] = [{"by": "15551112222", "emoji": content["emoji"]}]
        elif kind == "edit":
            facts["edited"] = at
            if "deleted" not in facts:
                facts.setdefault("first_body", body)
                body = content["message"]["text"]["body"]
        elif kind == "revoke":
            facts.setdefault("deleted", at)
            facts.pop("first_body", None)
            body = ""
        shown[target] = (body, facts)
    return shown, state


def _iso(one: dict[str, Any]) -> str:
    return datetime.fromtimestamp(int(one["timestamp"]), UTC).isoformat(timespec="seconds")


def reckoned(batches: list[list[dict[str, Any]]]) -> Any:
    """What the product's own rules make of these calls, without a database."""
    inbox = p.inbox_of("whatsapp")
    adapter = cast("WebhookAdapter", adapter_for(inbox))
    first = p.wa("text", 50, {"body": "first"})
    ours = Message(external_id="wamid.ours", body="ours", direction="out", meta={})
    known = {"wamid.ours": ours}
    rows: dict[str, list[MessageChange]] = {}
    state = "sent"
    keys: set[str] = set()
    for batch in [[first], *batches]:
        for raw in adapter.raws(inbox, _call(batch)):
            if raw.dedupe_key in keys:
                continue
            keys.add(raw.dedupe_key)
            (found,) = adapter.parse(inbox, raw)
            if isinstance(found, Receipt):
                state = found.state if moves(state, found.state) else state
                continue
            if isinstance(found, Change):
                target = found.target
                rows.setdefault(target, []).append(_row(found))
            else:
                assert isinstance(found, InboundMessage)
                target = found.external_id
                meta = {"from": found.sender.address}
                said = Message(external_id=target, body=found.body, direction="in", meta=meta)
                known.setdefault(target, said)
            if target in known and target in rows:
                changes.fold(known[target], rows[target])
    return _shown(known.values()), state


def _row(change: Change) -> MessageChange:
    kept = ("target", "key", "kind", "sender", "text", "at")
    return MessageChange(**{name: getattr(change, name) for name in kept})


@given(run=runs())
@settings(max_examples=CASES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_order_ends_as_the_ordered_one(run: tuple[list[Any], list[list[Any]]]) -> None:
    story, batches = run

    assert reckoned(batches) == ordered(story)


@pytest.mark.django_db
@given(run=runs())
@settings(
    max_examples=WITH_DATABASE,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_and_so_it_does_in_the_database(run: tuple[list[Any], list[list[Any]]]) -> None:
    story, batches = run

    assert play(batches) == ordered(story)
