"""Words that have not left: drafts of one agent, and replies that are to leave later."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk.models.conversations import Conversation
from helpdesk.models.messages import Message


class DraftMode(models.TextChoices):
    REPLY = "reply", _("Reply")
    NOTE = "note", pgettext_lazy("internal", "Note")
    ASK = "ask", _("Ask colleague")


class Draft(models.Model):
    """What an agent has begun to write in a conversation; nobody else ever sees it.

    version grows with every change, also over a row that was deleted between; `files` are ids of
    uploads, `to` the agents who are asked.
    """

    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts"
    )
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="drafts")
    mode = models.CharField(max_length=5, choices=DraftMode)
    text = models.TextField(blank=True)
    files = models.JSONField(default=list, blank=True)
    to = models.JSONField(default=list, blank=True)
    version = models.PositiveBigIntegerField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = (
            models.UniqueConstraint(fields=("agent", "conversation", "mode"), name="draft_unique"),
            models.CheckConstraint(
                condition=models.Q(mode__in=DraftMode.values), name="draft_mode_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.agent_id} in {self.conversation_id}"


class ScheduledState(models.TextChoices):
    WAITING = "waiting", _("Waiting for its time")
    SENT = "sent", _("Sent")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Not sent")


class ScheduledReply(models.Model):
    """A reply that leaves at `due_at`; until then nothing of it is a message.

    client_id is the message's own id to be, so that it is sent once. `reason` says in one word why
    it was not sent: closed, author, refused (with `error`), customer, agent.
    """

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="scheduled"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="scheduled"
    )
    client_id = models.UUIDField(default=uuid.uuid4, unique=True)
    body = models.TextField(blank=True)
    attachments = models.JSONField(default=list, blank=True)
    meta = models.JSONField(default=dict, blank=True)
    then = models.CharField(max_length=10, blank=True, default="")
    due_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=ScheduledState, default=ScheduledState.WAITING)
    cancel_if_customer_writes = models.BooleanField(default=False)
    seq = models.PositiveBigIntegerField(default=0)
    reason = models.CharField(max_length=10, blank=True, default="")
    error = models.CharField(max_length=300, blank=True, default="")
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("scheduled reply")
        verbose_name_plural = _("scheduled replies")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=ScheduledState.values), name="scheduled_state_known"
            ),
        )
        indexes = (
            models.Index(
                fields=("due_at",), condition=models.Q(state="waiting"), name="scheduled_due"
            ),
            models.Index(
                fields=("conversation", "due_at"),
                condition=models.Q(state__in=("waiting", "failed")),
                name="scheduled_shown",
            ),
        )

    def __str__(self) -> str:
        return f"{self.conversation_id} at {self.due_at:%Y-%m-%d %H:%M}"
