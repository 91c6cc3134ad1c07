"""Words that the desk's dictionary knows besides the language's own."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

WORD_LENGTH = 60


class OwnWord(models.Model):
    """A word that is right here: a name, a product. `language` as in a conversation ("pl")."""

    language = models.CharField(_("language"), max_length=8)
    word = models.CharField(_("word"), max_length=WORD_LENGTH)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("own word")
        verbose_name_plural = _("own words")
        ordering = ("language", "word")
        constraints = (
            models.UniqueConstraint(fields=("language", "word"), name="own_word_unique"),
        )

    def __str__(self) -> str:
        return f"{self.language}: {self.word}"
