"""`manage.py seed_demo_invitations`: the ready-made triggers, active on every widget.

seed_demo calls it. Harmless to repeat.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from chat.invitations.examples import EXAMPLES, create
from chat.invitations.models import Trigger


class Command(BaseCommand):
    help = "Switch on the ready-made invitations, if there are none yet."

    def handle(self, *args: Any, **options: Any) -> None:
        del args, options
        if not Trigger.objects.exists():
            for one in EXAMPLES:
                create(one, None, active=True)
