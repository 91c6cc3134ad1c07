"""``manage.py setup_code``: the code that the first account of this installation is asked for."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from helpdesk.services import joining


class Command(BaseCommand):
    """Prints the address and the code; an error once there is an account."""

    help = "Show the code that /set-up/ asks for, while nobody has an account yet."

    def handle(self, *args: Any, **options: Any) -> None:
        del args, options
        if not joining.is_new():
            raise CommandError("There are accounts already: sign in, or ask for an invitation.")
        self.stdout.write(f"{settings.PUBLIC_BASE_URL}{reverse('set-up')}")
        self.stdout.write(joining.set_up_code())
