"""`manage.py restore FILE`: put a backup in the place of what is here. Stop the desk first."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from helpdesk import archive, dumping, heartbeat
from helpdesk.services import erasing


class Command(BaseCommand):
    help = "Restores a backup after looking through it; erased people stay erased."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--yes", action="store_true", help="replace what is here")
        parser.add_argument("--look", action="store_true", help="only look through it")

    def handle(self, **options: Any) -> None:
        try:
            manifest = archive.read(options["file"])
        except archive.BadArchiveError as error:
            raise CommandError(f"refused, nothing was written: {error}") from None
        many = len(manifest["parts"]) - 1
        self.stdout.write(f"a backup of {manifest['made_at']} with {many} files, whole")
        if options["look"]:
            return
        if not options["yes"]:
            raise CommandError("this replaces database and files: say --yes")
        gone = erasing.told_since(manifest["made_at"])
        kept = erasing.tombstone_file()
        gone += [row for row in kept if row not in gone]
        self._put_in_place(options["file"], Path(settings.MEDIA_ROOT))
        call_command("migrate", interactive=False, verbosity=0)
        heartbeat.beat("restore", of=manifest["made_at"])
        again = erasing.replay(gone)
        self.stdout.write(json.dumps({"restored": manifest["made_at"], "erased_again": again}))

    def _put_in_place(self, file: Path, media: Path) -> None:
        """The files are swapped only once the database is back; what was here goes last."""
        media.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=media.parent) as folder:
            dumped, fresh = Path(folder) / archive.DUMP, Path(folder) / archive.MEDIA
            fresh.mkdir()
            archive.unpack(file, dumped, fresh)
            connection.close()
            try:
                dumping.restore(dumped)
            except dumping.DumpError as error:
                raise CommandError(str(error)) from None
            if media.exists():
                media.rename(Path(folder) / "before")
            fresh.rename(media)
