"""Who wants no more texts gets one more, and then none, whatever gateway carries them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from helpdesk import adapters, inbound, opt_words, outbox, suppression
from helpdesk.adapters import Capabilities, InboundMessage, OptedOutError, Person, Receipt
from helpdesk.models import (
    Agent,
    Conversation,
    Delivery,
    Inbox,
    Message,
    State,
    SuppressedAddress,
)
from helpdesk.selectors import weave
from helpdesk.services import messages, returned
from tests import factories
from tests.channel import ScriptedChannel

pytestmark = pytest.mark.django_db(transaction=True)
ANN, OURS = "+48600123456", "+15005550006"


@pytest.fixture
def gateways() -> Iterator[tuple[ScriptedChannel, ScriptedChannel]]:
    """Two gateways of one channel."""
    can = Capabilities(opts_out=True, max_chars=1600)
    before = dict(adapters._adapters)
    made = (
        ScriptedChannel(provider="one", capabilities=can),
        ScriptedChannel(provider="two", capabilities=can),
    )
    for each in made:
        adapters.register(each)
    yield made
    adapters._adapters.clear()
    adapters._adapters.update(before)


@pytest.fixture
def agent() -> Agent:
    return factories.agent(teams=[factories.team()])


def an_inbox(agent: Agent, provider: str = "one", address: str = OURS, **facts: Any) -> Inbox:
    return factories.inbox(
        teams=list(agent.teams.all()),
        channel="test",
        provider=provider,
        address=address,
        name="Acme",
        **facts,
    )


def write(inbox: Inbox, body: str, number: int, *, sender: str = ANN, **facts: Any) -> Message:
    person = Person("phone", sender, verified=True)
    said = InboundMessage(person, body, external_id=f"in-{number}", **facts)
    return inbound.receive(inbox, said)[0]


def send_all() -> list[str]:
    """Send what waits; the states in which everything is then."""
    for pk in Delivery.objects.filter(state="queued").order_by("pk").values_list("pk", flat=True):
        outbox.deliver(pk)
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        *[(word, "out") for word in opt_words._OUT.split()],
        *[(word.lower(), "in") for word in opt_words._IN.split()],
        *[(word.title(), "help") for word in opt_words._HELP.split()],
        ("  sToP \n", "out"),
        ("Стоп", "out"),
        ("rezygnuję", "out"),
        ("please stop by", "maybe"),
        ("STOP it", "maybe"),
        ("Stop!", "maybe"),
        ("cancel my order", ""),
        ("the end", ""),
        ("stopping", ""),
        ("non-stop" * 100, ""),
        ("yes please", ""),
        ("", ""),
    ],
)
def test_only_a_text_that_is_nothing_but_the_word_counts(text: str, meaning: str) -> None:
    assert opt_words.meaning(text) == meaning


def test_after_stop_there_is_one_confirmation_and_then_nothing(
    gateways: tuple[ScriptedChannel, ScriptedChannel], agent: Agent
) -> None:
    inbox = an_inbox(agent)
    talk = write(inbox, "Where is my parcel?", 1).conversation
    stop = write(inbox, " stop ", 2)
    write(inbox, "STOP", 3)
    messages.reply(talk.pk, by=agent, body="On its way.")

    assert send_all() == ["sent", "failed"]
    assert [one.body for one in gateways[0].sent] == [
        "Acme: you get no more texts from us. Reply START to undo."
    ]
    refused = Delivery.objects.get(state="failed")
    assert refused.error_code == "opted_out"
    assert "START" in refused.error
    stop.refresh_from_db()
    assert (stop.meta["opt"], talk.pk) == ("out", stop.conversation_id)
    assert weave.answer(Conversation.objects.get(pk=talk.pk))["via"]["silent"] == refused.error


def test_it_holds_for_the_pair_across_gateways_and_for_no_other_number_of_ours(
    gateways: tuple[ScriptedChannel, ScriptedChannel], agent: Agent
) -> None:
    here, there = an_inbox(agent), an_inbox(agent, "two", "+1 (500) 555-0006")
    other = an_inbox(agent, "two", "+15005550007")
    write(here, "STOP", 1)
    send_all()
    for inbox, number in ((there, 2), (other, 3)):
        talk = write(inbox, "Hello?", number).conversation
        messages.reply(talk.pk, by=agent, body="Hi")

    assert send_all() == ["sent", "failed", "sent"]
    assert [one.body for one in gateways[1].sent] == ["Hi"]


def test_start_brings_them_back_and_a_plain_yes_is_an_answer(
    gateways: tuple[ScriptedChannel, ScriptedChannel], agent: Agent
) -> None:
    inbox = an_inbox(agent)
    yes = write(inbox, "Yes", 1)
    assert yes.meta.get("opt") is None
    write(inbox, "STOP", 2)
    write(inbox, "start", 3)
    messages.reply(yes.conversation_id, by=agent, body="Welcome back")

    assert send_all() == ["sent", "sent", "sent"]
    assert SuppressedAddress.objects.get().lifted_at is not None
    assert gateways[0].sent[-1].body == "Welcome back"


def test_help_is_answered_once_an_hour_and_still_waits_for_an_agent(
    gateways: tuple[ScriptedChannel, ScriptedChannel], agent: Agent
) -> None:
    inbox = an_inbox(agent, settings={"opt_texts": {"help": "Acme, Main Street 1"}})
    talk = write(inbox, "HELP", 1).conversation
    write(inbox, "help", 2)

    assert send_all() == ["sent"]
    assert gateways[0].sent[0].body == "Acme, Main Street 1"
    assert Conversation.objects.get(pk=talk.pk).waiting_since is not None


def test_a_stop_alone_waits_for_nobody(
    gateways: tuple[ScriptedChannel, ScriptedChannel], agent: Agent
) -> None:
    talk = write(an_inbox(agent), "STOP", 1).conversation

    found = Conversation.objects.get(pk=talk.pk)
    assert (found.state, found.unread, found.waiting_since) == (State.RESOLVED, 0, None)


def test_nearly_a_stop_is_an_ordinary_message_with_a_flag(
    gateways: tuple[ScriptedChannel, ScriptedChannel], agent: Agent
) -> None:
    message = write(an_inbox(agent), "please stop by", 1)

    assert message.meta["opt"] == "maybe"
    assert Conversation.objects.get().waiting_since is not None
    assert not SuppressedAddress.objects.exists()


def test_the_gateways_own_answer_is_not_doubled(
    gateways: tuple[ScriptedChannel, ScriptedChannel], agent: Agent
) -> None:
    write(an_inbox(agent), "Stop please", 1, opt="out", meta={"opt_told": True})
    write(
        an_inbox(agent, address="+15005550008", settings={"opt_out_by_provider": True}), "STOP", 2
    )

    assert SuppressedAddress.objects.count() == 2
    assert send_all() == []


def test_what_the_provider_knows_of_an_opt_out_we_know_too(
    gateways: tuple[ScriptedChannel, ScriptedChannel], agent: Agent
) -> None:
    inbox = an_inbox(agent)
    talk = write(inbox, "Hello", 1).conversation
    gateways[0].script.append(OptedOutError("They opted out.", "opted_out"))
    messages.reply(talk.pk, by=agent, body="One")
    send_all()
    messages.reply(talk.pk, by=agent, body="Two")

    assert send_all() == ["failed", "failed"]
    assert gateways[0].sent == []

    other = an_inbox(agent, "two", "+15005550009")
    talk = write(other, "Hello", 2).conversation
    message, _new = messages.reply(talk.pk, by=agent, body="Three")
    send_all()
    told = Receipt("failed", delivery_id=message.delivery.pk, opted_out=True, error="STOP")
    outbox.record_receipt(other, told)
    assert suppression.of("phone", ANN, ours="+15005550009")


def test_nobody_of_us_takes_it_back(
    gateways: tuple[ScriptedChannel, ScriptedChannel], agent: Agent
) -> None:
    write(an_inbox(agent), "STOP", 1)

    returned.lift(SuppressedAddress.objects.get(), by=agent)

    assert SuppressedAddress.objects.get().lifted_at is None


def test_the_confirmation_speaks_the_customers_language(agent: Agent) -> None:
    from helpdesk.services.opting_out import text_of

    own = Inbox(name="Acme", settings={"opt_texts": {"out": "Bye"}})
    assert text_of(own, "out", "en") == "Bye"
    assert text_of(Inbox(name="Acme"), "in", "en").endswith("Reply STOP to end.")
