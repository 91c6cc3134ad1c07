"""A network between browser and desk that can be cut, or that lets no socket through."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Self

CHUNK = 65_536


class Network:
    """A TCP relay on a port of its own. `cut()` breaks every connection and refuses new ones."""

    def __init__(self, port: int, *, sockets: bool = True) -> None:
        self._port = port
        self._sockets = sockets
        self._up = threading.Event()
        self._up.set()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """The cable is pulled."""
        self._up.clear()
        with self._lock:
            for one in self._open:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """The cable is back."""
        self._up.set()

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        with near, contextlib.suppress(OSError):
            if not self._up.is_set():
                return
            far = socket.create_connection(("127.0.0.1", self._port))
            with far:
                with self._lock:
                    self._open |= {near, far}
                back = threading.Thread(target=self._pipe, args=(far, near), daemon=True)
                back.start()
                self._pipe(near, far, guard=not self._sockets)
                back.join()
            with self._lock:
                self._open -= {near, far}

    @staticmethod
    def _pipe(one: socket.socket, other: socket.socket, *, guard: bool = False) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(CHUNK):
                if guard and b"upgrade: websocket" in data.lower():
                    break  # as a strict company proxy: the connection just ends
                other.sendall(data)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
