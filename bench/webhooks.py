"""A burst of webhooks (TST-2): how soon each is acknowledged, and when all are messages.

    .venv/bin/python -m bench.webhooks [--calls 5000] [--doubles 1000] [--seconds 30] [--servers 1]

Twilio, Telegram and WhatsApp call at an even pace, shuffled, `doubles` of the calls a second time.
A call's time is counted from when it was due, so that a server that is behind is not flattered.
One Daphne and one worker of four threads, as `manage.py up` starts them; the callers run on the
same machine and take processor time, too: how much each program took is printed beside the
acknowledgements (p50, p95, p99), the messages, and when the last was filed. `--alone` starts no
worker: what acknowledging costs by itself.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import psutil

from bench.stack import desk
from helpdesk.embedded.process import step_back
from helpdesk.embedded.programs import AFTER_OTHERS

HANDS = 24
PEOPLE = 400
PATIENCE = 300.0
PROGRAMS = ("daphne", "celery", "sweep", "reader_stem", "postgres", "valkey")


@dataclass(frozen=True)
class Call:
    path: str
    body: bytes
    headers: dict[str, str]


@dataclass
class Heard:
    """What the callers were told: seconds from when each call was due, and the statuses."""

    took: list[float]
    statuses: list[int]


def inboxes() -> dict[str, Any]:
    """One account of each, by provider."""
    import django

    django.setup()
    from helpdesk.models import Inbox

    facts: dict[str, dict[str, Any]] = {
        "twilio": {
            "channel": "sms", "address": "+15005550006",
            "settings": {"account_sid": "AC1"}, "secrets": {"auth_token": "t"},
        },
        "telegram": {"channel": "social", "secrets": {"webhook_secret": "s", "bot_token": "1:t"}},
        "whatsapp": {
            "channel": "social", "settings": {"phone_number_id": "P", "waba_id": "W"},
            "secrets": {"app_secret": "s", "access_token": "t"},
        },
    }  # fmt: skip
    return {
        provider: Inbox.objects.create(name=provider, provider=provider, **one)
        for provider, one in facts.items()
    }


def call(inbox: Any, number: int) -> Call:
    """The signed call of one message; equal numbers, equal calls."""
    from django.conf import settings

    from channels_sms.providers.twilio_signature import signature

    path, who = f"/hooks/{inbox.provider}/{inbox.key}", 600_000_000 + number % PEOPLE
    words, kind = f"Where is order {number}?", {"Content-Type": "application/json"}
    if inbox.provider == "twilio":
        form = {
            "MessageSid": f"SM{number:032d}", "AccountSid": "AC1", "From": f"+48{who}",
            "To": inbox.address, "Body": words, "SmsStatus": "received", "NumMedia": "0",
        }  # fmt: skip
        url = f"{settings.PUBLIC_BASE_URL}{path}"
        signed = {"X-Twilio-Signature": signature("t", url, form.items())}
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return Call(path, urlencode(form).encode(), kind | signed)
    if inbox.provider == "telegram":
        chat = {"id": who, "type": "private"}
        sender = {"id": who, "is_bot": False, "first_name": f"Ann {who % PEOPLE}"}
        message = {"message_id": number, "date": 1_700_000_000, "chat": chat, "from": sender}
        update = {"update_id": number, "message": {**message, "text": words}}
        return Call(
            path, json.dumps(update).encode(), kind | {"X-Telegram-Bot-Api-Secret-Token": "s"}
        )
    said = {"id": f"wamid.{number}", "from": str(who), "timestamp": "1700000000", "type": "text"}
    value = {
        "metadata": {"phone_number_id": "P"},
        "contacts": [{"profile": {"name": f"Ann {who % PEOPLE}"}, "wa_id": str(who)}],
        "messages": [{**said, "text": {"body": words}}],
    }
    entry = [{"id": "W", "changes": [{"field": "messages", "value": value}]}]
    body = json.dumps({"object": "whatsapp_business_account", "entry": entry}).encode()
    digest = hmac.new(b"s", body, hashlib.sha256).hexdigest()
    return Call(path, body, kind | {"X-Hub-Signature-256": f"sha256={digest}"})


def burst(base: str, calls: list[Call], seconds: float) -> Heard:
    """Make the calls, each at its time."""
    parts, heard, turn = urlsplit(base), Heard([], []), iter(enumerate(calls))
    lock, began, pause = threading.Lock(), time.monotonic() + 1, seconds / len(calls)

    def hand() -> None:
        line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        while True:
            with lock:
                place, one = next(turn, (0, None))
            if one is None:
                return
            due = began + place * pause
            time.sleep(max(0.0, due - time.monotonic()))
            line.request("POST", one.path, one.body, one.headers)
            answer = line.getresponse()
            answer.read()
            with lock:
                heard.took.append(time.monotonic() - due)
                heard.statuses.append(answer.status)

    hands = [threading.Thread(target=hand) for _ in range(HANDS)]
    for one in hands:
        one.start()
    for one in hands:
        one.join()
    return heard


@contextlib.contextmanager
def worker() -> Iterator[None]:
    """A worker of four threads and a sweeper, as `manage.py up` starts them."""
    celery = ["-m", "celery", "--quiet", "-A", "config", "worker", "--pool", "threads"]
    argv = [*celery, "--concurrency", "4", "--without-gossip", "--without-mingle", "-l", "error"]
    programs = [
        subprocess.Popen([sys.executable, *one], start_new_session=True)
        for one in (argv, ["manage.py", "sweep"])
    ]
    for one in programs:
        step_back(one.pid, AFTER_OTHERS)
    try:
        yield
    finally:
        for one in programs:
            one.send_signal(signal.SIGTERM)
        for one in programs:
            one.wait(60)


class Used:
    """Processor seconds of each program since the last look; what it has forked counts as its."""

    def __init__(self) -> None:
        self._seen: dict[str, float] = {}
        self.since()

    def since(self) -> dict[str, float]:
        found: dict[str, float] = defaultdict(float, callers=time.process_time())
        for one in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error):
                argv, times = " ".join(one.cmdline()), one.cpu_times()
                name = next((name for name in PROGRAMS if name in argv), "others")
                ended = times.children_user + times.children_system
                found[name] += times.user + times.system + (ended if name == "postgres" else 0)
        spent = {name: value - self._seen.get(name, 0) for name, value in found.items()}
        self._seen = found
        return spent


def told(spent: dict[str, float], many: int) -> str:
    """Milliseconds of each program by call."""
    each = (f"{name} {1000 * used / many:.2f}" for name, used in sorted(spent.items()))
    return ", ".join(each)


def until_filed(many: int) -> float:
    """Seconds until there are so many messages and nothing waits."""
    from helpdesk.models import InboundEvent, Message

    began = time.monotonic()
    while time.monotonic() - began < PATIENCE:
        if (
            not InboundEvent.objects.filter(state="new").exists()
            and Message.objects.count() >= many
        ):
            break
        time.sleep(0.5)
    return time.monotonic() - began


def run(base: str, chosen: argparse.Namespace) -> None:
    dice, accounts = random.Random(7), list(inboxes().values())
    from helpdesk.models import InboundEvent, Message

    fresh = [call(accounts[n % 3], n) for n in range(1, chosen.calls - chosen.doubles + 1)]
    calls = fresh + dice.sample(fresh, chosen.doubles)
    dice.shuffle(calls)
    burst(base, calls[:20], 1)  # what is made once in a process is no part of a burst
    with contextlib.nullcontext() if chosen.alone else worker():
        time.sleep(1 if chosen.alone else 8)
        used = Used()
        began = time.monotonic()
        heard = burst(base, calls, chosen.seconds)
        took, answering = time.monotonic() - began, used.since()
        rest = 0.0 if chosen.alone else until_filed(len(fresh))
        filing = used.since()
    cuts = statistics.quantiles(heard.took, n=100)
    print(f"{len(calls)} calls in {chosen.seconds:.0f} s: {dict(Counter(heard.statuses))}")
    for name, value in (("p50", cuts[49]), ("p95", cuts[94]), ("p99", cuts[98])):
        print(f"  acknowledged {name} {value * 1000:7.1f} ms")
    print(f"  acknowledged max {max(heard.took) * 1000:7.1f} ms, all within {took:.0f} s")
    print(f"  processor, ms a call until then: {told(answering, len(calls))}")
    print(f"  processor, ms a message after it: {told(filing, len(fresh))}")
    states = dict(Counter(InboundEvent.objects.values_list("state", flat=True)))
    print(f"  messages {Message.objects.count()} of {len(fresh)}, payloads {states}")
    if not chosen.alone:
        print(f"  the last was filed {took + rest:.0f} s after the first call")


def main() -> None:
    """Start a desk, let them call, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=5000)
    parser.add_argument("--doubles", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--alone", action="store_true", help="no worker")
    parser.add_argument("--servers", type=int, default=1, help="Daphne processes")
    chosen = parser.parse_args()
    with desk(chosen.servers) as servers:
        os.environ.setdefault("SKIP_CHECKS", "1")
        run(servers[0][0], chosen)


if __name__ == "__main__":
    main()
