"""The hold-out: one visitor in ten is not invited, always the same ones. Pure."""

from __future__ import annotations

import hashlib
from typing import Literal

Arm = Literal["treat", "control"]
BUCKETS = 10_000
HELD_OUT = 1_000


def bucket(experiment: str, visitor: str) -> int:
    """0–9999, the same for the same visitor of the same experiment, evenly spread."""
    digest = hashlib.sha256(f"{experiment}|{visitor}".encode()).digest()
    return int.from_bytes(digest) % BUCKETS


def arm(experiment: str, visitor: str) -> Arm:
    """Whether the visitor is invited ("treat") or only counted ("control")."""
    return "control" if bucket(experiment, visitor) < HELD_OUT else "treat"
