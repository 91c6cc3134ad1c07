"""A TCP proxy that breaks connections: each is cut after a random number of bytes, or never."""

from __future__ import annotations

import contextlib
import random
import selectors
import socket
import struct
import threading


class FaultProxy:
    """Listens on `port` and passes bytes on to `target`.

    cut_after: (least, most) bytes from the server after which a connection is reset; None for
    never. cuts: how many were.
    """

    def __init__(self, target: int, dice: random.Random) -> None:
        self.target = target
        self.cut_after: tuple[int, int] | None = None
        self.cuts = 0
        self._dice = dice
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._listen, daemon=True)]
        self._threads[0].start()

    def stop(self) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def _listen(self) -> None:
        self._listener.settimeout(0.2)
        while not self._stopped.is_set():
            with contextlib.suppress(OSError):
                client, _address = self._listener.accept()
                thread = threading.Thread(target=self._pass_on, args=(client,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _pass_on(self, client: socket.socket) -> None:
        left = self._dice.randint(*self.cut_after) if self.cut_after else -1
        with client, contextlib.suppress(OSError):
            server = socket.create_connection(("127.0.0.1", self.target), 5)
            with server:
                chosen = selectors.DefaultSelector()
                chosen.register(client, selectors.EVENT_READ, server)
                chosen.register(server, selectors.EVENT_READ, client)
                while not self._stopped.is_set():
                    for key, _events in chosen.select(0.2):
                        source = key.fileobj
                        assert isinstance(source, socket.socket)
                        part = source.recv(16384)
                        if not part:
                            return
                        if source is server and left >= 0:
                            part, left = part[:left], left - len(part)
                            if left < 0:
                                key.data.sendall(part)
                                self._reset(client)
                                return
                        key.data.sendall(part)

    def _reset(self, client: socket.socket) -> None:
        """With a reset and not a good-bye, in the middle of whatever was said."""
        self.cuts += 1
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
