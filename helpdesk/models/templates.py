"""Templates: canned answers that stay human."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Template(models.Model):
    """A ready-made answer, offered in the composer after `/`.

    The text may hold placeholders from a fixed list (helpdesk.services.templates.FIELDS), as
    `{{ customer.first_name }}` or with a fallback: `{{ customer.first_name | there }}`.
    """

    name = models.CharField(_("name"), max_length=120)
    shortcut = models.CharField(
        _("shortcut"),
        max_length=40,
        unique=True,
        validators=(RegexValidator(r"^[\w-]+\Z", _("Letters, digits, - and _ only.")),),
        help_text=_("What agents type after the slash."),
    )
    text = models.TextField(_("text"))
    language = models.CharField(_("language"), max_length=8, blank=True)
    uses = models.PositiveIntegerField(_("times used"), default=0, editable=False)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
