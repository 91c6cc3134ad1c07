"""``manage.py doctor``: what works, what does not, and what to do about it."""

import sys
from collections.abc import Iterator
from typing import Any

import redis
from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from helpdesk.embedded.findings import Finding, Level, machine_findings, table

SILENT_SECONDS = 60
START = "is Parley running? Start it with 'make up', or correct {}"


class Command(BaseCommand):
    """Prints one line per check; exit code 1 if one of them is a problem."""

    help = "Check this installation and say what to do."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        del args, options
        findings = [*machine_findings(), *database_findings(), redis_finding()]
        for line in table(findings):
            self.stdout.write(line)
        if any(finding.level is Level.PROBLEM for finding in findings):
            sys.exit(1)


def database_findings() -> Iterator[Finding]:
    """Look at the database: reachable, migrated, and who has written a sign of life."""
    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        words = " ".join(str(error).split())
        yield Finding(Level.PROBLEM, "Database", words, START.format("DATABASE_URL"))
        return
    if missing:
        detail = f"{len(missing)} migrations are not applied"
        yield Finding(Level.PROBLEM, "Database", detail, "run 'manage.py migrate'")
        return
    yield Finding(Level.OK, "Database", "reachable, all migrations applied")
    yield from heartbeat_findings()


def heartbeat_findings() -> Iterator[Finding]:
    """Look at the signs of life of the background processes."""
    try:
        rows = apps.get_model("helpdesk", "Heartbeat")._default_manager  # noqa: SLF001
        beats = list(rows.order_by("name").values_list("name", "beat_at"))
    except (LookupError, DatabaseError):
        return
    for name, beat_at in beats:
        age = (timezone.now() - beat_at).total_seconds()
        silent = age > SILENT_SECONDS
        yield Finding(
            Level.ATTENTION if silent else Level.OK,
            f"Process {name}",
            f"last sign of life {age:.0f} s ago",
            "it should beat every 10 s: look at its output" if silent else "",
        )


def redis_finding() -> Finding:
    """Look at the server that carries queue, channel layer and cache."""
    try:
        with redis.Redis.from_url(settings.CACHES["default"]["LOCATION"], retry=None) as link:
            link.ping()
    except (redis.RedisError, OSError, ValueError) as error:
        return Finding(Level.PROBLEM, "Redis", str(error), START.format("REDIS_URL"))
    return Finding(Level.OK, "Redis", "reachable")
