"""When a figure means trouble, and what to do then: docs/runbook.md, by its headings (OPS-6).

deploy/alerts.yml says the same to Prometheus; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

RUNBOOK = "docs/runbook.md"


class Told(Protocol):
    """A figure, as helpdesk.selectors.figures makes it."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def value(self) -> float:
        """Its value."""

    @property
    def labels(self) -> tuple[tuple[str, str], ...]:
        """What it is of."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """above: more than this is trouble; below: less is. labels: only of these."""

    name: str
    figure: str
    runbook: str
    above: float | None = None
    below: float | None = None
    labels: tuple[tuple[str, str], ...] = ()

    def rings(self, told: Told) -> bool:
        """Whether this figure is what it waits for."""
        if told.name != self.figure or not set(self.labels) <= set(told.labels):
            return False
        over = self.above is not None and told.value > self.above
        return over or (self.below is not None and told.value < self.below)


_NEW, _HELD = (("state", "new"),), (("state", "quarantined"),)
ALARMS = (
    Alarm("InboundLate", "inbound_oldest_seconds", "stuck-queue", above=30, labels=_NEW),
    Alarm("OutboxLate", "outbox_overdue_seconds", "stuck-queue", above=60),
    Alarm("Quarantine", "inbound", "quarantine-replay", above=0, labels=_HELD),
    Alarm("Uncertain", "outbox", "provider-outage", above=0, labels=(("state", "uncertain"),)),
    Alarm("InboxBroken", "inboxes_broken", "token-revoked-or-secret-rotated", above=0),
    Alarm("BreakerOpen", "breakers_open", "provider-outage", above=0),
    Alarm("WorkerSilent", "heartbeat_age_seconds", "stuck-queue", above=60,
          labels=(("process", "worker"),)),
    Alarm("SweeperSilent", "heartbeat_age_seconds", "stuck-queue", above=60,
          labels=(("process", "sweeper"),)),
    Alarm("DiskFull", "disk_free_ratio", "disk-full", below=0.15),
    Alarm("BackupOld", "backup_age_seconds", "postgresql-failover-or-restore", above=26 * 3600),
    Alarm("ClockWrong", "clock_offset_seconds", "clock-wrong", above=2),
    Alarm("AuditUnsealed", "audit_unsealed", "stuck-queue", above=1000),
)  # fmt: skip


def ringing(told: Iterable[Told]) -> list[dict[str, Any]]:
    """What is wrong now, each with its place in the runbook."""
    return [
        {
            "alarm": alarm.name,
            "figure": one.name,
            "of": dict(one.labels),
            "value": round(one.value, 3),
            "runbook": f"{RUNBOOK}#{alarm.runbook}",
        }
        for one in told
        for alarm in ALARMS
        if alarm.rings(one)
    ]
