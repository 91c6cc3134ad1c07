"""A small typed client of the API, for programs in Python.

It needs `requests` and nothing of ours: copy this file. What it does not wrap, `call()` reaches.

    desk = Client("https://desk.example", "oh_…")
    for talk in desk.conversations(state="open"):
        desk.send(talk.id, "We are on it.")
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import requests

TRIES = 4
TIMEOUT = (5.0, 40.0)  # seconds to connect and to read; a wait for events takes up to 25
T = TypeVar("T")


class ProblemError(Exception):
    """The desk refused. errors: what is wrong with which field."""

    def __init__(self, status: int, detail: str, errors: Mapping[str, str]) -> None:
        super().__init__(f"{status}: {detail}")
        self.status, self.detail, self.errors = status, detail, dict(errors)


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody of the desk."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Customer:
    """Who writes to the desk."""

    id: int
    name: str
    language: str
    vip: bool


@dataclass(frozen=True, slots=True)
class Conversation:
    """One issue of one customer. seq counts whatever happens to it."""

    id: int
    seq: int
    customer: Customer
    channel: str
    state: str
    subject: str
    preview: str
    tags: list[str]
    assignee: Agent | None


@dataclass(frozen=True, slots=True)
class Message:
    """What was said. delivery: what became of it on its way, "" where there is no way to go."""

    id: str
    conversation: int
    seq: int
    direction: str
    internal: bool
    body: str
    author: Agent | None
    delivery: str
    at: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; facts differ by type."""

    id: int
    conversation: int
    type: str
    at: str
    facts: dict[str, Any]
    message: Message | None


class Client:
    """Calls the API of one desk with one token; a POST that may have arrived is sent again."""

    def __init__(self, base: str, token: str, *, session: requests.Session | None = None) -> None:
        self.base = base.rstrip("/") + "/api/v1/"
        self.session = session or requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        match: str = "",
        key: str = "",
    ) -> Any:
        """The parsed answer, None where there is none. Raises ProblemError, requests' errors.

        match: the ETag that the row must still have. key: the Idempotency-Key, one of our own if
        none; by it a request is repeated after a cut without being done twice.
        """
        headers = {"If-Match": match} if match else {}
        if method == "POST":
            headers["Idempotency-Key"] = key or str(uuid.uuid4())
        for left in reversed(range(TRIES)):
            try:
                answer = self.session.request(
                    method,
                    self.base + path,
                    params=query,
                    json=body,
                    headers=headers,
                    timeout=TIMEOUT,
                )
            except (requests.ConnectionError, requests.Timeout):
                if not left or method == "PATCH":
                    raise
                time.sleep(0.5 * (TRIES - left))
                continue
            busy = answer.status_code in (429, 502, 503, 504)
            if not busy or not left or method == "PATCH":
                break
            time.sleep(min(60.0, float(answer.headers.get("Retry-After", "1"))))
        if answer.status_code >= 400:
            raise _problem(answer)
        return answer.json() if answer.content else None

    def me(self) -> Agent:
        """Whom the token acts as."""
        return _made(Agent, self.call("GET", "me/")["agent"])

    def conversations(self, **filters: Any) -> Iterator[Conversation]:
        """All that the filters find, page after page."""
        cursor: str | None = ""
        while cursor is not None:
            page = self.call("GET", "conversations/", query={**filters, "cursor": cursor})
            yield from map(_conversation, page["results"])
            cursor = page["next"]

    def conversation(self, pk: int) -> Conversation:
        """One of them."""
        return _conversation(self.call("GET", f"conversations/{pk}/")["row"])

    def messages(self, pk: int) -> list[Message]:
        """Its newest messages, the oldest first."""
        return [*map(_message, self.call("GET", f"conversations/{pk}/messages/")["messages"])]

    def send(self, pk: int, body: str, *, key: str = "", **more: Any) -> Message:
        """Answer the customer."""
        sent = {"body": body, **more}
        return _message(self.call("POST", f"conversations/{pk}/messages/", body=sent, key=key))

    def note(self, pk: int, body: str, *, key: str = "") -> Message:
        """Tell colleagues; the customer never sees it."""
        return self.send(pk, body, key=key, internal=True)

    def assign(self, pk: int, agent: int | None, **more: Any) -> Conversation:
        """Give it to an agent, or to nobody."""
        return self._act(pk, "assign", {"agent": agent, **more})

    def change_state(self, pk: int, state: str, reason: str = "") -> Conversation:
        """Another state."""
        return self._act(pk, "state", {"state": state, "reason": reason})

    def tag(self, pk: int, *, add: list[str], remove: list[str] | None = None) -> Conversation:
        """Tags on and off."""
        return self._act(pk, "tags", {"add": add, "remove": remove or []})

    def act_on_many(self, pks: list[int], action: str, **facts: Any) -> dict[int, str]:
        """assign, state, tag or read; why not, by the number of each that it was not done to."""
        body = {"ids": pks, "action": action, "facts": facts}
        told = self.call("POST", "conversations/bulk/", body=body)["results"]
        return {one["id"]: one["why"] for one in told if not one["done"]}

    def run_macro(self, pk: int, macro: int) -> Conversation:
        """All that it does, or nothing."""
        told = self.call("POST", f"conversations/{pk}/macros/{macro}/run/")
        return _conversation(told["row"])

    def log_call(self, pk: int, way: str, **more: Any) -> Message:
        """Write down a phone call: way is "in" or "out"."""
        sent = {"way": way, **more}
        return _message(self.call("POST", f"conversations/{pk}/calls/", body=sent))

    def _act(self, pk: int, verb: str, body: dict[str, Any]) -> Conversation:
        return _conversation(self.call("POST", f"conversations/{pk}/{verb}/", body=body))

    def events(self, after: str = "", *, wait: int = 25) -> Iterator[tuple[Event, str]]:
        """What happens, for ever, each with the `after` to go on from; without one, from now on."""
        while True:
            query = {"after": after, "wait": wait} if after else {}
            page = self.call("GET", "events/", query=query)
            for one in page["events"]:
                yield _event(one), str(one["id"])
            after = page["next"]


def _made(kind: type[T], data: Mapping[str, Any], **made: Any) -> T:
    """The fields that we know; the desk may send more from one release to the next."""
    names = [one.name for one in fields(kind)]  # type: ignore[arg-type]
    return kind(**{name: made[name] if name in made else data[name] for name in names})


def _agent(data: Mapping[str, Any] | None) -> Agent | None:
    return _made(Agent, data) if data else None


def _conversation(data: Mapping[str, Any]) -> Conversation:
    customer = _made(Customer, data["customer"])
    return _made(Conversation, data, customer=customer, assignee=_agent(data["assignee"]))


def _message(data: Mapping[str, Any]) -> Message:
    state = (data["delivery"] or {}).get("state", "")
    return _made(Message, data, author=_agent(data["author"]), delivery=state)


def _event(data: Mapping[str, Any]) -> Event:
    return _made(Event, data, message=_message(data["message"]) if data["message"] else None)


def _problem(answer: requests.Response) -> ProblemError:
    try:
        told = answer.json()
        errors = {one["field"]: one["detail"] for one in told["errors"]}
        return ProblemError(answer.status_code, told["detail"], errors)
    except (ValueError, KeyError, TypeError):
        return ProblemError(answer.status_code, answer.reason, {})
