"""The demo data obeys the rules that the services keep, and the rules can fail."""

from __future__ import annotations

import io
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db.models import Count, F

from helpdesk import address, inbound, outbox
from helpdesk.adapters import InboundMessage, Person, Receipt
from helpdesk.models import (
    Agent,
    Attachment,
    Conversation,
    ConversationEvent,
    Customer,
    CustomerIdentity,
    Delivery,
    InboundEvent,
    Inbox,
    Message,
    Register,
    SLAClock,
    State,
    Tag,
    Template,
    TemplateVariant,
    WorkItem,
    WorkState,
)
from helpdesk.permissions import agents_for
from helpdesk.phrasing import texts
from helpdesk.sandbox.demo.dialogues import dialogues, spam, spoken
from helpdesk.sandbox.demo.goods import SHELVES
from helpdesk.sandbox.demo.invariants import check_invariants
from helpdesk.sandbox.demo.seed import seed
from helpdesk.services import adoption, conversations, messages

LANGUAGES = ("en", "pl", "sl", "he", "fi", "ru")
GAPS = {"customer", "agent", "product", "order", "colour", "city", "amount"}


@pytest.fixture(autouse=True)
def _own_files(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def small(db: None) -> None:
    seed(small=True)


def command(*options: str) -> str:
    out = io.StringIO()
    call_command("seed_demo", *options, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_whole_demo_keeps_every_rule() -> None:
    made = seed()
    assert (made.agents, made.customers, made.conversations) == (7, 200, 600)
    assert check_invariants() == []
    assert set(Conversation.objects.values_list("state", flat=True)) == set(State.values)
    channels = Conversation.objects.values("inbox__channel").annotate(many=Count("pk"))
    assert {one["inbox__channel"] for one in channels} == {"chat", "email", "sms", "social"}
    assert all(one["many"] > 40 for one in channels)
    states = set(Delivery.objects.values_list("state", flat=True))
    assert states >= {"sent", "delivered", "failed", "uncertain", "retry", "expired", "cancelled"}
    assert {one.language for one in Customer.objects.all()} == set(LANGUAGES)
    oldest = Conversation.objects.order_by("created_at")[0].created_at
    assert timedelta(days=60) < datetime.now(UTC) - oldest < timedelta(days=125)


@pytest.mark.django_db
def test_some_letters_run_against_their_promise() -> None:
    """In business hours, as real ones do: of a demo made on a Sunday nothing is late yet."""
    seed()
    running = Conversation.objects.filter(promised_at__isnull=False)
    assert 4 <= running.count() <= 14
    assert not running.filter(late_from__isnull=True).exists()
    assert not running.exclude(inbox__channel="email").exists()
    clocks = SLAClock.objects.filter(open=True, conversation__in=running)
    assert set(clocks.values_list("metric", flat=True)) >= {"resolution"}
    assert not clocks.filter(started_at__gt=datetime.now(UTC) - timedelta(seconds=1)).exists()


@pytest.mark.usefixtures("small")
def test_who_answers_may_answer() -> None:
    for inbox in Inbox.objects.all():
        may = set(agents_for(inbox).values_list("pk", flat=True))
        authors = Message.objects.filter(inbox=inbox, author__isnull=False)
        assert set(authors.values_list("author_id", flat=True)) <= may
    for row in Conversation.objects.select_related("inbox").filter(assignee__isnull=False):
        assert agents_for(row.inbox).filter(conversations=row).exists()


@pytest.mark.usefixtures("small")
def test_live_chats_wait_right_now() -> None:
    edge = datetime.now(UTC) - timedelta(minutes=2)
    waiting = Conversation.objects.filter(
        inbox__channel="chat", state=State.OPEN, waiting_since__gte=edge
    )
    names = set(waiting.values_list("customer__name", flat=True))
    assert names >= {"Tom Ashworth", "Anna Kowalska", "Maja Žagar"}
    assert all(row.unread for row in waiting)
    held = WorkItem.objects.filter(conversation__in=waiting, state=WorkState.ACTIVE)
    assert held.filter(agent=F("conversation__assignee")).count() == waiting.count()


@pytest.mark.usefixtures("small")
def test_the_router_gets_what_waits_and_a_newcomers_chat_is_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(adoption, "_next", 0.0)
    assert adoption.adopt() > 1
    line = WorkItem.objects.filter(state=WorkState.QUEUED)
    assert set(line.values_list("channel", flat=True)) >= {"email"}
    assert not line.filter(channel="chat").exists()
    assert check_invariants() == []
    monkeypatch.setattr(adoption, "_next", 0.0)
    assert adoption.adopt() == 0
    needy = Conversation.objects.filter(state__in=("new", "open"), waiting_since__isnull=False)
    assert not needy.exclude(work__state__in=("queued", "active")).exists()


@pytest.mark.usefixtures("small")
def test_known_customers_have_several_channels() -> None:
    tom = CustomerIdentity.objects.get(kind="phone", address="+447700900412").customer
    assert tom.name == "Tom Ashworth"
    for name in ("Tom Ashworth", "נועה לוי", "Anna Kowalska", "Maja Žagar", "Mikko Virtanen"):
        person = Customer.objects.get(name=name)
        kinds = set(person.identities.values_list("kind", flat=True))
        assert kinds >= {"email", "phone", "telegram"}
        assert person.conversations.values("inbox").distinct().count() >= 3


@pytest.mark.usefixtures("small")
def test_one_thread_at_a_time_where_the_old_one_goes_on() -> None:
    """Chat, SMS and Telegram continue the newest open thread: two at once cannot happen."""
    rows = Conversation.objects.exclude(inbox__channel="email").exclude(
        state__in=(State.CLOSED, State.SPAM)
    )
    doubled = rows.values("customer", "inbox").annotate(many=Count("pk")).filter(many__gt=1)
    assert not doubled.exists()


@pytest.mark.usefixtures("small")
def test_agents_sign_in_and_templates_are_clean() -> None:
    agents = {agent.email: agent for agent in Agent.objects.all()}
    assert len(agents) == 7
    assert all(agent.check_password("parley-demo") for agent in agents.values())
    roles = {email: agent.role for email, agent in agents.items()}
    assert roles["admin@parley.example"] == "admin"
    assert roles["henrik@parley.example"] == "supervisor"
    assert roles["marta@parley.example"] == "agent"
    variants = list(TemplateVariant.objects.select_related("template"))
    assert {one.language for one in variants} == set(LANGUAGES)
    assert {one.register for one in variants} == set(Register.values)
    assert not [(str(one), texts.fault(one.text)) for one in variants if texts.fault(one.text)]
    tone = [
        (one.template.shortcut, str(one), odd)
        for one in variants
        if (odd := address.unfitting(texts.spoken(one.text), one.language, one.register))
        or (odd := str(address.mixed(texts.spoken(one.text), one.language) or ""))
    ]
    assert not tone
    for one in Template.objects.all():
        assert set(one.variants.values_list("language", flat=True)) == set(LANGUAGES), one


@pytest.mark.usefixtures("small")
def test_files_are_real() -> None:
    files = list(Attachment.objects.all())
    assert {one.content_type for one in files} <= {"image/png", "application/pdf"}
    for one in files:
        assert one.message_id or one.name == "washing-linen.pdf"
        with one.file.open("rb") as file:
            start = file.read(5)
        assert start in (b"\x89PNG\r", b"%PDF-")
    assert InboundEvent.objects.filter(state="quarantined").count() == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_dialogues_are_complete(language: str) -> None:
    found = dialogues(language)
    assert len(found) >= 8
    facts = dict.fromkeys(GAPS, "x")
    for one in (*found, *spam()):
        assert one.topic
        assert one.turns[0][0] == "C", one.subject
        for speaker, text in one.turns:
            assert speaker in "CAN", text
            shown = spoken(text, facts, speaker="m", listener="f")
            assert shown.strip()
            assert not set("[]<>|{}") & set(shown), shown
    assert SHELVES[language].products
    assert SHELVES[language].colours


def test_gender_of_speaker_and_listener() -> None:
    text = "[he|she] and <him|her> with {order}"
    assert spoken(text, {"order": "1"}, speaker="f", listener="m") == "she and him with 1"


def _service_rows() -> Conversation:
    """A conversation over every verb, and one on a channel with an outbox."""
    agent = Agent.objects.create_user("a@parley.example", "x", role="admin", first_name="A")
    widget = Inbox.objects.create(name="Widget", channel="chat")
    sms = Inbox.objects.create(
        name="SMS", channel="sms", provider="twilio", address="+447700900001"
    )
    person = Person("visitor", "v1", "Tom", verified=True)
    first, _ = inbound.receive(widget, InboundMessage(person, "Hello", client_id=uuid.uuid4()))
    chat = first.conversation_id
    again = InboundMessage(person, "Anyone?", client_id=uuid.uuid4(), conversation_id=chat)
    inbound.receive(widget, again)
    messages.note(chat, by=agent, body="A note")
    messages.reply(chat, by=agent, body="Hi!", then="pending")
    inbound.customer_seen(chat, got=3, read=3)
    inbound.receive(widget, InboundMessage(person, "Thanks", client_id=uuid.uuid4()))
    conversations.mark_read(chat, Conversation.objects.get(pk=chat).last_seq)
    due = datetime.now(UTC) + timedelta(days=1)
    conversations.change_state(chat, State.SNOOZED, by=agent, reason="Later", due_at=due)
    conversations.change_state(chat, State.RESOLVED, by=agent, reason="Answered")
    inbound.receive(widget, InboundMessage(person, "One more", client_id=uuid.uuid4()))
    phone = Person("phone", "+447700900002", verified=True)
    text, _ = inbound.receive(sms, InboundMessage(phone, "Hi", external_id="SM1"))
    answer, _ = messages.reply(text.conversation_id, by=agent, body="Yes", then="resolved")
    outbox.record_receipt(sms, Receipt("sent", "SM2", delivery_id=answer.delivery.pk))
    outbox.record_receipt(sms, Receipt("delivered", "SM2"))
    return Conversation.objects.get(pk=chat)


@pytest.mark.django_db
def test_services_keep_the_same_rules() -> None:
    chat = _service_rows()
    assert chat.reopened == 1
    assert Delivery.objects.get().state == "delivered"
    assert check_invariants() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("column", "wrong"),
    [
        ("last_seq", 99),
        ("public_seq", 2),
        ("last_preview", "something else"),
        ("last_direction", "out"),
        ("state", "closed"),
        ("reopened", 7),
        ("waiting_since", None),
        ("unread", 9),
        ("customer_read_seq", 1),
        ("resolved_at", None),
        ("due_at", datetime(2030, 1, 1, tzinfo=UTC)),
        ("assignee_id", None),
    ],
)
def test_a_wrong_column_is_found(column: str, wrong: Any) -> None:
    chat = _service_rows()
    Conversation.objects.filter(pk=chat.pk).update(**{column: wrong})
    assert check_invariants()


@pytest.mark.django_db
def test_a_lost_event_and_a_lost_delivery_are_found() -> None:
    _service_rows()
    ConversationEvent.objects.filter(kind="note_added").delete()
    assert any("events are not" in line for line in check_invariants())
    Delivery.objects.all().delete()
    assert any("delivery None" in line for line in check_invariants())


@pytest.mark.django_db
def test_command_does_nothing_on_a_desk_in_use() -> None:
    Agent.objects.create_user("real@desk.example", "x")
    assert command("--if-empty", "--small") == ""
    assert not Conversation.objects.exists()
    with pytest.raises(CommandError, match="agents already"):
        command("--small")


@pytest.mark.django_db
def test_command_fills_an_empty_desk() -> None:
    assert "60 conversations" in command("--small", "--if-empty", "--seed", "3")
    assert check_invariants() == []


@pytest.mark.django_db
def test_command_refuses_outside_a_demo(settings: LazySettings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO=1"):
        command("--if-empty")
    assert not Agent.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("day", [20, 22], ids=["friday", "sunday"])
def test_some_letters_are_late_on_any_day(day: int) -> None:
    with time_machine.travel(datetime(2026, 11, day, 6, 30, tzinfo=UTC), tick=True):
        seed(small=True)
        late = Conversation.objects.filter(late_from__lte=datetime.now(UTC))
        assert late.filter(state__in=("new", "open"), waiting_since__isnull=False).count() >= 3


@pytest.mark.usefixtures("small")
def test_conversations_have_tags_of_the_vocabulary() -> None:
    known = set(Tag.objects.values_list("name", flat=True))
    used = [name for tags in Conversation.objects.values_list("tags", flat=True) for name in tags]
    assert len(used) > 20
    assert set(used) <= known
    assert Template.objects.get(shortcut="wash").files.get().attachment.name == "washing-linen.pdf"


@pytest.mark.usefixtures("small")
def test_this_mornings_mails_are_read_by_the_one_way_in() -> None:
    call_command("seed_demo_letters")
    call_command("seed_demo_letters")  # the second time brings nothing new
    mails = Message.objects.exclude(html="").select_related("conversation__customer")
    found = {one.subject: one for one in mails}
    assert len(mails) == len(found) == 5
    lie = found["Your mailbox is full"].meta
    assert lie["warnings"] == ["lookalike", "lying_link"]
    assert (lie["resembles"], lie["lying"]) == ("birchandlinen.example", ["login.collect.example"])
    photos = found["Prt s tremi napakami"]
    assert photos.attachments.count() == 3
    assert found["Spring at the mill: three new weaves"].meta["pictures"]["count"] == 3
    assert found["RE: Linen for 14 rooms"].conversation.last_preview.startswith("the offer is")
    assert check_invariants() == []
