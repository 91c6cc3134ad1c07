"""Leads that chats bring, and the orders that followed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk.models.conversations import Conversation
from helpdesk.models.customers import Customer
from helpdesk.models.inboxes import Inbox


class LeadStatus(models.TextChoices):
    NEW = "new", pgettext_lazy("lead", "New")
    CONTACTED = "contacted", pgettext_lazy("lead", "Contacted")
    WON = "won", pgettext_lazy("lead", "Won")
    LOST = "lost", pgettext_lazy("lead", "Lost")


class Lead(models.Model):
    """A person who may buy, caught in a conversation. `consent` is the purpose he agreed to."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="leads")
    conversation = models.ForeignKey(
        Conversation, on_delete=models.SET_NULL, null=True, blank=True, related_name="leads"
    )
    inbox = models.ForeignKey(Inbox, on_delete=models.PROTECT, related_name="leads")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="leads",
    )
    name = models.CharField(_("name"), max_length=200, blank=True)
    email = models.CharField(_("e-mail"), max_length=320, blank=True)
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    need = models.TextField(_("need"), blank=True)
    budget = models.CharField(_("budget"), max_length=80, blank=True)
    consent = models.CharField(_("consented to"), max_length=200, blank=True)
    consent_at = models.DateTimeField(_("consented"), null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=LeadStatus, default=LeadStatus.NEW
    )
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    created_at = models.DateTimeField(_("captured"), auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(status__in=LeadStatus.values), name="lead_status_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(email="", phone=""), name="lead_can_be_reached"
            ),
        )
        indexes = (
            models.Index(fields=("inbox", "-created_at", "-id"), name="lead_newest"),
            models.Index(fields=("inbox", "status", "-id"), name="lead_by_status"),
        )

    def __str__(self) -> str:
        return self.name or self.email or self.phone


class Order(models.Model):
    """An order of the shop, counted once per its id, and the chat it is owed to, if any."""

    inbox = models.ForeignKey(Inbox, on_delete=models.PROTECT, related_name="orders")
    number = models.CharField(_("number"), max_length=100)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    visitor = models.CharField(max_length=64, blank=True)
    customer = models.ForeignKey(
        Customer, on_delete=models.SET_NULL, null=True, blank=True, related_name="orders"
    )
    conversation = models.ForeignKey(
        Conversation, on_delete=models.SET_NULL, null=True, blank=True, related_name="orders"
    )
    ordered_at = models.DateTimeField(_("ordered"))

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = (
            models.UniqueConstraint(fields=("inbox", "number"), name="order_counted_once"),
        )
        indexes = (
            models.Index(fields=("inbox", "-ordered_at"), name="order_newest"),
            models.Index(
                fields=("inbox", "visitor"),
                condition=~models.Q(visitor=""),
                name="order_by_visitor",
            ),
        )

    def __str__(self) -> str:
        return self.number
