"""`manage.py seed_demo_letters`: a few mails of this morning for the demo; seed_demo calls it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Let the demo's mailbox receive five mails, as five programs write them."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Only the demo gets invented mail: set DEMO=1 to have it.")
        # By name: the sandbox stands above the commands and nothing may depend on it.
        import_module("helpdesk.sandbox.demo.letters").bring()
