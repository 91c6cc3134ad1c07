"""What a customer's own answers ask for: agents who have the skill that he chose."""

from __future__ import annotations

from typing import Any

import pytest

from chat import questions
from helpdesk import by_customer
from helpdesk.models import Agent, AgentSkill, Conversation, Presence, Skill, WorkItem
from helpdesk.routing import engine, explaining
from helpdesk.selectors import work as found
from helpdesk.services import presence
from tests import factories
from tests.core.conftest import Desk

pytestmark = pytest.mark.django_db(transaction=True)

ABOUT = {
    "id": "about",
    "kind": "choice",
    "label": {"en": "What is it about?"},
    "when": "before",
    "choices": [{"en": "Delivery", "pl": "Dostawa"}, {"en": "Something else", "pl": "Co innego"}],
}


@pytest.fixture
def clerk(desk: Desk) -> Agent:
    """One of the team who knows deliveries, and is never the first whom nothing else decides."""
    made = factories.agent(teams=[desk.mine], first_name="Aino")
    skill = Skill.objects.create(name="Delivery")
    AgentSkill.objects.create(agent=made, skill=skill, level=3)
    for one in (desk.agent, made):
        presence.set_presence(one, Presence.ONLINE)
    return made


def asked(conversation: Conversation) -> Agent | None:
    engine.run()
    return WorkItem.objects.select_related("agent").get(conversation=conversation).agent


@pytest.mark.parametrize("words", ["Delivery", "Dostawa"])
def test_a_choice_called_like_a_skill_asks_for_it(desk: Desk, clerk: Agent, words: str) -> None:
    desk.inbox.settings = {"questions": [ABOUT]}
    made = factories.conversation(desk.inbox)
    questions.keep(desk.inbox, made.pk, {"about": words})
    assert asked(made) == clerk
    told = explaining.told(explaining.why(WorkItem.objects.get()))
    texts = {one["name"]: one["text"] for one in told["rejected"]}
    assert "Delivery at level 3 is asked for; has 0." in texts["Marta"]


def test_the_router_looks_again(desk: Desk, clerk: Agent, nudges: list[Any]) -> None:
    made = factories.conversation(desk.inbox)
    nudges.clear()
    by_customer.answer(made.pk, {"about": "x"}, chosen={"delivery "})
    assert ("helpdesk.route",) in nudges
    nudges.clear()
    by_customer.answer(made.pk, {"about": "y"}, chosen={"Delivery"})
    assert not nudges
    (row,) = found.queue(desk.supervisor)["items"]
    assert row["skills"] == ["Delivery"]


def test_other_choices_ask_for_nothing(desk: Desk, clerk: Agent) -> None:
    made = factories.conversation(desk.inbox)
    by_customer.answer(made.pk, {"about": "Something else"}, chosen={"Something else"})
    assert asked(made) == desk.agent


def test_a_skill_that_nobody_has_makes_nobody_wait(desk: Desk, clerk: Agent) -> None:
    Skill.objects.create(name="Unicorns")
    made = factories.conversation(desk.inbox)
    by_customer.answer(made.pk, {"about": "Unicorns"}, chosen={"Unicorns"})
    assert asked(made) == desk.agent


def test_what_he_does_on_the_site_forgets_none_of_it(desk: Desk, clerk: Agent) -> None:
    made = factories.conversation(desk.inbox)
    by_customer.answer(made.pk, {"about": "x"}, chosen={"Delivery"})
    Conversation.objects.filter(pk=made.pk).update(
        context={**Conversation.objects.get(pk=made.pk).context, "alternatives": True, "old": 1}
    )
    for page in ({"page": {"url": "https://shop.example/"}}, {}):
        assert by_customer.set_context(made.pk, page)
    made.refresh_from_db()
    assert made.context == {"asks": [Skill.objects.get().pk], "alternatives": True}
    assert asked(made) == clerk
