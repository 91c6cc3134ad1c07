"""What customers say of the help they got."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.models.conversations import Conversation


class Rating(models.Model):
    """One customer's verdict on one conversation: 1 (bad) to 5 (very good), words, "solved?"."""

    conversation = models.OneToOneField(
        Conversation, on_delete=models.CASCADE, related_name="rating"
    )
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    score = models.PositiveSmallIntegerField(_("score"))
    text = models.TextField(_("in the customer's words"), blank=True)
    solved = models.BooleanField(_("solved"), null=True)
    created_at = models.DateTimeField(_("given"), auto_now_add=True)

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(score__gte=1, score__lte=5), name="rating_score_1_to_5"
            ),
        )
        indexes = (models.Index(fields=("-created_at", "-id"), name="rating_newest"),)

    def __str__(self) -> str:
        return f"{self.conversation_id}: {self.score}"
