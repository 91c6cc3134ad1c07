"""What a fake provider is made of. Standard library only, so that its process stays small.

A channel's fake (`channels_<x>/fake.py`) subclasses HttpFake: it answers the provider's
documented calls, writes every accepted send into its ledger and has webhooks posted. The
faults a test scripts are played here, the same for every provider.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol

from helpdesk.sandbox.caller import Caller, Webhook

FAULTS = (
    "delay", "429", "5xx", "cut", "cut_after_accept", "reset", "duplicate", "reorder",
    "garbage", "error", "undelivered",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request to a fake; header names are lower-case, `query` is undecoded."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer; `close` is "" or how the connection dies instead: "cut", "reset"."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    close: str = ""


def json_reply(status: int, document: object, **headers: str) -> Reply:
    """A JSON answer; header names with _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps(document).encode(), headers=named)


@dataclass(slots=True)
class Fault:
    """A scripted fault for the next `times` sends.

    kind: one of FAULTS. seconds: of a delay or of Retry-After. code: the provider's error
    code, for `error` and `undelivered`.
    """

    kind: str
    times: int = 1
    seconds: float = 1.0
    code: int = 0


class Faults:
    """The script: faults are used up in the order they were given."""

    def __init__(self) -> None:
        self._script: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Append a fault; ValueError for an unknown kind."""
        if fault.kind not in FAULTS:
            raise ValueError(f"unknown fault {fault.kind!r}; one of {', '.join(FAULTS)}")
        with self._lock:
            self._script.append(fault)

    def take(self) -> Fault | None:
        """The fault for this send, or None."""
        with self._lock:
            while self._script:
                fault = self._script[0]
                fault.times -= 1
                if fault.times <= 0:
                    self._script.pop(0)
                if fault.times >= 0:
                    return fault
            return None

    def clear(self) -> None:
        """Forget the script."""
        with self._lock:
            self._script.clear()


class Ledger:
    """Every accepted send, in order: the witness of "0 lost, 0 double".

    With a path it is also appended to that file, one JSON object a line, and read from it at
    the start; several ledgers may share the file.
    """

    _file_lock = threading.Lock()

    def __init__(self, name: str, path: Path | None = None) -> None:
        self._name = name
        self._path = path
        self._lock = threading.Lock()
        self._entries = [line for line in self._lines() if line.get("fake") == name]

    def add(self, **entry: Any) -> dict[str, Any]:
        """Write one accepted send; returns it with its place `n` and the time `at` (UTC, s)."""
        with self._lock:
            whole = {"fake": self._name, "n": len(self._entries) + 1, "at": time.time(), **entry}
            self._entries.append(whole)
            if self._path is not None:
                with self._file_lock, self._path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(whole) + "\n")
            return whole

    def entries(self) -> list[dict[str, Any]]:
        """A copy of all entries, oldest first."""
        with self._lock:
            return list(self._entries)

    def clear(self) -> None:
        """Forget everything, in the file too."""
        with self._lock:
            self._entries.clear()
            if self._path is not None:
                with self._file_lock:
                    others = [line for line in self._lines() if line.get("fake") != self._name]
                    text = "".join(json.dumps(line) + "\n" for line in others)
                    self._path.write_text(text, encoding="utf-8")

    def _lines(self) -> list[dict[str, Any]]:
        if self._path is None or not self._path.exists():
            return []
        found = []
        for line in self._path.read_text(encoding="utf-8").splitlines():
            try:
                found.append(json.loads(line))
            except json.JSONDecodeError:  # the last line of a process that was killed
                continue
        return found


class HttpFake:
    """Base of the fakes that speak HTTP. `prefixes`: the paths that belong to it."""

    name: ClassVar[str]
    prefixes: ClassVar[tuple[str, ...]]

    def __init__(self, ledger: Ledger, caller: Caller, base_url: str) -> None:
        self.ledger = ledger
        self.caller = caller
        self.base_url = base_url
        self.faults = Faults()

    def handle(self, call: Call) -> Reply:
        """Answer one call of the provider's API."""
        raise NotImplementedError

    def webhooks(self, order: Mapping[str, Any]) -> list[Webhook]:
        """The signed webhooks of one message that a customer is said to have written."""
        raise NotImplementedError

    def refusal(self, status: int, code: int, seconds: float) -> Reply:
        """The provider's documented error body. seconds: of Retry-After, for 429."""
        raise NotImplementedError

    def forget(self) -> None:
        """Reset: ledger and script."""
        self.ledger.clear()
        self.faults.clear()

    def send(self, accept: Callable[[Fault | None], Reply]) -> Reply:
        """Play the scripted fault around `accept`, which takes the message into the ledger."""
        fault = self.faults.take()
        kind = fault.kind if fault else ""
        if fault and kind in ("429", "5xx", "error"):
            status = {"429": 429, "5xx": 503}.get(kind, 400)
            return self.refusal(status, fault.code, fault.seconds)
        if kind in ("cut", "reset"):
            return Reply(close=kind)
        if fault and kind == "delay":
            time.sleep(fault.seconds)
        reply = accept(fault)
        if kind == "cut_after_accept":
            return Reply(close="cut")
        if kind == "garbage":
            return Reply(200, b"<html>\xff\x00 not what was promised", "text/html")
        return reply

    def incoming(self, order: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Post what a customer wrote.

        order: `hook` (URL), what `webhooks()` of this fake needs, `text` or `texts`, `from`,
        `name`, `repeats` (each webhook so often), `shuffle` (a seed; not given: in order),
        `wait` (answer only when the hook did). Returns one line for each webhook.
        """
        texts = order.get("texts") or [order.get("text", "")]
        hooks = [hook for text in texts for hook in self.webhooks({**order, "text": text})]
        hooks = [hook for hook in hooks for _ in range(int(order.get("repeats", 1)))]
        if order.get("shuffle") is not None:
            random.Random(order["shuffle"]).shuffle(hooks)  # noqa: S311
        if order.get("wait"):
            return [{"id": hook.key, "status": self.caller.post(hook)} for hook in hooks]
        for hook in hooks:
            self.caller.later(hook)
        return [{"id": hook.key, "status": None} for hook in hooks]


class MailFake(Protocol):
    """A fake that listens for itself (SMTP) and keeps what it got."""

    def start(self, host: str, port: int) -> None:
        """Begin to listen."""
        ...

    def stop(self) -> None:
        """Stop listening."""
        ...

    def messages(self) -> list[Any]:
        """What was accepted, oldest first."""
        ...

    def script(self, fault: str, times: int) -> None:
        """Play a fault for the next `times` mails."""
        ...
