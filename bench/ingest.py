"""How many mails a second become messages: from raw bytes to the committed row, on one core.

`python -m bench.ingest [--mails 1000] [--profile]`. No worker runs beside it: what the desk does
about a message afterwards (routing, language, rules) is woken and not counted.
"""

from __future__ import annotations

import argparse
import contextlib
import cProfile
import os
import pstats
import subprocess
import sys
import time
from typing import Any

from helpdesk.embedded import testing


def mails(many: int, customers: int) -> list[bytes]:
    """Mails of an ordinary shape: some are answers, some have a file, all have HTML."""
    from email.message import EmailMessage

    made = []
    for number in range(many):
        one = EmailMessage()
        one["From"] = f"Customer {number % customers} <c{number % customers}@customer.example>"
        one["To"] = "help@parley.example"
        one["Subject"] = f"Order {number}: where is it?"
        one["Date"] = "Tue, 04 Mar 2025 10:12:00 +0200"
        one["Message-ID"] = f"<{number}@customer.example>"
        if number >= customers:
            one["In-Reply-To"] = f"<{number - customers}@customer.example>"
        words = f"Good day,\n\nI am waiting for order {number}.\n\nKind regards\n" * 3
        one.set_content(words)
        one.add_alternative("<p>" + words.replace("\n", "<br>") + "</p>", subtype="html")
        if number % 10 == 0:
            one.add_attachment(b"%PDF-1.4" * 500, maintype="application", subtype="pdf",
                               filename=f"order-{number}.pdf")  # fmt: skip
        made.append(one.as_bytes())
    return made


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--mails", type=int, default=1000)
    parser.add_argument("--profile", action="store_true")
    wanted = parser.parse_args(arguments)
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.local"
    with contextlib.ExitStack() as stack:
        testing.start_missing(stack)
        run = [sys.executable, "manage.py", "migrate", "--noinput", "-v", "0"]
        subprocess.run(run, check=True)
        import django

        django.setup()
        measure(mails(wanted.mails, max(1, wanted.mails // 4)), profile=wanted.profile)


def measure(given: list[bytes], *, profile: bool = False) -> None:
    from channels_email.dedupe import dedupe_key
    from helpdesk import inbound
    from helpdesk.adapters import Raw
    from helpdesk.models import Inbox, Message

    inbox = Inbox.objects.create(
        name="Bench", channel="email", address=f"bench{os.getpid()}@parley.example"
    )
    accepted, first = [], Watch()
    for data in given:
        raw = Raw(dedupe_key(data), data, {"rcpt": inbox.address})
        accepted.append(inbound.accept(inbox, raw, wake=False)[0].pk)
    first.say("kept", len(given))
    inbound.process(accepted.pop(0))  # the reader starts
    profiler: Any = cProfile.Profile() if profile else contextlib.nullcontext()
    second = Watch()
    with profiler:
        for pk in accepted:
            inbound.process(pk)
    second.say("filed", len(accepted))
    assert Message.objects.filter(inbox=inbox).count() == len(given)
    if profile:
        pstats.Stats(profiler).sort_stats("cumulative").print_stats(60)


class Watch:
    """By the clock, and by what this process had of the processor."""

    def __init__(self) -> None:
        self.clock, self.core = time.perf_counter(), time.process_time()

    def say(self, what: str, many: int) -> None:
        clock, core = time.perf_counter() - self.clock, time.process_time() - self.core
        print(f"{what}: {many / clock:.0f}/s by the clock, {1000 * core / many:.2f} ms of our core")


if __name__ == "__main__":
    main()
