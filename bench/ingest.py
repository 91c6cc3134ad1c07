"""How many mails a second become messages: from raw bytes to the committed row, on one core.

`python -m bench.ingest [--mails 1000] [--profile]`. Reading and filing are done in one process, by
the loop of a worker, and its processor time is what counts; PostgreSQL's is not in it. What the
desk does about a message afterwards (routing, language, rules) is woken and not counted. The simple
mix is new mails and answers; the nasty one is the set of `tests/mails`.
"""

from __future__ import annotations

import argparse
import contextlib
import cProfile
import itertools
import os
import pstats
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from helpdesk.embedded import testing

MAILS = Path(__file__).parents[1] / "tests" / "mails"


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
        simple = mails(wanted.mails, max(1, wanted.mails // 4))
        nasty = [path.read_bytes() for path in sorted(MAILS.glob("*.eml"))]
        measure("simple", simple, profile=wanted.profile)
        measure("nasty", nasty, profile=wanted.profile)


def measure(name: str, given: list[bytes], *, profile: bool = False) -> None:
    from django.conf import settings
    from django.db import connection

    from channels_email.dedupe import dedupe_key
    from helpdesk import inbound, reader
    from helpdesk.adapters import Raw
    from helpdesk.models import InboundEvent, Inbox

    settings.READ_APART = False
    inbox = Inbox.objects.create(
        name=name, channel="email", address=f"{name}{os.getpid()}@parley.example"
    )
    watch = Watch()
    for data in given:
        raw = Raw(dedupe_key(data), data, {"rcpt": inbox.address})
        inbound.accept(inbox, raw, wake=False)
    watch.say(f"{name}, kept", len(given))
    count, times = Count(), Times(reader)
    profiler: Any = cProfile.Profile() if profile else contextlib.nullcontext()
    watch = Watch()
    with profiler, times, connection.execute_wrapper(count):
        while inbound.drain():
            pass
    watch.say(f"{name}, filed", len(given))
    print(f"{name}: {count.statements / len(given):.1f} statements a mail beside BEGIN and COMMIT")
    print(f"{name}: slowest {times.slowest() * 1000:.1f} ms of the processor")
    states = InboundEvent.objects.filter(inbox=inbox).values_list("state", flat=True)
    print(f"{name}: {dict(Counter(states))}")
    if profile:
        pstats.Stats(profiler).sort_stats("cumulative").print_stats(60)


class Count:
    """Statements that went to the database; BEGIN and COMMIT do not pass here."""

    statements = 0

    def __call__(self, execute: Any, *given: Any) -> Any:
        self.statements += 1
        return execute(*given)


class Times:
    """Processor seconds from the reading of one payload to that of the next."""

    def __init__(self, reader: Any) -> None:
        self.began: list[float] = []
        self._read = reader.read
        self._reader = reader

    def __enter__(self) -> None:
        self._reader.read = self._marked

    def __exit__(self, *_: object) -> None:
        self._reader.read = self._read
        self.began.append(time.process_time())

    def _marked(self, *given: Any, **more: Any) -> Any:
        self.began.append(time.process_time())
        return self._read(*given, **more)

    def slowest(self) -> float:
        return max(after - before for before, after in itertools.pairwise(self.began))


class Watch:
    """By the clock, and by what this process had of the processor."""

    def __init__(self) -> None:
        self.clock, self.core = time.perf_counter(), time.process_time()

    def say(self, what: str, many: int) -> None:
        clock, core = time.perf_counter() - self.clock, time.process_time() - self.core
        print(
            f"{what}: {many / core:.0f}/s of one core ({1000 * core / many:.2f} ms each), "
            f"{many / clock:.0f}/s by the clock"
        )


if __name__ == "__main__":
    main()
