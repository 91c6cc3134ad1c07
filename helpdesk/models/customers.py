"""Customers and the addresses by which we know them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from helpdesk.models.address import Register


class Customer(models.Model):
    """A person who writes to us, whatever the channel."""

    name = models.CharField(_("name"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    company = models.CharField(_("company"), max_length=200, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    timezone = models.CharField(_("time zone"), max_length=64, blank=True)
    vip = models.BooleanField(_("VIP"), default=False)
    # Empty: as the inbox does it.
    register = models.CharField(
        _("form of address"), max_length=8, choices=Register, blank=True, default="", db_default=""
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        indexes = (models.Index(fields=("-created_at", "-id"), name="customer_newest"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(register__in=("", *Register.values)),
                name="customer_register_known",
            ),
        )

    def __str__(self) -> str:
        return self.name or gettext("Visitor %(number)s") % {"number": self.pk}


class CustomerIdentity(models.Model):
    """One address of a customer: an e-mail address, a phone number, a Telegram id …

    `kind` names the address space, not the channel. `evidence` says how we know that the
    address is his, so that a wrong link can be understood and undone.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(_("kind"), max_length=20)
    address = models.CharField(_("address"), max_length=320)
    verified = models.BooleanField(_("verified"), default=False)
    evidence = models.CharField(_("evidence"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("customer identity")
        verbose_name_plural = _("customer identities")
        constraints = (models.UniqueConstraint(fields=("kind", "address"), name="identity_unique"),)

    def __str__(self) -> str:
        return f"{self.kind}:{self.address}"
