"""Work that ends, changes hands, is set aside and comes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from helpdesk import by_customer, inbound
from helpdesk.models import (
    Agent,
    CapacityProfile,
    Conversation,
    ConversationEvent,
    Offer,
    Presence,
    State,
    WorkItem,
)
from helpdesk.routing import engine
from helpdesk.services import assignments, conversations, messages, presence, work
from tests import factories
from tests.core.conftest import Desk
from tests.core.routed import item, kinds, later, letter, mailbox, online, served

pytestmark = pytest.mark.django_db(transaction=True)


__all__ = ["served"]


def test_an_answered_chat_is_wrapped_up(served: Conversation, desk: Desk) -> None:
    messages.reply(served.pk, by=desk.agent, body="Here", then="resolved")
    assert (item(served).state, item(served).outcome) == ("wrap_up", "handled")
    with pytest.raises(work.OfferGoneError):
        work.finish(item(served).pk, desk.stranger)
    work.finish(item(served).pk, desk.agent)
    assert item(served).state == "done"
    work.finish(item(served).pk, desk.agent)
    desk.agent.refresh_from_db()
    assert desk.agent.last_released_at is not None


def test_wrap_up_ends_by_itself(served: Conversation, desk: Desk) -> None:
    messages.reply(served.pk, by=desk.agent, body="Here", then="resolved")
    assert work.end_wrap_ups() == 0
    later(served, seconds=1)
    assert work.end_wrap_ups() == 1
    assert item(served).state == "done"


def test_who_writes_during_wrap_up_is_with_his_agent(served: Conversation, desk: Desk) -> None:
    messages.reply(served.pk, by=desk.agent, body="Here", then="resolved")
    factories.conversation(desk.inbox, "visitor-1", "One more thing")
    assert (item(served).state, item(served).agent) == ("active", desk.agent)
    assert WorkItem.objects.count() == 1


@pytest.mark.parametrize(
    ("state", "facts", "outcome"),
    [
        (State.RESOLVED, {"reason": "no need"}, "handled"),
        (State.SPAM, {}, "handled"),
        (State.SNOOZED, {"reason": "later"}, "deferred"),
    ],
)
def test_how_it_ends(desk: Desk, state: State, facts: dict[str, Any], outcome: str) -> None:
    made = factories.conversation(desk.inbox)
    assignments.assign(made.pk, desk.agent, by=desk.admin)
    if state == State.SNOOZED:
        facts = {**facts, "due_at": datetime.now(UTC) + timedelta(hours=1)}
    conversations.change_state(made.pk, state, by=desk.agent, **facts)
    assert (item(made).state, item(made).outcome) == ("done", outcome)


def test_a_customer_who_gives_up_has_abandoned(desk: Desk) -> None:
    made = factories.conversation(desk.inbox)
    by_customer.end(made.pk)
    assert (item(made).state, item(made).outcome) == ("done", "abandoned")


def test_who_goes_and_wants_mail_waits_no_longer_in_the_chat(desk: Desk) -> None:
    made = factories.conversation(desk.inbox)
    by_customer.leave(made.pk, mailbox(desk), "anna@x.example")
    first, second = WorkItem.objects.order_by("pk")
    assert (first.state, first.outcome) == ("done", "deflected")
    assert (second.state, second.channel) == ("queued", "email")


def test_a_pick_by_hand_needs_room_or_force(desk: Desk) -> None:
    profile = CapacityProfile.objects.create(name="One", units=4)
    Agent.objects.filter(pk=desk.agent.pk).update(capacity=profile)
    one, other = (factories.conversation(desk.inbox) for _ in range(2))
    assignments.assign(one.pk, desk.agent, by=desk.agent)
    for facts in ({}, {"force": True}, {"why": "his client"}):
        with pytest.raises(work.CapacityError) as caught:
            assignments.assign(other.pk, desk.agent, by=desk.agent, **facts)
    assert caught.value.reason.code == "no_units"
    assert item(other).state == "queued"
    assignments.assign(other.pk, desk.agent, by=desk.agent, force=True, why="his client")
    event = ConversationEvent.objects.filter(conversation=other, kind="assigned").get()
    assert (event.payload["forced"], event.payload["why"]) == ("no_units", "his client")
    assert item(other).agent == desk.agent


def test_a_chat_given_by_hand_sets_aside_what_can_wait(desk: Desk, nudges: list[Any]) -> None:
    profile = CapacityProfile.objects.create(name="Five", units=5)
    Agent.objects.filter(pk=desk.agent.pk).update(capacity=profile)
    mail = mailbox(desk)
    letters = [letter(mail, f"m{number}") for number in range(3)]
    for one in letters:
        assignments.assign(one.pk, desk.agent, by=desk.agent)
    chat = factories.conversation(desk.inbox)
    assignments.assign(chat.pk, desk.agent, by=desk.agent)
    assert nudges[-1] == ("helpdesk.make_room", desk.agent.pk)
    assert engine.make_room(desk.agent.pk) == 2
    assert [item(one).parked_at is not None for one in letters] == [False, True, True]


def test_a_transfer_closes_the_leg(served: Conversation, desk: Desk) -> None:
    assignments.assign(served.pk, desk.supervisor, by=desk.agent)
    assert (item(served).agent, item(served).state) == (desk.supervisor, "active")
    assert WorkItem.objects.count() == 1


def test_giving_back_to_the_queue(served: Conversation, desk: Desk) -> None:
    assignments.assign(served.pk, None, by=desk.agent)
    assert (item(served).state, item(served).requeued, item(served).agent) == ("queued", True, None)


def test_leaving_with_live_contacts_needs_handing_back(served: Conversation, desk: Desk) -> None:
    with pytest.raises(presence.LiveContactsError) as caught:
        presence.set_presence(desk.agent, Presence.LUNCH)
    assert caught.value.count == 1
    presence.set_presence(desk.agent, Presence.BUSY)
    presence.set_presence(desk.agent, Presence.LUNCH, hand_back=True)
    served.refresh_from_db()
    assert (item(served).state, served.assignee_id) == ("queued", None)
    assert kinds(served)[-1] == "requeued"


def test_who_goes_is_asked_no_longer_and_no_fault_of_his(desk: Desk) -> None:
    online(desk.agent)
    made = factories.conversation(desk.inbox)
    engine.run()
    presence.set_presence(desk.agent, Presence.BREAK)
    desk.agent.refresh_from_db()
    assert (item(made).state, desk.agent.misses) == ("queued", 0)
    assert Offer.objects.get().answered == "withdrawn"


def test_a_lost_agent_keeps_letters_and_loses_what_is_live(
    served: Conversation, desk: Desk
) -> None:
    mail = letter(mailbox(desk))
    assignments.assign(mail.pk, desk.agent, by=desk.agent)
    assert presence.end_lost() == 0
    silent = datetime.now(UTC) - timedelta(seconds=121)
    Agent.objects.filter(pk=desk.agent.pk).update(last_seen_at=silent)
    assert presence.end_lost() == 1
    desk.agent.refresh_from_db()
    assert desk.agent.presence == Presence.OFFLINE
    assert (item(served).state, item(served).requeued) == ("queued", True)
    assert (item(mail).state, item(mail).agent) == ("active", desk.agent)


def test_a_chat_sets_letters_aside_and_they_come_back(desk: Desk) -> None:
    profile = CapacityProfile.objects.create(name="Five", units=5)
    Agent.objects.filter(pk=desk.agent.pk).update(capacity=profile)
    mail = mailbox(desk)
    letters = [letter(mail, f"m{number}") for number in range(3)]
    for one in letters:
        assignments.assign(one.pk, desk.agent, by=desk.agent)
    online(desk.agent)
    chat = factories.conversation(desk.inbox)
    engine.run()
    assert item(chat).state == "offered"
    assert [item(one).parked_at is not None for one in letters] == [False, True, True]
    letter(mail, "more")
    assert engine.run() == 0
    work.accept(item(chat).pk, desk.agent)
    conversations.change_state(chat.pk, State.SPAM, by=desk.agent)
    engine.run()
    assert [item(one).parked_at for one in letters] == [None] * 3


def test_the_owner_keeps_his_letters_and_parks_what_is_too_much(desk: Desk) -> None:
    online(desk.agent)
    mail = letter(mailbox(desk), "m1")
    messages.reply(mail.pk, by=desk.agent, body="Here", then="pending")
    assert item(mail).state == "done"
    profile = CapacityProfile.objects.create(name="None", units=0)
    Agent.objects.filter(pk=desk.agent.pk).update(capacity=profile)
    again = factories.inbound_message("m1@x.example", "And?", kind="email", conversation_id=mail.pk)
    inbound.receive(mail.inbox, again)
    assert (item(mail).state, item(mail).agent) == ("active", desk.agent)
    assert item(mail).parked_at is not None


def test_a_chat_whose_owner_has_gone_finds_another_and_prefers_him(
    served: Conversation, desk: Desk
) -> None:
    messages.reply(served.pk, by=desk.agent, body="Here", then="pending")
    work.finish(item(served).pk, desk.agent)
    presence.set_presence(desk.agent, Presence.OFFLINE)
    factories.conversation(desk.inbox, "visitor-1", "Are you there?")
    served.refresh_from_db()
    assert (served.state, served.assignee_id, item(served).state) == ("open", None, "queued")
    assert item(served).sticky_id == desk.agent.pk
    second = factories.agent(teams=[desk.mine])
    online(second, desk.agent)
    engine.run()
    assert (item(served).agent, item(served).decision["why"]) == (desk.agent, "knows_customer")


def test_one_who_comes_back_after_a_long_silence_to_a_full_desk_is_queued(
    served: Conversation, desk: Desk
) -> None:
    messages.reply(served.pk, by=desk.agent, body="Here")
    long_ago = datetime.now(UTC) - timedelta(minutes=7)
    Conversation.objects.filter(pk=served.pk).update(last_message_at=long_ago)
    others = [factories.conversation(desk.inbox) for _ in range(3)]
    engine.run()
    assert {item(one).state for one in others} == {"offered"}
    factories.conversation(desk.inbox, "visitor-1", "Back again")
    assert (item(served).state, item(served).sticky_id) == ("queued", desk.agent.pk)
