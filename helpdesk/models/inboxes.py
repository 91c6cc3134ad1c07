"""Inboxes: the configured accounts of the channels."""

from __future__ import annotations

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.models.fields import EncryptedJSONField
from helpdesk.models.people import Team


def new_key() -> str:
    """A 128-bit URL-safe token: names the inbox in webhook and widget addresses."""
    return secrets.token_urlsafe(16)


class InboxHealth(models.TextChoices):
    OK = "ok", _("Working")
    BROKEN = "broken", _("Disconnected: held, not lost")


class Inbox(models.Model):
    """One account of one channel: a widget, a mailbox, a phone number, a bot.

    settings: public configuration of the channel. secrets: credentials, encrypted at rest
    and write-only on every screen. address: what customers see (a mail address, a number).
    """

    name = models.CharField(_("name"), max_length=120)
    channel = models.CharField(_("channel"), max_length=20)
    provider = models.CharField(_("provider"), max_length=20, blank=True)
    key = models.CharField(_("key"), max_length=40, unique=True, default=new_key)
    address = models.CharField(_("address"), max_length=320, blank=True)
    language = models.CharField(_("language"), max_length=8, default="en")
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    secrets = EncryptedJSONField(_("secrets"), default=dict, blank=True, editable=True)
    teams = models.ManyToManyField(Team, related_name="inboxes", blank=True)
    queue = models.ForeignKey(
        "Queue",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="inboxes",
        verbose_name=_("queue"),
    )
    enabled = models.BooleanField(_("enabled"), default=True)
    health = models.CharField(max_length=8, choices=InboxHealth, default=InboxHealth.OK)
    health_note = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("inbox")
        verbose_name_plural = _("inboxes")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                fields=("channel", "provider", "address"),
                condition=~models.Q(address=""),
                name="inbox_address_unique",
            ),
            models.CheckConstraint(
                condition=models.Q(health__in=InboxHealth.values), name="inbox_health_known"
            ),
        )

    def __str__(self) -> str:
        return self.name


class ChannelHealth(models.Model):
    """How one way of an inbox is doing: when it last worked, and what is wrong since when.

    way: a short name of the way, given by its channel. broken: nothing comes until somebody does
    something; without it, it is tried again by itself. advice: a code that screens turn into words.
    behind_since: the age of the oldest thing that waits on the other side, if any is known.
    """

    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="ways")
    way = models.CharField(max_length=20)
    worked_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    broken = models.BooleanField(default=False)
    error = models.CharField(max_length=300, blank=True)
    advice = models.CharField(max_length=40, blank=True)
    behind_since = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("inbox", "way"), name="channel_health_once"),
        )
        indexes = (
            models.Index(
                fields=("inbox",),
                condition=models.Q(failing_since__isnull=False),
                name="channel_health_failing",
            ),
        )

    def __str__(self) -> str:
        return f"{self.inbox_id} {self.way}"


class UnknownName(models.Model):
    """A name in a provider's payloads that its adapter does not know: a sign that they changed.

    kind: "key", of a field, or "type", of a message. Names only, never what stood there.
    """

    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="unknown_names")
    kind = models.CharField(max_length=4)
    name = models.CharField(max_length=60)
    times = models.PositiveBigIntegerField(default=0)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()

    class Meta:
        ordering = ("kind", "name")
        constraints = (
            models.UniqueConstraint(fields=("inbox", "kind", "name"), name="unknown_name_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=("key", "type")), name="unknown_name_kind_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
