"""Puts the faulty parser in the place of the real one; POISON_CURED mends it."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from helpdesk.adapters import Parsed, Raw
    from helpdesk.models import Inbox


def fail() -> None:
    raise ZeroDivisionError("a bug of the parser")


def recurse() -> None:
    recurse()


def hang() -> None:
    while True:
        re.match(r"(a+)+$", "a" * 40 + "b")


def sleep() -> None:
    time.sleep(3600)


def eat() -> None:
    heap = []
    while True:
        heap.append(bytearray(32 * 1024 * 1024))


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


KINDS: dict[bytes, Callable[[], None]] = {
    b"fail": fail,
    b"recurse": recurse,
    b"hang": hang,
    b"sleep": sleep,
    b"eat": eat,
    b"crash": crash,
}


class PoisonConfig(AppConfig):
    name = "tests.faults.poison"
    label = "poison"

    def ready(self) -> None:
        from channels_email.adapter import EmailAdapter
        from helpdesk.adapters import register

        class Poisoned(EmailAdapter):
            parser_version = EmailAdapter.parser_version

            def parse(self, inbox: Inbox, raw: Raw) -> Sequence[Parsed]:
                found = re.search(rb"poison:(\w+)", raw.body)
                if found and not os.environ.get("POISON_CURED"):
                    KINDS[found[1]]()
                return super().parse(inbox, raw)

        register(Poisoned())
