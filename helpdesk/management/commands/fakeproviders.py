"""`manage.py fakeproviders`: play Twilio, Telegram and the mail world on loopback."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "Run the fake providers (settings FAKE_PROVIDERS, FAKE_PORT, FAKE_SMTP_PORT)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--ledger", default="", help="a file that keeps the ledgers")

    def handle(self, *args: Any, **options: Any) -> None:
        """Become `python -m helpdesk.sandbox`: same process id, a tenth of the memory."""
        command = [sys.executable, "-m", "helpdesk.sandbox", "--port", str(settings.FAKE_PORT)]
        command += ["--smtp-port", str(settings.FAKE_SMTP_PORT)]
        if options["ledger"]:
            command += ["--ledger", options["ledger"]]
        os.chdir(settings.BASE_DIR)
        os.execv(sys.executable, [*command, *settings.FAKE_PROVIDERS])  # noqa: S606
