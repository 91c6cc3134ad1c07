"""Names that providers begin to send: counted, bounded, never a value."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk import drift, inbound
from helpdesk.adapters import Raw, adapter_for
from helpdesk.models import Inbox, InboxHealth, Role, UnknownName
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def inbox(monkeypatch: pytest.MonkeyPatch) -> Inbox:
    monkeypatch.setattr(drift, "_written", {})
    monkeypatch.setattr(drift, "_counted", {})
    return factories.inbox(teams=[factories.team()], channel="social", provider="telegram")


def took(inbox: Inbox, number: int, **more: Any) -> str:
    """An update of Telegram's with something new in it."""
    chat = {"id": 42, "type": "private", "first_name": "Ann"}
    said = {"message_id": number, "date": 1700000000, "chat": chat, **more}
    body = json.dumps({"update_id": number, "message": said}).encode()
    event, _ = inbound.accept(inbox, Raw(f"update:{number}", body), wake=False)
    return inbound.process(event.pk)


def test_an_ordinary_message_has_nothing_new_and_asks_nothing(
    inbox: Inbox, django_assert_num_queries: Any
) -> None:
    assert took(inbox, 1, text="hi") == "done"
    assert not UnknownName.objects.exists()
    body = b'{"update_id": 1, "message": {"text": "hi"}}'
    with django_assert_num_queries(0):
        drift.observe(inbox, adapter_for(inbox), Raw("k", body), [])


def test_a_new_field_and_a_new_kind_are_counted_by_name_only(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert took(inbox, 1, hologram={"depth_48600123456": "secret words"}) == "done"
    found = {(one.kind, one.name): one for one in UnknownName.objects.all()}
    assert set(found) == {("type", "hologram"), ("key", "hologram"), ("key", "depth_#")}
    took(inbox, 2, hologram={})
    took(inbox, 3, hologram={})
    assert UnknownName.objects.get(kind="type").times == 1  # written every ten seconds at most
    monkeypatch.setattr(drift, "EVERY", 0.0)
    took(inbox, 4, hologram={})
    kept = UnknownName.objects.get(kind="type")
    assert kept.times == 4
    assert kept.last_seen > kept.first_seen


def test_an_inbox_has_so_many_at_most(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drift, "MOST", 3)
    names = ("aa", "bb", "cc", "dd", "ee", "ff")
    took(inbox, 1, text="hi", **dict.fromkeys(names, 1))
    assert UnknownName.objects.count() == 3
    monkeypatch.setattr(drift, "EVERY", 0.0)
    took(inbox, 2, text="hi", **dict.fromkeys(names, 1))
    assert set(UnknownName.objects.values_list("times", flat=True)) == {2}


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.text(max_size=20), st.text() | st.integers(), max_size=5), st.booleans())
def test_any_payload_has_names_and_none_is_a_value(found: dict[str, Any], form: bool) -> None:
    kind = {"content-type": "application/x-www-form-urlencoded"} if form else {}
    body = urlencode(found, errors="replace") if form else json.dumps(found)
    for name in drift.names(Raw("k", body.encode(errors="replace"), kind)):
        kept = drift.plain(name)
        assert 0 < len(kept) <= drift.LONGEST
        assert not any(sign.isdigit() for sign in kept)


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[" * 5000, b"7", b"[[[[{}]]]]"])
def test_what_is_no_document_has_no_names(body: bytes) -> None:
    assert drift.names(Raw("k", body)) == set()


def test_whoever_leads_sees_it(inbox: Inbox, client: Any) -> None:
    took(inbox, 1, hologram={"depth": 1})
    client.force_login(factories.agent(role=Role.ADMIN))
    page = client.get(f"/settings/inboxes/{inbox.pk}/").content.decode()
    assert "hologram" in page
    assert "Kind of message that cannot be shown" in page
    listed = client.get("/settings/inboxes/").content.decode()
    assert "hologram" in listed
    assert "depth" not in listed  # a field alone is no alarm
    assert Inbox.objects.get(pk=inbox.pk).health == InboxHealth.OK
