"""The ledger of promised hours: minute by minute, whether somebody was there as promised."""

from __future__ import annotations

from django.db import models

MINUTES = 5
ALL_MINUTES = 2**MINUTES - 1


class LedgerLine(models.Model):
    """Five minutes (from `starts_at`, UTC) of one channel; each column has one bit a minute.

    promised: an inbox of the channel was open. staffed: each open inbox had somebody eligible
    online. up: all that carries the channel worked. seen: somebody looked at all; a minute that
    nobody saw was neither staffed nor up. The promise is kept where all four bits are set.
    causes: what was amiss, as helpdesk.sla.kept names it, with the bits of its minutes.

    Channel "" is the ledger's own line: its highest `seen` is the newest minute written.
    """

    channel = models.CharField(max_length=20, blank=True)
    starts_at = models.DateTimeField()
    promised = models.PositiveSmallIntegerField(default=0)
    staffed = models.PositiveSmallIntegerField(default=0)
    up = models.PositiveSmallIntegerField(default=0)
    seen = models.PositiveSmallIntegerField(default=0)
    causes = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("channel", "starts_at"), name="ledger_line_unique"),
            models.CheckConstraint(
                condition=models.Q(
                    promised__lte=ALL_MINUTES,
                    staffed__lte=ALL_MINUTES,
                    up__lte=ALL_MINUTES,
                    seen__lte=ALL_MINUTES,
                ),
                name="ledger_line_has_five_minutes",
            ),
        )

    def __str__(self) -> str:
        return f"{self.channel} {self.starts_at:%Y-%m-%d %H:%M}"
