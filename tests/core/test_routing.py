"""Units of work on the real database: who is offered what, and what becomes of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from helpdesk.models import (
    Agent,
    CapacityProfile,
    Conversation,
    Offer,
    Presence,
    State,
    WorkItem,
)
from helpdesk.realtime import publish
from helpdesk.routing import engine, explaining
from helpdesk.services import assignments, conversations, messages, presence, work
from helpdesk.services.work import Outcome
from tests import factories
from tests.core.conftest import Desk
from tests.core.parallel import at_once
from tests.core.routed import item, kinds, later, online, served

pytestmark = pytest.mark.django_db(transaction=True)


__all__ = ["served"]


def test_a_new_conversation_waits_and_wakes_the_router(desk: Desk, nudges: list[Any]) -> None:
    made = factories.conversation(desk.inbox)
    assert nudges[0] == ("helpdesk.route",)
    assert (item(made).state, item(made).agent) == ("queued", None)


def test_an_offer_is_accepted(desk: Desk) -> None:
    online(desk.agent)
    made = factories.conversation(desk.inbox)
    assert engine.run() == 1
    assert (item(made).state, item(made).agent) == ("offered", desk.agent)
    made.refresh_from_db()
    assert (made.assignee_id, made.state) == (None, "new")
    work.accept(item(made).pk, desk.agent)
    made.refresh_from_db()
    assert (made.assignee_id, made.state) == (desk.agent.pk, "open")
    assert (item(made).state, Offer.objects.get().answered) == ("active", "accepted")
    assert kinds(made)[2:] == ["offered", "assigned", "state_changed"]


def test_the_agent_is_told_of_an_offer_and_of_its_end(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    online(desk.agent)
    made = factories.conversation(desk.inbox)
    said: list[Any] = []
    monkeypatch.setattr(publish, "send", lambda group, frame: said.append((group, frame)))
    engine.run()
    work.decline(item(made).pk, desk.agent)
    (group, offered), (other, ended) = said
    assert group == other == f"agent.{desk.agent.pk}"
    assert (offered["type"], offered["seconds"], offered["why"]) == ("offer", 10.0, "only_one")
    assert offered["row"]["id"] == offered["conversation"] == made.pk
    assert ended == {"type": "offer_ended", "item": item(made).pk, "how": "declined"}


def test_who_takes_work_unasked_has_it_at_once(desk: Desk) -> None:
    Agent.objects.filter(pk=desk.agent.pk).update(auto_accept=True)
    online(desk.agent)
    made = factories.conversation(desk.inbox)
    engine.run()
    made.refresh_from_db()
    assert (made.assignee, item(made).state) == (desk.agent, "active")
    assert Offer.objects.get().answered == "assigned"


@pytest.mark.parametrize("state", [Presence.BUSY, Presence.BREAK, Presence.OFFLINE])
def test_only_the_online_are_asked(desk: Desk, state: Presence) -> None:
    presence.set_presence(desk.agent, state)
    made = factories.conversation(desk.inbox)
    assert engine.run() == 0
    online(desk.agent)
    assert engine.sweep() == 1
    assert item(made).agent == desk.agent


def test_one_whose_browser_is_gone_is_not_asked(desk: Desk) -> None:
    online(desk.agent)
    silent = datetime.now(UTC) - timedelta(seconds=46)
    Agent.objects.filter(pk=desk.agent.pk).update(last_seen_at=silent)
    factories.conversation(desk.inbox)
    assert engine.run() == 0
    presence.seen(desk.agent.pk)
    assert engine.run() == 1


def test_strangers_and_who_has_switched_it_off_are_not_asked(desk: Desk) -> None:
    online(desk.agent, desk.stranger)
    Agent.objects.filter(pk=desk.agent.pk).update(channels_off=["chat"])
    factories.conversation(desk.inbox)
    assert engine.run() == 0


def test_a_refusal_is_remembered_and_the_next_is_asked(desk: Desk) -> None:
    second = factories.agent(teams=[desk.mine])
    online(desk.agent, second)
    made = factories.conversation(desk.inbox)
    engine.run()
    before = item(made)
    assert before.agent is not None
    work.decline(before.pk, before.agent, "at lunch")
    after = item(made)
    assert (after.state, after.requeued, after.enqueued_at) == ("queued", True, before.enqueued_at)
    assert kinds(made)[-1] == "offer_declined"
    engine.run()
    assert {item(made).agent_id, before.agent_id} == {desk.agent.pk, second.pk}


def test_an_offer_expires_and_who_misses_two_in_a_row_is_asked_no_more(desk: Desk) -> None:
    online(desk.agent)
    made = factories.conversation(desk.inbox)
    for misses in (1, 2):
        engine.run()
        assert item(made).state == "offered"
        assert work.expire() == 0
        later(made, seconds=1)
        with pytest.raises(work.OfferGoneError):
            work.accept(item(made).pk, desk.agent)
        assert work.expire() == 1
        desk.agent.refresh_from_db()
        assert desk.agent.misses == misses
    assert desk.agent.presence == Presence.NOT_RESPONDING
    assert kinds(made).count("offer_missed") == 2
    engine.run()
    assert item(made).state == "queued"


def test_accepting_forgives_a_miss(desk: Desk) -> None:
    Agent.objects.filter(pk=desk.agent.pk).update(misses=1)
    desk.agent.refresh_from_db()
    online(desk.agent)
    Agent.objects.filter(pk=desk.agent.pk).update(misses=1)
    made = factories.conversation(desk.inbox)
    engine.run()
    work.accept(item(made).pk, desk.agent)
    desk.agent.refresh_from_db()
    assert desk.agent.misses == 0


def test_an_offer_is_taken_by_one_and_taken_back_from_nobody_else(desk: Desk) -> None:
    online(desk.agent)
    made = factories.conversation(desk.inbox)
    engine.run()
    for verb in (work.accept, work.decline):
        with pytest.raises(work.OfferGoneError):
            verb(item(made).pk, desk.stranger)
        with pytest.raises(work.OfferGoneError):
            verb(10**9, desk.agent)
    tries = at_once([partial(_accepted, item(made).pk, desk.agent)] * 8)
    assert tries.count(True) == 1
    assert kinds(made).count("assigned") == 1


def _accepted(item_id: int, agent: Agent) -> bool:
    try:
        work.accept(item_id, agent)
    except work.OfferGoneError:
        return False
    return True


def test_one_agent_carries_three_chats_and_the_fourth_waits(desk: Desk) -> None:
    online(desk.agent)
    made = [factories.conversation(desk.inbox) for _ in range(4)]
    engine.run()
    assert [item(one).state for one in made] == ["offered"] * 3 + ["queued"]
    for one in made[:3]:
        work.accept(item(one).pk, desk.agent)
    assert engine.run() == 0
    conversations.change_state(made[0].pk, State.RESOLVED, by=desk.agent, reason="done")
    engine.run()
    assert item(made[3]).agent == desk.agent


def test_a_stale_decision_never_overfills(desk: Desk) -> None:
    profile = CapacityProfile.objects.create(name="One", units=4)
    Agent.objects.filter(pk=desk.agent.pk).update(capacity=profile)
    online(desk.agent)
    one, other = (item(factories.conversation(desk.inbox)).pk for _ in range(2))
    tries: list[Any] = [partial(work.offer, one, desk.agent.pk, seconds=10, decision={})] * 4
    tries += [partial(work.assign, other, desk.agent.pk, decision={})] * 4
    outcomes = at_once(tries)
    assert outcomes.count(Outcome.DONE) == 1
    held = WorkItem.objects.filter(agent=desk.agent)
    assert held.count() == 1


def test_an_answer_claims_what_is_offered_to_another(desk: Desk) -> None:
    online(desk.agent)
    made = factories.conversation(desk.inbox)
    engine.run()
    messages.reply(made.pk, by=desk.supervisor, body="I know him")
    assert (item(made).agent, item(made).state) == (desk.supervisor, "active")
    assert Offer.objects.get().answered == "withdrawn"


def test_it_is_explained(desk: Desk) -> None:
    presence.set_presence(desk.agent, Presence.BREAK)
    made = factories.conversation(desk.inbox)
    waiting = explaining.now(made)
    assert waiting is not None
    told = explaining.told(waiting)
    assert (told["kind"], told["eligible"]) == ("wait", 0)
    texts = {one["name"]: one["text"] for one in told["rejected"]}
    assert texts["Marta"] == "Is not online."
    assert told["text"] == "Nobody who could take it is online."
    online(desk.agent)
    engine.run()
    assert explaining.now(made) is None
    told = explaining.told(explaining.why(item(made)))
    assert told["text"] == "Marta is the only one who can take it."


def test_an_escalation_widens_the_circle(desk: Desk) -> None:
    online(desk.supervisor)
    made = factories.conversation(desk.inbox)
    assert engine.run() == 0
    work.relax(made.pk, 4)
    assert engine.run() == 1
    assert item(made).agent == desk.supervisor


def test_a_pass_costs_the_same_for_any_number(desk: Desk) -> None:
    from helpdesk.routing import snapshot
    from tests.core.test_queries import statements

    online(desk.agent)
    factories.conversation(desk.inbox)
    one = len(statements(lambda: snapshot.world(datetime.now(UTC))))
    for _ in range(5):
        factories.conversation(desk.inbox)
        factories.agent(teams=[desk.mine])
    engine.run()
    assert len(statements(lambda: snapshot.world(datetime.now(UTC)))) == one <= 17


def test_giving_to_a_stranger_is_refused(desk: Desk) -> None:
    made = factories.conversation(desk.inbox)
    with pytest.raises(assignments.NotEligibleError):
        assignments.assign(made.pk, desk.stranger, by=desk.admin)
    assert Conversation.objects.get().last_seq == made.last_seq


def test_presence_is_announced_after_commit(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[Any] = []
    monkeypatch.setattr(publish, "send", lambda group, frame: said.append((group, frame)))
    online(desk.agent)
    ((group, frame),) = said
    assert group == "agents"
    assert (frame["agent"]["id"], frame["presence"]) == (desk.agent.pk, "online")
    assert Agent.objects.get(pk=desk.agent.pk).last_seen_at is not None
