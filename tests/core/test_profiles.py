"""Profiles: photos that are only pixels, and what customers see of an agent."""

from __future__ import annotations

import contextlib
import struct
import zlib
from base64 import b64encode
from collections.abc import Iterator
from typing import cast

import pytest
from django.http import HttpResponse
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from helpdesk import pictures
from helpdesk.models import Agent, Face
from helpdesk.pictures import SIDE, BadPictureError, square
from helpdesk.realtime import payloads
from helpdesk.services import messages, profiles
from tests import factories
from tests.core.conftest import Desk

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CANARY = b"<script>alert(1)</script>"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def picture(
    *,
    side: int = SIDE,
    form: int = 2,
    rows: bytes | None = None,
    extra: bytes = b"",
    after: bytes = b"",
    lacing: int = 0,
) -> bytes:
    """A PNG; rows: filter byte and pixels of each row, as they are packed."""
    channels = {2: 3, 6: 4, 3: 1}[form]
    if rows is None:
        rows = (b"\x00" + bytes([200, 120, 40, 255][:channels]) * side) * side
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, form, 0, 0, lacing))
    packed = chunk(b"IDAT", zlib.compress(rows))
    return SIGNATURE + head + extra + packed + chunk(b"IEND", b"") + after


def kinds(data: bytes) -> Iterator[bytes]:
    place = len(SIGNATURE)
    while place < len(data):
        size = int.from_bytes(data[place : place + 4])
        yield data[place + 4 : place + 8]
        place += 12 + size


def pixels(data: bytes) -> bytes:
    """What a decoder of our own, written for this test alone, sees: RGB of every pixel."""
    place, packed = len(SIGNATURE), b""
    while place < len(data):
        size = int.from_bytes(data[place : place + 4])
        if data[place + 4 : place + 8] == b"IDAT":
            packed += data[place + 8 : place + 8 + size]
        place += 12 + size
    raw, out, width = zlib.decompress(packed), b"", SIDE * 3
    for at in range(SIDE):
        kind, row = raw[at * (width + 1)], bytearray(raw[at * (width + 1) + 1 :][:width])
        above = out[-width:] if at else bytes(width)
        for one in range(width):
            a, b = (row[one - 3] if one > 2 else 0), above[one]
            c = above[one - 3] if one > 2 else 0
            near = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]
            row[one] = (row[one] + (0, a, b, (a + b) // 2, near)[kind]) % 256
        out += bytes(row)
    return out


def test_the_pixels_stay_and_all_else_goes() -> None:
    place = chunk(b"eXIf", b"II*\x00 50.06N 19.94E " + CANARY) + chunk(b"tEXt", b"Author\x00Marta")
    made = square(picture(extra=place, after=b"PK\x03\x04" + CANARY))
    assert list(kinds(made)) == [b"IHDR", b"IDAT", b"IEND"]
    assert CANARY not in made
    assert pixels(made) == bytes([200, 120, 40]) * SIDE * SIDE


def test_what_is_see_through_lies_on_white() -> None:
    half = bytes([0, 0, 0, 0]) * (SIDE // 2) + bytes([10, 20, 30, 255]) * (SIDE // 2)
    made = pixels(square(picture(form=6, rows=(b"\x00" + half) * SIDE)))
    assert made[:3] == b"\xff\xff\xff"
    assert made[-3:] == bytes([10, 20, 30])


HUGE = SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0))
HOSTILE = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "html named png": b"<!doctype html>" + CANARY,
    "html after the signature": SIGNATURE + CANARY * 20,
    "jpeg": b"\xff\xd8\xff\xe0" + bytes(200),
    "gif and script": b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)",
    "a bomb in its header": HUGE
    + chunk(b"IDAT", zlib.compress(bytes(100_000)))
    + chunk(b"IEND", b""),
    "another size": picture(side=64),
    "too few pixels": picture(rows=b"\x00"),
    "no such filter": picture(rows=(b"\x09" + bytes(SIDE * 3)) * SIDE),
    "broken sum": picture()[:-20] + b"\x00" + picture()[-19:],
    "too large": picture(extra=chunk(b"tEXt", bytes(pictures.MOST_BYTES))),
    "nothing": b"",
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_plain_picture_is_refused(data: bytes) -> None:
    with pytest.raises(BadPictureError):
        square(data)


ODD = {
    "no end": picture()[:-12],
    "a comment first": SIGNATURE + chunk(b"tEXt", CANARY) + picture()[8:],
    "thousands of comments": picture(extra=chunk(b"tEXt", b"") * 3000),
    "more pixels than it says": picture(rows=bytes((SIDE * 3 + 1) * SIDE * 400)),
}


@pytest.mark.parametrize("data", ODD.values(), ids=ODD.keys())
def test_of_an_odd_file_only_the_pixels_are_kept(data: bytes) -> None:
    made = square(data)
    assert set(kinds(made)) == {b"IHDR", b"IDAT", b"IEND"}
    assert len(pixels(made)) == SIDE * SIDE * 3
    assert CANARY not in made


@settings(deadline=None)
@given(data=st.binary(max_size=400), cut=st.integers(8, 300))
def test_no_bytes_do_harm(data: bytes, cut: int) -> None:
    for one in (data, SIGNATURE + data, picture()[:cut] + data):
        with contextlib.suppress(BadPictureError):
            assert list(kinds(square(one))) == [b"IHDR", b"IDAT", b"IEND"]


def put(client: Client, data: bytes) -> int:
    body = {"png": b64encode(data).decode()}
    return client.put("/api/v1/you/photo/", body, content_type="application/json").status_code


