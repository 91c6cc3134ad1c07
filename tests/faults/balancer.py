"""What stands before two web servers, as deploy/nginx/parley.conf says: fewest connections first.

Who refuses a connection is left alone for a while, and the next one is asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import Counter

LEFT_ALONE = 5.0  # seconds, fail_timeout of the file


class Balancer:
    """Listens on `port`, spreads over `targets`. refused: how often a target said no.

    nowhere: connections that nobody took, which a person would see.
    """

    def __init__(self, targets: tuple[int, ...]) -> None:
        self.port = 0
        self.refused: Counter[int] = Counter()
        self.nowhere = 0
        self._targets = targets
        self._open: Counter[int] = Counter(dict.fromkeys(targets, 0))
        self._away = dict.fromkeys(targets, 0.0)
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="balancer", daemon=True)
        self._thread.start()
        self._ready.wait(10)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._take, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        left = asyncio.all_tasks(self._loop)
        for task in left:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self._loop.run_until_complete(asyncio.sleep(0.1))  # what was closed lets go of its socket
        self._loop.close()

    async def _take(self, inward: asyncio.StreamReader, outward: asyncio.StreamWriter) -> None:
        now = time.monotonic()
        for target in sorted(
            self._targets, key=lambda one: (self._away[one] > now, self._open[one])
        ):
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", target)
            except OSError:
                self.refused[target] += 1
                self._away[target] = time.monotonic() + LEFT_ALONE
                continue
            self._open[target] += 1
            try:
                with contextlib.suppress(asyncio.CancelledError):  # the end of the test
                    await asyncio.gather(_pass_on(inward, writer), _pass_on(reader, outward))
            finally:
                self._open[target] -= 1
            return
        self.nowhere += 1
        outward.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Bytes until either side ends."""
    try:
        with contextlib.suppress(OSError):
            while part := await reader.read(65536):
                writer.write(part)
                await writer.drain()
    finally:
        writer.close()
