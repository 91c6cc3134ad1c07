"""`manage.py backup FILE`: database and files in one archive; keys are printed by --keys, apart."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.migrations.recorder import MigrationRecorder

from helpdesk import archive, dumping, heartbeat


class Command(BaseCommand):
    help = "Packs database and media into one tar with a manifest of hashes. Keys are not in it."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--keys",
            type=Path,
            help="write SECRET_KEY and FIELD_ENCRYPTION_KEYS here; keep it apart",
        )

    def handle(self, **options: Any) -> None:
        to: Path = options["file"]
        if to.exists():
            raise CommandError(f"{to} is there already")
        with tempfile.TemporaryDirectory(dir=to.resolve().parent) as folder:
            dumped = Path(folder) / archive.DUMP
            try:
                dumping.dump(dumped)
            except dumping.DumpError as error:
                raise CommandError(str(error)) from None
            applied = MigrationRecorder.Migration.objects.order_by("-pk").values_list("app", "name")
            facts = {"made_at": datetime.now(UTC).isoformat(), "newest": list(applied[0])}
            made = archive.write(to, dumped, Path(settings.MEDIA_ROOT), facts)
        heartbeat.beat("backup", file=to.name, size=to.stat().st_size)
        if options["keys"]:
            self._keys(options["keys"])
        self.stdout.write(f"{to}: {len(made['parts']) - 1} files, {to.stat().st_size} bytes")

    def _keys(self, to: Path) -> None:
        to.touch(mode=0o600)
        lines = [
            f"SECRET_KEY={settings.SECRET_KEY}",
            f"FIELD_ENCRYPTION_KEYS={','.join(settings.FIELD_ENCRYPTION_KEYS)}",
        ]
        to.write_text("\n".join(lines) + "\n")
        self.stdout.write(
            f"{to}: keep it elsewhere than the backup; without it credentials are lost"
        )
