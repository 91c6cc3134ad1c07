"""`manage.py simulate_traffic`: made-up customers write to a running demo, by real protocols."""

from __future__ import annotations

import secrets
import signal
import threading
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = "Let customers of the demo write; stop it with Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rate", type=float, default=20.0, help="messages a minute")
        parser.add_argument("--minutes", type=float, default=0.0, help="0: until Ctrl-C")
        parser.add_argument("--answer", action="store_true", help="demo agents answer")
        parser.add_argument("--seed", type=int, help="repeat an earlier run")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Only for a demo: set DEMO=1.")
        if options["rate"] <= 0:
            raise CommandError("--rate must be above 0.")
        seed = secrets.randbelow(10_000) if options["seed"] is None else options["seed"]
        # By name: the sandbox stands above the commands and nothing may depend on it.
        traffic = import_module("helpdesk.sandbox.demo.traffic").Traffic(
            rate=options["rate"], seed=seed, answer=options["answer"], warn=self.stderr.write
        )
        if not traffic.ready:
            raise CommandError("There is nobody to write: load the demo with seed_demo first.")
        stop = threading.Event()
        before = {
            number: signal.signal(number, lambda *_: stop.set())
            for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            tally = traffic.run(stop, minutes=options["minutes"])
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        self.stdout.write(tally.line())
