"""Clients of the sockets that behave as the browsers do: resend by cid, resume by seq."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Self

from django.conf import settings
from django.test import Client
from websockets.sync.client import ClientConnection, connect

from helpdesk.models import Agent, Inbox
from helpdesk.realtime import groups, publish
from tests.stack import Stack

Frame = dict[str, Any]
BY_THE_CLOCK = ("heartbeat", "presence")  # of earlier tests' agents, too
MARK = "mark"


class Tab:
    """One open socket, and a group that it is known to follow ("" for none)."""

    group = ""

    def __init__(
        self, stack: Stack, path: str, *, origin: str | None = "", cookie: str = ""
    ) -> None:
        headers = {"Cookie": cookie} if cookie else None
        self._closing = ExitStack()
        self.socket: ClientConnection = self._closing.enter_context(
            connect(
                stack.socket_base + path,
                origin=stack.base if origin == "" else origin,  # type: ignore[arg-type]
                additional_headers=headers,
                max_size=None,
                open_timeout=20,
            )
        )

    def close(self) -> None:
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, **frame: Any) -> None:
        self.socket.send(json.dumps(frame))

    def frame(self, seconds: float = 10) -> Frame:
        """The next frame; TimeoutError when none comes."""
        found: Frame = json.loads(self.socket.recv(timeout=seconds))
        self._learn(found)
        return found

    def _learn(self, frame: Frame) -> None:
        if frame["type"] == "welcome" and "agent" in frame:
            self.group = groups.team()
        elif frame["type"] in ("welcome", "ack") and frame["conversation"]:
            self.group = groups.visitor(frame["conversation"])
        elif frame["type"] == "signed_out":
            self.group = ""

    def await_frame(self, kind: str, seconds: float = 10, **facts: Any) -> Frame:
        """The next frame of a kind with these facts; others are passed over."""
        return self.await_that(
            lambda one: one["type"] == kind and facts.items() <= one.items(), seconds
        )

    def await_that(self, wanted: Callable[[Frame], bool], seconds: float = 10) -> Frame:
        deadline = time.monotonic() + seconds
        while True:
            found = self.frame(max(0.01, deadline - time.monotonic()))
            if wanted(found):
                return found

    def waiting(self) -> list[Frame]:
        """All frames that are on their way to this socket; but for what comes by the clock.

        Until the answer to a ping, which comes straight from the server, everything asked for
        before has been done and published; what was published came by then, or comes before a
        mark that is published now: pushes take their own way, and keep their order on it.
        """
        self.send(type="ping")
        found = self._until("pong")
        if self.group:
            mark = uuid.uuid4().hex
            publish.send(self.group, {"type": MARK, "mark": mark})
            found += self._until(MARK, mark=mark)
        return [one for one in found if one["type"] not in (*BY_THE_CLOCK, MARK)]

    def _until(self, kind: str, **facts: Any) -> list[Frame]:
        found = [self.frame()]
        while not (found[-1]["type"] == kind and facts.items() <= found[-1].items()):
            found.append(self.frame())
        return found[:-1]


def visitor(stack: Stack, inbox: Inbox, token: str = "", last_seq: int = 0) -> tuple[Tab, Frame]:
    """A visitor's tab after its hello, and the welcome."""
    tab = Tab(stack, f"/ws/chat/{inbox.key}/")
    tab.send(type="hello", token=token, last_seq=last_seq)
    return tab, tab.await_frame("welcome")


def say(tab: Tab, body: str, cid: uuid.UUID | None = None) -> Frame:
    """Send a text and wait for its acknowledgement."""
    cid = cid or uuid.uuid4()
    tab.send(type="send", cid=str(cid), body=body)
    return tab.await_frame("ack", cid=str(cid))


def cookie_of(agent: Agent) -> str:
    client = Client()
    client.force_login(agent)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def agent_tab(stack: Stack, agent: Agent) -> Tab:
    """An agent's tab after the welcome."""
    tab = Tab(stack, "/ws/agent/", cookie=cookie_of(agent))
    tab.await_frame("welcome")
    return tab
