"""One item that nobody takes, or that cannot be given out, keeps nobody else waiting."""

from __future__ import annotations

from typing import Any

import pytest

from helpdesk.models import Conversation, Presence, WorkItem
from helpdesk.routing import engine
from helpdesk.services import presence, work
from helpdesk.services.work import Outcome
from tests import factories
from tests.core.conftest import Desk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def there(desk: Desk) -> None:
    presence.set_presence(desk.agent, Presence.ONLINE)


def states() -> list[str]:
    """Of all items, the oldest first."""
    return list(WorkItem.objects.order_by("pk").values_list("state", flat=True))


def test_what_everybody_has_refused_waits_and_the_next_is_offered(desk: Desk) -> None:
    colleague = factories.agent(teams=[desk.mine])
    presence.set_presence(colleague, Presence.ONLINE)
    first = factories.conversation(desk.inbox, "first")
    enqueued = WorkItem.objects.get().enqueued_at
    for _ in range(2):
        engine.run()
        item = WorkItem.objects.select_related("agent").get(state="offered")
        assert item.agent
        work.decline(item.pk, item.agent)
    factories.conversation(desk.inbox, "second")
    engine.run()
    assert states() == ["queued", "offered"]
    kept = WorkItem.objects.get(conversation=first)
    assert (kept.enqueued_at, len(kept.declined)) == (enqueued, 2)
    WorkItem.objects.filter(pk=kept.pk).update(declined=dict.fromkeys(kept.declined, 0))
    engine.run()
    assert states() == ["offered", "offered"]


@pytest.mark.parametrize("fault", [Outcome.REFUSED, RuntimeError("no")])
def test_one_that_cannot_be_given_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, fault: Outcome | Exception
) -> None:
    bad = factories.conversation(desk.inbox, "bad")
    for number in range(2):
        factories.conversation(desk.inbox, f"good {number}")
    offer = work.offer

    def stubborn(item_id: int, agent_id: int, **more: Any) -> Outcome:
        if WorkItem.objects.get(pk=item_id).conversation_id != bad.pk:
            return offer(item_id, agent_id, **more)
        if isinstance(fault, Exception):
            raise fault
        return fault

    monkeypatch.setattr(work, "offer", stubborn)
    engine.run()
    assert states() == ["queued", "offered", "offered"]
    monkeypatch.setattr(work, "offer", offer)
    engine.run()
    assert states() == ["offered"] * 3
    assert Conversation.objects.filter(state="new").count() == 3
