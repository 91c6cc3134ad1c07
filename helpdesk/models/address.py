"""How customers are addressed (R42)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk.models.inboxes import Inbox


class Register(models.TextChoices):
    FORMAL = "formal", pgettext_lazy("address", "Formal")
    INFORMAL = "informal", pgettext_lazy("address", "Informal")
    NEUTRAL = "neutral", pgettext_lazy("address", "Neutral")


class AddressForm(models.Model):
    """How an inbox addresses its customers in a language; language "": in all others."""

    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="address_forms")
    language = models.CharField(_("language"), max_length=8, blank=True, default="")
    register = models.CharField(_("form of address"), max_length=8, choices=Register)

    class Meta:
        verbose_name = _("form of address")
        verbose_name_plural = _("forms of address")
        ordering = ("language", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("inbox", "language"),
                name="address_form_unique",
                violation_error_message=_("This language has its form of address already."),
            ),
            models.CheckConstraint(
                condition=models.Q(register__in=Register.values), name="address_register_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.language}: {self.register}"
