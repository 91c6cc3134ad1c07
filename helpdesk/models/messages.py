"""Messages and their files."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.models.conversations import Conversation
from helpdesk.models.fields import uuid7
from helpdesk.models.inboxes import Inbox


class Direction(models.TextChoices):
    IN = "in", _("From the customer")
    OUT = "out", _("To the customer")


class Visibility(models.TextChoices):
    PUBLIC = "public", _("Visible to the customer")
    INTERNAL = "internal", _("Not visible to the customer")


class Missing(models.TextChoices):
    """Why a file that came has no content."""

    TOO_BIG = "too_big", _("Larger than what is kept")
    GONE = "gone", _("Not there, or something else instead")
    LATE = "late", _("Did not come in time")
    REFUSED = "refused", _("At an address that is not called")


class Message(models.Model):
    """One message or note. `inbox` is the channel it came or went by.

    seq is its place among the conversation's events; public_seq its place among what the
    customer sees (null for a note). client_id is the sender's own id: a resend is found by it.
    external_id is the provider's id, or for mail the Message-ID.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="messages"
    )
    inbox = models.ForeignKey(Inbox, on_delete=models.PROTECT, related_name="messages")
    seq = models.PositiveBigIntegerField()
    public_seq = models.PositiveBigIntegerField(null=True)
    direction = models.CharField(max_length=3, choices=Direction)
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.PUBLIC)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="messages"
    )
    client_id = models.UUIDField(null=True)
    external_id = models.CharField(max_length=400, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    html = models.TextField(blank=True)
    meta = models.JSONField(default=dict, blank=True)
    sent_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = (
            models.UniqueConstraint(fields=("conversation", "seq"), name="message_seq_unique"),
            models.UniqueConstraint(
                fields=("conversation", "public_seq"), name="message_public_seq_unique"
            ),
            models.UniqueConstraint(
                fields=("conversation", "client_id"), name="message_client_id_unique"
            ),
            models.UniqueConstraint(
                fields=("inbox", "direction", "external_id"),
                condition=~models.Q(external_id=""),
                name="message_external_id_unique",
            ),
            models.CheckConstraint(
                condition=models.Q(visibility="public", public_seq__isnull=False)
                | models.Q(visibility="internal", public_seq__isnull=True, direction="out"),
                name="message_note_has_no_public_seq",
            ),
        )
        indexes = (
            models.Index(fields=("external_id",), name="message_external_id"),
            models.Index(
                fields=("conversation", "-created_at", "-id"),
                condition=models.Q(visibility="internal"),
                name="message_notes",
            ),
        )

    def __str__(self) -> str:
        return f"{self.conversation_id}/{self.seq}"


def attachment_path(attachment: Attachment, _name: str) -> str:
    """Storage key: ours alone, so that a customer's file name is never a path."""
    return f"attachments/{attachment.pk.hex[-2:]}/{attachment.pk.hex}"


class Attachment(models.Model):
    """A file of a message. `name` is display data; the storage key is the id.

    A file that could not be had keeps its row (name, size) without content: `file` is empty, and
    `missing` says why.
    message is null between an agent's upload and his send.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, null=True, related_name="attachments"
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)
    content_id = models.CharField(max_length=255, blank=True)
    file = models.FileField(upload_to=attachment_path, blank=True, max_length=200)
    missing = models.CharField(max_length=8, choices=Missing, blank=True, db_default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self) -> str:
        return self.name
