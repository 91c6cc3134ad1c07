"""What was brought in from elsewhere: each run with its report, each thing once."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportRun(models.Model):
    """One import. source: where it comes from; report: counts, and the first faults with places.

    made, filled: what undo() needs: ids of new customers, and {id: {column: [before, after]}}.
    """

    source = models.CharField(max_length=20)
    name = models.CharField(_("file"), max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField()
    report = models.JSONField(default=dict)
    made = models.JSONField(default=list)
    filled = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = (models.Index(fields=("-at",), name="import_newest"),)

    def __str__(self) -> str:
        return f"{self.source} {self.at:%Y-%m-%d %H:%M}"


class ImportedTalk(models.Model):
    """A conversation of another helpdesk that is here already: the same file brings it once."""

    source = models.CharField(max_length=20)
    key = models.CharField(max_length=120)
    conversation = models.ForeignKey(
        "helpdesk.Conversation", on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        constraints = (models.UniqueConstraint(fields=("source", "key"), name="imported_once"),)

    def __str__(self) -> str:
        return f"{self.source}/{self.key}"
