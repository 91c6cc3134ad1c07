"""Other programs' addresses that are told what happens, and what became of each telling."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.models.conversations import Conversation, ConversationEvent
from helpdesk.models.fields import EncryptedJSONField
from helpdesk.models.inboxes import Inbox


class WebhookEndpoint(models.Model):
    """An address that is told of events of some kinds, each at least once (ADR 36).

    secrets: {"now", "before"}, what tellings are signed with; `before` too until old_until. notes:
    what colleagues write to each other is told as well. everywhere: of each inbox, else of
    `inboxes` alone. read_to: up to which event deliveries have been made. failing_since: no telling
    has arrived since then; after three days it is switched off at stopped_at.
    """

    name = models.CharField(_("name"), max_length=80)
    url = models.CharField(_("address"), max_length=500)
    secrets = EncryptedJSONField(default=dict, editable=False)
    old_until = models.DateTimeField(null=True)
    kinds = ArrayField(models.CharField(max_length=30))
    notes = models.BooleanField(default=False)
    everywhere = models.BooleanField(default=True)
    inboxes = models.ManyToManyField(Inbox, related_name="+", blank=True)
    enabled = models.BooleanField(_("switched on"), default=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    read_to = models.BigIntegerField()
    failing_since = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class WebhookState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    SENDING = "sending", _("Being sent")
    DONE = "done", _("Arrived")
    FAILED = "failed", _("Given up")


_OPEN = models.Q(state__in=(WebhookState.QUEUED, WebhookState.SENDING))


class WebhookDelivery(models.Model):
    """One event for one endpoint; a trial has no event. In a conversation one after the other."""

    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries"
    )
    event = models.ForeignKey(
        ConversationEvent, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=30)
    state = models.CharField(max_length=8, choices=WebhookState, default=WebhookState.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    give_up_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        constraints = (
            models.UniqueConstraint(
                fields=("event", "endpoint"), name="webhook_told_once_an_event"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=WebhookState.values), name="webhook_state_known"
            ),
        )
        indexes = (
            models.Index(fields=("endpoint", "next_at"), condition=_OPEN, name="webhook_due"),
            models.Index(
                fields=("endpoint", "conversation", "id"), condition=_OPEN, name="webhook_order"
            ),
            models.Index(fields=("created_at",), name="webhook_old"),
            models.Index(fields=("conversation",), name="webhook_of_conversation"),
        )

    def __str__(self) -> str:
        return f"{self.endpoint_id} {self.kind} {self.state}"
