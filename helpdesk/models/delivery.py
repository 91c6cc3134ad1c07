"""Raw payloads in, delivery rows out, and the pulse of the processes that work them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.models.conversations import Conversation
from helpdesk.models.inboxes import Inbox
from helpdesk.models.messages import Message


class InboundState(models.TextChoices):
    NEW = "new", _("New")
    DONE = "done", _("Done")
    IGNORED = "ignored", _("Ignored")
    QUARANTINED = "quarantined", _("Could not be read")
    DISCARDED = "discarded", _("Discarded")


class InboundEvent(models.Model):
    """One raw payload, committed before its sender hears "done" (DEL-2); replayable.

    headers: the envelope, and under "via" the way it came by. message: what it became (of several,
    the first). discard_reason: why a supervisor gave it up.
    """

    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="inbound_events")
    dedupe_key = models.CharField(max_length=200)
    content_sha256 = models.BinaryField(max_length=32)
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    received_at = models.DateTimeField(_("received"))
    state = models.CharField(
        _("state"), max_length=12, choices=InboundState, default=InboundState.NEW
    )
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField()
    error = models.TextField(_("error"), blank=True)
    parser_version = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    message = models.ForeignKey(
        Message, on_delete=models.SET_NULL, null=True, related_name="raw_events"
    )
    discard_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("inbound event")
        verbose_name_plural = _("inbound events")
        constraints = (
            models.UniqueConstraint(fields=("inbox", "dedupe_key"), name="inbound_dedupe"),
            models.CheckConstraint(
                condition=models.Q(state__in=InboundState.values), name="inbound_state_known"
            ),
        )
        indexes = (
            models.Index(fields=("next_at",), condition=models.Q(state="new"), name="inbound_due"),
            models.Index(
                fields=("-received_at",),
                condition=models.Q(state="quarantined"),
                name="inbound_quarantine",
            ),
            models.Index(fields=("inbox", "-received_at"), name="inbound_newest"),
        )

    def __str__(self) -> str:
        return f"{self.inbox_id}/{self.dedupe_key}"


class DeliveryState(models.TextChoices):
    QUEUED = "queued", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    RETRY = "retry", _("Waiting, will be tried again")
    SENT = "sent", _("Sent")
    DELAYED = "delayed", _("On its way, but late")
    DELIVERED = "delivered", _("Delivered")
    READ = "read", _("Read")
    BOUNCED = "bounced", _("Came back")
    COMPLAINED = "complained", _("Reported as spam")
    UNCERTAIN = "uncertain", _("Maybe sent")
    FAILED = "failed", _("Not sent")
    EXPIRED = "expired", _("Not sent: too old")
    CANCELLED = "cancelled", _("Cancelled")


class Delivery(models.Model):
    """The outbox row of one message: who may send it now, and what became of it (DEL-7, 8).

    `conversation` repeats the message's: whether an earlier message is still on its way is then
    one look into a small index. A queued row leaves at `next_at` at the earliest: until then the
    agent may take the message back, and `before` holds what its sending changed. `done` are the
    addresses that have it already, where one message goes to several.
    """

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="delivery")
    inbox = models.ForeignKey(Inbox, on_delete=models.PROTECT, related_name="deliveries")
    to = models.CharField(max_length=320)
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    before = models.JSONField(null=True)
    done = models.JSONField(default=list, db_default=[], blank=True)
    expires_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    lease_owner = models.UUIDField(null=True)
    provider_id = models.CharField(max_length=400, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error = models.CharField(max_length=500, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=DeliveryState.values), name="delivery_state_known"
            ),
        )
        indexes = (
            models.Index(
                fields=("next_at",),
                condition=models.Q(state__in=("queued", "retry", "sending", "uncertain")),
                name="delivery_due",
            ),
            models.Index(
                fields=("conversation", "id"),
                condition=models.Q(state__in=("queued", "retry", "sending", "uncertain")),
                name="delivery_order",
            ),
            models.Index(fields=("inbox", "provider_id"), name="delivery_provider_id"),
        )

    def __str__(self) -> str:
        return f"{self.message_id} {self.state}"


class RecipientState(models.TextChoices):
    SENT = "sent", _("Sent")
    DELAYED = "delayed", _("On its way, but late")
    DELIVERED = "delivered", _("Delivered")
    READ = "read", _("Read")
    BOUNCED = "bounced", _("Came back")
    COMPLAINED = "complained", _("Reported as spam")


class DeliveryRecipient(models.Model):
    """What was reported of one recipient of a delivery; made by the first report of them (H4).

    `state` only moves up (helpdesk.receipts); everything that was ever said, the late and the
    overruled too, is in `history`: [{state, code, said, at}].
    """

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="recipients")
    address = models.CharField(max_length=320)
    state = models.CharField(max_length=10, choices=RecipientState, default=RecipientState.SENT)
    code = models.CharField(max_length=60, blank=True)
    said = models.CharField(max_length=500, blank=True)
    history = models.JSONField(default=list)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("recipient of a delivery")
        verbose_name_plural = _("recipients of deliveries")
        constraints = (
            models.UniqueConstraint(fields=("delivery", "address"), name="delivery_recipient_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=RecipientState.values), name="recipient_state_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.address} {self.state}"


class SendingBudget(models.Model):
    """How many messages an inbox may still send now: a bucket that fills as time goes by (K5)."""

    inbox = models.OneToOneField(
        Inbox, on_delete=models.CASCADE, primary_key=True, related_name="sending_budget"
    )
    left = models.FloatField()
    counted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("sending budget")
        verbose_name_plural = _("sending budgets")
        constraints = (
            models.CheckConstraint(condition=models.Q(left__gte=0), name="budget_not_overdrawn"),
        )

    def __str__(self) -> str:
        return f"{self.inbox_id} {self.left:.1f}"


class SendingPace(models.Model):
    """How far ahead of its pace an inbox has sent to one address: free again for one at `due`."""

    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="+")
    to = models.CharField(max_length=320)
    due = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("inbox", "to"), name="sending_pace_once"),)
        indexes = (models.Index(fields=("due",), name="sending_pace_due"),)

    def __str__(self) -> str:
        return f"{self.inbox_id} {self.to}"


class ParkedReceipt(models.Model):
    """A receipt that came before its message was settled; tried again for 24 h (PRV-5)."""

    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="+")
    provider_id = models.CharField(max_length=400)
    state = models.CharField(max_length=10)
    error_code = models.CharField(max_length=60, blank=True)
    error = models.CharField(max_length=500, blank=True)
    recipient = models.CharField(max_length=320, blank=True, default="", db_default="")
    hard = models.BooleanField(default=False, db_default=False)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (models.Index(fields=("inbox", "provider_id"), name="parked_by_id"),)

    def __str__(self) -> str:
        return f"{self.provider_id} {self.state}"


class Heartbeat(models.Model):
    """The last sign of life of a background process (sweeper, worker, beat, listener)."""

    name = models.CharField(max_length=40, primary_key=True)
    beat_at = models.DateTimeField()
    detail = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("sign of life")
        verbose_name_plural = _("signs of life")

    def __str__(self) -> str:
        return self.name
