"""`manage.py seed_demo`: the demo desk of a linen shop, for `make up` and for tests."""

from __future__ import annotations

import time
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser

from helpdesk.models import Agent


class Command(BaseCommand):
    help = "Fill an empty desk with agents, customers and conversations of a made-up shop."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing if agents exist")
        parser.add_argument("--small", action="store_true", help="a tenth of it")
        parser.add_argument("--seed", type=int, default=7, help="another number, another demo")

    def handle(self, *args: Any, **options: Any) -> None:
        if Agent.objects.exists():
            if options["if_empty"]:
                return
            raise CommandError("This desk has agents already: demo data goes into an empty one.")
        if not settings.DEMO:
            raise CommandError("Everybody knows the demo's passwords: set DEMO=1 to have it.")
        # By name: the sandbox stands above the commands and nothing may depend on it.
        demo = import_module("helpdesk.sandbox.demo.seed")
        begun = time.perf_counter()
        made = demo.seed(small=options["small"], number=options["seed"])
        # What stands beside the core brings its own: seed_demo_<what> of any app.
        for name in sorted(get_commands()):
            if name.startswith("seed_demo_"):
                call_command(name)
        self.stdout.write(
            f"{made.agents} agents, {made.customers} customers, {made.conversations} "
            f"conversations, {made.messages} messages in {time.perf_counter() - begun:.1f} s"
        )
