"""Pictures of mails that were fetched from elsewhere, kept for a while."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class FetchedPicture(models.Model):
    """What an address gave when a reader asked for it; `content_type` is empty where it gave
    nothing that may be shown. `key` is the SHA-256 of the address, which is kept nowhere.
    """

    key = models.CharField(primary_key=True, max_length=64)
    content_type = models.CharField(max_length=20, blank=True)
    body = models.BinaryField()
    fetched_at = models.DateTimeField()

    class Meta:
        verbose_name = _("fetched picture")
        verbose_name_plural = _("fetched pictures")
        indexes = (models.Index(fields=("fetched_at",), name="fetched_picture_age"),)

    def __str__(self) -> str:
        return self.key
