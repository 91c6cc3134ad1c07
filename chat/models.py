"""Visitors' sessions, and who may not write."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.models import Attachment, Conversation, Customer, Inbox


class VisitorSession(models.Model):
    """One visitor of one widget. Only SHA-256 sums of his tokens are kept (AUT-7).

    address: what his customer is found by; it stays when the token changes.
    next_sha256: a token that was offered and counts from its first use on; until then the
        current one does, so that an answer lost on its way loses no visitor.
    previous_sha256: the token before, good for five minutes after rotated_at.
    revoked_at: since then none of them opens anything.
    subject: who the site says he is, by a signed token; "" for a stranger. It is believed
        until verified_until.
    network: his address when he first wrote, as helpdesk.client_ip.keyed() tells it.
    """

    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="+")
    token_sha256 = models.CharField(max_length=64, unique=True)
    next_sha256 = models.CharField(max_length=64, blank=True)
    previous_sha256 = models.CharField(max_length=64, blank=True)
    rotated_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)
    address = models.CharField(max_length=64, blank=True)
    network = models.CharField(max_length=64, blank=True)
    subject = models.CharField(max_length=255, blank=True)
    verified_until = models.DateTimeField(null=True, blank=True)
    customer = models.ForeignKey(Customer, on_delete=models.SET_NULL, null=True, related_name="+")
    conversation = models.ForeignKey(
        Conversation, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    language = models.CharField(max_length=8, blank=True)
    page_url = models.CharField(max_length=500, blank=True)
    page_title = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=("seen_at",), name="visitor_session_seen"),
            models.Index(
                fields=("next_sha256",),
                condition=~models.Q(next_sha256=""),
                name="visitor_session_next",
            ),
            models.Index(
                fields=("previous_sha256",),
                condition=~models.Q(previous_sha256=""),
                name="visitor_session_previous",
            ),
        )

    def __str__(self) -> str:
        return f"visitor {self.pk}"


class VisitorUpload(models.Model):
    """Whose upload an attachment is until it is sent."""

    session = models.ForeignKey(VisitorSession, on_delete=models.CASCADE, related_name="uploads")
    attachment = models.OneToOneField(Attachment, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return str(self.attachment_id)


class BanKind(models.TextChoices):
    NETWORK = "network", _("Internet address")
    VISITOR = "visitor", _("Browser")
    CUSTOMER = "customer", _("Customer")


class Ban(models.Model):
    """Somebody who may not write in a widget for a while. He is told so.

    value: helpdesk.client_ip.keyed(), a session's address or a customer's pk; never a plain
    IP address. `until` is always set: addresses change hands.
    """

    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(_("who"), max_length=10, choices=BanKind)
    value = models.CharField(max_length=64)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    until = models.DateTimeField(_("until"))
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("ban")
        verbose_name_plural = _("bans")
        constraints = (
            models.UniqueConstraint(fields=("inbox", "kind", "value"), name="ban_unique"),
            models.CheckConstraint(
                condition=models.Q(kind__in=BanKind.values), name="ban_kind_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value[:8]}"
