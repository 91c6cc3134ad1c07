"""Addresses that we do not write to: what was sent came back, was called spam, or not wanted."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from helpdesk.models.delivery import Delivery


class SuppressionReason(models.TextChoices):
    BOUNCED = "bounced", _("The address does not take mail")
    COMPLAINED = "complained", _("Our mail was reported as spam")
    UNSUBSCRIBED = "unsubscribed", _("No automatic mail is wanted")
    OPTED_OUT = "opted_out", _("They want no more texts")


class SuppressedAddress(models.Model):
    """One address that nothing is sent to, until somebody lifts it (H4).

    `ours`: from this address of ours alone; "" is the whole desk. Who opted out comes back by a
    word of their own.

    `kind` names the address space, as in CustomerIdentity; `said` is what the other side said. Who
    wants no automatic mail still gets what people write.
    A lifted row stays: it tells why an address was left alone for a while.
    """

    kind = models.CharField(_("kind"), max_length=20)
    address = models.CharField(_("address"), max_length=320)
    ours = models.CharField(_("our address"), max_length=320, blank=True, default="", db_default="")
    reason = models.CharField(_("reason"), max_length=12, choices=SuppressionReason)
    said = models.CharField(_("said"), max_length=500, blank=True)
    delivery = models.ForeignKey(
        Delivery, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("delivery")
    )
    created_at = models.DateTimeField(_("since"), auto_now_add=True)
    lifted_at = models.DateTimeField(_("lifted"), null=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("lifted by"),
    )

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "address", "ours"),
                condition=models.Q(lifted_at__isnull=True),
                name="suppressed_once",
            ),
            models.CheckConstraint(
                condition=models.Q(reason__in=SuppressionReason.values),
                name="suppression_reason_known",
            ),
            models.CheckConstraint(
                condition=models.Q(address=Lower("address")),
                name="suppressed_address_lower",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind}:{self.address}"


class AutomaticTally(models.Model):
    """How many automatic answers went to an address or a domain since a moment (G4).

    The row is the limit: who may count it up may send, so that racing mails get one answer.
    """

    key = models.CharField(max_length=340, unique=True)
    since = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = (models.Index(fields=("since",), name="automatic_tally_old"),)

    def __str__(self) -> str:
        return f"{self.key} {self.count}"
