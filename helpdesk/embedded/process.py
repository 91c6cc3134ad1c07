"""Facts about operating-system processes, and children that die with their parent."""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from .failures import StartError

PR_SET_PDEATHSIG = 1


def guarded(
    argv: Sequence[str], death_signal: signal.Signals
) -> tuple[list[str], Callable[[], None] | None]:
    """Return argv and a ``preexec_fn`` with which the kernel signals the child when we die.

    Without it a killed supervisor leaves servers and workers behind. Where the kernel cannot
    do that (not Linux) the next start tidies up instead, see ``leftovers``.
    """
    if sys.platform != "linux":
        return list(argv), None
    setpriv = shutil.which("setpriv")
    if setpriv and Path(setpriv).resolve().name != "busybox":
        return [setpriv, "--pdeathsig", death_signal.name[3:], "--", *argv], None
    return list(argv), lambda: _ask_kernel(int(death_signal))


def _ask_kernel(death_signal: int) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)


def start_mark(pid: int) -> str | None:
    """Return what tells this process from a later one with the same id; None once it is dead.

    A zombie counts as dead.
    """
    proc = Path("/proc")
    if (proc / "self" / "stat").exists():
        try:
            fields = (proc / str(pid) / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[0] in "ZX" else fields[19]
    import psutil

    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        if process.status() != psutil.STATUS_ZOMBIE:
            return str(process.create_time())
    return None


def signal_group(pid: int, number: signal.Signals) -> None:
    """Signal the process group that a child of ours leads; a vanished one is fine."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def step_back(pid: int, nice: int) -> None:
    """Let a program that leads a session of its own, and all it starts, yield to others.

    Where Linux shares the processors out by sessions first, ``nice`` counts only inside of one, and
    the session has a figure of its own.
    """
    with contextlib.suppress(OSError):
        nice = max(nice, os.getpriority(os.PRIO_PROCESS, pid))
        os.setpriority(os.PRIO_PROCESS, pid, nice)
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/autogroup").write_text(str(nice))


class Foreground:
    """One server held by this process, for tests and for tools that need no supervisor."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        stop_signal: signal.Signals = signal.SIGTERM,
        demotion: Mapping[str, Any] | None = None,
    ) -> None:
        """Start it at once; its output is kept for the error message."""
        command, preexec = guarded(argv, signal.SIGKILL)
        self._stop_signal = stop_signal
        self._output: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            command,
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=preexec,  # noqa: PLW1509  (only without setpriv)
            **(demotion or {}),
        )

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._process.pid

    def wait_until(self, ready: Callable[[int], bool], seconds: float = 30) -> None:
        """Block until ``ready(pid)``; StartError with its last words when it ends or is late."""
        deadline = time.monotonic() + seconds
        while not ready(self.pid):
            ended = self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                words = self.last_words()
                self.stop(0)
                raise StartError(f"The server did not start: {words or 'it said nothing'}")
            time.sleep(0.02)

    def last_words(self) -> str:
        """Return the end of its output, in one line."""
        self._output.seek(0)
        return " / ".join(self._output.read().decode(errors="replace").split("\n")[-6:]).strip(" /")

    def stop(self, grace_seconds: float = 20) -> int:
        """Stop it, killing the whole group after the grace; return the exit code."""
        if self._process.poll() is None:
            self._process.send_signal(self._stop_signal if grace_seconds else signal.SIGKILL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(grace_seconds or 20)
        signal_group(self.pid, signal.SIGKILL)
        code = self._process.wait(20)
        self._output.close()
        return code
