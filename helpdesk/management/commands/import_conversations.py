"""`manage.py import_conversations --from zendesk --inbox NUMBER FILE` (docs/import.md)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from helpdesk.exchange import bringing
from helpdesk.exchange.shapes import READERS
from helpdesk.exchange.talks import UnreadableError
from helpdesk.models import Inbox


class Command(BaseCommand):
    help = "Brings conversations of another helpdesk; may be run again, nothing comes twice."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="source", required=True, choices=sorted(READERS))
        parser.add_argument("--inbox", type=int, required=True, help="where they are shown")
        parser.add_argument("file", type=Path)

    def handle(self, **options: Any) -> None:
        inbox = Inbox.objects.filter(pk=options["inbox"]).first()
        if inbox is None:
            known = ", ".join(f"{one.pk} {one.name}" for one in Inbox.objects.order_by("pk"))
            raise CommandError(f"there is no inbox {options['inbox']}: {known}")
        file: Path = options["file"]
        try:
            data = bringing.read(file)
            report = bringing.bring(
                options["source"],
                data,
                inbox,
                name=file.name,
                progress=lambda counts: self.stderr.write(json.dumps(counts)),
            )
        except (OSError, UnreadableError) as error:
            raise CommandError(str(error)) from None
        for place, why in report.faults:
            self.stderr.write(f"{place}: {why}")
        self.stdout.write(json.dumps(report.counts))
