"""The photos of agents."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Face(models.Model):
    """An agent's photo as pictures.square() wrote it; Agent.photo repeats its digest.

    digest: SHA-256 of the file, which is its address: a changed photo is another one.
    """

    agent = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="face"
    )
    digest = models.CharField(max_length=64, db_index=True)
    png = models.BinaryField()
    kept_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")

    def __str__(self) -> str:
        return self.digest[:12]
