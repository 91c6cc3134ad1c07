"""Who is refused again and again from one address is told to wait (AUT-18): tokens of the API,
signatures of webhooks. Whoever has a good one is let in all the same: a neighbour's program that
goes wrong must not shut ours out.
"""

from __future__ import annotations

from helpdesk import client_ip, minutes

PER_MINUTE = 60


def wait(door: str, address: client_ip.IP | None) -> int:
    """Count one refusal at this door; the seconds to wait once the minute's are spent, or 0."""
    used, seconds = minutes.count(f"refused:{door}:{client_ip.keyed(address)[:32]}")
    return seconds if used > PER_MINUTE else 0
