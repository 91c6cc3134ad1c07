"""When a figure means trouble, and what to do then: docs/runbook.md, by its headings (OPS-6).

deploy/alerts.yml says the same to Prometheus; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.translation import gettext_lazy as _

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
    """above: more than this is trouble; below: less is. labels: only of these.

    after: seconds for which it has to be so before people are told.
    """

    name: str
    figure: str
    runbook: str
    above: float | None = None
    below: float | None = None
    labels: tuple[tuple[str, str], ...] = ()
    after: int = 0

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
    Alarm("Uncertain", "outbox", "provider-outage", above=0, labels=(("state", "uncertain"),),
          after=600),
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
    Alarm("AuditBroken", "audit_faults", "the-audit-does-not-verify", above=0),
    Alarm("SubscriptionGone", "subscriptions_gone", "meta-unsubscribed", above=0),
    Alarm("ProbeLost", "probe_lost", "a-probe-does-not-come-back", above=0, after=60),
    Alarm("NothingComes", "inbound_missed", "nothing-comes", above=9),
    Alarm("CertificateEnds", "certificate_days_left", "a-certificate-or-token-ends", below=14),
    Alarm("TokenEnds", "token_days_left", "a-certificate-or-token-ends", below=14),
    Alarm("WebhookErrors", "webhook_errors_ratio", "postgresql-failover-or-restore", above=0.01),
    Alarm("BadSignatures", "bad_signatures", "spam-or-bomb-wave", above=20),
    Alarm("ChatLate", "chats_late", "a-chat-waits", above=0, after=300),
)  # fmt: skip
KNOWN = {one.name: one for one in ALARMS}
WORDS = {
    "InboundLate": _("Something that came in waits to be read."),
    "OutboxLate": _("A message should have left."),
    "Quarantine": _("Something that came in could not be read."),
    "Uncertain": _("Messages may or may not have been sent."),
    "InboxBroken": _("An inbox is disconnected: held, not lost."),
    "BreakerOpen": _("Sending through an inbox is paused."),
    "WorkerSilent": _("No sign of life of the worker."),
    "SweeperSilent": _("No sign of life of the sweeper."),
    "DiskFull": _("The disk is nearly full."),
    "BackupOld": _("The last backup is older than 26 hours."),
    "ClockWrong": _("The clocks of the desk and of the database differ."),
    "AuditUnsealed": _("The audit log is not being sealed."),
    "AuditBroken": _("The audit log is not as it was written."),
    "SubscriptionGone": _("A network does not call us any more."),
    "ProbeLost": _("A message that the desk sent itself did not come back."),
    "NothingComes": _("Nothing comes into an inbox that is usually busy at this hour."),
    "CertificateEnds": _("A certificate ends soon."),
    "TokenEnds": _("A program's token ends soon."),
    "WebhookErrors": _("Providers' calls fail."),
    "BadSignatures": _("Many calls come with a wrong signature."),
    "ChatLate": _("A chat has waited longer than promised."),
}
"""What people read."""


def place_in_runbook(name: str) -> str:
    """Where the runbook says what to do about an alarm; "" of one that is no longer."""
    return f"{RUNBOOK}#{KNOWN[name].runbook}" if name in KNOWN else ""


def places(told: Iterable[Told]) -> dict[tuple[str, str], float]:
    """What rings now: {(alarm, what its figure is of): value}; of several figures the worst."""
    found: dict[tuple[str, str], float] = {}
    for one in told:
        for alarm in (alarm for alarm in ALARMS if alarm.rings(one)):
            known = dict(alarm.labels)
            rest = ", ".join(f"{name} {value}" for name, value in one.labels if name not in known)
            found[alarm.name, rest] = round(one.value, 3)
    return found


def ringing(told: Iterable[Told]) -> list[dict[str, Any]]:
    """What is wrong now, each with its place in the runbook."""
    return [
        {
            "alarm": alarm.name,
            "figure": one.name,
            "of": dict(one.labels),
            "value": round(one.value, 3),
            "runbook": place_in_runbook(alarm.name),
        }
        for one in told
        for alarm in ALARMS
        if alarm.rings(one)
    ]
