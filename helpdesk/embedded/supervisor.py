"""Keeps a handful of programs running: prefixed output, restarts, an ordered stop.

Why our own: docs/adr/0002-own-supervisor.md.
"""

import asyncio
import contextlib
import itertools
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .accounts import Account
from .failures import StartError
from .leftovers import ChildRecord
from .process import guarded, signal_group, step_back

PREFIX_WIDTH = 8
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0
STEADY_SECONDS = 30.0
"""A program that ran this long is restarted without growing delay."""
LONGEST_LINE = 64 * 1024
CHUNK = 16 * 1024

Write = Callable[[str], None]


@dataclass(frozen=True)
class Program:
    """One program to run.

    ``level`` orders the stop: the highest goes first, programs of one level go together.
    ``ready`` says, given the process id, whether it works; without it a start is enough.
    ``prepare`` runs before each start and returns extra environment.
    Output lines that are empty or contain an element of ``hush`` are dropped.
    ``nice`` is how far it steps back (0 to 19) when the processors are busy.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path
    level: int = 0
    stop_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = 10.0
    ready: Callable[[int], bool] | None = None
    ready_seconds: float = 60.0
    prepare: Callable[[], Mapping[str, str]] | None = None
    account: Account | None = None
    hush: tuple[str, ...] = ()
    nice: int = 0


@dataclass
class _Kept:
    """The running side of a program."""

    program: Program
    process: asyncio.subprocess.Process | None = None
    restarts: int = 0
    task: "asyncio.Task[None] | None" = field(default=None, repr=False)


def to_stdout(line: str) -> None:
    """Print one line at once; a terminal that has gone away is no reason to stop."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


class Supervisor:
    """Starts programs, restarts what ends by itself, stops everything in order."""

    def __init__(self, *, write: Write = to_stdout, record: ChildRecord | None = None) -> None:
        """``record`` remembers the children for the start after a crash of this process."""
        self._write = write
        self._record = record
        self._kept: dict[str, _Kept] = {}
        self._stopping = asyncio.Event()
        self._hurry = False

    def say(self, text: str) -> None:
        """Print a line in the supervisor's own name."""
        self._line("parley", text)

    def pid(self, name: str) -> int | None:
        """Return the process id of a running program."""
        kept = self._kept.get(name)
        return kept.process.pid if kept and kept.process else None

    async def start(self, program: Program) -> None:
        """Start a program for good and wait until it is ready.

        Raises StartError when that takes longer than ``ready_seconds``.
        """
        kept = self._kept[program.name] = _Kept(program)
        kept.task = asyncio.create_task(self._keep(kept))
        deadline = time.monotonic() + program.ready_seconds
        while not await self._is_ready(kept):
            if self._stopping.is_set() or kept.task.done():
                raise StartError(f"{program.name} was stopped before it was ready.")
            if time.monotonic() > deadline:
                raise StartError(
                    f"{program.name} is not ready after {program.ready_seconds:.0f} s: "
                    "see its lines above."
                )
            await asyncio.sleep(0.05)

    async def run_once(self, program: Program) -> int:
        """Run a program to its end and return its exit code; cancelling kills it."""
        kept = self._kept[program.name] = _Kept(program)
        try:
            return await self._run(kept)
        finally:
            del self._kept[program.name]

    def hurry(self) -> None:
        """Make a stop that is under way kill at once."""
        self._hurry = True

    async def stop(self) -> None:
        """Stop everything, the highest level first; each level waits for the one before."""
        self._stopping.set()
        programs = sorted(self._kept.values(), key=lambda kept: -kept.program.level)
        for _, level in itertools.groupby(programs, key=lambda kept: kept.program.level):
            await asyncio.gather(*(self._stop_one(kept) for kept in level))

    async def _stop_one(self, kept: _Kept) -> None:
        told: asyncio.subprocess.Process | None = None
        deadline = time.monotonic() + kept.program.grace_seconds
        while kept.task and not kept.task.done():
            process = kept.process
            if process is not None and process is not told:
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(kept.program.stop_signal)
                told = process
            if process is not None and (self._hurry or time.monotonic() > deadline):
                if not self._hurry:
                    self.say(f"{kept.program.name} did not stop in time and was killed")
                    deadline = time.monotonic() + 60
                signal_group(process.pid, signal.SIGKILL)
            await asyncio.wait({kept.task}, timeout=0.05)

    async def _is_ready(self, kept: _Kept) -> bool:
        if kept.process is None:
            return False
        ready = kept.program.ready
        return True if ready is None else await asyncio.to_thread(ready, kept.process.pid)

    async def _keep(self, kept: _Kept) -> None:
        """Run a program again and again until the stop."""
        delay = FIRST_DELAY
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                ending = _in_words(await self._run(kept))
            except (StartError, OSError) as error:
                ending = f"could not start: {error}"
            if self._stopping.is_set():
                return
            if time.monotonic() - began > STEADY_SECONDS:
                delay = FIRST_DELAY
            self.say(f"{kept.program.name} {ending}; restarting in {delay:g} s")
            kept.restarts += 1
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), delay)
            delay = min(delay * 2, LONGEST_DELAY)

    async def _run(self, kept: _Kept) -> int:
        """Run a program once: output pumped, its group cleared away when it ends."""
        program, account = kept.program, kept.program.account
        extra = await asyncio.to_thread(program.prepare) if program.prepare else {}
        command, preexec = guarded(program.argv, program.stop_signal)
        process = await asyncio.create_subprocess_exec(
            *command,
            env={**program.env, **extra},
            cwd=program.cwd,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=preexec,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
        if program.nice:
            step_back(process.pid, program.nice)
        if self._record:
            self._record.add(program.name, process.pid)
        kept.process = process
        pump = asyncio.create_task(self._pump(program, process.stdout))
        try:
            code = await process.wait()
        finally:
            kept.process = None
            signal_group(process.pid, signal.SIGKILL)
        await asyncio.wait({pump}, timeout=2)
        pump.cancel()
        if self._record:
            self._record.forget(program.name)
        return code

    async def _pump(self, program: Program, stream: asyncio.StreamReader | None) -> None:
        """Pass on output line by line; a line without end is cut at LONGEST_LINE bytes."""
        rest = b""
        while stream is not None and (part := await stream.read(CHUNK)):
            *lines, rest = (rest + part).split(b"\n")
            if len(rest) > LONGEST_LINE:
                lines, rest = [*lines, rest], b""
            for line in lines:
                text = line.decode(errors="replace").rstrip("\r")
                if text.strip() and not any(words in text for words in program.hush):
                    self._line(program.name, text)
        if rest:
            self._line(program.name, rest.decode(errors="replace"))

    def _line(self, name: str, text: str) -> None:
        self._write(f"{name:<{PREFIX_WIDTH}} | {text}")


def _in_words(code: int) -> str:
    if code >= 0:
        return f"ended unexpectedly with exit code {code}"
    with contextlib.suppress(ValueError):
        return f"was killed by {signal.Signals(-code).name}"
    return f"was killed by signal {-code}"


@contextlib.contextmanager
def stop_signals(on_first: Callable[[], None], on_second: Callable[[], None]) -> Iterator[None]:
    """Turn Ctrl-C, SIGTERM and a closed terminal into calls; the second press is impatient."""
    loop = asyncio.get_running_loop()
    count = itertools.count()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def received() -> None:
        (on_second if next(count) else on_first)()

    for number in numbers:
        loop.add_signal_handler(number, received)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
