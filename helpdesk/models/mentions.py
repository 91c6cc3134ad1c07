"""Who of us is to look at a conversation: who was named or asked in it, and who watches it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.models.conversations import Conversation
from helpdesk.models.messages import Message


class Mention(models.Model):
    """An agent who was named in a note or asked by a colleague; read when he opens it."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="mentions")
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="mentions",
        db_index=False,
    )
    read_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints = (models.UniqueConstraint(fields=("agent", "message"), name="mention_unique"),)
        indexes = (
            models.Index(
                fields=("agent", "-message"),
                condition=models.Q(read_at__isnull=True),
                name="mention_unread",
            ),
        )

    def __str__(self) -> str:
        return f"{self.agent} · {self.message_id}"


class Watch(models.Model):
    """An agent who wants to hear of a conversation that need not be his."""

    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="watches",
        db_index=False,
    )
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="watches")

    class Meta:
        verbose_name = _("watched conversation")
        verbose_name_plural = _("watched conversations")
        constraints = (
            models.UniqueConstraint(fields=("agent", "conversation"), name="watch_unique"),
        )

    def __str__(self) -> str:
        return f"{self.agent} · {self.conversation_id}"
