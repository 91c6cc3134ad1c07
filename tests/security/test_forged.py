"""SEC-5, SEC-6: numbers, tokens, keys and cursors that were made up open nothing.

Each is a real one with something changed, or one of the same shape. PARLEY_FORGED says how many
there are in all; security.md asks for 10,000.
"""

from __future__ import annotations

import os
import random
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.core import signing
from django.core.files.base import ContentFile
from django.test import Client

from channels_email import threads, unsubscribing
from helpdesk import file_links, probing
from helpdesk.models import Attachment, Inbox, Message
from helpdesk.selectors import inbox
from helpdesk.services import joining
from tests import factories
from tests.api.conftest import program
from tests.core.conftest import Desk, channel, desk, nudges, phone

__all__ = ["channel", "desk", "nudges", "phone"]
MANY = int(os.environ.get("PARLEY_FORGED", "400"))
SECRET = "words-that-only-one-customer-wrote"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
CLOSED = {400, 401, 403, 404, 405, 409, 410, 422, 429}
Door = Callable[[random.Random], str]
"""Tries one forged thing; says what opened, or ""."""


def bent(source: random.Random, text: str) -> str:
    """The text with one thing wrong; never the same, and not only in the case of a letter."""
    places = [at for at, sign in enumerate(text) if sign.isalnum()]
    at = source.choice(places)
    other = source.choice([one for one in ALPHABET if one.lower() != text[at].lower()])
    way = source.randrange(5)
    if way == 0:
        return text[:at] + other + text[at + 1 :]
    if way == 1:
        return text[: max(1, at)]
    if way == 2:
        return text + other
    if way == 3:
        return "".join(source.choice(ALPHABET) if sign.isalnum() else sign for sign in text)
    return text[:at] + other + other + text[at + 1 :]


def bent_uuid(source: random.Random, real: uuid.UUID) -> uuid.UUID:
    """A neighbour, or any."""
    if source.random() < 0.5:
        return uuid.UUID(int=real.int ^ (1 << source.randrange(128)))
    return uuid.UUID(int=source.getrandbits(128))


class House:
    """One customer's conversation with a file, behind every kind of door, and who may not in."""

    def __init__(self, desk: Desk, phone: Inbox) -> None:
        self.desk, self.widget = desk, desk.inbox
        self.visitor = self._writes()
        self.message = Message.objects.get(body=SECRET)
        self.talk = self.message.conversation
        self.answer = Message.objects.create(
            conversation=self.talk, inbox=phone, direction="out", seq=90, public_seq=90,
            body=SECRET, created_at=datetime.now(UTC),
        )  # fmt: skip
        self.file = self._file(self.answer)
        self.link = file_links.issue(self.file, since=datetime.now(UTC)).url.split("/")[-2]
        self.robot = f"Bearer {program(desk.agent).text}"
        self.mail = factories.inbox(channel="email", address="help@shop.example")
        self.stranger, self.nobody = Client(), Client()
        self.stranger.force_login(desk.stranger)

    def _writes(self) -> str:
        frame = {"cid": str(uuid.uuid4()), "body": SECRET}
        answer = Client().post(
            f"/chat/{self.widget.key}/messages/", frame, content_type="application/json"
        )
        return str(answer.json()["token"])

    def _file(self, message: Message) -> Attachment:
        made = Attachment.objects.create(
            message=message, name="a.txt", content_type="text/plain", size=5
        )
        made.file.save("a.txt", ContentFile(SECRET.encode()))
        return made

    def asks(self, client: Client, url: str, **headers: str) -> str:
        """What a GET opens: anything but a refusal that says nothing of the secret."""
        answer: Any = client.get(url, headers=headers)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        open_ = answer.status_code not in CLOSED or SECRET.encode() in body
        return f"{url}: {answer.status_code}" if open_ else ""

    def tells(self, client: Client, url: str, **headers: str) -> str:
        """As asks(), where a forged thing is answered as an empty one."""
        answer: Any = client.get(url, headers=headers)
        fine = answer.status_code < 500 and SECRET.encode() not in answer.content
        return "" if fine else f"{url}: {answer.status_code}"


