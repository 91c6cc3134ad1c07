"""`manage.py mailfetch`: the process that fetches mailboxes by IMAP, one thread for each."""

from __future__ import annotations

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections, connection

from channels_email.fetching import Fetcher, Pace, run_in_thread
from channels_email.models import FetchedMailbox, MailboxState
from helpdesk import heartbeat

BEAT_SECONDS = 10.0

log = logging.getLogger("channels_email.mailfetch")


class Command(BaseCommand):
    requires_system_checks = ()  # they would load every view
    help = "Fetches mail from IMAP mailboxes until SIGTERM; several may run, each mailbox has one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, default=3.0, help="seconds between two rounds")
        parser.add_argument("--poll", type=float, default=Pace.poll)
        parser.add_argument("--patience", type=float, default=Pace.longest_wait)

    def handle(self, *_args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        pace = Pace(poll=options["poll"], longest_wait=options["patience"])
        running: dict[int, threading.Thread] = {}
        self.stdout.write("IMAP: fetching")
        self.stdout.flush()
        since_beat = BEAT_SECONDS
        while not stop.is_set():
            try:
                start_missing(running, stop, pace)
                since_beat += options["every"]
                if since_beat >= BEAT_SECONDS:
                    heartbeat.beat("mailfetch", mailboxes=len(running))
                    since_beat = 0.0
            except DatabaseError as error:
                log.warning("database not reached: %s", error)
                close_old_connections()
                connection.close()
            stop.wait(options["every"])
        for thread in running.values():
            thread.join(10)


def start_missing(running: dict[int, threading.Thread], stop: threading.Event, pace: Pace) -> None:
    """Give every mailbox that is to be fetched a thread; forget those that ended."""
    for pk in [pk for pk, thread in running.items() if not thread.is_alive()]:
        del running[pk]
    wanted = FetchedMailbox.objects.filter(state=MailboxState.RUNNING, inbox__enabled=True)
    for pk in wanted.values_list("pk", flat=True):
        if pk not in running:
            running[pk] = run_in_thread(Fetcher(pk, stop, pace), connection_closed)


def connection_closed() -> None:
    """Each thread has a database connection of its own."""
    connection.close()
