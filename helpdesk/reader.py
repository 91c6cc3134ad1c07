"""Reading payloads apart: what hangs, eats memory or crashes is killed and blocks nobody (A2).

A stem process loads the product once and forks a reader for each thread that asks. A reader has
limits of processor time and memory, and is watched by the clock; when it dies, the next one costs
a fork. Channels ask for it by `reads_apart = True` on their adapter; the others read in place.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

from django.conf import settings

from helpdesk.adapters import Parsed, Raw, UnreadableError, adapter_for
from helpdesk.models import Inbox

CPU_SECONDS = 2
WALL_SECONDS = 5.0
LONGEST = 30.0
STARTING_SECONDS = 60.0


class ReadingFailedError(Exception):
    """The reader failed; the text is its traceback."""


class ReaderKilledError(ReadingFailedError):
    """The reader hung, grew too big or crashed: a payload that does so again is hopeless."""


def limits(attempt: int) -> tuple[int, float]:
    """Seconds of processor and of the clock: twice as many at each further attempt."""
    times = 2 ** max(0, attempt - 1)
    return int(min(CPU_SECONDS * times, LONGEST)), min(WALL_SECONDS * times, LONGEST)


def read(inbox: Inbox, raw: Raw, *, attempt: int = 1) -> Sequence[Parsed]:
    """What the adapter makes of one payload.

    Raises UnreadableError, ReadingFailedError, or (read in place) whatever the adapter raises;
    OutboundError where a provider could not be asked for the rest of it.
    """
    adapter = adapter_for(inbox)
    complete = getattr(adapter, "complete", None)
    if complete is not None:  # here and not apart: it may call out, and a reader has little time
        raw = complete(inbox, raw)
    if not (settings.READ_APART and getattr(adapter, "reads_apart", False)):
        return adapter.parse(inbox, raw)
    cpu, wall = limits(attempt)
    kind, value = _mine().ask((inbox, raw, cpu), wall)
    if kind == "parsed":
        parsed: Sequence[Parsed] = value
        return parsed
    if kind == "unreadable":
        raise UnreadableError(value)
    raise (ReaderKilledError if kind == "memory" else ReadingFailedError)(value)


class _Stem:
    """The process that readers are forked from; one for each process that reads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None

    def fork(self) -> tuple[int, Connection]:
        """A new reader: its process id, and the line to it."""
        ours, theirs = socket.socketpair()
        with ours, theirs, self._lock:
            try:
                pid = self._asked(theirs)
            except OSError:  # it was killed: grow another one
                self._end()
                pid = self._asked(theirs)
            return pid, Connection(ours.detach())

    def _asked(self, theirs: socket.socket) -> int:
        line = self._started()
        socket.send_fds(line, [b"f"], [theirs.fileno()])
        answer = line.recv(4)
        if len(answer) != 4:
            raise ConnectionError("the readers' stem is gone")
        return int(struct.unpack("!I", answer)[0])

    def _started(self) -> socket.socket:
        if self._line is None:
            ours, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "helpdesk.reader_stem", str(theirs.fileno())],
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                    cwd=settings.BASE_DIR,
                )
            ours.settimeout(STARTING_SECONDS)
            self._line = ours
        return self._line

    def _end(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class _Reader:
    """The reader of one thread; forked when first needed and again after each death."""

    def __init__(self) -> None:
        self._pid = 0
        self._line: Connection | None = None

    def ask(self, task: tuple[Inbox, Raw, int], seconds: float) -> tuple[str, Any]:
        """Its answer to one task. A reader that died between two tasks is replaced first."""
        packed = pickle.dumps(task)
        for fresh in (False, True):
            line = self._connected()
            try:
                line.send_bytes(packed)
                if not line.poll(seconds):
                    self.kill()
                    raise ReaderKilledError(f"killed: not read within {seconds:g} s")
                kind, value, last = pickle.loads(line.recv_bytes())  # noqa: S301  our own fork
            except (EOFError, OSError) as error:
                self.kill()
                if fresh or not isinstance(error, BrokenPipeError):
                    text = "the reader died: it took too much time or memory, or crashed"
                    raise ReaderKilledError(text) from None
                continue
            if last:
                self.kill()
            return kind, value
        raise ReaderKilledError("no reader could be started")

    def kill(self) -> None:
        """End it, whatever it does; harmless to repeat."""
        if self._line is not None:
            self._line.close()
            self._line = None
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)

    def __del__(self) -> None:
        self.kill()

    def _connected(self) -> Connection:
        if self._line is None:
            self._pid, self._line = _stem.fork()
        return self._line


_stem = _Stem()
_threads = threading.local()


def _mine() -> _Reader:
    if not hasattr(_threads, "reader"):
        _threads.reader = _Reader()
    reader: _Reader = _threads.reader
    return reader
