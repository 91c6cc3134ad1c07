"""Drives the fake providers from our side: the sandbox screen and the tests use it."""

from __future__ import annotations

import http.client
import json
from typing import Any

from helpdesk.sandbox.providers import CONTROL, HOST

_TIMEOUT_SECONDS = 30


class SandboxError(Exception):
    """The fake providers do not run, or refuse the order; the text says which."""


class Control:
    """The control interface of one fake. port: of the fake providers' process."""

    def __init__(self, port: int, fake: str) -> None:
        self._port = port
        self._fake = fake

    def fault(self, kind: str, *, times: int = 1, seconds: float = 1.0, code: int = 0) -> None:
        """Script a fault for the next `times` sends (helpdesk.sandbox.fakes.FAULTS)."""
        order = {"fault": kind, "times": times, "seconds": seconds, "code": code}
        self._call("POST", "faults", order)

    def sends(self) -> list[dict[str, Any]]:
        """The accepted sends, oldest first."""
        found: list[dict[str, Any]] = self._call("GET", "ledger")["entries"]
        return found

    def incoming(self, **order: Any) -> list[dict[str, Any]]:
        """Let a customer write; the fields are those of the fake's `incoming()`."""
        found: list[dict[str, Any]] = self._call("POST", "incoming", order)["sent"]
        return found

    def reset(self) -> None:
        """Forget sends and faults."""
        self._call("DELETE", "ledger")

    def _call(self, method: str, action: str, order: object = None) -> dict[str, Any]:
        connection = http.client.HTTPConnection(HOST, self._port, timeout=_TIMEOUT_SECONDS)
        try:
            body = json.dumps(order).encode() if order is not None else None
            connection.request(method, f"{CONTROL}{self._fake}/{action}", body)
            answer = connection.getresponse()
            document: dict[str, Any] = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise SandboxError(f"the fake providers do not answer: {error}") from error
        finally:
            connection.close()
        if answer.status != http.client.OK:
            raise SandboxError(str(document.get("error")))
        return document
