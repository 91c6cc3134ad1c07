"""A PostgreSQL server of our own: made once, run in the foreground, reached by a unix socket."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from . import binaries
from .accounts import Account, demotion, give
from .failures import StartError
from .process import start_mark

USER = "parley"
DATABASE = "parley"
READY = "ready"
BUILTIN_PROVIDER = 17
UNICODE_FAST = 18

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "max_wal_size": "256MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "huge_pages": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Errors of statements reach the client anyway; the terminal is for what ends the server.
    "log_min_messages": "fatal",
}
"""For one machine and one helpdesk: few processes, little memory."""

FAST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "120",
}
"""For tests only: a power cut destroys the data."""


@dataclass(frozen=True)
class Postgres:
    """One server: where its programs, data and socket are, and who runs it."""

    bin: Path
    home: Path
    socket_dir: Path
    password: str
    account: Account | None = None
    fast: bool = False

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.home / "data"

    @property
    def env(self) -> dict[str, str]:
        """A small environment: nothing of the caller's locale or PG* variables gets in."""
        return {"PATH": os.defpath, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC"}

    def url(self, database: str = DATABASE) -> str:
        """Return the address as django-environ reads it: the path holds socket folder and name."""
        return f"postgres://{USER}:{self.password}@/{quote(str(self.socket_dir))}/{database}"

    def argv(self) -> tuple[str, ...]:
        """Return the command that runs the server in the foreground."""
        settings = SETTINGS | {"unix_socket_directories": str(self.socket_dir)}
        if self._major() >= UNICODE_FAST:
            settings["io_method"] = "sync"
        if self.fast:
            settings |= FAST_SETTINGS
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return (str(self.bin / "postgres"), "-D", str(self.data), *options)

    def ensure_cluster(self) -> None:
        """Make the data directory and the database the first time, all or nothing.

        Raises StartError when the tools fail, or when the data are of another major version.
        """
        if (self.data / "PG_VERSION").exists():
            made_by = (self.data / "PG_VERSION").read_text().strip()
            if made_by != str(self._major()):
                raise StartError(
                    f"{self.data} was made by PostgreSQL {made_by} and this is {self._major()}: "
                    f"set {binaries.PG_SETTING} to version {made_by}, dump, and start afresh."
                )
            return
        draft = self.home / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        with self._password_file() as password_file:
            self._run(
                "initdb",
                *("-D", str(draft), "-U", USER, "-A", "scram-sha-256", "-E", "UTF8"),
                f"--pwfile={password_file}",
                *self._collation(),
                *(["--no-sync"] if self.fast else []),
            )
        self._run(
            "postgres",
            *("--single", "-c", "fsync=off", "-D", str(draft), "postgres"),
            said=f"CREATE DATABASE {DATABASE}\n",
        )
        if not self.fast:
            os.sync()
        draft.rename(self.data)

    def before_start(self) -> dict[str, str]:
        """Return extra environment for the next start, after a look at a stale ``postmaster.pid``.

        A lock file whose process id now belongs to something else (or to a zombie) would stop
        PostgreSQL. Naming that id its grandparent makes it ignore just this file, which is safer
        than deleting it. StartError when another live server has the data.
        """
        lines = self._pid_file()
        if not lines or not lines[0].lstrip("-").isdigit():
            return {}
        pid = abs(int(lines[0]))
        if start_mark(pid) is not None and _is_server_of(pid, self.data):
            raise StartError(
                f"A PostgreSQL (process {pid}) is still running on {self.data}: stop it first."
            )
        return {"PG_GRANDPARENT_PID": str(pid)}

    def is_ready(self, pid: int) -> bool:
        """Say whether the server with this process id takes connections."""
        lines = self._pid_file()
        return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == READY

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _major(self) -> int:
        return int(binaries.version(self.bin / "postgres").partition(".")[0])

    def _collation(self) -> Sequence[str]:
        """Fix the locale: inherited from the shell it breaks upper case and search."""
        if self._major() >= UNICODE_FAST:
            provider = ["--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST"]
        elif self._major() >= BUILTIN_PROVIDER:
            provider = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        else:
            provider = []
        return [*provider, "--locale=C.UTF-8"]

    @contextlib.contextmanager
    def _password_file(self) -> Iterator[Path]:
        handle, name = tempfile.mkstemp(prefix="pw-", dir=self.home)
        path = Path(name)
        try:
            with open(handle, "w") as file:  # noqa: PTH123
                file.write(self.password + "\n")
            give([path], self.account)
            yield path
        finally:
            path.unlink(missing_ok=True)

    def _run(self, program: str, *arguments: str, said: str = "") -> None:
        done = subprocess.run(
            [str(self.bin / program), *arguments],
            input=said.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self.env,
            cwd=self.home,
            check=False,
            **demotion(self.account),
        )
        if done.returncode:
            words = " / ".join(done.stdout.decode(errors="replace").strip().splitlines()[-4:])
            raise StartError(f"{program} failed with exit code {done.returncode}: {words}")


def _is_server_of(pid: int, data: Path) -> bool:
    """Say whether the process is a ``postgres`` that works in this data directory."""
    import psutil

    try:
        process = psutil.Process(pid)
        return process.name().startswith("postgres") and Path(process.cwd()) == data.resolve()
    except psutil.Error:
        return False
