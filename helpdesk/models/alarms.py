"""Alarms that ring, and whom the desk calls about them beside its own screens (OPS-6)."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from helpdesk.models.fields import EncryptedJSONField

USUAL_HOURS = 4


class Ringing(models.Model):
    """One alarm of helpdesk.alarms at one place, from when it began until it was over.

    told_at: when people were last told; before that it waits for as long as the alarm says. place:
    what the figure is of, as words. seen_at: when it was last found to ring.
    """

    name = models.CharField(max_length=40)
    place = models.CharField(max_length=200, blank=True, default="")
    value = models.FloatField()
    since = models.DateTimeField()
    seen_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    over_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("name", "place"),
                condition=models.Q(over_at__isnull=True),
                name="ringing_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.place}".strip()


class AlarmWay(models.Model):
    """Whom alarms reach outside: mail addresses, and one address of a chat, kept sealed.

    hours: after so many hours an alarm that still rings is told again.
    """

    mails = models.JSONField(default=list, blank=True)
    secrets = EncryptedJSONField(default=dict, blank=True)
    hours = models.PositiveSmallIntegerField(
        default=USUAL_HOURS, validators=(MinValueValidator(1), MaxValueValidator(168))
    )

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="alarm_way_only_one"),)

    def __str__(self) -> str:
        return "alarms"
