"""SEC-8, SEC-33: whatever comes by a socket, it lives on or is closed with a code of ours; and
nothing that a visitor can send reaches a conversation that is not his.
"""

from __future__ import annotations

import os
import random
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from chat.consumers import VisitorConsumer
from helpdesk.models import Agent, Conversation, ConversationEvent, Inbox, Message
from helpdesk.services import messages
from helpdesk.web.consumers import AgentConsumer
from tests.security import shapes
from tests.sockets import Frame, Tab, say
from tests.stack import Stack

pytestmark = pytest.mark.django_db(transaction=True)
FRAMES = int(os.environ.get("PARLEY_FRAMES", "1500"))
AT_ONCE = 50
"""As many as a socket may get in one rush, less what the test says itself."""
CODES = {4003, 4007, 4008, 4009, 4401}
Visitor = Callable[..., tuple[Tab, Frame]]


def test_every_action_has_a_shape() -> None:
    assert set(shapes.VISITORS) == set(VisitorConsumer.handlers), "a new action needs its shape"
    assert set(shapes.AGENTS) == set(AgentConsumer.handlers), "a new action needs its shape"


def rush(open_tab: Callable[[], Tab], known: dict[str, Any], seed: int) -> Counter[int | None]:
    """Half of FRAMES; a socket that was closed, or has had its rush, is followed by another."""
    source, closed, left = random.Random(seed), Counter[int | None](), FRAMES // 2
    while left > 0:
        tab = open_tab()
        try:
            for _ in range(min(AT_ONCE, left)):
                left -= 1
                tab.socket.send(shapes.strange(source, known))
                if left % 10 == 0:
                    tab.waiting()
            tab.waiting()
        except ConnectionClosed as end:
            closed[end.rcvd.code if end.rcvd else None] += 1
        finally:
            tab.close()
    return closed


def test_no_frame_leaves_a_traceback(
    stack: Stack, open_visitor: Visitor, open_agent: Callable[..., Tab]
) -> None:
    def visitor() -> Tab:
        tab, _welcome = open_visitor()
        say(tab, "Hello")
        return tab

    seed = random.randrange(2**32)
    told = f"seed {seed}"
    for open_tab, known in ((visitor, shapes.VISITORS), (open_agent, shapes.AGENTS)):
        closed = rush(open_tab, known, seed)
        assert closed, told
        assert set(closed) <= CODES, (told, closed)
    assert "Traceback" not in stack.said("web"), told
    say(visitor(), "Others are not affected")


def state_of(pk: int) -> Any:
    """All that somebody else could change of a conversation."""
    rows = Message.objects.filter(conversation=pk).order_by("seq")
    return (
        Conversation.objects.filter(pk=pk).values().get(),
        list(rows.values("body", "seq", "public_seq", "meta")),
        ConversationEvent.objects.filter(conversation=pk).count(),
    )


@pytest.mark.parametrize("who", ["anonymous", "stranger", "signed out"])
def test_no_action_reaches_another_visitors_conversation(
    stack: Stack, inbox: Inbox, agent: Agent, open_visitor: Visitor, tabs: list[Tab], *, who: str
) -> None:
    owner, welcome = open_visitor()
    say(owner, "Only for us")
    pk = Conversation.objects.get().pk
    theirs, _made = messages.reply(pk, by=agent, body="Our secret")
    owner.await_that(lambda one: one.get("message", {}).get("body") == "Our secret")
    if who == "signed out":
        owner.send(type="sign_out")
        owner.await_frame("signed_out")
    before = state_of(pk)
    for name, facts in shapes.VISITORS.items():
        if who == "anonymous":
            tab = Tab(stack, f"/ws/chat/{inbox.key}/")
            tabs.append(tab)
        else:
            tab, _mine = open_visitor(welcome["token"] if who == "signed out" else "")
            assert _mine["conversation"] is None
        aimed = {"conversation": pk, "message": str(theirs.pk), "id": str(theirs.pk)}
        aimed |= {"cid": str(uuid.uuid4())} if "cid" in facts else {}
        heard: list[Frame] = []
        with suppress(ConnectionClosed):
            tab.send(**{**facts, **aimed, "type": name})
            heard = tab.waiting()
        assert "secret" not in str(heard), name
        assert "Only for us" not in str(heard), name
        assert state_of(pk) == before, name
