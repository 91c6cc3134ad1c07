"""`manage.py smppd`: the process that holds the binds to message centres, one thread for each."""

from __future__ import annotations

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections, connection

from channels_sms.smpp.serving import Bind, wanted
from helpdesk import heartbeat
from helpdesk.models import Inbox

log = logging.getLogger("channels_sms.smppd")


class Command(BaseCommand):
    requires_system_checks = ()  # they would load every view
    help = "Holds the lines to SMPP message centres until SIGTERM; idle while there are none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, default=5.0, help="seconds between two rounds")
        parser.add_argument("--enquire", type=float, default=30.0)

    def handle(self, *_args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        running: dict[int, threading.Thread] = {}
        while not stop.is_set():
            try:
                start_missing(running, stop, options["enquire"])
                if Inbox.objects.filter(provider="smpp", enabled=True).exists():
                    heartbeat.beat("smppd", binds=len(running))
            except DatabaseError as error:
                log.warning("database not reached: %s", error)
                close_old_connections()
                connection.close()
            stop.wait(options["every"])
        for thread in running.values():
            thread.join(10)


def start_missing(
    running: dict[int, threading.Thread], stop: threading.Event, enquire: float
) -> None:
    """Give every SMPP inbox a thread; forget those that ended."""
    for pk in [pk for pk, thread in running.items() if not thread.is_alive()]:
        del running[pk]
    for pk in wanted().values_list("pk", flat=True):
        if pk not in running:
            bind = Bind(pk, stop, enquire=enquire)
            running[pk] = threading.Thread(target=bind.run, name=f"smpp-{pk}", daemon=True)
            running[pk].start()
