"""Whether this process may be sent work (OPS-1): cheap, and never slower than a second or so."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from helpdesk import draining, quick_redis
from helpdesk.models import Heartbeat

LEAST_FREE = 0.10
PATIENCE_MS = 1000


def look() -> tuple[bool, dict[str, Any]]:
    """(ready, what was found). Redis away is ready but degraded: slower, nothing is lost."""
    found: dict[str, Any] = {"database": "ok", "redis": "ok", "disk": "ok"}
    ready = True
    if draining.state.begun:
        found["process"], ready = "leaving", False
    try:
        _write_and_read()
        if not _migrated():
            found["database"], ready = "migrations are missing", False
    except DatabaseError:
        found["database"], ready = "down", False
    if (free := free_share(Path(settings.STATE_DIR))) <= LEAST_FREE:
        found["disk"], ready = f"{free:.0%} free", False
    try:
        quick_redis.client().ping()
    except (redis.RedisError, OSError):
        found["redis"] = "down: slower updates, nothing is lost"
        found["degraded"] = True
    return ready, found


def free_share(folder: Path) -> float:
    """How much of the disk is free, from 0 to 1; of a folder that is not there its parent's."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    return usage.free / usage.total if usage.total else 0.0


def _write_and_read() -> None:
    """A row is written, read and taken back; a server that only reads is found out, too."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(PATIENCE_MS)])
            cursor.execute("SELECT clock_timestamp()")
            now = cursor.fetchone()[0]
        row = Heartbeat.objects.create(name="probe", beat_at=now)
        Heartbeat.objects.get(pk=row.pk)
        transaction.set_rollback(True)


class _Known:
    """What has been migrated stays so while this process lives."""

    migrated = False


def _migrated() -> bool:
    if not _Known.migrated:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        _Known.migrated = not plan
    return _Known.migrated
