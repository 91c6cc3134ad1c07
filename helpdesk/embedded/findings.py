"""What ``manage.py doctor`` can find out about this machine without Django."""

import contextlib
import fcntl
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from . import binaries
from .accounts import Account, first_closed, service_account
from .failures import StartError
from .leftovers import ChildRecord
from .ports import busy, owner_of
from .python import version_problem
from .state import choose_root
from .up import LOOPBACK, PORTS


class Level(IntEnum):
    """How bad a finding is."""

    OK = 0
    ATTENTION = 1
    PROBLEM = 2


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's table; ``remedy`` says what to do unless all is well."""

    level: Level
    subject: str
    detail: str
    remedy: str = ""


def machine_findings() -> Iterator[Finding]:
    """Look at Python, the servers' programs, the state folder and the ports."""
    problem = version_problem(sys.version_info)
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(Level.PROBLEM if problem else Level.OK, "Python", version, problem)
    root = choose_root(os.environ.get("STATE_DIR"), _account())
    own = {name for name in ("DATABASE_URL", "REDIS_URL") if _embedded(name, root)}
    yield _program_finding("PostgreSQL", needed="DATABASE_URL" in own)
    yield _program_finding("Valkey", needed="REDIS_URL" in own)
    yield _state_finding(root)
    running = is_running(root)
    yield Finding(
        Level.OK if running else Level.ATTENTION,
        "Parley",
        "is running" if running else "is not running",
        "" if running else "start it with 'make up'",
    )
    yield from _port_findings(ChildRecord(root).living() if running else {})


def is_running(root: Path) -> bool:
    """Say whether an ``up`` holds the state folder."""
    try:
        with (root / "up.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        pass
    return False


def table(findings: Iterable[Finding]) -> list[str]:
    """Lay the findings out as lines: level, subject, detail, remedy."""
    rows = list(findings)
    wide = max((len(row.subject) for row in rows), default=0)
    lines = []
    for row in rows:
        line = f"{row.level.name.lower():<10} {row.subject:<{wide}}  {row.detail}"
        lines.append(f"{line}: {row.remedy}" if row.remedy else line)
    return lines


def _account() -> Account | None:
    with contextlib.suppress(StartError):
        return service_account()
    return None


def _embedded(name: str, root: Path) -> bool:
    """Say whether this address is, or would be, our own server's."""
    return str(root) in os.environ.get(name, str(root)) or "/parley-" in os.environ.get(name, "")


def _program_finding(subject: str, *, needed: bool) -> Finding:
    if not needed:
        return Finding(Level.OK, subject, "a server of yours, from the environment")
    try:
        if subject == "Valkey":
            program = binaries.valkey_server()
        else:
            program = binaries.postgres_bin() / "postgres"
        return Finding(Level.OK, subject, f"{binaries.version(program)} in {program.parent}")
    except StartError as error:
        return Finding(Level.PROBLEM, subject, "not found", str(error))


def _state_finding(root: Path) -> Finding:
    place = root if root.exists() else root.parent
    if not os.access(place, os.W_OK | os.X_OK):
        remedy = "make it writable, or set STATE_DIR to a folder that is"
        return Finding(Level.PROBLEM, "State folder", f"{root} cannot be written", remedy)
    account = _account()
    closed = first_closed(root, account)
    if closed is not None and account is not None:
        detail = f"the account '{account.name}' may not pass {closed}"
        return Finding(Level.PROBLEM, "State folder", detail, f"run 'chmod o+x {closed}'")
    return Finding(Level.OK, "State folder", str(root))


def _port_findings(ours: dict[str, int]) -> Iterator[Finding]:
    for name, default in PORTS.items():
        port = int(os.environ.get(name, default))
        host = os.environ.get("HOST", LOOPBACK) if name == "PORT" else LOOPBACK
        error = busy(host, port)
        if error is None:
            yield Finding(Level.OK, name, f"{port} is free")
            continue
        owner = owner_of(port)
        if any(f"process {pid}," in owner for pid in ours.values()):
            yield Finding(Level.OK, name, f"{port} is ours ({owner})")
        else:
            detail = f"{port} is taken{' by ' + owner if owner else ''}"
            yield Finding(Level.PROBLEM, name, detail, f"stop it, or set {name}")
