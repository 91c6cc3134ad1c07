"""Alarms that ring, and whom the desk calls about them beside its own screens (OPS-6)."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from helpdesk.models.fields import EncryptedJSONField
from helpdesk.models.inboxes import Inbox

USUAL_HOURS = 4


class Ringing(models.Model):
    """One alarm of helpdesk.alarms at one place, from when it began until it was over.

    told_at: when people were last told; before that it waits for as long as the alarm says. place:
    what the figure is of, as words. seen_at: when this value was found. quiet_at: since when it
    does not ring, while that may not be the end of it.
    """

    name = models.CharField(max_length=40)
    place = models.CharField(max_length=200, blank=True, default="")
    value = models.FloatField()
    since = models.DateTimeField()
    seen_at = models.DateTimeField()
    quiet_at = models.DateTimeField(null=True)
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


class Probe(models.Model):
    """The last message that the desk sent itself through an inbox (OPS-1): there is one for each.

    token: under which its channel finds it when it comes back. back_at: when it was there, after
    so many seconds. failing_since: the first of those that did not come back, until one does.
    """

    inbox = models.OneToOneField(Inbox, on_delete=models.CASCADE, related_name="probe")
    token = models.CharField(max_length=200, blank=True, default="")
    sent_at = models.DateTimeField(null=True)
    back_at = models.DateTimeField(null=True)
    seconds = models.FloatField(null=True)
    failing_since = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.inbox_id} {self.error}".strip()


class Certificate(models.Model):
    """When the certificate ends that a server last showed us. server: host:port."""

    server = models.CharField(max_length=260, unique=True)
    ends_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.server
