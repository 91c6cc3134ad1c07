"""What one administrator asks for and another one has to agree to (AUT-1: four eyes)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.models.customers import Customer


class FourEyes(models.TextChoices):
    """The closed list of what nobody does alone, where there is a second administrator."""

    ERASE = "erase", _("Erase a person")
    LIFT = "lift", _("Lift a legal hold")
    AUDIT = "audit", _("Take the audit as a file")


class Confirmation(models.Model):
    """A request, open until somebody decided or its time was over.

    agreed: None is open. used_at: when an agreed file was taken; the other kinds are done at once.
    """

    kind = models.CharField(max_length=8, choices=FourEyes)
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, null=True, blank=True, related_name="confirmations"
    )
    reason = models.CharField(max_length=200, blank=True, default="")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    asked_at = models.DateTimeField()
    until = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    agreed = models.BooleanField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(agreed=True, decided_by=models.F("asked_by")),
                name="confirmation_by_another",
            ),
            models.UniqueConstraint(
                fields=("kind", "customer", "asked_by"),
                condition=models.Q(agreed__isnull=True),
                nulls_distinct=False,
                name="confirmation_one_open",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.customer_id or ''}".strip()
