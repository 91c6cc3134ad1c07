"""What keeps customers waiting by itself is said on the queue page, to those who can change it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from helpdesk.models import Agent, Queue, QueueSkill, Skill
from helpdesk.selectors import work
from tests import factories
from tests.core.conftest import Desk

pytestmark = pytest.mark.django_db


def warned(agent: Agent) -> list[tuple[str, str]]:
    return [(one["name"], one["text"]) for one in work.queue(agent)["warnings"]]


@pytest.fixture
def chats(desk: Desk) -> Queue:
    """The queue of the desk's own inbox."""
    made = Queue.objects.create(name="Chats")
    desk.inbox.queue = made
    desk.inbox.save()
    return made


def test_nothing_to_watch(desk: Desk, chats: Queue) -> None:
    assert warned(desk.supervisor) == []


def test_a_queue_without_agents(desk: Desk, chats: Queue) -> None:
    chats.primary.set([factories.team(name="Nobody")])
    ((name, text),) = warned(desk.supervisor)
    assert (name, text) == ("Chats", "Nobody works in its teams: its customers wait for ever.")


def test_an_inbox_whose_own_teams_are_empty(desk: Desk) -> None:
    factories.inbox(name="Lonely", teams=[factories.team()])
    assert ("Lonely", "Nobody works in its teams: its customers wait for ever.") in warned(
        desk.admin
    )
    assert warned(desk.supervisor) == [], "it is not his"


def test_agents_who_may_not_see_the_inbox(desk: Desk, chats: Queue) -> None:
    chats.primary.set([desk.others])
    ((_name, text),) = warned(desk.supervisor)
    assert text == f"Nobody in its teams may see the inbox “{desk.inbox.name}”."


@pytest.mark.parametrize(
    ("level", "hard", "said"),
    [
        (None, True, "wait for ever"),
        (2, True, "wait for ever"),
        (None, False, "has the skill “Law”."),
        (2, False, "“Law” at level 3."),
        (3, True, ""),
    ],
)
def test_a_skill_that_nobody_has(
    desk: Desk, chats: Queue, level: int | None, hard: bool, said: str
) -> None:
    skill = Skill.objects.create(name="Law")
    QueueSkill.objects.create(queue=chats, skill=skill, level=3, hard=hard)
    if level:
        desk.agent.agent_skills.create(skill=skill, level=level)
    told = [text for _name, text in warned(desk.supervisor)]
    assert [said in text for text in told] == [True] * bool(said)


def test_only_those_who_can_change_it_are_told(desk: Desk, chats: Queue) -> None:
    chats.primary.set([factories.team()])
    assert warned(desk.agent) == []


def test_many_queues_cost_no_more(
    desk: Desk, chats: Queue, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    skill = Skill.objects.create(name="Law")
    for number in range(10):
        queue = Queue.objects.create(name=f"Queue {number}")
        QueueSkill.objects.create(queue=queue, skill=skill, hard=True)
        factories.inbox(teams=[desk.mine], queue=queue)
    with django_assert_max_num_queries(26):
        assert len(warned(desk.supervisor)) == 10


def test_the_page_carries_it(desk: Desk, chats: Queue) -> None:
    chats.primary.set([factories.team()])
    browser = Client()
    browser.force_login(desk.supervisor)
    page: Any = browser.get("/queue/")
    assert page.context["boot"]["queue"]["warnings"][0]["queue"] == chats.pk
    assert page.context["boot"]["urls"]["queue"] == "/admin/helpdesk/queue/0/change/"
