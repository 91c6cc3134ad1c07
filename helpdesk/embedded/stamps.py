"""Remembers what was migrated and seeded, so that a second start need not ask Django again."""

import contextlib
import hashlib
import json
from pathlib import Path

from .state import BASE_DIR, write_private


def fingerprint(base: Path = BASE_DIR) -> str:
    """Return a digest of every migration and of the locked requirements."""
    digest = hashlib.sha256()
    files = [
        *base.glob("*/migrations/*.py"),
        *base.glob("*/*/migrations/*.py"),
        *base.glob("requirements/*.txt"),
    ]
    for path in sorted(files):
        digest.update(str(path.relative_to(base)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


class Stamps:
    """Steps that are done, each with the fingerprint it was done for.

    Only for the embedded database: a server of somebody else may have changed meanwhile.
    """

    def __init__(self, state_root: Path, *, trusted: bool) -> None:
        """Untrusted stamps are neither read nor written."""
        self._path = state_root / "postgres" / "done.json"
        self._trusted = trusted
        self._now = fingerprint() if trusted else ""
        self._done: dict[str, str] = {}
        if trusted:
            with contextlib.suppress(OSError, ValueError):
                self._done = dict(json.loads(self._path.read_text()))

    def fresh(self, step: str) -> bool:
        """Say whether the step was done for the present code."""
        return self._trusted and self._done.get(step) == self._now

    def mark(self, step: str) -> None:
        """Remember the step as done."""
        if self._trusted:
            self._done[step] = self._now
            write_private(self._path, json.dumps(self._done))
