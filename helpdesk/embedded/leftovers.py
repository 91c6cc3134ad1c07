"""What a killed supervisor left running: remembered on disk, ended by the next start."""

import contextlib
import json
import os
import signal
import time
from pathlib import Path

from .failures import StartError
from .process import signal_group, start_mark

PATIENCE_SECONDS = 10.0
"""A worker that finishes its task, or a database that writes its last page, gets this long."""


class ChildRecord:
    """The children of this state folder as name -> (process id, start mark), kept on disk."""

    def __init__(self, state_root: Path) -> None:
        """Read what the last run left; an unreadable file counts as empty."""
        self._root = state_root
        self._path = state_root / "children.json"
        self._children: dict[str, tuple[int, str]] = {}
        with contextlib.suppress(OSError, ValueError, TypeError):
            stored = json.loads(self._path.read_text())
            self._children = {name: (int(pid), str(mark)) for name, (pid, mark) in stored.items()}

    def add(self, name: str, pid: int) -> None:
        """Remember a child that was just started."""
        self._children[name] = (pid, start_mark(pid) or "")
        self._save()

    def forget(self, name: str) -> None:
        """Drop a child that has ended with its whole group."""
        if self._children.pop(name, None):
            self._save()

    def living(self) -> dict[str, int]:
        """Return the recorded children that still run, by name."""
        return {
            name: pid for name, (pid, mark) in self._children.items() if start_mark(pid) == mark
        }

    def end_all(self, patience: float = PATIENCE_SECONDS) -> list[str]:
        """End every recorded child and its descendants; return the names that were alive.

        Polite first (they have usually been told already by the kernel), then by force.
        StartError when one survives even that.
        """
        found = sorted(self.living())
        for name, pid in self.living().items():
            number = signal.SIGINT if name == "postgres" else signal.SIGTERM
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        if not self._wait(patience):
            for pid in self.living().values():
                signal_group(pid, signal.SIGKILL)
            if not self._wait(5):
                names = ", ".join(f"{name} {pid}" for name, pid in self.living().items())
                raise StartError(f"Processes of an earlier start cannot be ended: {names}.")
        self._end_orphans()
        self._children.clear()
        self._save()
        return found

    def _wait(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.living():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def _end_orphans(self) -> None:
        """Kill members of a recorded child's session whose leader is gone (pool processes).

        The session number alone could by now be a stranger's; the state folder in the
        environment proves the process ours.
        """
        sessions = {pid for pid, _ in self._children.values()}
        marker = f"STATE_DIR={self._root}".encode()
        for folder in Path("/proc").glob("[0-9]*") if sessions else ():
            with contextlib.suppress(OSError, IndexError):
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) not in sessions:
                    continue
                if marker in (folder / "environ").read_bytes().split(b"\0"):
                    os.kill(int(folder.name), signal.SIGKILL)

    def _save(self) -> None:
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps(self._children))
        draft.replace(self._path)
