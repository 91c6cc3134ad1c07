"""`python -m tests.channels_email.fuzz --seconds 120`: read mutated mails until something breaks.

What it finds is written to a folder; a small form of it belongs into test_any_mail.py.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.channels_email.mutating import check, mutated

SLOW = 0.5
"""Seconds of processor time that no mail of this size may take."""


def main() -> int:
    """Run for so long; the exit code is 1 when something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()
    logging.getLogger("channels_email.parsing").setLevel(logging.CRITICAL)
    folder = Path(tempfile.mkdtemp(prefix="mails-"))
    end, number, found, slowest = time.monotonic() + given.seconds, 0, 0, 0.0
    while time.monotonic() < end:
        data = mutated(random.Random(given.seed + number))
        began = time.thread_time()
        try:
            check(data)
        except Exception:  # noqa: BLE001  whatever breaks is what is looked for
            found += 1
            (folder / f"{given.seed + number}.eml").write_bytes(data)
            if found <= 5:
                traceback.print_exc(limit=-2)
        took = time.thread_time() - began
        if took > SLOW:
            found += 1
            (folder / f"slow-{given.seed + number}.eml").write_bytes(data)
        slowest = max(slowest, took)
        number += 1
    said = f"{number} mails from seed {given.seed}, slowest {slowest:.3f} s"
    sys.stdout.write(f"{said}, {found} found in {folder}\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
