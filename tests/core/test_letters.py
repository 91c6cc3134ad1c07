"""Answers by mail: recipients, signatures, files as links, the pace of an inbox (K4-K7, D2)."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.test import Client

from helpdesk import budgets, file_links, outbox
from helpdesk.adapters import Capabilities, PermanentError, Sent, TransientError
from helpdesk.models import (
    Agent,
    Attachment,
    Conversation,
    Delivery,
    DeliveryState,
    Inbox,
    Message,
    SendingBudget,
)
from helpdesk.packing import pack
from helpdesk.realtime import payloads
from helpdesk.services import messages, profiles, scheduling
from helpdesk.services.addressing import Addressed, AddressError
from tests import factories
from tests.channel import ScriptedChannel, registered
from tests.core.conftest import Desk
from tests.core.letters import ANN, BOB, EVE, HELP, Post

pytestmark = pytest.mark.django_db(transaction=True)
LETTERS = Capabilities(
    html=True, subject=True, threaded=True, repeat_safe=True, signs=True, links_over=100
)


@pytest.fixture
def channel() -> Any:
    made = ScriptedChannel(capabilities=LETTERS, identity_kind="email")
    with registered(made):
        yield made


@pytest.fixture
def talk(desk: Desk, channel: ScriptedChannel) -> Conversation:
    inbox = factories.inbox(
        channel="test",
        address=HELP,
        teams=[desk.mine],
        name="Help",
        settings={"aliases": ["b@x.example"]},
    )
    return factories.conversation(
        inbox, ANN, kind="email", verified=False, external_id="m1@x", meta={"from_name": "Ann"}
    )


def answer(talk: Conversation, by: Agent, **chosen: Any) -> Message:
    message, _made = messages.reply(talk.pk, by=by, body="Here.", addressed=Addressed(**chosen))
    return message


def sent(channel: ScriptedChannel) -> Any:
    outbox.deliver(Delivery.objects.order_by("-pk").values_list("pk", flat=True)[0])
    return channel.sent[-1]


def test_k4_copies_are_kept_once_and_none_is_ours(
    talk: Conversation, desk: Desk, channel: ScriptedChannel
) -> None:
    answer(talk, desk.agent, cc=[BOB, BOB.upper(), "B+x@x.example"], bcc=[EVE, BOB, HELP])
    out = sent(channel)
    assert (out.to, out.cc, out.bcc) == (ANN, (BOB,), (EVE,))


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "x",
        "a@b@c",
        "a@b.example\r\nBcc: x@y.example",
        "a b@c.example",
        "a@b.example\x00",
        "<a@b.example>",
    ],
)
@pytest.mark.parametrize("place", ["to", "cc", "bcc"])
def test_sec30_what_is_no_address_is_refused(
    talk: Conversation, desk: Desk, place: str, bad: str
) -> None:
    if place == "to" and not bad:
        return
    chosen = {place: bad if place == "to" else [bad]}
    with pytest.raises(AddressError):
        answer(talk, desk.agent, **chosen)
    assert not Delivery.objects.exists()


def test_k4_no_answer_goes_to_ourselves(talk: Conversation, desk: Desk) -> None:
    with pytest.raises(AddressError, match="ours"):
        answer(talk, desk.agent, to="Help+c1.x@parley.example")


def test_k7_another_recipient_is_not_called_by_the_customers_name(
    talk: Conversation, desk: Desk, channel: ScriptedChannel
) -> None:
    answer(talk, desk.agent, to=BOB)
    out = sent(channel)
    assert (out.to, out.to_name) == (BOB, "")
    answer(talk, desk.agent, to=ANN, cc=[BOB])
    assert sent(channel).to_name == "Tom Reed"


def test_k7_copies_of_the_customer_never_see_notes_or_bcc(talk: Conversation, desk: Desk) -> None:
    message = answer(talk, desk.agent, cc=[BOB], bcc=[EVE])
    shown = payloads.message(message, [])
    assert shown["letter"]["bcc"] == [EVE]
    visitor = payloads.visitor_message(shown)
    assert EVE not in str(visitor)
    assert BOB not in str(visitor)
    assert "letter" not in visitor


def test_k6_signature_of_agent_and_inbox_with_facts(
    talk: Conversation, desk: Desk, channel: ScriptedChannel
) -> None:
    profiles.change(
        {"signature": "{{ agent.name }}\n{{ customer.company }}\n{{ inbox.name }}"}, by=desk.agent
    )
    Inbox.objects.filter(pk=talk.inbox_id).update(settings={"signature": "Birch & Linen"})
    answer(talk, desk.agent)
    assert sent(channel).signature == f"{desk.agent.signed_name}\nHelp\nBirch & Linen"
    answer(talk, desk.agent, signed=False)
    assert sent(channel).signature == ""


@pytest.mark.parametrize(
    "evil", ["{{7*7}}", "{% for x in y %}{% endfor %}", "{{ agent.password }}", "{{"]
)
def test_sec28_signature_is_no_program(desk: Desk, evil: str) -> None:
    with pytest.raises(profiles.InvalidProfileError) as caught:
        profiles.change({"signature": evil}, by=desk.agent)
    assert "signature" in caught.value.errors
    desk.agent.refresh_from_db()
    assert desk.agent.signature == ""


@pytest.mark.parametrize("literal", ["${7*7}", "%(x)s", "{0.__class__}", "#{7*7}"])
def test_sec28_other_languages_come_out_as_written(
    talk: Conversation, desk: Desk, channel: ScriptedChannel, literal: str
) -> None:
    profiles.change({"signature": literal}, by=desk.agent)
    answer(talk, desk.agent)
    assert sent(channel).signature == literal


def test_k6_what_is_answered_is_quoted_below(
    talk: Conversation, desk: Desk, channel: ScriptedChannel
) -> None:
    answer(talk, desk.agent)
    quote = sent(channel).quote
    assert (quote.name, quote.address, quote.text) == ("Ann", ANN, "Hello")
    Inbox.objects.filter(pk=talk.inbox_id).update(settings={"quote_history": False})
    answer(talk, desk.agent)
    assert sent(channel).quote is None


def test_k6_big_files_leave_as_links_that_expire(
    talk: Conversation, desk: Desk, channel: ScriptedChannel, client: Client
) -> None:
    item = Attachment(uploaded_by=desk.agent, name="film.mp4", content_type="video/mp4", size=101)
    item.file.save("x", ContentFile(b"f" * 101), save=True)
    messages.reply(talk.pk, by=desk.agent, body="See.", attachments=[str(item.pk)])
    out = sent(channel)
    assert out.files == ()
    [link] = out.links
    token = link.url.rstrip("/").rpartition("/")[2]
    got: Any = client.get(f"/f/{token}/")
    assert (got.status_code, b"".join(got.streaming_content)) == (200, b"f" * 101)
    assert got["Content-Disposition"].startswith("attachment")
    assert "sandbox" in got["Content-Security-Policy"]
    assert client.get(f"/f/{token[:-1]}x/").status_code == 404
    with time_machine.travel(link.until + timedelta(seconds=1), tick=False):
        assert client.get(f"/f/{token}/").status_code == 404
    Delivery.objects.update(state=DeliveryState.CANCELLED)
    assert client.get(f"/f/{token}/").status_code == 404


def test_sec5_links_open_only_what_was_sent(talk: Conversation, desk: Desk) -> None:
    def linked(**facts: Any) -> bool:
        item = Attachment(
            uploaded_by=desk.agent, name="a", content_type="text/plain", size=1, **facts
        )
        item.file.save("x", ContentFile(b"x"), save=True)
        url = file_links.issue(item, since=datetime.now(UTC)).url
        return file_links.read(url.rstrip("/").rpartition("/")[2]) is not None

    note, _made = messages.note(talk.pk, by=desk.agent, body="Secret")
    inbound = Message.objects.get(direction="in")
    out = answer(talk, desk.agent)
    assert [linked(message=one) for one in (None, note, inbound, out)] == [
        False,
        False,
        False,
        True,
    ]


def test_k5_an_inbox_sends_no_faster_than_it_may(
    talk: Conversation, desk: Desk, channel: ScriptedChannel
) -> None:
    Inbox.objects.filter(pk=talk.inbox_id).update(settings={"per_minute": 2})
    start = datetime(2026, 1, 5, 12, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        for _ in range(4):
            answer(talk, desk.agent)
        rows = list(Delivery.objects.order_by("pk"))
        assert [outbox.deliver(one.pk) for one in rows[:2]] == ["sent", "sent"]
        assert outbox.deliver(rows[2].pk) == "retry"
        rows[2].refresh_from_db()
        assert rows[2].next_at == start + timedelta(seconds=30)
        assert rows[2].attempts == 0, "waiting is no attempt"
        clock.shift(timedelta(seconds=30))
        assert outbox.deliver(rows[2].pk) == "sent"
        assert outbox.deliver(rows[3].pk) == "retry"
        clock.shift(timedelta(hours=1))
        inbox = Inbox.objects.get(pk=talk.inbox_id)
        assert [budgets.spend(inbox) for _ in range(3)][:2] == [None, None]
        assert SendingBudget.objects.get().left < 1, "a burst is one minute's"


@pytest.mark.parametrize("odd", [None, 0, -1, "2", True, 1e9])
def test_k5_odd_limits_are_none(desk: Desk, odd: object) -> None:
    desk.inbox.settings["per_minute"] = odd
    assert [budgets.spend(desk.inbox) for _ in range(100)] == [None] * 100
    assert not SendingBudget.objects.exists()


def test_k5_who_has_it_already_is_kept_between_attempts(
    talk: Conversation, desk: Desk, channel: ScriptedChannel
) -> None:
    broken = TransientError("later", "451", retry_after=0)
    broken.done = (ANN,)
    again = TransientError("later", "421", retry_after=0)
    channel.script = [broken, again, Sent("id@x", (ANN, BOB), ((EVE, "550 no such user"),))]
    answer(talk, desk.agent, cc=[BOB], bcc=[EVE])
    row = Delivery.objects.get()
    assert outbox.deliver(row.pk) == "retry"
    row.refresh_from_db()
    assert row.done == [ANN]
    assert pack(
        Delivery.objects.select_related("message", "inbox", "conversation__customer").get()
    ).done == (ANN,)
    assert outbox.deliver(row.pk) == "retry"
    row.refresh_from_db()
    assert row.done == [ANN], "an attempt that reached nobody forgets nobody"
    assert outbox.deliver(row.pk) == "sent"
    row.refresh_from_db()
    assert (row.state, row.done) == ("sent", [ANN, BOB])
    assert EVE in row.error
    shown = payloads.message(Message.objects.select_related("delivery").get(delivery=row), [])
    assert EVE in shown["letter"]["missed"]


def test_k5_a_final_refusal_fails_the_message(
    talk: Conversation, desk: Desk, channel: ScriptedChannel
) -> None:
    channel.script = [PermanentError("no such user", "550")]
    answer(talk, desk.agent, cc=[BOB])
    row = Delivery.objects.get()
    assert outbox.deliver(row.pk) == "failed"
    assert outbox.deliver(row.pk) == ""


def test_later_replies_keep_their_recipients(
    talk: Conversation, desk: Desk, channel: ScriptedChannel
) -> None:
    due = datetime.now(UTC) + timedelta(hours=1)
    with pytest.raises(AddressError):
        scheduling.schedule(
            talk.pk, by=desk.agent, body="x", due_at=due, addressed=Addressed(cc=["x"])
        )
    row = scheduling.schedule(
        talk.pk, by=desk.agent, body="x", due_at=due, addressed=Addressed(cc=[BOB])
    )
    scheduling.send_now(row.pk, by=desk.agent)
    assert sent(channel).cc == (BOB,)


def test_channels_without_letters_take_no_recipients(desk: Desk) -> None:
    chat = factories.conversation(desk.inbox)
    message = answer(chat, desk.agent, cc=[BOB])
    assert "addressed" not in message.meta
    assert "signature" not in message.meta


def test_api_proposes_and_takes_recipients(desk: Desk, client: Client) -> None:
    inbox = factories.inbox(channel="email", address=HELP, teams=[desk.mine])
    post = Post(inbox, desk.agent)
    first = post.get(Cc=f"Bob <{BOB}>, {HELP}")
    profiles.change({"signature": "Marta"}, by=desk.agent)
    client.force_login(desk.agent)
    url = f"/api/v1/conversations/{first.conversation_id}/"
    assert client.get(f"{url}letter/").json() == {
        "to": ANN, "cc": [BOB], "reply_to_elsewhere": "", "signature": "Marta",
    }  # fmt: skip
    said = {
        "client_id": str(uuid.uuid4()),
        "body": "Hi",
        "letter": {"to": ANN, "cc": [BOB], "bcc": [EVE], "signed": False},
    }
    made = client.post(f"{url}messages/", said, content_type="application/json")
    assert made.status_code == 201
    assert made.json()["letter"]["cc"] == [BOB]
    assert made.json()["letter"]["signature"] == ""
    said["client_id"] = str(uuid.uuid4())
    said["letter"] = {"cc": ["x\r\nBcc: y@z"]}
    assert client.post(f"{url}messages/", said, content_type="application/json").status_code == 400
    assert Delivery.objects.count() == 1
