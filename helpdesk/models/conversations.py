"""Conversations and the events that tell their history."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from helpdesk.models.customers import Customer
from helpdesk.models.inboxes import Inbox
from helpdesk.models.tags import TAG_LENGTH


class State(models.TextChoices):
    NEW = "new", _("New")
    OPEN = "open", _("Open")
    PENDING = "pending", _("Waiting for the customer")
    ON_HOLD = "on_hold", _("On hold")
    SNOOZED = "snoozed", _("Snoozed")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")
    SPAM = "spam", _("Spam")


ACTIVE_STATES = (State.NEW, State.OPEN, State.PENDING, State.ON_HOLD, State.SNOOZED)
# Which state may follow which (domain 2.1); services.conversations.move() obeys it.
TRANSITIONS: dict[str, frozenset[str]] = {
    State.NEW: frozenset({State.OPEN, State.RESOLVED, State.SPAM}),
    State.OPEN: frozenset(
        {State.PENDING, State.ON_HOLD, State.SNOOZED, State.RESOLVED, State.SPAM}
    ),
    State.PENDING: frozenset(
        {State.OPEN, State.ON_HOLD, State.SNOOZED, State.RESOLVED, State.SPAM}
    ),
    State.ON_HOLD: frozenset({State.OPEN, State.RESOLVED, State.SPAM}),
    State.SNOOZED: frozenset({State.OPEN, State.RESOLVED, State.SPAM}),
    State.RESOLVED: frozenset({State.OPEN, State.CLOSED, State.SPAM}),
    State.CLOSED: frozenset(),
    State.SPAM: frozenset({State.OPEN}),
}
_active = models.Q(state__in=ACTIVE_STATES)
NEVER = datetime(9999, 12, 31, tzinfo=UTC)  # stands for a time that is not set, to sort by


class Conversation(models.Model):
    """One issue of one customer: a lifelong thread over any number of channels.

    last_seq counts everything that agents see (the gap-free stream of ConversationEvent);
    public_seq counts only what the customer sees, so that his stream has no gaps that would
    tell him of internal notes. The last_* and waiting_since columns repeat facts of the
    messages so that a list never joins them. `context` is what the customer does right now
    (page, cart, device …), told by the channel; `answers` are his replies to the questions
    asked before or while he waits, by the question's id. Where the customer asked to be answered
    elsewhere, `reply_inbox` is the way of the next answers and `reply_address` where they go.
    `tags` are names of the vocabulary (Tag). merged_into: the conversation in whose thread this one
    is read and answered now; then it is closed, and keeps what its own customer sees (ADR 18).
    split_from: the one that its first messages were taken out of. promised_at and late_from repeat
    its running clocks: when the first is due, and from when the first is near its due time or past
    it.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="conversations")
    inbox = models.ForeignKey(Inbox, on_delete=models.PROTECT, related_name="conversations")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="conversations",
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.NEW)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    reason = models.CharField(_("reason"), max_length=120, blank=True)
    priority = models.PositiveSmallIntegerField(_("priority"), default=1, db_default=1)
    context = models.JSONField(default=dict, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    reply_inbox = models.ForeignKey(
        Inbox, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    reply_address = models.CharField(max_length=320, blank=True, default="", db_default="")
    tags = ArrayField(
        models.CharField(max_length=TAG_LENGTH), default=list, db_default=[], blank=True
    )
    due_at = models.DateTimeField(_("comes back at"), null=True, blank=True)
    promised_at = models.DateTimeField(null=True, blank=True)
    late_from = models.DateTimeField(null=True, blank=True)
    follow_up_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="follow_ups"
    )
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="strands",
        db_index=False,
    )
    split_from = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="splits",
        db_index=False,
    )
    reopened = models.PositiveIntegerField(_("times reopened"), default=0)
    last_seq = models.PositiveBigIntegerField(default=0)
    public_seq = models.PositiveBigIntegerField(default=0)
    agent_read_seq = models.PositiveBigIntegerField(default=0)
    customer_got_seq = models.PositiveBigIntegerField(default=0)
    customer_read_seq = models.PositiveBigIntegerField(default=0)
    last_message_at = models.DateTimeField(null=True, blank=True)
    last_preview = models.CharField(max_length=160, blank=True)
    last_direction = models.CharField(max_length=3, blank=True)
    waiting_since = models.DateTimeField(_("customer waits since"), null=True, blank=True)
    unread = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(_("started"), auto_now_add=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=State.values), name="conversation_state_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=State.SNOOZED) | models.Q(due_at__isnull=False),
                name="conversation_snooze_has_due",
            ),
            models.CheckConstraint(
                condition=models.Q(public_seq__lte=models.F("last_seq")),
                name="conversation_public_within_all",
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into__isnull=True) | models.Q(state=State.CLOSED),
                name="conversation_merged_is_closed",
            ),
        )
        indexes = (
            models.Index(fields=("inbox", "-last_message_at", "-id"), name="conv_inbox_newest"),
            models.Index(
                fields=("inbox", "-last_message_at", "-id"),
                condition=_active,
                name="conv_active_by_inbox",
            ),
            models.Index(
                fields=("assignee", "-last_message_at", "-id"),
                condition=_active,
                name="conv_active_by_assignee",
            ),
            models.Index(
                fields=("inbox", "id"),
                condition=_active & models.Q(assignee__isnull=True),
                name="conv_active_unassigned",
            ),
            models.Index(fields=("customer", "-last_message_at"), name="conv_by_customer"),
            models.Index(fields=("created_at",), name="conv_started"),
            models.Index(
                fields=("due_at",), condition=models.Q(due_at__isnull=False), name="conv_due"
            ),
            GinIndex(fields=("tags",), name="conv_tags"),
            models.Index(
                fields=("late_from",),
                condition=models.Q(late_from__isnull=False),
                name="conv_late",
            ),
            models.Index(
                fields=("inbox", "-last_message_at", "-id"),
                condition=models.Q(state=State.SNOOZED),
                name="conv_snoozed",
            ),
            # Newest first over all inboxes: a page is one look into it, however old the desk is.
            models.Index(
                fields=("-last_message_at", "-id"),
                condition=models.Q(
                    state__in=(State.RESOLVED, State.CLOSED), merged_into__isnull=True
                ),
                name="conv_over_newest",
            ),
            models.Index(
                fields=("merged_into",),
                condition=models.Q(merged_into__isnull=False),
                name="conv_merged",
            ),
            models.Index(
                fields=("split_from",),
                condition=models.Q(split_from__isnull=False),
                name="conv_split",
            ),
            # The orders of saved views; what has no such time comes last.
            models.Index(
                Coalesce("waiting_since", models.Value(NEVER)),
                "id",
                condition=_active,
                name="conv_by_wait",
            ),
            models.Index(
                Coalesce("promised_at", models.Value(NEVER)),
                "id",
                condition=_active,
                name="conv_by_promise",
            ),
        )

    def __str__(self) -> str:
        return f"#{self.pk} {self.subject or self.last_preview}"

    @property
    def answered_by(self) -> Inbox:
        """The inbox through which the next answer goes."""
        return self.reply_inbox or self.inbox


class ConversationEvent(models.Model):
    """One entry of a conversation's gap-free history; `seq` is its place.

    Feeds sockets, reactions and later webhooks. Append-only: nothing updates a row.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="events")
    seq = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=30)
    payload = models.JSONField(default=dict)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("conversation", "seq"), name="event_seq_unique"),
        )

    def __str__(self) -> str:
        return f"{self.conversation_id}/{self.seq} {self.kind}"
