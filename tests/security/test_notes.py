"""SEC-39: what colleagues write to each other is in nothing that a visitor's browser is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chat import sessions
from helpdesk.models import State
from helpdesk.realtime import publish
from helpdesk.services import assignments, conversations, messages, tags, tasks
from tests import factories
from tests.core.conftest import Desk, channel, desk, nudges, phone

__all__ = ["channel", "desk", "nudges", "phone"]

SECRET = "only-between-us"
ACTS: dict[str, Callable[[int, Desk], object]] = {
    "a note": lambda pk, desk: messages.note(pk, by=desk.agent, body=SECRET),
    "a reason": lambda pk, desk: assignments.assign(pk, desk.agent, by=desk.agent, why=SECRET),
    "a task": lambda pk, desk: tasks.promise(pk, by=desk.agent, text=SECRET),
    "a tag": lambda pk, desk: tags.tag(pk, by=desk.supervisor, add=[SECRET]),
    "a state": lambda pk, desk: conversations.change_state(
        pk, State.RESOLVED, by=desk.agent, reason=SECRET
    ),
}


@pytest.mark.parametrize("name", ACTS)
def test_no_frame_has_it(
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
    name: str,
) -> None:
    sent: list[tuple[str, bytes]] = []
    monkeypatch.setattr(publish, "_send_many", sent.extend)
    talk = factories.conversation(desk.inbox)
    with django_capture_on_commit_callbacks(execute=True):
        ACTS[name](talk.pk, desk)
        messages.reply(talk.pk, by=desk.agent, body="Hello")
    theirs = b"".join(text for group, text in sent if group.startswith("visitor."))
    assert b"Hello" in theirs
    assert SECRET.encode() not in theirs
    assert SECRET not in str(sessions.snapshot(talk.pk, 0))
