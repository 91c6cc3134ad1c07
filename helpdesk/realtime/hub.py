"""The lean socket that visitors and agents share.

Channels' own consumer hops to a thread before every frame to tidy connections, and makes two
tasks for each; this one does not. Database work runs in a few writer threads that keep their
connection, so a message costs its queries and nothing else (measured by bench/chat_relay.py).
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from typing import Any, ClassVar, ParamSpec, TypeVar

import orjson
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from redis.exceptions import RedisError

from helpdesk import acting, client_ip, draining

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

HEARTBEAT = 25.0
MAX_FRAME = 64 * 1024
MAX_DEPTH = 10
FRAMES_PER_SECOND = 20
FRAMES_AT_ONCE = 60
WRITERS = 2
_writers = ThreadPoolExecutor(WRITERS, thread_name_prefix="socket-db")


def _kept(call: Callable[[], T]) -> T:
    """Run on the thread's kept connection; a connection that died is opened anew once."""
    try:
        return call()
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block:
            raise
        connection.close()
        return call()


async def in_database(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run synchronous database code for a socket, in a writer thread with a kept connection.

    The call must be safe to repeat: after a lost connection it runs once more.
    """
    loop = asyncio.get_running_loop()
    kept = partial(_kept, partial(call, *args, **kwargs))
    return await loop.run_in_executor(_writers, copy_context().run, kept)


def decoded(text: str | bytes) -> Any:
    """The JSON of a frame. Raises FrameError: 4009 too long, 4007 not JSON, 4008 too deep."""
    if len(text) > MAX_FRAME:
        raise FrameError(4009, "too big")
    try:
        frame = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise FrameError(4007, "not JSON") from None
    layer = [frame]
    for _level in range(MAX_DEPTH):
        layer = [inner for one in layer for inner in _inside(one)]
        if not layer:
            return frame
    raise FrameError(4008, "too deep")


def _inside(value: Any) -> Iterable[Any]:
    """What a list or an object holds that can hold something itself."""
    held = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [one for one in held if isinstance(one, dict | list)]


class FrameError(Exception):
    """A frame that breaks the protocol; the socket closes with `code`."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


Handler = Callable[[Any, dict[str, Any]], Awaitable[None]]


class Socket(AsyncWebsocketConsumer):
    """JSON text frames, each with a `type` that names a method in `handlers`.

    Closes with 4003 (binary), 4007 (not JSON), 4008 (rule broken or too fast), 4009 (too big):
    the numbers of RFC 6455 plus 3000, because Daphne refuses to send those below 3000; and with
    4500 where a push could not be handled.
    """

    handlers: ClassVar[dict[str, Handler]] = {}
    _allowance = float(FRAMES_AT_ONCE)
    _counted = 0.0
    _pulse: asyncio.Task[None] | None = None
    _followed: frozenset[str] | set[str] = frozenset()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Until the socket closes, or the server gives up on it without saying so.

        Frames and pushes are handled one at a time, each kind in its order.
        """
        self.scope, self.base_send = scope, send
        caller = client_ip.of_scope(scope)
        acting.begin(acting.Facts(uuid.uuid4().hex, str(caller) if caller else ""))
        layer: Any = get_channel_layer()
        self.channel_layer, self.channel_name = layer, await layer.new_channel()
        self._turn = asyncio.Lock()
        draining.state.sockets.add(self)
        pushes = asyncio.create_task(self._forward())
        try:
            while True:
                message = await receive()
                async with self._turn:
                    await self.dispatch(message)
        except StopConsumer:
            pass
        finally:
            pushes.cancel()
            layer.end_channel(self.channel_name)
            draining.state.sockets.discard(self)
            self.release()

    async def leave_for_now(self, retry_ms: int) -> None:
        """The server stops: the browser comes back, by then to another one (DEL-15)."""
        async with self._turn:
            await self.tell({"type": "bye", "reason": draining.BYE, "retry_ms": retry_ms})
            await self.close(code=4012)

    def at_work(self) -> bool:
        """Whether a frame is being handled."""
        return self._turn.locked()

    async def _forward(self) -> None:
        """What the groups say; a fault closes the socket, and its browser asks anew."""
        try:
            while True:
                message = await self.channel_layer.receive(self.channel_name)
                async with self._turn:
                    await self.dispatch(message)
        except Exception:
            log.exception("socket: a push could not be handled")
            with suppress(Exception):  # it may have closed in this very moment
                await self.close(code=4500)

    def release(self) -> None:
        """End what runs beside the socket."""
        if self._pulse:
            self._pulse.cancel()

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Straight to the handler: no thread hop for connection tidying."""
        await getattr(self, message["type"].replace(".", "_"))(message)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        try:
            await self._handle(text_data)
        except FrameError as error:
            await self.close(code=error.code)
        except DatabaseError:
            log.exception("socket: the database is not reachable")
            await self.reply({"type": "error", "code": "unavailable", "retryable": True})

    async def _handle(self, text: str | None) -> None:
        self._limit_rate()
        if text is None:
            raise FrameError(4003, "binary")
        frame = decoded(text)
        kind = frame.get("type") if isinstance(frame, dict) else None
        handler = self.handlers.get(kind) if isinstance(kind, str) else None
        if handler is None:
            raise FrameError(4008, "unknown type")
        await handler(self, frame)

    def _limit_rate(self) -> None:
        """20 frames a second, and a rush of 60 after a pause (AUT-18)."""
        now = time.monotonic()
        earned = (now - self._counted) * FRAMES_PER_SECOND
        self._allowance = min(self._allowance + earned, FRAMES_AT_ONCE) - 1
        self._counted = now
        if self._allowance < 0:
            raise FrameError(4008, "too fast")

    async def reply(self, frame: dict[str, Any]) -> None:
        """Send one frame to this socket only."""
        await self.send(text_data=orjson.dumps(frame).decode())

    async def push(self, message: dict[str, Any]) -> None:
        """A group message: text that was serialised once, forwarded as it is."""
        await self._tell(message["text"])

    async def tell(self, frame: dict[str, Any]) -> None:
        """Send one frame that this socket has not asked for."""
        await self._tell(orjson.dumps(frame).decode())

    async def _tell(self, text: str) -> None:
        """The browser may have gone in this very moment; each server says so in its own way."""
        try:
            await self.send(text_data=text)
        except Exception as error:  # noqa: BLE001
            log.debug("push to a closed socket: %s", error)

    async def join(self, group: str) -> None:
        """Follow a group. While Redis is away nothing is lost: each heartbeat tries again."""
        self._followed = {*self._followed, group}
        await self._in_redis(self.channel_layer.group_add, group)

    async def leave(self, group: str) -> None:
        """Follow a group no longer."""
        self._followed = self._followed - {group}
        await self._in_redis(self.channel_layer.group_discard, group)

    async def _in_redis(self, act: Callable[[str, str], Awaitable[None]], group: str) -> None:
        try:
            await act(group, self.channel_name)
        except (RedisError, OSError) as error:
            log.warning("socket: Redis not reached: %s", error)

    def start_heartbeat(
        self, beat: Callable[[], Awaitable[None]], *, every: float = HEARTBEAT
    ) -> None:
        """Call `beat` each so many seconds until the socket closes."""
        self._pulse = asyncio.create_task(self._beat(beat, every))

    async def _beat(self, beat: Callable[[], Awaitable[None]], every: float) -> None:
        while True:
            await asyncio.sleep(every)
            for group in self._followed:
                await self._in_redis(self.channel_layer.group_add, group)
            try:
                await beat()
            except DatabaseError as error:
                log.warning("heartbeat skipped: %s", error)
