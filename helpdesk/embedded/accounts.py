"""Which operating-system account runs the servers, and what that account can reach.

PostgreSQL refuses to run as root. Started by root, both servers run as ``parley`` if there is
such an account, otherwise as ``nobody``; started by anybody else they run as that person.
"""

import os
import pwd
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .failures import StartError

PREFERRED = ("parley", "nobody")


@dataclass(frozen=True)
class Account:
    """An unprivileged account that root hands the servers to."""

    name: str
    uid: int
    gid: int


def service_account(data: Path | None = None) -> Account | None:
    """Choose the account for the servers; None means "the one that runs this process".

    An existing ``data`` folder keeps the owner it has. Raises StartError when root has no
    account to step down to.
    """
    if os.geteuid() != 0:
        return None
    if data is not None and data.exists() and data.stat().st_uid != 0:
        return _by_uid(data.stat().st_uid, data)
    for name in PREFERRED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise StartError(
        "PostgreSQL does not run as root and this system has no account 'parley' or 'nobody': "
        "add one (useradd --system parley), or set DATABASE_URL and REDIS_URL."
    )


def _by_uid(uid: int, data: Path) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise StartError(
            f"{data} belongs to user id {uid}, which has no name on this system: "
            "add that user, or give the folder to another one (chown -R)."
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def demotion(account: Account | None) -> dict[str, Any]:
    """Return the keyword arguments with which ``subprocess`` becomes that account."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def give(paths: Iterable[Path], account: Account | None) -> None:
    """Make the account the owner of the paths; without one there is nothing to do."""
    if account is None:
        return
    for path in paths:
        os.chown(path, account.uid, account.gid)


def first_closed(path: Path, account: Account | None) -> Path | None:
    """Return the first folder on the way to ``path`` that the account may not pass, or None."""
    if account is None:
        return None
    real = path.resolve()
    for folder in (*reversed(real.parents), real):
        if folder.is_dir() and not _may_pass(folder, account):
            return folder
    return None


def _may_pass(folder: Path, account: Account) -> bool:
    status = folder.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)
