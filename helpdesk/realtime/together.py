"""Questions that many sockets ask at about the same time, answered in one go.

A thousand heartbeats cost a thousand hops to a database thread and as many queries; read
together they cost a few of each.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from helpdesk.realtime.hub import in_database

Asked = TypeVar("Asked")
Read = TypeVar("Read")
Told = TypeVar("Told")
AT_ONCE = 100


class Together(Generic[Asked, Read, Told]):
    """read: what all who ask need, in one reading; tell: the answer to one of them.

    Both run in a database thread. Nobody waits longer than `within` seconds for the others. An
    error of read() is everybody's, one of tell() only his who asked.
    """

    def __init__(
        self,
        read: Callable[[list[Asked]], Read],
        tell: Callable[[Asked, Read], Told],
        *,
        within: float = 0.25,
    ) -> None:
        self._read = read
        self._tell = tell
        self._within = within
        self._asked: list[tuple[Asked, asyncio.Future[Told]]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._answering: set[asyncio.Task[None]] = set()

    async def ask(self, question: Asked) -> Told:
        """The answer to one question."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._asked = loop, []
        answer: asyncio.Future[Told] = loop.create_future()
        self._asked.append((question, answer))
        if len(self._asked) == 1:
            task = loop.create_task(self._answer())
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
        return await answer

    async def _answer(self) -> None:
        await asyncio.sleep(self._within)
        asked, self._asked = self._asked, []
        for start in range(0, len(asked), AT_ONCE):
            some = [one for one in asked[start : start + AT_ONCE] if not one[1].done()]
            try:
                told = await in_database(self._all, [question for question, _ in some])
            except Exception as error:  # noqa: BLE001  it is theirs who asked
                told = [error] * len(some)
            for (_, answer), one in zip(some, told, strict=True):
                if answer.done():  # his socket has closed meanwhile
                    continue
                if isinstance(one, Exception):
                    answer.set_exception(one)
                else:
                    answer.set_result(one)

    def _all(self, asked: list[Asked]) -> list[Any]:
        read = self._read(asked)
        return [self._one(question, read) for question in asked]

    def _one(self, question: Asked, read: Read) -> Told | Exception:
        try:
            return self._tell(question, read)
        except Exception as error:  # noqa: BLE001  raised again where it was asked
            return error
