"""The fake provider and the product talk over real HTTP: files, repeats, receipts."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from helpdesk import outbox
from helpdesk.models import Agent, Attachment, Delivery, InboundEvent, Inbox, Message
from helpdesk.services import messages
from tests.contracts.every import SUBJECTS
from tests.contracts.subject import Subject
from tests.contracts.test_sending import each, each_subject
from tests.contracts.test_webhooks import WEBHOOKS, bodies, process

each_that_reports = each(*(key for key, one in SUBJECTS.items() if one.undelivered[0]))
pytestmark = pytest.mark.django_db(transaction=True)
each_with_media = each(*(key for key in WEBHOOKS if SUBJECTS[key].fake and SUBJECTS[key].media))
each_fetching = each(
    *(
        key
        for key in WEBHOOKS
        if SUBJECTS[key].fake and SUBJECTS[key].media and SUBJECTS[key].fetches_files
    )
)
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 5000


@pytest.fixture(autouse=True)
def public_url(live_server: LiveServer, settings: Any) -> str:
    settings.PUBLIC_BASE_URL = live_server.url
    return str(live_server.url)


def write(subject: Subject, inbox: Inbox, public_url: str, **order: Any) -> None:
    hook = f"{public_url}/hooks/{inbox.provider}/{inbox.key}"
    subject.write(inbox, hook=hook, wait=True, **order)


def wait_for(seen: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not seen():
        assert time.monotonic() < deadline, "did not happen within 10 s"
        time.sleep(0.05)


@each_with_media
def test_a_file_comes_along(subject: Subject, inbox: Inbox, public_url: str) -> None:
    file = {"name": "me.png", "content_type": "image/png", "data": base64.b64encode(PNG).decode()}
    write(subject, inbox, public_url, text="look", files=[file])

    assert process() == ["done"] * (1 if subject.captions else 2)
    attachment = Attachment.objects.get()
    assert (attachment.size, attachment.content_type) == (len(PNG), "image/png")
    with attachment.file.open() as stored:
        assert stored.read() == PNG
    assert attachment.name.endswith(".png")
    assert [body for body in bodies() if body] == ["look"]


@each_fetching
def test_a_lost_file_does_not_hold_the_text(
    subject: Subject, inbox: Inbox, public_url: str
) -> None:
    file = {"name": "me.png", "content_type": "image/png", "data": base64.b64encode(PNG).decode()}
    write(subject, inbox, public_url, text="look", files=[file])
    subject.control.reset()

    assert process() == ["done"] * (1 if subject.captions else 2)
    assert [body for body in bodies() if body] == ["look"]
    assert not Attachment.objects.get().file


@each_subject
def test_repeated_and_shuffled_calls(subject: Subject, inbox: Inbox, public_url: str) -> None:
    texts = [f"text {number}" for number in range(6)]
    write(subject, inbox, public_url, texts=texts, repeats=3, shuffle=7)

    assert process() == ["done"] * 6
    assert sorted(bodies()) == texts


@each_that_reports
@pytest.mark.parametrize("fault", ["", "duplicate", "reorder", "undelivered", "cut_after_accept"])
def test_receipts_of_the_provider_arrive(
    subject: Subject, inbox: Inbox, agent: Agent, public_url: str, fault: str
) -> None:
    write(subject, inbox, public_url, text="question")
    process()
    message, _ = messages.reply(Message.objects.get().conversation_id, by=agent, body="answer")
    if fault:
        subject.fault(fault)
    outbox.deliver(message.delivery.pk)
    wait_for(lambda: InboundEvent.objects.count() == 1 + subject.reports)
    process()

    delivery = Delivery.objects.get()
    state, code = subject.undelivered if fault == "undelivered" else ("delivered", "")
    assert delivery.state == state
    assert delivery.provider_id == subject.sends()[0]["provider_id"]
    assert delivery.error_code == code
    assert len(subject.sends()) == 1
