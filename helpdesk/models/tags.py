"""The vocabulary of tags; the words themselves stand in Conversation.tags."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

TAG_LENGTH = 40


class Tint(models.IntegerChoices):
    """Quiet tints of the avatars, by hue in degrees; the words on them keep their contrast."""

    SAND = 70, _("Sand")
    ORANGE = 40, _("Orange")
    GREEN = 140, _("Green")
    TEAL = 180, _("Teal")
    BLUE = 240, _("Blue")
    VIOLET = 300, _("Violet")
    PINK = 350, _("Pink")


class Tag(models.Model):
    """One word that conversations can be marked with; its name is unique in any case.

    archived: kept where it stands, and offered nowhere.
    """

    name = models.CharField(_("name"), max_length=TAG_LENGTH)
    colour = models.PositiveSmallIntegerField(_("colour"), choices=Tint, default=Tint.SAND)
    archived = models.BooleanField(_("put away"), default=False, db_default=False)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                Lower("name"),
                name="tag_name_unique",
                violation_error_message=_("There is a tag of this name."),
            ),
            models.CheckConstraint(
                condition=models.Q(colour__in=Tint.values), name="tag_colour_known"
            ),
        )

    def __str__(self) -> str:
        return self.name
