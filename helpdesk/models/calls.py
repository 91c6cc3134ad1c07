"""The log of phone calls: what happened on the line. We carry no voice."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.models.inboxes import Inbox
from helpdesk.models.messages import Message
from helpdesk.models.tasks import Task


class CallState(models.TextChoices):
    QUEUED = "queued", _("Waiting in line")
    RINGING = "ringing", _("Ringing")
    IN_PROGRESS = "in_progress", _("Talking")
    COMPLETED = "completed", _("Ended")
    BUSY = "busy", _("Busy")
    FAILED = "failed", _("Failed")
    NO_ANSWER = "no_answer", _("No answer")
    CANCELED = "canceled", _("Hung up before an answer")


class CallWay(models.TextChoices):
    IN = "in", _("Incoming call")
    OUT = "out", _("Outgoing call")


class Call(models.Model):
    """One call; `message` is its entry in the thread, which the customer never sees.

    external_id: the telephone system's; "" for one that an agent wrote down. The state only moves
    forward; sequence is that of the report that set it, noted that of the newest words. callback:
    the task to call back, when it was missed. Times are those of the telephone system, in UTC;
    seconds and hold_seconds are whole seconds. lines: what was told of the caller's line (under
    "") and of each phone that it made ring, as [state, sequence, moment or ""]: `state` follows
    from them (helpdesk.call_lines).
    """

    inbox = models.ForeignKey(Inbox, on_delete=models.PROTECT, related_name="calls")
    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="call")
    external_id = models.CharField(max_length=120, blank=True)
    way = models.CharField(max_length=3, choices=CallWay)
    theirs = models.CharField(_("their number"), max_length=320)
    ours = models.CharField(_("our number"), max_length=320, blank=True)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="calls"
    )
    state = models.CharField(max_length=11, choices=CallState)
    sequence = models.BigIntegerField(default=0)
    noted = models.BigIntegerField(default=0)
    began_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    seconds = models.PositiveIntegerField(default=0)
    hold_seconds = models.PositiveIntegerField(default=0)
    lines = models.JSONField(default=dict, db_default={}, blank=True)
    disposition = models.CharField(_("outcome"), max_length=120, blank=True)
    reason_code = models.CharField(_("reason"), max_length=60, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    recording_url = models.URLField(_("recording"), max_length=500, blank=True)
    recording_notice = models.BooleanField(_("the caller was told of it"), default=False)
    callback = models.ForeignKey(Task, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        constraints = (
            models.UniqueConstraint(
                fields=("inbox", "external_id"),
                condition=~models.Q(external_id=""),
                name="call_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=CallState.values), name="call_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(way__in=CallWay.values), name="call_way_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.way} {self.theirs} {self.state}"
