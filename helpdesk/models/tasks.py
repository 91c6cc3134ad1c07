"""What we promised a customer to do, and by when."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.models.conversations import Conversation


class Task(models.Model):
    """Something to be done for a conversation. The customer never sees it.

    reminded_at: when the sweeper told the assignee that it is due; once, unless due_at moves.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="tasks")
    text = models.CharField(_("what"), max_length=300)
    due_at = models.DateTimeField(_("due"), null=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="tasks",
        db_index=False,
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    done_at = models.DateTimeField(_("done"), null=True)
    reminded_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        constraints = (models.CheckConstraint(condition=~models.Q(text=""), name="task_says_what"),)
        indexes = (
            models.Index(
                fields=("due_at",),
                condition=models.Q(
                    due_at__isnull=False, done_at__isnull=True, reminded_at__isnull=True
                ),
                name="task_to_remind",
            ),
            models.Index(
                fields=("assignee", "due_at"),
                condition=models.Q(done_at__isnull=True),
                name="task_open_by_assignee",
            ),
        )

    def __str__(self) -> str:
        return self.text
