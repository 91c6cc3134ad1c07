"""Pictures of a mail: asked for, fetched by us alone, and only for who may see the mail (J5)."""

from __future__ import annotations

import hashlib
import re
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from helpdesk.models import Attachment, Customer, FetchedPicture, Inbox, Message
from helpdesk.services import customers, mail_pictures
from helpdesk.web import picture_passes
from tests import factories
from tests.core.conftest import Desk

pytestmark = pytest.mark.django_db
GIF = b"GIF89a\x02\x00\x02\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x05\x00\x00\x00\x05" + zlib.compress(b"")
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>"


class Host:
    """A web server of a stranger; it counts who came and what they said."""

    def __init__(self, body: bytes, status: str, headers: str) -> None:
        self.asked: list[bytes] = []
        self.answer = (
            f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n\r\n"
        ).encode() + body
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.place = f"127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                one, _address = self.socket.accept()
            except OSError:
                return
            with one:
                self.asked.append(one.recv(65536))
                one.sendall(self.answer)


@contextmanager
def host(body: bytes = GIF, status: str = "200 OK", headers: str = "X: y") -> Iterator[Host]:
    made = Host(body, status, headers)
    try:
        yield made
    finally:
        made.socket.close()


@pytest.fixture
def allow(settings: object) -> Callable[[Host], str]:
    """The one way past the guard, for a host that plays a public one."""

    def may(stranger: Host) -> str:
        settings.OUTBOUND_ALLOWED_HOSTS = [stranger.place]  # type: ignore[attr-defined]
        return f"http://{stranger.place}/a.gif?who=marta"

    return may


@pytest.fixture
def message(desk: Desk, phone: Inbox) -> Message:
    made = factories.conversation(phone, "+48600", kind="phone")
    return Message.objects.get(conversation=made)


def signed_in(who: object) -> Client:
    client = Client()
    client.force_login(who)  # type: ignore[arg-type]
    return client


def pictures(client: Client, message: Message, html: str, query: str = "?pictures=1") -> list[str]:
    """Where the page of a mail finds its pictures."""
    Message.objects.filter(pk=message.pk).update(html=html)
    page = client.get(f"/messages/{message.pk}/original/{query}").content.decode()
    return re.findall(r'<img[^>]* src="([^"]*)"', page)


def test_j5_a_page_fetches_nothing_until_it_is_asked_to(
    desk: Desk, message: Message, allow: Callable[[Host], str]
) -> None:
    with host() as stranger:
        html = f'<img src="{allow(stranger)}" width="60" height="40" alt="Sale">'
        client = signed_in(desk.agent)
        assert pictures(client, message, html, "") == []
        page = client.get(f"/messages/{message.pk}/original/").content.decode()
        assert '<span class="nopic" style="width:60px;height:40px;"' in page
        assert stranger.place not in re.sub(r'title="[^"]*"', "", page)
        assert stranger.asked == []


def test_j5_who_asks_gets_them_through_us_and_their_sender_learns_nothing(
    desk: Desk, message: Message, allow: Callable[[Host], str]
) -> None:
    with host() as stranger:
        client = signed_in(desk.agent)
        [place] = pictures(client, message, f'<img src="{allow(stranger)}">')
        assert place.startswith("/mail-pictures/")
        answer = Client().get(place)  # a sandboxed page sends no cookie
        again = Client().get(place)
        [request] = stranger.asked
    assert (answer.status_code, answer.content) == (200, GIF)
    assert again.content == GIF, "the second time from the store"
    assert answer["Content-Type"] == "image/gif"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Content-Disposition"] == "inline"
    assert "no-store" in answer["Cache-Control"]
    for told in (b"Cookie", b"Referer", b"parley.example", desk.agent.email.encode()):
        assert told not in request


def test_a_pass_is_worth_what_its_reader_may_see(
    desk: Desk, message: Message, allow: Callable[[Host], str]
) -> None:
    with host() as stranger:
        address = allow(stranger)
        client = signed_in(desk.agent)
        [place] = pictures(client, message, f'<img src="{address}">')
        token = place.split("/")[2]
        for forged in (token[:-2], token + "x", token[::-1], "x"):
            assert Client().get(f"/mail-pictures/{forged}/").status_code == 404
        strangers = signed_in(desk.stranger)
        strangers.get("/inbox/")
        theirs = picture_passes.Pass(_ticket(strangers), str(message.pk)).url(address)
        assert Client().get(theirs).status_code == 404, "not their mail"
        desk.mine.memberships.update(active=False)
        assert Client().get(place).status_code == 404, "no longer their mail"
        desk.mine.memberships.update(active=True)
        client.logout()
        assert Client().get(place).status_code == 404, "signed out"
        assert stranger.asked == []


def _ticket(client: Client) -> str:
    class Asking:
        session = client.session

    return picture_passes.issue(Asking(), Message()).ticket  # type: ignore[arg-type]


