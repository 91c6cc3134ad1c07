"""`manage.py retention`: what has outlived its time; with --yes it goes now."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from helpdesk.services import retention


class Command(BaseCommand):
    help = "Shows what is due by the rules of Settings, Privacy; --yes purges it."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--yes", action="store_true")

    def handle(self, **options: Any) -> None:
        if not options["yes"]:
            self.stdout.write(json.dumps({"days": retention.days(), "due": retention.due()}))
            return
        total: Counter[str] = Counter()
        while purged := retention.purge():
            total.update(purged)
        self.stdout.write(json.dumps({"purged": dict(total)}))
