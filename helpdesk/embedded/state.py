"""The state folder: who may use it, its secrets, its lock, where the sockets go.

Layout (default ``var/``): ``secrets.json`` and ``parley.env`` (0600), ``postgres/`` and
``valkey/`` (the servers' own data), ``run/`` (sockets), ``up.lock``, ``children.json``.
"""

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from .accounts import Account, first_closed, give
from .failures import StartError

BASE_DIR = Path(__file__).resolve().parents[2]
FALLBACK = Path("/var/lib/parley")
ENVIRONMENT_FILE = "parley.env"
LONGEST_SOCKET_DIR = 93
"""Bytes: a socket's whole path holds 107, and PostgreSQL appends ``/.s.PGSQL.5432``."""


@dataclass(frozen=True)
class Secrets:
    """What a first start invents and every later one reuses."""

    database_password: str
    redis_password: str
    secret_key: str
    field_encryption_keys: str

    @classmethod
    def invent(cls) -> "Secrets":
        """Make a fresh set; the last one is a Fernet key."""
        return cls(
            database_password=secrets.token_hex(24),
            redis_password=secrets.token_hex(24),
            secret_key=secrets.token_urlsafe(48),
            field_encryption_keys=base64.urlsafe_b64encode(os.urandom(32)).decode(),
        )


def choose_root(explicit: str | None, account: Account | None) -> Path:
    """Return the absolute state folder.

    An explicit one is taken as it is (relative to the checkout). Without one it is ``var/`` of
    the checkout, or ``/var/lib/parley`` when root's account could not reach that.
    """
    if explicit:
        return (BASE_DIR / Path(explicit).expanduser()).resolve()
    usual = BASE_DIR / "var"
    if first_closed(BASE_DIR, account) is not None:
        return FALLBACK
    return usual


@dataclass(frozen=True)
class State:
    """An existing, writable state folder."""

    root: Path
    account: Account | None

    @classmethod
    def open(cls, root: Path, account: Account | None) -> "State":
        """Make the folder if needed and prove that it can be used; else raise StartError."""
        try:
            root.mkdir(parents=True, exist_ok=True)
            probe = root / f".probe-{os.getpid()}"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise StartError(
                f"The state folder {root} cannot be written ({error.strerror}): "
                "make it writable, or set STATE_DIR to a folder that is."
            ) from None
        if account is not None and root.stat().st_uid == os.geteuid():
            root.chmod(0o711)
        closed = first_closed(root, account)
        if closed is not None and account is not None:
            raise StartError(
                f"The account '{account.name}', which runs the database, may not pass {closed}: "
                f"run 'chmod o+x {closed}', or set STATE_DIR to a folder outside it."
            )
        return cls(root, account)

    @property
    def serving(self) -> Path:
        """The mark that ``up`` leaves when every program serves."""
        return self.root / "serving"

    def folder(self, name: str) -> Path:
        """Return a private folder of the servers, made and handed over when it is new."""
        path = self.root / name
        if not path.exists():
            path.mkdir(mode=0o700)
            give([path], self.account)
        return path

    def secrets(self) -> Secrets:
        """Read the secrets, inventing them the first time."""
        path = self.root / "secrets.json"
        try:
            return Secrets(**json.loads(path.read_text()))
        except FileNotFoundError:
            invented = Secrets.invent()
            write_private(path, json.dumps(asdict(invented), indent=1))
            return invented
        except (OSError, ValueError, TypeError) as error:
            raise StartError(
                f"{path} cannot be read ({error}): restore it from a backup, "
                "without it the database cannot be opened."
            ) from None

    def write_environment(self, values: Mapping[str, str]) -> None:
        """Leave the addresses for other commands of this checkout, readable by us alone."""
        lines = "".join(f"{key}={value}\n" for key, value in sorted(values.items()))
        write_private(self.root / ENVIRONMENT_FILE, lines)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for this process; StartError when another one has it."""
        with (self.root / "up.lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                lock.seek(0)
                owner = lock.read().strip() or "unknown"
                raise StartError(
                    f"Parley is already running on {self.root} (process {owner}): "
                    "stop that one first, or set STATE_DIR to another folder."
                ) from None
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            yield

    def socket_dir(self) -> Path:
        """Return a private folder whose path is short enough for a unix socket."""
        inside = self.root / "run"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_DIR:
            return self.folder("run")
        digest = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
        path = _short_parent(self.account) / f"parley-{digest}"
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=0o700)
            give([path], self.account)
        ours = {os.geteuid()} | ({self.account.uid} if self.account else set())
        if path.is_symlink() or not path.is_dir() or path.stat().st_uid not in ours:
            raise StartError(
                f"{path} belongs to somebody else: remove it, or set STATE_DIR to a shorter path."
            )
        return path


def _short_parent(account: Account | None) -> Path:
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if account is None and runtime and len(runtime) < LONGEST_SOCKET_DIR - 24:
        path = Path(runtime)
        if os.access(path, os.W_OK | os.X_OK):
            return path
    usual = Path(tempfile.gettempdir())
    return usual if len(os.fsencode(usual)) < LONGEST_SOCKET_DIR - 24 else Path("/tmp")  # noqa: S108


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step; only its owner may read it."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:  # noqa: PTH123
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)


def load_environment() -> None:
    """Give this process the addresses of the last ``up``, unless it has its own DATABASE_URL.

    Lets ``manage.py shell`` and friends work in a second terminal without any setting.
    """
    if "DATABASE_URL" in os.environ:
        return
    explicit = os.environ.get("STATE_DIR")
    roots = [BASE_DIR / explicit] if explicit else [BASE_DIR / "var", FALLBACK]
    for root in roots:
        try:
            lines = (root / ENVIRONMENT_FILE).read_text().splitlines()
        except OSError:
            continue
        for line in lines:
            key, _, value = line.partition("=")
            os.environ.setdefault(key, value)
        return
