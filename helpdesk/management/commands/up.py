"""``manage.py up``, for callers that come through Django; see helpdesk/embedded/up.py."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Replaces this process with the supervisor, which does without Django."""

    help = "Start everything: PostgreSQL, Valkey, web, worker, beat, sweeper, SMTP, demo providers."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("options", nargs="*", help="see 'manage.py up --help'")

    def handle(self, *args: Any, **options: Any) -> None:
        del args
        module = "helpdesk.embedded.up"
        os.execv(sys.executable, [sys.executable, "-m", module, *options["options"]])  # noqa: S606
