"""One bind to a message centre: what is sent and answered over its line (asyncio, no database)."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from channels_sms.smpp import pdu
from channels_sms.smpp.pdu import Pdu, Short
from helpdesk.outbound_http import ForbiddenError
from helpdesk.outbound_lines import address_of

WINDOW = 10  # submits without an answer
ENQUIRE = 30.0
PATIENCE = 30.0  # seconds for an answer
Keep = Callable[[bytes], Awaitable[bool]]


class LinkError(ConnectionError):
    """The line is gone, or the message centre does not let us in."""


class CutError(LinkError):
    """The line broke after the submit had left: nobody knows whether it was taken."""


class UnwantedError(LinkError):
    """We may not go there, or are not let in with these credentials: trying again is no use."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the message centre is and who we are there."""

    host: str
    port: int
    system_id: str
    password: str
    system_type: str = ""
    tls: bool = False


class Link:
    """A bound line. keep: stores the body of a deliver_sm, true once it is committed: only
    then is it answered. What cannot be read is read later, by the worker.
    """

    def __init__(self, place: Place, keep: Keep, *, enquire: float = ENQUIRE) -> None:
        self._place, self._keep, self._every = place, keep, enquire
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Pdu]] = {}
        self._window = asyncio.Semaphore(WINDOW)
        self._busy: set[asyncio.Task[None]] = set()
        self._writer: asyncio.StreamWriter | None = None

    async def run(self, bound: Callable[[], None]) -> None:
        """Bind and stay until the line ends; calls bound() once it stands. Raises LinkError."""
        place = self._place
        reader, self._writer = await _opened(place)
        reads = asyncio.create_task(self._read(reader))
        try:
            body = pdu.bind(place.system_id, place.password, place.system_type)
            answer = await self._ask(pdu.BIND_TRANSCEIVER, body)
            if answer.status in (pdu.WRONG_PASSWORD, pdu.WRONG_SYSTEM_ID):
                raise UnwantedError(
                    f"The message centre refuses our credentials (0x{answer.status:02X})."
                )
            if answer.status != pdu.OK:
                raise LinkError(f"the bind was refused (0x{answer.status:02X})")
            bound()
            await asyncio.gather(reads, self._enquire())
        finally:
            reads.cancel()
            await self._close()

    async def submit(self, short: Short) -> Pdu:
        """Send one short message and wait for its answer. Raises LinkError, CutError."""
        async with self._window:
            return await self._ask(pdu.SUBMIT_SM, pdu.short(short))

    async def stop(self) -> None:
        """Say good-bye, when nothing is under way."""
        with contextlib.suppress(LinkError):
            await asyncio.wait_for(self._ask(pdu.UNBIND, b""), 5)
        await self._close()

    async def _ask(self, command: int, body: bytes) -> Pdu:
        number = next(self._numbers) % 0x7FFFFFFF or 1
        answer: asyncio.Future[Pdu] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            self._say(Pdu(command, number, body=body))
            return await asyncio.wait_for(answer, PATIENCE)
        except TimeoutError:
            raise CutError("no answer") from None
        finally:
            self._waiting.pop(number, None)

    def _say(self, one: Pdu) -> None:
        if self._writer is None or self._writer.is_closing():
            raise LinkError("the line is down")
        self._writer.write(one.encoded())

    async def _enquire(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            await self._ask(pdu.ENQUIRE_LINK, b"")

    async def _read(self, reader: asyncio.StreamReader) -> None:
        stream = bytearray()
        while data := await reader.read(65536):
            stream += data
            try:
                while (one := pdu.cut(stream)) is not None:
                    self._take(one)
            except pdu.BrokenPduError as error:
                raise LinkError(f"the message centre sends {error}") from None
        raise LinkError("the message centre hung up")

    def _take(self, one: Pdu) -> None:
        if one.command & pdu.RESPONSE:
            waiting = self._waiting.get(one.sequence)
            if waiting and not waiting.done():
                waiting.set_result(one)
        elif one.command == pdu.DELIVER_SM:
            task = asyncio.create_task(self._deliver(one))
            self._busy.add(task)
            task.add_done_callback(self._busy.discard)
        elif one.command in (pdu.ENQUIRE_LINK, pdu.UNBIND):
            self._say(Pdu(one.command | pdu.RESPONSE, one.sequence))
            if one.command == pdu.UNBIND and self._writer:
                self._writer.close()
        else:
            self._say(Pdu(pdu.GENERIC_NACK, one.sequence, 0x03))

    async def _deliver(self, one: Pdu) -> None:
        """Answered only when it is committed; else the message centre keeps it and comes again."""
        status = pdu.OK if await self._keep(one.body) else pdu.SYSTEM_ERROR
        with contextlib.suppress(LinkError):
            self._say(Pdu(pdu.DELIVER_SM | pdu.RESPONSE, one.sequence, status, b"\x00"))

    async def _close(self) -> None:
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(CutError("the line broke"))
        if self._writer is not None:
            self._writer.close()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()


async def _opened(place: Place) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to the address that was checked. Raises LinkError."""
    loop = asyncio.get_running_loop()
    tls = ssl.create_default_context() if place.tls else None
    try:
        address = await loop.run_in_executor(None, address_of, place.host, place.port)
        named = place.host if tls else None
        opening = asyncio.open_connection(address, place.port, ssl=tls, server_hostname=named)
        return await asyncio.wait_for(opening, PATIENCE)
    except ForbiddenError as error:
        raise UnwantedError(f"The message centre cannot be called: {error}.") from None
    except (OSError, TimeoutError, UnicodeError) as error:
        raise LinkError(f"not reached: {str(error) or 'no answer'}") from None