def test_a_pass_does_not_outlive_its_time(
    desk: Desk, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    [place] = pictures(signed_in(desk.agent), message, '<img src="https://x.example/a.gif">')
    monkeypatch.setattr(picture_passes, "LIFE", -1)
    assert Client().get(place).status_code == 404


ANSWERS = {
    "svg": (SVG, "200 OK", "Content-Type: image/gif"),
    "page": (b"<html><script>x()</script>", "200 OK", "Content-Type: image/png"),
    "empty": (b"", "200 OK", "X: y"),
    "error": (GIF, "404 Not Found", "X: y"),
    "bomb": (b"GIF89a" + b"\xff\xff\xff\xff" + b"x", "200 OK", "X: y"),
    "half": (PNG[:12] + b"NOPE" + PNG[16:], "200 OK", "X: y"),
    "inside": (GIF, "302 Found", "Location: http://169.254.169.254/latest/"),
    "file": (GIF, "302 Found", "Location: file:///etc/passwd"),
    "large": (GIF + b"x" * mail_pictures.MAX_BYTES, "200 OK", "X: y"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_j5_nothing_but_a_picture_comes_through(
    desk: Desk, message: Message, allow: Callable[[Host], str], name: str
) -> None:
    with host(*ANSWERS[name]) as stranger:
        [place] = pictures(signed_in(desk.agent), message, f'<img src="{allow(stranger)}">')
        assert Client().get(place).status_code == 404
        assert Client().get(place).status_code == 404
        assert len(stranger.asked) == 1, "what cannot be had is not asked for again at once"


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:{port}/a.gif",
        "http://localhost:{port}/a.gif",
        "http://[::1]:{port}/a.gif",
        "http://0.0.0.0:{port}/a.gif",
        "http://2130706433:{port}/a.gif",
        "http://[::ffff:127.0.0.1]:{port}/a.gif",
        "http://user@127.0.0.1:{port}/a.gif",
    ],
)
def test_j5_the_house_itself_is_never_called(desk: Desk, message: Message, address: str) -> None:
    with host() as inside:
        there = address.format(port=inside.place.rpartition(":")[2])
        for place in pictures(signed_in(desk.agent), message, f'<img src="{there}">'):
            assert Client().get(place).status_code == 404
        assert inside.asked == []


def test_pictures_that_only_watch_are_never_fetched(
    desk: Desk, message: Message, allow: Callable[[Host], str]
) -> None:
    with host() as stranger:
        address = allow(stranger)
        html = (
            f'<p>x</p><img src="{address}" width="1" height="1">'
            f'<img src="{address}" style="display:none">'
        )
        assert pictures(signed_in(desk.agent), message, html) == []
        assert stranger.asked == []


def test_always_for_this_sender(desk: Desk, message: Message) -> None:
    html = '<img src="https://x.example/a.gif">'
    client = signed_in(desk.agent)
    assert pictures(client, message, html, "") == []
    person = message.conversation.customer
    answer = client.patch(
        f"/api/v1/customers/{person.pk}/", {"show_pictures": True}, "application/json"
    )
    assert answer.status_code == 200
    assert Customer.objects.get(pk=person.pk).show_pictures
    assert len(pictures(client, message, html, "")) == 1
    customers.change(person.pk, {"show_pictures": False}, by=desk.agent)
    assert pictures(client, message, html, "") == []


def test_j6_a_mails_own_pictures_need_no_asking_and_the_right_all_the_same(
    desk: Desk, message: Message
) -> None:
    own = Attachment(
        message=message, name="a.gif", content_type="image/gif", size=len(GIF), content_id="P1@x"
    )
    own.file.save("", ContentFile(GIF), save=True)
    page = Attachment(
        message=message, name="a.svg", content_type="image/svg+xml", size=3, content_id="p2"
    )
    page.file.save("", ContentFile(SVG), save=True)
    html = '<img src="cid:p1@x"><img src="cid:p2"><img src="cid:gone" alt="Gone">'
    client = signed_in(desk.agent)
    [place] = pictures(client, message, html, "")
    answer = Client().get(place)
    assert b"".join(answer.streaming_content) == GIF  # type: ignore[attr-defined]
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    desk.mine.memberships.update(active=False)
    assert Client().get(place).status_code == 404


def test_what_was_fetched_is_forgotten_after_a_day() -> None:
    now = datetime.now(UTC)
    for key, age in (("a", 30), ("b", 20)):
        FetchedPicture.objects.create(
            key=key, content_type="image/gif", body=GIF, fetched_at=now - timedelta(hours=age)
        )
    assert mail_pictures.forget_old() == 1
    assert list(FetchedPicture.objects.values_list("pk", flat=True)) == ["b"]
    assert mail_pictures.forget_old() == 0


def test_the_queries_of_a_picture(
    desk: Desk, message: Message, django_assert_max_num_queries: Callable[..., object]
) -> None:
    [place] = pictures(signed_in(desk.agent), message, '<img src="https://x.example/a.gif">')
    key = hashlib.sha256(b"https://x.example/a.gif").hexdigest()
    FetchedPicture.objects.create(
        key=key, content_type="image/gif", body=GIF, fetched_at=datetime.now(UTC)
    )
    with django_assert_max_num_queries(4):  # type: ignore[attr-defined]
        assert Client().get(place).content == GIF
