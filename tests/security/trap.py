"""A trap for calls into private networks: a real listener on loopback, an ear on each connect."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Trap:
    """tried: every address of the internet protocols that this thread wanted to connect to."""

    def __init__(self) -> None:
        self.tried: list[str] = []
        self.heard: list[Any] = []
        self.port = 0


_armed: dict[int, Trap] = {}


def _listen(event: str, args: tuple[Any, ...]) -> None:
    trap = _armed.get(threading.get_ident()) if event == "socket.connect" else None
    # An address that is a text is a socket of this machine's own services.
    if trap is not None and isinstance(args[1], tuple):
        trap.tried.append(str(args[1][0]))
        if args[1][1] != trap.port:
            raise ConnectionRefusedError("nothing leaves a test")


sys.addaudithook(_listen)


@contextmanager
def trap() -> Iterator[Trap]:
    """While it is set, no connection of this thread goes anywhere but to the listener."""
    made = Trap()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made.port = listening.getsockname()[1]

        def run() -> None:
            while True:
                try:
                    made.heard.append(listening.accept())
                except OSError:
                    return

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        _armed[threading.get_ident()] = made
        try:
            yield made
        finally:
            del _armed[threading.get_ident()]
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(5)
