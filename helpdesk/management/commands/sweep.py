"""`manage.py sweep`: the process that finds what a crash or a lost nudge left behind."""

from __future__ import annotations

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections, connection

from helpdesk import sweeping

log = logging.getLogger("helpdesk.sweep")


class Command(BaseCommand):
    requires_system_checks = ()  # they would load every view
    help = "Repairs lost work and keeps time every second; several may run, one leads."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, default=1.0, help="seconds between passes")
        parser.add_argument("--once", action="store_true")

    def handle(self, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        leading = False
        while not stop.is_set():
            try:
                leading = leading and connection.is_usable()
                leading = leading or sweeping.lead()
                if leading or options["once"]:
                    sweeping.tick()
            except DatabaseError as error:
                leading = False
                log.warning("database not reached: %s", error)
                close_old_connections()
                connection.close()
            if options["once"]:
                return
            stop.wait(options["every"])
