"""Reading mail: messages a second on one core, the worst of the set, and mails made to hurt."""

from __future__ import annotations

import argparse
import gc
import statistics
import subprocess
import sys
import time
from pathlib import Path

MAILS = Path(__file__).parents[1] / "tests" / "mails"
LIMIT = 25 * 1024 * 1024
_CHILD = (
    "import resource, sys, time; from bench.mail import LIMIT; from channels_email import parsing;"
    "from tests.channels_email.strains import FAMILIES;"
    "data = FAMILIES[sys.argv[1]](int(sys.argv[2]));"
    "parsing.read(b'Subject: warm\\n\\n<b>', max_file=LIMIT);"
    "rss = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; before = rss();"
    "began = time.thread_time(); parsing.read(data, max_file=LIMIT);"
    "print(time.thread_time() - began, (rss() - before) / 1024)"
)
"""One reading in a process of its own, for its time and its peak of memory."""


def main() -> None:
    """Print the rates (median of several rounds and their range) and the strains."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--sizes", type=int, nargs="*", default=[1], help="of strains, in MB")
    parser.add_argument("--family", default="", help="only those with this word")
    given = parser.parse_args([] if sys.argv[0].endswith("__main__.py") else None)
    mails = {path.stem: path.read_bytes() for path in sorted(MAILS.glob("*.eml"))}
    simple = [data for name, data in mails.items() if name.endswith(("_k9", "_iphone"))]
    if not given.family:
        _rate("simple mail", simple, given.rounds)
        _rate("the whole set", list(mails.values()), given.rounds)
        _worst(mails)
    for size in given.sizes:
        _strains(size, given.family)


def _read(data: bytes) -> None:
    from channels_email import parsing

    parsing.read(data, max_file=LIMIT)


def _rate(kind: str, mails: list[bytes], rounds: int) -> None:
    rates = []
    _read(mails[0])
    for _round in range(rounds):
        gc.collect()
        began = time.thread_time()
        for data in mails:
            _read(data)
        rates.append(len(mails) / (time.thread_time() - began))
    middle = statistics.median(rates)
    print(f"{kind:16} {middle:7,.0f} messages/s of one core ({min(rates):,.0f}-{max(rates):,.0f})")


def _worst(mails: dict[str, bytes]) -> None:
    took = {}
    for name, data in mails.items():
        runs = []
        for _run in range(3):
            began = time.thread_time()
            _read(data)
            runs.append(time.thread_time() - began)
        took[name] = min(runs) * 1000
    for name in sorted(took, key=took.__getitem__, reverse=True)[:3]:
        print(f"  slow: {name:24} {took[name]:6.2f} ms")


def _strains(megabytes: int, wanted: str) -> None:
    from tests.channels_email.strains import FAMILIES

    print(f"strains of {megabytes} MB: seconds, and MB of memory at the peak")
    rows = []
    for name in FAMILIES:
        if wanted not in name:
            continue
        command = [sys.executable, "-c", _CHILD, name, str(megabytes * 1024 * 1024)]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        seconds, memory = map(float, run.stdout.split()) if run.stdout else (-1.0, -1.0)
        rows.append((seconds, memory, name))
        if not run.stdout:
            print(f"  {name}: {run.stderr[-300:]}")
    for seconds, memory, name in sorted(rows, reverse=True):
        print(f"  {name:32} {seconds:7.3f} s {memory:7.1f} MB")


if __name__ == "__main__":
    main()
