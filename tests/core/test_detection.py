"""The language of a conversation, told from its first messages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from helpdesk import detection, inbound
from helpdesk.models import Conversation, Inbox, SLAClock, SLAPolicy
from tests import factories
from tests.core.conftest import Desk
from tests.core.test_inbound import raw

pytestmark = pytest.mark.django_db(transaction=True)
POLISH = "Dzień dobry, gdzie jest moja paczka? Czekam już tydzień."


def language(of: Conversation) -> str:
    return Conversation.objects.values_list("language", flat=True).get(pk=of.pk)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (POLISH, "pl"),
        ("Missä tilaukseni on?", "fi"),
        ("שלום, איפה ההזמנה שלי?", "he"),
        ("Где мой заказ?", "ru"),
        ("Pozdravljeni, kdaj bo prišla moja pošiljka?", "sl"),
        ("Where is my order 12345?", "en"),
        ("Guten Tag, wo ist mein Paket geblieben?", ""),
        ("ok", ""),
        ("12345 tom@shop.example https://shop.example/gdzie/jest", ""),
        ("", ""),
    ],
)
def test_an_unknown_language_is_told(desk: Desk, text: str, found: str) -> None:
    made = factories.conversation(desk.inbox, body=text or "\N{THUMBS UP SIGN}")
    assert detection.detect(made.pk) is bool(found)
    assert language(made) == found
    made.customer.refresh_from_db()
    assert made.customer.language == found


def test_a_known_one_changes_only_when_it_is_clear(desk: Desk) -> None:
    made = factories.conversation(desk.inbox, body="Dzień dobry", language="en")
    assert not detection.detect(made.pk)
    inbound.receive(
        desk.inbox,
        factories.inbound_message(
            made.customer.identities.get().address, POLISH, conversation_id=made.pk
        ),
    )
    assert detection.detect(made.pk)
    assert language(made) == "pl"
    made.customer.refresh_from_db()
    assert made.customer.language == "en"


def test_the_same_language_of_another_country_stays(desk: Desk) -> None:
    made = factories.conversation(desk.inbox, body=POLISH, language="pl-PL")
    assert not detection.detect(made.pk)
    assert language(made) == "pl-PL"


def test_only_the_first_messages_wake_a_worker(desk: Desk, nudges: list[Any]) -> None:
    made = factories.conversation(desk.inbox)
    assert ("helpdesk.detect_language", made.pk) in nudges
    address = made.customer.identities.get().address
    for _ in range(detection.FIRST_MESSAGES):
        nudges.clear()
        inbound.receive(desk.inbox, factories.inbound_message(address, "And another thing"))
    assert ("helpdesk.detect_language", made.pk) not in nudges


def test_what_a_worker_files_begins_in_its_language(
    phone: Inbox, nudges: list[tuple[Any, ...]]
) -> None:
    for number, words in enumerate((POLISH, "Guten Tag, wo ist mein Paket?", "ok")):
        one = {"from": f"+4860{number}", "text": words, "id": f"sid-{number}"}
        inbound.accept(phone, raw(one, key=str(number)), wake=False)
    inbound.drain()
    polish, *others = Conversation.objects.order_by("pk")
    assert (polish.language, polish.customer.language) == ("pl", "pl")
    assert [one.language for one in others] == ["", ""]
    asked = [ids for task, *ids in nudges if task == "helpdesk.detect_language"]
    assert asked == [[one.pk for one in others]]


def test_what_the_channel_says_is_believed_until_it_is_clear(
    phone: Inbox, nudges: list[tuple[Any, ...]]
) -> None:
    told = factories.inbound_message("+48601", POLISH)
    with detection.heard(replace(told, sender=replace(told.sender, language="en"))) as heard:
        message, _created = inbound.receive(phone, heard)
    assert message.conversation.language == "en"
    assert ("helpdesk.detect_language", message.conversation_id) in nudges


def test_a_fault_of_the_model_keeps_no_message(
    phone: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detection, "_model", None)
    with detection.heard(factories.inbound_message("+48601", POLISH)) as heard:
        assert heard.sender.language == ""


def test_a_fault_changes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    made = factories.conversation(desk.inbox, body=POLISH)

    def broken() -> Any:
        raise OSError

    monkeypatch.setattr(detection, "_model", broken)
    assert not detection.detect(made.pk)
    assert not detection.detect(0)
    assert language(made) == ""


def test_another_language_may_be_another_promise(desk: Desk, nudges: list[Any]) -> None:
    for name, spoken, seconds in (("Polish", ["pl"], 20), ("All", [], 40)):
        SLAPolicy.objects.create(
            name=name,
            position=seconds,
            conditions={"languages": spoken},
            targets={"frt": {"normal": {"seconds": seconds}}},
        )
    made = factories.conversation(desk.inbox, body=POLISH)
    assert SLAClock.objects.get().clock["target"] == 40
    nudges.clear()
    detection.detect(made.pk)
    assert SLAClock.objects.get().clock["target"] == 20
    assert ("helpdesk.route",) in nudges
