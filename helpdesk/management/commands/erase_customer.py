"""`manage.py erase_customer NUMBER`: what would go; --yes erases, --prove looks for traces."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from helpdesk.models import Customer
from helpdesk.services import erasing


class Command(BaseCommand):
    help = "Erases a person. Without --yes it only shows how many rows of what would go."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("customer", type=int)
        parser.add_argument("--yes", action="store_true")
        parser.add_argument("--prove", action="store_true", help="read every table afterwards")

    def handle(self, **options: Any) -> None:
        pk = options["customer"]
        if not Customer.objects.filter(pk=pk).exists():
            raise CommandError(f"there is no customer {pk}")
        planned = erasing.plan(pk)
        if not options["yes"]:
            self.stdout.write(json.dumps({"would go": planned.counts, "held": planned.held}))
            return
        words = erasing.told_by(erasing.whose(pk))
        try:
            row = erasing.erase(pk, by=None, reason="by command")
        except erasing.HeldError as error:
            raise CommandError(str(error)) from None
        told: dict[str, Any] = {"erased": row.counts}
        if options["prove"]:
            told["still found"] = erasing.remains(words)
        self.stdout.write(json.dumps(told))
