"""pg_dump and pg_restore of the configured database, with the embedded server's own programs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from django.db import connection

from helpdesk.embedded import binaries
from helpdesk.embedded.failures import StartError


class DumpError(RuntimeError):
    """A program of PostgreSQL is missing or failed; the text is its own."""


def dump(to: Path) -> None:
    """The whole database in PostgreSQL's custom format, from one snapshot. Raises DumpError."""
    _run("pg_dump", "--format=custom", "--no-owner", "--no-acl", f"--file={to}")


def restore(dumped: Path) -> None:
    """Put a dump in the place of what is there, all or nothing. Raises DumpError.

    Triggers are off meanwhile: the audit log comes back as it was.
    """
    _run(
        *("pg_restore", "--clean", "--if-exists", "--no-owner", "--no-acl"),
        *("--single-transaction", "--exit-on-error"),
        *(f"--dbname={_settings()['NAME']}", str(dumped)),
    )


def counts() -> dict[str, int]:
    """How many rows each table has."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608  from the catalogue
            found[table] = cursor.fetchone()[0]
    return found


def hash_of(table: str, column: str) -> str:
    """A hash over all rows of a table in the order of a column: two databases can be compared."""
    name, order = connection.ops.quote_name(table), connection.ops.quote_name(column)
    lines = f"string_agg(md5(t::text), '' ORDER BY t.{order})"
    asked = f"SELECT encode(sha256(coalesce({lines}, '')::bytea), 'hex') FROM {name} t"  # noqa: S608  names of our own
    with connection.cursor() as cursor:
        cursor.execute(asked)
        found: str = cursor.fetchone()[0]
    return found


def _settings() -> dict[str, Any]:
    return connection.settings_dict


def _run(program: str, *arguments: str) -> None:
    told = _settings()
    env = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C.UTF-8",
        "PGHOST": str(told["HOST"] or ""),
        "PGPORT": str(told["PORT"] or ""),
        "PGUSER": str(told["USER"] or ""),
        "PGPASSWORD": str(told["PASSWORD"] or ""),
        "PGDATABASE": str(told["NAME"]),
    }
    done = subprocess.run(
        [_program(program), *arguments],
        env={name: value for name, value in env.items() if value},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        msg = f"{program}: {' / '.join(done.stderr.strip().splitlines()[-3:])}"
        raise DumpError(msg)


def _program(name: str) -> str:
    """The one beside the server that we start ourselves, else the system's."""
    try:
        own = binaries.postgres_bin() / name
    except StartError:
        own = Path(name)
    found = str(own) if own.is_file() else shutil.which(name)
    if not found:
        msg = f"{name} is not installed (Debian: apt install postgresql-client)"
        raise DumpError(msg)
    return found
