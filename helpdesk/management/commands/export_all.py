"""`manage.py export_all FILE`: the whole desk as JSON lines; files stay in STATE_DIR/media."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from helpdesk import audit
from helpdesk.exchange import everything
from helpdesk.models import Act


class Command(BaseCommand):
    help = "Writes every row as a JSON line, from one snapshot. Secrets and sessions are left out."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, **options: Any) -> None:
        to: Path = options["file"]
        if to.exists():
            raise CommandError(f"{to} is there already")
        to.touch(mode=0o600)
        many = 0
        with transaction.atomic():
            audit.record(Act.EXPORTED, by=None, changes={"what": ("", "everything")})
        with transaction.atomic(), to.open("w", encoding="utf-8") as file:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            for line in everything.lines():
                file.write(f"{line}\n")
                many += 1
        self.stdout.write(f"{to}: {many} rows")
