"""`manage.py audit_verify`: whether the audit log is as it was written."""

from __future__ import annotations

import sys
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from helpdesk import audit
from helpdesk.models import AuditSeal


class Command(BaseCommand):
    help = "Checks every hash of the audit log; exit code 1 and the places if one is wrong."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--day", type=date.fromisoformat, help="only this day (2026-05-01)")

    def handle(self, **options: Any) -> None:
        found = audit.faults(options["day"])
        for line in found:
            self.stderr.write(line)
        if found:
            sys.exit(1)
        last = AuditSeal.objects.order_by("-day", "-position").first()
        head = f", head {last.hash} ({last.day}/{last.position})" if last else ""
        self.stdout.write(f"{AuditSeal.objects.count()} entries, all as they were written{head}")
