"""Questions asked together are read together, and each gets its own answer."""

from __future__ import annotations

import asyncio

from helpdesk.realtime.together import AT_ONCE, Together


def _half(number: int, read: set[int]) -> float:
    assert number in read
    return 10 / number


async def test_one_reading_for_all() -> None:
    readings: list[list[int]] = []

    def read(asked: list[int]) -> set[int]:
        readings.append(asked)
        return set(asked)

    together = Together(read, _half, within=0.01)
    assert await asyncio.gather(*map(together.ask, (1, 2, 5))) == [10, 5, 2]
    assert readings == [[1, 2, 5]]
    many = range(1, AT_ONCE + 2)
    assert await asyncio.gather(*map(together.ask, many)) == [10 / one for one in many]
    assert [len(one) for one in readings[1:]] == [AT_ONCE, 1]


async def test_who_has_gone_is_not_read_and_errors_go_to_whom_they_concern() -> None:
    readings: list[list[int]] = []

    def read(asked: list[int]) -> set[int]:
        readings.append(asked)
        return set(asked)

    together = Together(read, _half, within=0.05)
    gone = asyncio.create_task(together.ask(4))
    rest = asyncio.gather(*map(together.ask, (0, 5)), return_exceptions=True)
    await asyncio.sleep(0)
    gone.cancel()
    wrong, right = await rest
    assert isinstance(wrong, ZeroDivisionError)
    assert right == 2
    assert readings == [[0, 5]]


async def test_what_cannot_be_read_is_said_to_all_and_the_next_are_answered() -> None:
    broken = True

    def read(asked: list[int]) -> set[int]:
        if broken:
            raise LookupError
        return set(asked)

    together = Together(read, _half, within=0.01)
    failed = await asyncio.gather(*map(together.ask, (1, 2)), return_exceptions=True)
    assert [type(one) for one in failed] == [LookupError, LookupError]
    broken = False
    assert await together.ask(2) == 5
