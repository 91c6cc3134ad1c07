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
from tests.stack import Stack

Frame = dict[str, Any]


class Tab:
    """One open socket."""

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
        return found

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
        """All frames that came before the answer to a ping: nothing more is under way.

        Heartbeats and who is there come by the clock, from earlier tests' agents, too: not these.
        """
        self.send(type="ping")
        found = []
        while (one := self.frame())["type"] != "pong":
            if one["type"] not in ("heartbeat", "presence"):
                found.append(one)
        return found


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