def doors(house: House) -> dict[str, Door]:
    """By what is forged."""
    key, talk = house.widget.key, house.talk.pk
    _made, link = joining.invite("nia@desk.example", "agent", [], by=house.desk.admin)
    invited = link.rstrip("/").rpartition("/")[2]
    ((_name, told), _post) = unsubscribing.headers(
        "ann@shop.example", own="x@x.example", delivery=31
    )
    unsubscribe = told[1:].partition("/>")[0].rpartition("/")[2]
    own_id = threads.message_id(31, talk, "shop.example")
    reply = threads.reply_address("help@shop.example", house.mail.pk, talk, "ann@shop.example")
    bounce = threads.bounce_address("help@shop.example", 31, "ann@shop.example")
    proof = probing.signed(house.widget)
    cursor = inbox._encode(datetime.now(UTC), talk)

    def other_salt(_source: random.Random) -> str:
        text = signing.dumps([house.file.pk.hex, 9_999_999_999], salt="another")
        return house.asks(house.nobody, f"/f/{text}/")

    return {
        "a file's number": lambda source: house.asks(
            house.stranger, f"/attachments/{bent_uuid(source, house.file.pk)}/"
        ),
        "a file of others": lambda _: house.asks(
            house.stranger, f"/api/v1/attachments/{house.file.pk}/"
        ),
        "a file's link": lambda source: house.asks(
            house.nobody, f"/f/{bent(source, house.link)}/"
        ),
        "a file's link of another salt": other_salt,
        "a visitor's file": lambda source: house.asks(
            house.nobody, f"/chat/{key}/files/{house.file.pk}/",
            Authorization=f"Bearer {bent(source, house.visitor)}",
        ),
        "a visitor's token": lambda source: house.tells(
            house.nobody, f"/chat/{key}/events/",
            Authorization=f"Bearer {bent(source, house.visitor)}",
        ),
        "a widget's key": lambda source: house.asks(
            house.nobody, f"/chat/{bent(source, key)}/events/",
            Authorization=f"Bearer {house.visitor}",
        ),
        "a program's token": lambda source: house.asks(
            house.nobody, f"/api/v1/conversations/{talk}/",
            Authorization=f"Bearer {bent(source, house.robot.removeprefix('Bearer '))}",
        ),
        "a conversation's number": lambda source: house.asks(
            house.stranger, f"/api/v1/conversations/{talk + source.randint(-3, 3)}/messages/"
        ),
        "a message's number": lambda source: house.asks(
            house.stranger,
            f"/messages/{source.choice([house.message.pk, bent_uuid(source, house.message.pk)])}"
            f"/{source.choice(['original', 'trace'])}/",
        ),
        "a cursor": lambda source: house.tells(
            house.stranger,
            f"/api/v1/conversations/?view=all&cursor={bent(source, cursor)}",
        ),
        "a search's cursor": lambda source: house.tells(
            house.stranger,
            f"/api/v1/search/?q=words&cursor={source.randint(0, 2)}.{bent(source, str(talk))}",
        ),
        "a stream's place": lambda source: house.tells(
            house.stranger, f"/api/v1/events/?after={source.randint(0, talk)}"
        ),
        "an invitation": lambda source: house.asks(
            house.nobody, f"/join/{bent(source, invited)}/"
        ),
        "a copy of somebody's data": lambda source: house.asks(
            house.nobody, f"/data/{bent(source, house.link)}/"
        ),
        "a picture": lambda source: house.asks(
            house.stranger, f"/mail-pictures/{bent(source, house.link)}/"
        ),
        "a hook": lambda source: house.asks(house.nobody, f"/hooks/test/{bent(source, key)}"),
        "an end of letters": lambda source: house.asks(
            house.nobody, f"/mail/unsubscribe/{bent(source, unsubscribe)}/"
        ),
        "a Message-ID": lambda source: str(threads.read_message_id(bent_id(source, own_id)) or ""),
        "a reply address": lambda source: str(
            threads.read_reply_address(bent_local(source, reply), house.mail.pk) or ""
        ),
        "an envelope": lambda source: str(
            threads.read_bounce_address(bent_local(source, bounce)) or ""
        ),
        "our own proof": lambda source: probing.read(house.widget, bent(source, proof)),
    }  # fmt: skip


def bent_local(source: random.Random, address: str) -> str:
    """An address whose tag is forged; the inbox's own name stays."""
    local, _at, domain = address.rpartition("@")
    name, _plus, tag = local.rpartition("+")
    return f"{name}+{bent(source, tag)}@{domain}"


def bent_id(source: random.Random, identifier: str) -> str:
    """A Message-ID that is forged; its domain proves nothing and stays."""
    own, _at, domain = identifier.partition("@")
    return f"{bent(source, own)}@{domain}"


def test_nothing_forged_opens(desk: Desk, phone: Inbox) -> None:
    house = House(desk, phone)
    source = random.Random(20_260_501)
    made = doors(house)
    opened = [
        f"{name}: {found}"
        for _round in range(max(1, MANY // len(made)))
        for name, door in made.items()
        if (found := door(source))
    ]
    assert not opened, "\n".join(opened[:20])


def test_each_door_opens_for_what_is_real(desk: Desk, phone: Inbox) -> None:
    """Else the other test could not fail."""
    house = House(desk, phone)
    key, talk = house.widget.key, house.talk.pk
    mine = {"Authorization": f"Bearer {house.visitor}"}
    insider = Client()
    insider.force_login(desk.agent)
    assert house.asks(house.nobody, f"/f/{house.link}/")
    assert house.asks(house.nobody, f"/chat/{key}/files/{house.file.pk}/", **mine)
    assert house.tells(house.nobody, f"/chat/{key}/events/", **mine)
    assert house.asks(insider, f"/attachments/{house.file.pk}/")
    assert house.asks(insider, f"/api/v1/conversations/{talk}/messages/")
    assert house.tells(insider, "/api/v1/conversations/?view=all")
    assert house.asks(house.nobody, f"/api/v1/conversations/{talk}/", Authorization=house.robot)
    assert probing.read(house.widget, probing.signed(house.widget))
    reply = threads.reply_address("help@shop.example", house.mail.pk, talk, "ann@shop.example")
    assert threads.read_reply_address(reply, house.mail.pk) == talk
    assert threads.read_message_id(threads.message_id(31, talk, "shop.example"))
    bounce = threads.bounce_address("help@shop.example", 31, "ann@shop.example")
    assert threads.read_bounce_address(bounce)
    (_one, told), _post = unsubscribing.headers("ann@shop.example", own="x@x.example", delivery=31)
    token = told[1:].partition("/>")[0].rpartition("/")[2]
    assert house.asks(house.nobody, f"/mail/unsubscribe/{token}/")
    _made, link = joining.invite("nia@desk.example", "agent", [], by=desk.admin)
    assert house.asks(house.nobody, f"/join/{link.rstrip('/').rpartition('/')[2]}/")
