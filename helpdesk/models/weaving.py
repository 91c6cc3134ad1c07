"""How conversations belong together: merged, undone again, or only linked."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.models.conversations import Conversation


class ConversationMerge(models.Model):
    """One merge of two conversations, and what its undo needs (docs/adr/0018).

    before: by "source" and "target", the columns that the merge changed as [before, after].
    moved: ids of the rows that went over, by their model's label. source_seq: the source's last
    event when it was merged; what came later came to its customer's thread since.
    """

    source = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="merges", db_index=False
    )
    target = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField()
    source_seq = models.PositiveBigIntegerField()
    before = models.JSONField(default=dict)
    moved = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("merge of conversations")
        verbose_name_plural = _("merges of conversations")
        constraints = (
            models.UniqueConstraint(
                fields=("source",),
                condition=models.Q(undone_at__isnull=True),
                name="conversation_merged_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(source=models.F("target")), name="conversation_merge_of_two"
            ),
        )

    def __str__(self) -> str:
        return f"{self.source_id} → {self.target_id}"


class ConversationLink(models.Model):
    """Two conversations that belong together, as a person said; one row for both directions."""

    first = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    second = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("link of conversations")
        verbose_name_plural = _("links of conversations")
        constraints = (
            models.UniqueConstraint(fields=("first", "second"), name="conversation_link_unique"),
            models.CheckConstraint(
                condition=models.Q(first__lt=models.F("second")), name="conversation_link_in_order"
            ),
        )

    def __str__(self) -> str:
        return f"{self.first_id} – {self.second_id}"
