"""`manage.py import_mail PATH --inbox ID`: mail of the past, filed as what it is: over."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from channels_email.archives import mails
from channels_email.dedupe import dedupe_key
from channels_email.envelopes import envelope
from helpdesk import inbound
from helpdesk.adapters import Raw
from helpdesk.models import InboundState, Inbox


class Command(BaseCommand):
    requires_system_checks = ()  # they would load every view
    help = "Imports an mbox, a Maildir or .eml files; may be broken off and run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--inbox", required=True, help="its address, name or number")

    def handle(self, *_args: Any, **options: Any) -> None:
        inbox = find(str(options["inbox"]))
        counts = Counter[str]()
        began = told = time.monotonic()
        try:
            for body in mails(options["path"]):
                counts[take(inbox, body)] += 1
                if time.monotonic() - told > 2:
                    told = time.monotonic()
                    self._say(counts, began)
        except OSError as error:
            raise CommandError(f"cannot read {options['path']}: {error.strerror}") from error
        finally:
            self._say(counts, began)

    def _say(self, counts: Counter[str], began: float) -> None:
        each = ", ".join(f"{name} {many}" for name, many in sorted(counts.items()))
        pace = counts.total() / max(time.monotonic() - began, 0.001)
        self.stdout.write(f"{counts.total()} mails ({each or 'none'}), {pace:.0f}/s")
        self.stdout.flush()


def find(named: str) -> Inbox:
    """The one e-mail inbox of this address, name or number."""
    every = Inbox.objects.filter(channel="email")
    found = list(every.filter(address__iexact=named) or every.filter(name__iexact=named))
    if not found and named.isascii() and named.isdigit():
        found = list(every.filter(pk=int(named)))
    if len(found) != 1:
        raise CommandError(f"there are {len(found)} e-mail inboxes called {named!r}")
    return found[0]


def take(inbox: Inbox, body: bytes) -> str:
    """Keep and file one mail; what became of it. Nobody is woken: we work ourselves."""
    if not body.strip():
        return "empty"
    raw = Raw(dedupe_key(body), body, {**envelope(body), "via": "import"})
    event, created = inbound.accept(inbox, raw, wake=False)
    if not created and event.state != InboundState.NEW:
        return "known"
    return inbound.process(event.pk) or "later"
