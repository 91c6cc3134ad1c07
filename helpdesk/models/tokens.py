"""Keys of programs that use the API, and what they asked for already."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.models.inboxes import Inbox

DIGEST = 32  # bytes of a SHA-256


class Scope(models.TextChoices):
    """What a token is for; it never does more than its agent may."""

    CONVERSATIONS_READ = "conversations:read", _("Read conversations and their messages")
    CONVERSATIONS_WRITE = "conversations:write", _("Assign, tag and change the state")
    MESSAGES_WRITE = "messages:write", _("Write to customers")
    NOTES_READ = "notes:read", _("Read and write internal notes")
    CONTACTS_READ = "contacts:read", _("Read customers")
    CONTACTS_WRITE = "contacts:write", _("Change customers")
    TEMPLATES_READ = "templates:read", _("Read templates")
    REPORTS = "reports", _("Read reports")
    ADMIN = "admin", _("Steer queues and agents, and see how the desk is set up")


class ApiToken(models.Model):
    """A key that acts as its agent, within its scopes and inboxes. Only its SHA-256 is kept.

    everywhere: in each inbox of its agent, else in `inboxes` alone. networks: from where it may be
    used, as addresses or networks; none is from anywhere. used_at is written once a minute.
    """

    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens"
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    name = models.CharField(_("name"), max_length=80)
    digest = models.BinaryField(max_length=DIGEST)
    scopes = ArrayField(models.CharField(max_length=24, choices=Scope))
    everywhere = models.BooleanField(default=True)
    inboxes = models.ManyToManyField(Inbox, related_name="+", blank=True)
    networks = ArrayField(models.CharField(max_length=49), default=list, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(scopes__contained_by=Scope.values) & ~models.Q(scopes=[]),
                name="api_token_scopes_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    expires_at__lte=models.F("created_at")
                    + models.Value("366 days", output_field=models.DurationField())
                ),
                name="api_token_ends_within_a_year",
            ),
        )

    def __str__(self) -> str:
        return self.name


class IdempotencyKey(models.Model):
    """What a repeated request is answered with (DEL-5): written with what the first one did."""

    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, null=True, related_name="+")
    key = models.CharField(max_length=200)
    digest = models.BinaryField(max_length=DIGEST)
    status = models.PositiveSmallIntegerField(default=0)
    answer = models.BinaryField(default=b"")
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("agent", "token", "key"), name="idempotency_once", nulls_distinct=False
            ),
        )
        indexes = (models.Index(fields=("created_at",), name="idempotency_old"),)

    def __str__(self) -> str:
        return self.key
