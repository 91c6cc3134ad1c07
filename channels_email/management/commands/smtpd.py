"""`manage.py smtpd`: the process that takes mail from other mail servers."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from channels_email.listening import Listener
from helpdesk.models import Heartbeat

BEAT_SECONDS = 10.0

log = logging.getLogger("channels_email.smtpd")


class Command(BaseCommand):
    requires_system_checks = ()  # they would load every view
    help = "Listens for mail (SMTP) until SIGTERM; answers 451 while the database is away."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=getattr(settings, "SMTP_HOST", "127.0.0.1"))
        parser.add_argument("--lmtp", action="store_true", help="speak LMTP to a local server")
        parser.add_argument("--port", type=int, default=getattr(settings, "SMTP_PORT", 2525))

    def handle(self, *_args: Any, **options: Any) -> None:
        asyncio.run(
            self._serve(
                options["host"], options["port"], local=options["lmtp"] or settings.SMTP_LMTP
            )
        )

    async def _serve(self, host: str, port: int, *, local: bool) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        listener = Listener(local=local)
        try:
            await listener.start(host, port)
        except OSError as error:
            raise CommandError(f"cannot listen on {host}:{port}: {error.strerror}") from error
        self.stdout.write(f"{'LMTP' if local else 'SMTP'} on {host}:{listener.port}")
        self.stdout.flush()
        while not stop.is_set():
            await _beat(listener)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), BEAT_SECONDS)
        await listener.stop()


async def _beat(listener: Listener) -> None:
    try:
        await listener.in_thread(_write_beat, listener.port)
    except Exception as error:  # noqa: BLE001  no heartbeat is no reason to stop taking mail
        log.warning("heartbeat not written: %s", error)


def _write_beat(port: int) -> None:
    Heartbeat.objects.update_or_create(
        name="smtpd", defaults={"beat_at": datetime.now(UTC), "detail": {"port": port}}
    )