@pytest.mark.django_db
def test_a_photo_has_an_address_of_its_own_until_it_is_gone(desk: Desk, client: Client) -> None:
    client.force_login(desk.agent)
    assert put(client, HOSTILE["svg"]) == 400
    assert put(client, picture(extra=chunk(b"tEXt", CANARY))) == 200
    desk.agent.refresh_from_db()
    address = payloads.photo(desk.agent)
    shown = Client().get(address)  # a visitor
    assert shown.status_code == 200
    assert shown["Content-Type"] == "image/png"
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert shown["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "immutable" in shown["Cache-Control"]
    assert CANARY not in shown.content
    assert "Set-Cookie" not in shown
    assert put(client, picture(rows=(b"\x00" + bytes(SIDE * 3)) * SIDE)) == 200
    assert Client().get(address).status_code == 404, "another photo, another address"
    desk.agent.refresh_from_db()
    address = payloads.photo(desk.agent)
    Agent.objects.filter(pk=desk.agent.pk).update(is_active=False)
    assert Client().get(address).status_code == 404, "who has left is not shown"
    desk.agent.refresh_from_db()
    assert payloads.photo(desk.agent) == ""
    Agent.objects.filter(pk=desk.agent.pk).update(is_active=True)
    assert client.delete("/api/v1/you/photo/").status_code in (204, 403)
    client.force_login(desk.agent)
    assert client.delete("/api/v1/you/photo/").status_code == 204
    assert not Face.objects.exists()
    for guess in ("0" * 64, "..%2f..%2fetc", "x"):
        assert Client().get(f"/faces/{guess}.png").status_code == 404


@pytest.mark.django_db
def test_customers_see_the_name_that_was_chosen_for_them(desk: Desk) -> None:
    profiles.change({"first_name": "Marta", "last_name": "Nowak"}, by=desk.agent)
    assert (desk.agent.signed_name, desk.agent.called) == ("Marta Nowak", "Marta")
    profiles.change({"public_name": " Marta  from\nBirch ", "bio": "Knows duvets"}, by=desk.agent)
    profiles.show(picture(), by=desk.agent)
    made = factories.conversation(desk.inbox)
    said, _new = messages.reply(made.pk, body="Hello", by=desk.agent)
    seen = payloads.visitor_message(payloads.message(said))["author"]
    assert seen == {
        "name": "Marta from Birch",
        "initials": "MB",
        "hue": payloads.hue("Marta Nowak"),
        "photo": f"/faces/{desk.agent.photo}.png",
    }
    assert "Nowak" not in str(payloads.visitor_agent(desk.agent))
    assert payloads.visitor_agent(desk.agent)["bio"] == "Knows duvets"
    assert payloads.agent(desk.agent)["name"] == "Marta Nowak"


@pytest.mark.django_db
def test_the_form_keeps_what_is_right_and_only_ones_own(desk: Desk, client: Client) -> None:
    client.force_login(desk.agent)
    form = {
        "first_name": "Ruth",
        "last_name": "Levi",
        "public_name": "",
        "bio": "",
        "language": "he",
        "time_zone": "Asia/Jerusalem",
        "role": "admin",
        "email": "x@evil.example",
    }
    answer = client.post("/you/", form)
    assert answer.status_code == 302
    assert answer.cookies["django_language"].value == "he"
    desk.agent.refresh_from_db()
    assert (desk.agent.first_name, desk.agent.time_zone) == ("Ruth", "Asia/Jerusalem")
    assert (desk.agent.role, desk.agent.email != "x@evil.example") == ("agent", True)
    wrong = client.post(
        "/you/", {**form, "first_name": " ", "time_zone": "Mars/North", "bio": "x" * 130}
    )
    assert wrong.status_code == 400
    assert 'value="' + "x" * 130 in wrong.content.decode(), "nothing typed is lost"
    desk.agent.refresh_from_db()
    assert desk.agent.first_name == "Ruth"
    assert Client().post("/you/", form).status_code == 302
    assert client.get("/you/").status_code == 200


@pytest.mark.django_db
def test_the_page_asks_little(
    desk: Desk, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(desk.agent)
    client.get("/you/")
    with django_assert_num_queries(8):
        client.get("/you/")


def _sign_in(client: Client, agent: Agent, language: str, **more: str) -> HttpResponse:
    agent.set_password("a long password")
    agent.save()
    form = {"username": agent.email, "password": "a long password", **more}
    headers = {"accept-language": language}
    return cast("HttpResponse", client.post("/login/", form, headers=headers))


@pytest.mark.django_db
def test_the_chosen_language_follows_into_another_browser(desk: Desk, client: Client) -> None:
    assert "django_language" not in _sign_in(client, desk.agent, "fi").cookies  # none chosen
    profiles.change({"language": "he"}, by=desk.agent)
    shared = Client()
    shared.cookies["django_language"] = "pl"  # a colleague's, who had this browser before
    assert _sign_in(shared, desk.agent, "fi").cookies["django_language"].value == "he"
    assert 'lang="he"' in shared.get("/inbox/").content.decode()


@pytest.mark.django_db
def test_a_language_pressed_before_signing_in_is_a_choice(desk: Desk, client: Client) -> None:
    page = client.get("/login/?next=/you/").content.decode()
    assert 'name="next" value="/login/?chosen=1&amp;next=%2Fyou%2F"' in page
    pressed = client.post(
        "/language/", {"language": "sl", "next": "/login/?chosen=1&next=/you/"}, follow=True
    )
    shown = pressed.content.decode()
    assert '<input type="hidden" name="chosen" value="1">' in shown
    assert '<input type="hidden" name="next" value="/you/">' in shown
    _sign_in(client, desk.agent, "fi", chosen="1")
    desk.agent.refresh_from_db()
    assert (desk.agent.language, desk.agent.language_chosen) == ("sl", True)
