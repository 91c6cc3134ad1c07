"""SEC-23: who is unknown is answered like who is known, after the same work (password hashings are
counted, not milliseconds). SEC-24: an account that is switched off opens nothing any more, however
many requests are under way.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.hashers import BasePasswordHasher, get_hasher
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from helpdesk.models import Agent
from helpdesk.services import joining, people
from tests import factories
from tests.accounts.conftest import Staff
from tests.accounts.test_signing_in import shown

KNOWN, OFF, UNKNOWN = "mo@desk.example", "off@desk.example", "no@desk.example"
WRONG = "not this one at all"


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A note for each hashing of a password."""
    made: list[str] = []
    kind = type(get_hasher())
    real: Callable[..., str] = kind.encode

    def encode(self: BasePasswordHasher, password: str, *args: Any, **more: Any) -> str:
        made.append(password)
        return real(self, password, *args, **more)

    monkeypatch.setattr(kind, "encode", encode)
    return made


def tried(path: str, field: str, email: str, hashed: list[str]) -> tuple[Any, ...]:
    """What is answered, and after how many hashings."""
    hashed.clear()
    answer = Client().post(path, {field: email, "password": WRONG})
    page = shown(answer).replace(OFF, "?")
    headers = set(answer.headers) - {"Content-Length"}
    return answer.status_code, answer.get("Location"), page, headers, len(hashed)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "field"), [("/login/", "username"), ("/account/forgotten/", "email")]
)
def test_known_and_unknown_are_answered_alike(
    staff: Staff, hashed: list[str], path: str, field: str
) -> None:
    factories.agent(email=OFF, is_active=False)
    told = [tried(path, field, email, hashed) for email in (KNOWN, UNKNOWN, OFF)]
    assert told[0] == told[1] == told[2]
    assert told[0][-1] == (1 if path == "/login/" else 0)


@pytest.mark.django_db
def test_a_link_that_was_used_and_one_that_never_was(staff: Staff, hashed: list[str]) -> None:
    _made, link = joining.invite("nia@desk.example", "agent", [], by=staff.admin)
    used = "/" + link.split("/", 3)[3]
    form = {"first_name": "Nia", "password": "seven wet stones in a row"}
    assert Client().post(used, form).status_code == 302
    never = used[:-8] + "AAAAAAA/"
    for method in ("get", "post"):
        told = []
        for path in (used, never, "/join/x/"):
            hashed.clear()
            with CaptureQueriesContext(connection) as ran:
                answer = getattr(Client(), method)(path, form)
            told.append((answer.status_code, shown(answer), len(ran), len(hashed)))
        assert told[0] == told[1] == told[2]
        assert (told[0][0], told[0][-1]) == (404, 0)


@pytest.mark.django_db
def test_the_api_tells_nothing_of_tokens_and_rows(staff: Staff) -> None:
    told = set()
    for text in ("oh_1_" + "x" * 43, f"oh_{staff.agent.pk}_" + "y" * 43, "nonsense"):
        answer = Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {text}"})
        told.add((answer.status_code, answer.text))
    assert len(told) == 1
    for path in ("conversations/1/", "customers/999999/", "messages/x/"):
        assert Client().get(f"/api/v1/{path}").status_code in (403, 404)


@pytest.fixture
def pressing(transactional_db: None) -> Iterator[tuple[Agent, list[tuple[float, int]]]]:
    """Fifty browsers of one agent, each asking again and again: when it asked, and its status."""
    agent = factories.agent(first_name="Mo")
    answers: list[tuple[float, int]] = []
    stop = threading.Event()

    def press(client: Client) -> None:
        while not stop.is_set():
            began = time.monotonic()
            answers.append((began, client.get("/api/v1/me/").status_code))
        connections.close_all()

    clients = [Client(raise_request_exception=False) for _ in range(50)]
    for client in clients:
        client.force_login(agent)
    crowd = [threading.Thread(target=press, args=[client], daemon=True) for client in clients]
    for one in crowd:
        one.start()
    yield agent, answers
    stop.set()
    for one in crowd:
        one.join(30)


def test_fifty_requests_while_an_account_is_switched_off(
    pressing: tuple[Agent, list[tuple[float, int]]],
) -> None:
    agent, answers = pressing
    admin = factories.agent(role="admin")
    deadline = time.monotonic() + 30
    while len(answers) < 50 and time.monotonic() < deadline:
        time.sleep(0.05)
    people.switch_off(agent.pk, by=admin)
    ended = time.monotonic()
    while len([one for one in answers if one[0] > ended]) < 100 and time.monotonic() < deadline:
        time.sleep(0.05)
    before = {status for began, status in answers if began <= ended}
    after = {status for began, status in answers if began > ended}
    assert 200 in before
    assert after == {403}, "whoever asks after the commit is a stranger"
