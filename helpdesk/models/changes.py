"""What providers say besides messages: changes of them, words they approved, their health."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.models.inboxes import Inbox
from helpdesk.models.messages import Message


class ChangeKind(models.TextChoices):
    EDITED = "edited", _("Edited")
    DELETED = "deleted", _("Deleted")
    REACTION = "reaction", _("Reaction")


class MessageChange(models.Model):
    """What was done to a message after it was sent; a message's state is the fold of its changes.

    target: the external id of the message, which may come later: until then `message` is null.
    key: the provider's id of the change, so that a repeat is the same row. text: the new words or
    the emoji; none once the message is deleted. at: the provider's time, which orders changes.
    """

    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="+")
    target = models.CharField(max_length=400)
    key = models.CharField(max_length=400)
    kind = models.CharField(max_length=8, choices=ChangeKind)
    sender = models.CharField(max_length=320, blank=True)
    text = models.TextField(blank=True)
    at = models.DateTimeField()
    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, null=True, related_name="changes"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("inbox", "key"), name="message_change_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=ChangeKind.values), name="message_change_kind_known"
            ),
        )
        indexes = (
            models.Index(fields=("inbox", "target"), name="message_change_target"),
            models.Index(
                fields=("created_at",),
                condition=models.Q(message__isnull=True),
                name="message_change_parked",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.target}"


class ReactionState(models.TextChoices):
    QUEUED = "queued", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    RETRY = "retry", _("Waiting, will be tried again")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Not sent")


class SentReaction(models.Model):
    """The outbox row of our reaction to a customer's message: one at most, set or ("") taken off.

    Setting it twice has one effect, so whatever is doubtful is simply repeated. revision: counts
    what agents wanted; a send that ends after they wanted something else settles nothing.
    """

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="our_reaction")
    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="+")
    to = models.CharField(max_length=320)
    emoji = models.CharField(max_length=40, blank=True)
    revision = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=ReactionState, default=ReactionState.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=ReactionState.values),
                name="sent_reaction_state_known",
            ),
        )
        indexes = (
            models.Index(
                fields=("next_at",),
                condition=models.Q(state__in=("queued", "retry", "sending")),
                name="sent_reaction_due",
            ),
        )

    def __str__(self) -> str:
        return f"{self.emoji} {self.state}"


class ApprovedText(models.Model):
    """Words that a provider has approved: all that may begin a talk once its window has closed.

    body: with {{1}}, {{2}} … where something is filled in. gaps: how many of these. approved:
    False while the provider holds it back or no longer lists it.
    """

    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="approved_texts")
    name = models.CharField(max_length=200)
    language = models.CharField(max_length=16)
    category = models.CharField(max_length=40, blank=True)
    body = models.TextField()
    gaps = models.PositiveSmallIntegerField(default=0)
    approved = models.BooleanField(default=True)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ("name", "language")
        constraints = (
            models.UniqueConstraint(
                fields=("inbox", "name", "language"), name="approved_text_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"


class Circuit(models.Model):
    """The breaker of one inbox: how often sending failed of late, and since when it is open.

    probe_at: when the next single message may try it, while it is open.
    """

    inbox = models.OneToOneField(
        Inbox, on_delete=models.CASCADE, primary_key=True, related_name="circuit"
    )
    failures = models.PositiveSmallIntegerField(default=0)
    first_at = models.DateTimeField()
    open_since = models.DateTimeField(null=True)
    probe_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("circuit breaker")
        verbose_name_plural = _("circuit breakers")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(open_since__isnull=True, probe_at__isnull=True)
                | models.Q(open_since__isnull=False, probe_at__isnull=False),
                name="circuit_open_has_probe",
            ),
        )

    def __str__(self) -> str:
        return f"{self.inbox_id} {'open' if self.open_since else 'closed'}"
