"""Signatures, handshakes and bad input of every network (PRV-1 to PRV-4, golden vectors 2.6)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest
from django.test import Client

from helpdesk.adapters import (
    RefusedError,
    UnreadableError,
    WebhookAdapter,
    WebhookRequest,
    adapter_for,
)
from helpdesk.models import InboundEvent, Inbox
from tests import factories
from tests.channels_social import payloads as p

VECTORS = {
    "messenger": (
        "x-hub-signature-256",
        "sha256=e6e9d7a842a48e17f43a34d6125d0d933e2aab92ee37f0993a4d493b50e3d438",
    ),
    "line": ("x-line-signature", "oqW+s73tw5YWz/4n+lnPYecCa/zp+EcBN76H7+BvJlY="),
    "viber": (
        "x-viber-content-signature",
        "6f26eede01529aa707820135ac294b7abadf4f49482fc44b2bc93aa56c7dc875",
    ),
}
GOOD: dict[str, Any] = {
    "whatsapp": p.whatsapp(p.wa("text", content={"body": "hi"})),
    "messenger": p.page(p.event(message={"mid": "m_1", "text": "hi"})),
    "instagram": p.page(p.event(message={"mid": "m_1", "text": "hi"}), kind="instagram"),
    "line": p.line("message", message={"id": "1", "type": "text", "text": "hi"}),
    "viber": p.viber(message={"type": "text", "text": "hi"}),
    "telegram": {"update_id": 1, "message": {"message_id": 5, "chat": {"id": 42}, "text": "hi"}},
}
each = pytest.mark.parametrize("provider", GOOD)


def adapter(inbox: Inbox) -> WebhookAdapter:
    return cast("WebhookAdapter", adapter_for(inbox))


def read(provider: str, whole: Any) -> list[Any]:
    """Everything that a payload says, as its elements one by one."""
    inbox = p.inbox_of(provider)
    found: list[Any] = []
    for raw in adapter(inbox).raws(inbox, p.call(provider, whole)):
        found += adapter(inbox).parse(inbox, raw)
    return found


@pytest.mark.parametrize("provider", VECTORS)
def test_golden_vectors(provider: str) -> None:
    header, right = VECTORS[provider]

    assert p.signed(provider, p.BODY)[header] == right
    adapter(p.inbox_of(provider)).verify(
        p.inbox_of(provider), p.call(provider, p.BODY, headers={header: right})
    )


@each
def test_what_is_signed_is_taken_and_what_is_changed_is_not(provider: str) -> None:
    inbox, good = p.inbox_of(provider), p.call(provider, GOOD[provider])
    adapter(inbox).verify(inbox, good)
    if provider != "telegram":  # it signs nothing: its secret is in the header
        for body in (good.body[:-1], good.body.replace(b": ", b":"), good.body + b" "):
            with pytest.raises(RefusedError):
                adapter(inbox).verify(inbox, replace(good, body=body))
    for headers in ({}, dict.fromkeys(good.headers, "é"), dict.fromkeys(good.headers, "")):
        with pytest.raises(RefusedError):
            adapter(inbox).verify(inbox, replace(good, headers=headers))
    with pytest.raises(RefusedError):
        adapter(inbox).verify(inbox, replace(good, method="PUT"))
    bare = Inbox(channel="social", provider=provider)
    with pytest.raises(RefusedError):
        adapter(bare).verify(bare, p.call(provider, GOOD[provider]))


@pytest.mark.parametrize(
    ("provider", "whole"),
    [
        ("whatsapp", p.whatsapp(p.wa("text", content={"body": "x"}), number="OTHER")),
        ("whatsapp", p.whatsapp(p.wa("text", content={"body": "x"}), account="OTHER")),
        ("whatsapp", GOOD["messenger"]),
        ("messenger", {"object": "page", "entry": [{"id": "OTHER", "messaging": []}]}),
        ("messenger", GOOD["instagram"]),
        ("messenger", p.page({"sender": {"id": "1"}, "recipient": {"id": "2"}})),
        ("instagram", GOOD["messenger"]),
        ("line", {**GOOD["line"], "destination": "OTHER"}),
    ],
)
def test_another_account_in_a_signed_body_is_refused(provider: str, whole: Any) -> None:
    inbox = p.inbox_of(provider)
    with pytest.raises(RefusedError):
        adapter(inbox).verify(inbox, p.call(provider, whole))


@each
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b'{"entry":1}',
        b'{"entry":[1,{"changes":[2]}]}',
        b"\xff\xfe",
        b'{"events":[null]}',
        b'{"update_id":-1}',
        b'{"event":{}}',
        b'{"entry":[{"messaging":[[]]}]}',
    ],
)
def test_poison_is_kept_and_blocks_nobody(provider: str, body: bytes) -> None:
    inbox = p.inbox_of(provider)
    raws = adapter(inbox).raws(inbox, WebhookRequest("POST", p.HOOK, {}, body))
    assert raws
    for raw in raws:
        try:
            adapter(inbox).parse(inbox, raw)
        except UnreadableError:
            continue


@each
def test_the_same_call_has_the_same_keys(provider: str) -> None:
    inbox, good = p.inbox_of(provider), p.call(provider, GOOD[provider])
    keys = [raw.dedupe_key for raw in adapter(inbox).raws(inbox, good)]

    assert keys == [raw.dedupe_key for raw in adapter(inbox).raws(inbox, good)]
    assert all(keys)


HANDSHAKE = {"hub.mode": "subscribe", "hub.verify_token": "verify", "hub.challenge": "1158201444"}


@pytest.mark.django_db
@pytest.mark.parametrize("provider", ["whatsapp", "messenger", "instagram"])
@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({}, 200),
        ({"hub.verify_token": "other"}, 403),
        ({"hub.verify_token": ""}, 403),
        ({"hub.mode": "unsubscribe"}, 403),
        ({"hub.challenge": "<script>1</script>"}, 403),
        ({"hub.challenge": "١٢"}, 403),
        ({"hub.challenge": "1" * 41}, 403),
    ],
)
def test_the_handshake(client: Client, provider: str, wrong: dict[str, str], status: int) -> None:
    inbox = factories.inbox(channel="social", provider=provider, secrets={"verify_token": "verify"})
    answer = client.get(f"/hooks/{provider}/{inbox.key}", {**HANDSHAKE, **wrong})

    assert answer.status_code == status
    if status == 200:
        assert answer.content == b"1158201444"
        assert answer["Content-Type"] == "text/plain"
        assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
def test_no_handshake_without_a_token_nor_where_there_is_none(client: Client) -> None:
    bare = factories.inbox(channel="social", provider="whatsapp", secrets={})
    line = factories.inbox(channel="social", provider="line")
    empty = {**HANDSHAKE, "hub.verify_token": ""}

    assert client.get(f"/hooks/whatsapp/{bare.key}", empty).status_code == 403
    assert client.get(f"/hooks/line/{line.key}", HANDSHAKE).status_code == 405
    assert client.get("/hooks/whatsapp/unknown", HANDSHAKE).status_code == 404
    assert not InboundEvent.objects.exists()


@pytest.mark.django_db
def test_a_call_for_another_channel_is_not_found(client: Client) -> None:
    inbox = factories.inbox(channel="social", provider="line", secrets={"channel_secret": "s"})

    assert client.post(f"/hooks/whatsapp/{inbox.key}", b"{}", "application/json").status_code == 404
