"""A message centre for tests: SMPP 3.4 over TCP, scripted, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from channels_sms.smpp import pdu
from channels_sms.smpp.pdu import Pdu, Short


@dataclass
class Smsc:
    """Takes binds with `password`. script: what the next submits meet: a status, or it hangs up
    at once ("cut"), when it has the text ("cut_after_accept"), or answers nonsense ("garbage").
    """

    password: str = "let-me"
    port: int = 0
    script: deque[int | str] = field(default_factory=deque)
    taken: list[Short] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)
    enquired: int = 0
    binds: int = 0

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(10)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._serve, "127.0.0.1", self.port)
        )
        self.port = server.sockets[0].getsockname()[1]
        self._writers: list[asyncio.StreamWriter] = []
        ready.set()
        self._loop.run_forever()
        server.close()
        for writer in self._writers:
            writer.close()
        self._loop.run_until_complete(asyncio.sleep(0.05))
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        stream = bytearray()
        try:
            while data := await reader.read(65536):
                stream += data
                while (one := pdu.cut(stream)) is not None:
                    self._answer(one, writer)
        except (OSError, asyncio.CancelledError):
            return
        writer.close()

    def _answer(self, one: Pdu, writer: asyncio.StreamWriter) -> None:
        status, body = pdu.OK, b""
        if one.command == pdu.BIND_TRANSCEIVER:
            right = one.body.split(b"\x00")[1] == self.password.encode()
            status, body = (pdu.OK if right else 0x0E), b"fake\x00"
            self.binds += right
        elif one.command == pdu.SUBMIT_SM:
            step = self.script.popleft() if self.script else pdu.OK
            if isinstance(step, str):
                if step != "cut":
                    self.taken.append(pdu.read_short(one.body))
                if step == "garbage":
                    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
                else:
                    writer.close()
                return
            status = step
            if status == pdu.OK:
                self.taken.append(pdu.read_short(one.body))
                body = f"{self.named(len(self.taken) - 1)}\x00".encode()
        elif one.command == pdu.ENQUIRE_LINK:
            self.enquired += 1
        elif one.command & pdu.RESPONSE:
            self.answered.append(one.status)
            return
        writer.write(Pdu(one.command | pdu.RESPONSE, one.sequence, status, body).encoded())

    def named(self, place: int) -> str:
        """The id of what it took, by its place in `taken`."""
        return f"{place + 171:X}"

    def deliver(self, short: Short) -> None:
        """A deliver_sm over the newest line."""

        def go() -> None:
            number = 1000 + len(self.answered)
            self._writers[-1].write(Pdu(pdu.DELIVER_SM, number, body=pdu.short(short)).encoded())

        self._loop.call_soon_threadsafe(go)

    def hang_up(self) -> None:
        """The line breaks."""
        self._loop.call_soon_threadsafe(self._writers[-1].close)
