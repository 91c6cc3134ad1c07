"""The chat without a host page, and the code that carries a conversation into a window."""

from __future__ import annotations

import secrets
import uuid

import pytest
from django.test import Client

from chat import handover, sessions
from helpdesk import quick_redis
from helpdesk.models import Inbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox.objects.create(
        name="Shop",
        channel="chat",
        key="shop-key",
        settings={"site": "birch", "title": "Birch <b>"},
    )


@pytest.mark.parametrize("name", ["shop-key", "birch"])
def test_a_site_is_found_by_key_and_by_name(client: Client, inbox: Inbox, name: str) -> None:
    answer = client.get(f"/c/{name}")
    page = answer.content.decode()
    assert '<header id="house">' in page
    assert "Birch &lt;b&gt;" in page
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert "frame-ancestors 'self'" not in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"


def test_another_widgets_name_does_not_hide_a_key(client: Client, inbox: Inbox) -> None:
    Inbox.objects.create(
        name="Other", channel="chat", key="other", settings={"site": "shop-key", "title": "Other"}
    )
    assert "Birch" in client.get("/c/shop-key").content.decode()


@pytest.mark.parametrize("name", ["nobody", "a%00b", "%2e%2e"])
def test_an_unknown_site_is_404(client: Client, inbox: Inbox, name: str) -> None:
    assert client.get(f"/c/{name}").status_code == 404


def test_a_switched_off_widget_has_no_site(client: Client, inbox: Inbox) -> None:
    Inbox.objects.update(enabled=False)
    assert client.get("/c/birch").status_code == 404
    assert client.get("/c/shop-key").status_code == 404


def hand(
    client: Client, token: str = "", key: str = "shop-key", **body: str
) -> tuple[int, dict[str, str]]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    path = f"/chat/{key}/handover/"
    answer = client.post(path, body, content_type="application/json", headers=headers)
    assert answer["Cache-Control"] == "no-store"
    return answer.status_code, answer.json()


def talked(inbox: Inbox) -> str:
    visitor = sessions.open_session(inbox, secrets.token_urlsafe(32))
    sessions.send(visitor, cid=uuid.uuid4(), body="Hello")
    return visitor.token


def test_a_code_is_good_once(client: Client, inbox: Inbox) -> None:
    token = talked(inbox)
    status, given = hand(client, token)
    assert status == 201
    assert token not in given["code"]
    status, taken = hand(client, code=given["code"])
    assert status == 200
    again = sessions.open_session(inbox, taken["token"])
    assert again.conversation_id == sessions.open_session(inbox, token).conversation_id
    assert hand(client, code=given["code"])[0] == 404


def test_a_code_lives_for_a_minute(client: Client, inbox: Inbox) -> None:
    code = hand(client, talked(inbox))[1]["code"]
    place = handover._place("shop-key", code)
    assert 0 < quick_redis.client().ttl(place) <= 60
    quick_redis.client().delete(place)
    assert hand(client, code=code)[0] == 404


def test_a_code_opens_no_other_widget(client: Client, inbox: Inbox) -> None:
    Inbox.objects.create(name="Other", channel="chat", key="other")
    code = hand(client, talked(inbox))[1]["code"]
    assert hand(client, key="other", code=code)[0] == 404


def test_a_token_of_another_widget_gets_no_code(client: Client, inbox: Inbox) -> None:
    other = Inbox.objects.create(name="Other", channel="chat", key="other")
    assert hand(client, talked(other))[0] == 403
    assert hand(client, "short")[0] == 403


@pytest.mark.parametrize("code", ["", "x", "../../../etc/passwd", "a" * 43, "a" * 5000])
def test_a_made_up_code_opens_nothing(client: Client, inbox: Inbox, code: str) -> None:
    assert hand(client, code=code)[0] == 404


def test_broken_bodies_are_a_clear_no(client: Client, inbox: Inbox) -> None:
    for body in ("", "[]", "null", '{"code": 5}', "{"):
        answer = client.post("/chat/shop-key/handover/", body, content_type="application/json")
        assert answer.status_code == 404
    assert client.get("/chat/shop-key/handover/").status_code == 405
    assert client.post("/chat/nobody/handover/").status_code == 404


def test_what_valkey_keeps_shows_no_token(inbox: Inbox) -> None:
    token = talked(inbox)
    code = handover.give(sessions.open_session(inbox, token))
    kept = quick_redis.client().get(handover._place("shop-key", code))
    assert isinstance(kept, bytes)
    assert token.encode() not in kept
    assert code.encode() not in kept
