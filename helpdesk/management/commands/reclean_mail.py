"""Clean the kept HTML of mails again after the sanitiser's rules have changed."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from helpdesk.services import recleaning


class Command(BaseCommand):
    help = "Clean the kept HTML of mails again by today's rules; safe to stop and to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--from-raw",
            action="store_true",
            help="Read the raw mails again first, for what older rules had thrown away.",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        renewed = after = 0
        while options["from_raw"]:
            count, after = recleaning.reread(after=after)
            renewed += count
            if not after:
                break
        cleaned = 0
        while count := recleaning.reclean():
            cleaned += count
        self.stdout.write(f"{renewed} read again, {cleaned} cleaned again")
