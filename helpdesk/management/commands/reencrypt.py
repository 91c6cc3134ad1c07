"""``manage.py reencrypt``: seal every secret with the newest key, so that the old one can go."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helpdesk.services import resealing


class Command(BaseCommand):
    """Put the new key first in FIELD_ENCRYPTION_KEYS, restart, run this, then take the old one out.

    It may run while the desk works, and again after it was broken off.
    """

    help = "Seal every secret anew with the first of FIELD_ENCRYPTION_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        del args, options
        lost = 0
        for name, counted in resealing.everything():
            told = ", ".join(f"{many} {what}" for what, many in sorted(counted.items()))
            self.stdout.write(f"{name}: {told or 'none'}")
            lost += counted["lost"]
        if lost:
            raise CommandError(
                f"{lost} secrets open with none of these keys. Find the key and add it, or set "
                "those secrets anew; until then keep the old keys."
            )
