"""Against a running server: the typed client, and the very lines of docs/api.md."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import requests

from helpdesk.api.client import Client, ProblemError
from helpdesk.models import Conversation, Message
from tests import factories
from tests.api.conftest import program
from tests.core.conftest import Desk

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"


@pytest.fixture
def api(desk: Desk, talk: Conversation, live_server: Any) -> Client:
    return Client(live_server.url, program(desk.agent).text)


def test_the_client(api: Client, desk: Desk, talk: Conversation) -> None:
    assert api.me().id == desk.agent.pk
    for _ in range(3):
        factories.conversation(desk.inbox)
    found = list(api.conversations(size=2))
    assert len(found) == len({one.id for one in found}) == 4
    (event, after) = next(api.events("0", wait=0))
    assert event.conversation == talk.pk
    sent = api.send(talk.pk, "On its way", key="k")
    assert sent == api.send(talk.pk, "On its way", key="k")
    assert (sent.direction, sent.author and sent.author.id) == ("out", desk.agent.pk)
    assert api.note(talk.pk, "Between us").internal
    assert [one.body for one in api.messages(talk.pk)] == ["Hello", "On its way", "Between us"]
    assert api.assign(talk.pk, desk.agent.pk).assignee == api.me()
    assert api.change_state(talk.pk, "resolved", "Sent").state == "resolved"
    assert api.conversation(talk.pk).customer.name == "Tom Reed"
    news = (one for one, _after in api.events(after, wait=0) if one.type == "message_sent")
    told = next(news).message
    assert told is not None
    assert told.body == "On its way"
    with pytest.raises(ProblemError) as refused:
        api.tag(talk.pk, add=["no such tag"])
    assert refused.value.status == 400
    with pytest.raises(ProblemError) as refused:
        api.call("GET", "conversations/", query={"colour": "red"})
    assert refused.value.errors == {"colour": "This parameter is not known."}


def test_a_cut_connection_sends_once(
    api: Client, talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer was lost on the way: the client asks again, the desk does not do it again."""
    real, cuts = api.session.request, [True]
    monkeypatch.setattr("helpdesk.api.client.time.sleep", lambda _seconds: None)

    def request(*args: Any, **given: Any) -> requests.Response:
        answer = real(*args, **given)
        if cuts:
            cuts.pop()
            raise requests.ConnectionError
        return answer

    monkeypatch.setattr(api.session, "request", request)
    assert api.send(talk.pk, "Once").body == "Once"
    assert Message.objects.filter(body="Once").count() == 1


def test_the_quick_start_says_what_works(desk: Desk, talk: Conversation, live_server: Any) -> None:
    lines = "\n".join(re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL))
    assert lines.count("curl") == 7
    scopes = ["conversations:read", "conversations:write", "messages:write"]
    token = program(desk.agent, scopes).text
    told = {"DESK": live_server.url, "TOKEN": token, "PATH": os.environ["PATH"]}
    script = f"set -euo pipefail\n{lines}"
    for _time in range(2):
        ran = subprocess.run(
            ["bash", "-c", script],
            env=told,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if _time == 0:
            assert ran.returncode == 0, ran.stdout + ran.stderr
            assert '"type":"state_changed"' in ran.stdout
    assert Message.objects.filter(body__startswith="Your parcel").count() == 1
    talk.refresh_from_db()
    assert talk.state == "open", "resolved, and then opened by the bulk act"
