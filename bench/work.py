"""What a question costs: the processor's time depends less than the wall's on other programs."""

from __future__ import annotations

import os
import time
from pathlib import Path


def spent() -> tuple[float, float]:
    """CPU milliseconds so far: of this program, and of the PostgreSQL process that serves it.

    The second is counted in the kernel's ticks (10 ms): true for many questions, not for one.
    """
    from django.db import connection

    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])  # utime, stime: see proc(5)
    return time.process_time() * 1000, ticks * 1000 / os.sysconf("SC_CLK_TCK")


def told(before: tuple[float, float], rounds: int) -> str:
    """The mean of each question since then."""
    ours, theirs = ((after - one) / rounds for one, after in zip(before, spent(), strict=True))
    return f"CPU {ours:.1f} + {theirs:.1f} ms (program + PostgreSQL)"
