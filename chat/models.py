"""Visitors' sessions."""

from __future__ import annotations

from django.db import models

from helpdesk.models import Attachment, Conversation, Customer, Inbox


class VisitorSession(models.Model):
    """One visitor of one widget. Only the SHA-256 of his token is kept (AUT-7)."""

    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="+")
    token_sha256 = models.CharField(max_length=64, unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.SET_NULL, null=True, related_name="+")
    conversation = models.ForeignKey(
        Conversation, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    language = models.CharField(max_length=8, blank=True)
    page_url = models.CharField(max_length=500, blank=True)
    page_title = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("seen_at",), name="visitor_session_seen"),)

    def __str__(self) -> str:
        return f"visitor {self.pk}"


class VisitorUpload(models.Model):
    """Whose upload an attachment is until it is sent."""

    session = models.ForeignKey(VisitorSession, on_delete=models.CASCADE, related_name="uploads")
    attachment = models.OneToOneField(Attachment, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return str(self.attachment_id)
