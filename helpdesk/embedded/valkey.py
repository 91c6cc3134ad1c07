"""A Valkey (or Redis) server of our own, reached by a unix socket."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from .accounts import Account, give
from .state import write_private

DATABASES = 32


@dataclass(frozen=True)
class Valkey:
    """One server: where its program, data and socket are, and who runs it."""

    program: Path
    home: Path
    socket_dir: Path
    password: str
    account: Account | None = None
    fast: bool = False

    @property
    def socket(self) -> Path:
        """The unix socket it listens on; it listens on nothing else."""
        return self.socket_dir / "valkey.sock"

    @property
    def env(self) -> dict[str, str]:
        """A small environment of its own."""
        return {"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC"}

    def url(self, database: int = 0) -> str:
        """Return the address in the form redis-py reads."""
        return f"unix://:{self.password}@{quote(str(self.socket))}?db={database}"

    def argv(self) -> tuple[str, ...]:
        """Return the command that runs the server in the foreground."""
        return (str(self.program), str(self.home / "valkey.conf"))

    def write_configuration(self) -> None:
        """Write the configuration, for the server's eyes only: it holds the password.

        ``noeviction`` matters: broker, channel layer and cache share the server, and a full one
        must refuse a write rather than drop a queued task.
        """
        lines = [
            "port 0",
            f'unixsocket "{self.socket}"',
            "unixsocketperm 700",
            f"requirepass {self.password}",
            f'dir "{self.home}"',
            f"databases {DATABASES}",
            "maxmemory-policy noeviction",
            'save ""',
            "appendonly " + ("no" if self.fast else "yes"),
            "appendfsync everysec",
            "loglevel warning",
            'logfile ""',
            "daemonize no",
        ]
        path = self.home / "valkey.conf"
        write_private(path, "\n".join(lines) + "\n")
        give([path], self.account)

    def is_ready(self, _pid: int = 0) -> bool:
        """Say whether it answers; false while it still reads its data."""
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(2)
            try:
                link.connect(str(self.socket))
                link.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2:
                    part = link.recv(256)
                    if not part:
                        return False
                    answer += part
            except OSError:
                return False
        return answer.startswith(b"+OK") and b"+PONG" in answer
