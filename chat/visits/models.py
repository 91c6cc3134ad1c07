"""Who came to a site, how often, and which pages he saw. Never a full address, never a name."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.models import Conversation, Customer, Inbox


class Device(models.TextChoices):
    PHONE = "phone", _("Phone")
    TABLET = "tablet", _("Tablet")
    COMPUTER = "computer", _("Computer")


class Visitor(models.Model):
    """A browser that agreed to be known again. Only the SHA-256 of its id is kept.

    `visits` counts visits, `declines` the invitations that were declined one after another.
    """

    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="+")
    uid_sha256 = models.CharField(max_length=64)
    customer = models.ForeignKey(
        Customer, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    visits = models.PositiveIntegerField(default=0)
    first_seen_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    consented_at = models.DateTimeField()
    consent_version = models.CharField(max_length=80, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    declines = models.PositiveSmallIntegerField(default=0)
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("visitor")
        verbose_name_plural = _("visitors")
        constraints = (
            models.UniqueConstraint(fields=("inbox", "uid_sha256"), name="visitor_uid_unique"),
        )
        indexes = (models.Index(fields=("seen_at",), name="visitor_seen"),)

    def __str__(self) -> str:
        return f"visitor {self.uid_sha256[:4].upper()}"


class Visit(models.Model):
    """One stay on a site. `key` is a secret of the visitor's browser; agents see the pk.

    `ended_at` is the last sign of life that was worth a write: a page, a search, a goodbye.
    `network` is the address cut to /24 or /48; `referrer` is a host, never a full address.
    """

    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="+")
    visitor = models.ForeignKey(
        Visitor, on_delete=models.CASCADE, null=True, blank=True, related_name="stays"
    )
    conversation = models.ForeignKey(
        Conversation, on_delete=models.SET_NULL, null=True, blank=True, related_name="visits"
    )
    key = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    pages = models.PositiveIntegerField(default=0)
    landing = models.CharField(max_length=500, blank=True)
    referrer = models.CharField(max_length=253, blank=True)
    utm = models.JSONField(default=dict, blank=True)
    searches = models.JSONField(default=list, blank=True)
    device = models.CharField(max_length=8, choices=Device, default=Device.COMPUTER)
    language = models.CharField(max_length=8, blank=True)
    country = models.CharField(max_length=2, blank=True)
    network = models.GenericIPAddressField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = (
            models.UniqueConstraint(fields=("inbox", "key"), name="visit_key_unique"),
            models.CheckConstraint(
                condition=models.Q(device__in=Device.values), name="visit_device_known"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__gte=models.F("started_at")), name="visit_in_order"
            ),
        )
        indexes = (
            models.Index(fields=("inbox", "-started_at"), name="visit_newest"),
            models.Index(fields=("ended_at",), name="visit_ended"),
        )

    def __str__(self) -> str:
        return f"visit {self.pk}"


class PageView(models.Model):
    """One page of a visit. `seconds` is known once the page said goodbye, else 0."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="views")
    at = models.DateTimeField()
    url = models.CharField(max_length=500)
    title = models.CharField(max_length=200, blank=True)
    seconds = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("page view")
        verbose_name_plural = _("page views")
        indexes = (models.Index(fields=("visit", "at"), name="page_view_trail"),)

    def __str__(self) -> str:
        return self.url
