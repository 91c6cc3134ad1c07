"""Mailboxes fetched by IMAP: the account, how far each folder is read, what was skipped."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.models import Inbox
from helpdesk.models.fields import EncryptedJSONField


class Security(models.TextChoices):
    TLS = "tls", _("TLS")
    STARTTLS = "starttls", _("STARTTLS")
    NONE = "none", _("None (only inside your own network)")


class SignIn(models.TextChoices):
    PASSWORD = "password", _("Password")
    GOOGLE = "google", _("Google")
    MICROSOFT = "microsoft", _("Microsoft")


class BackFill(models.TextChoices):
    NONE = "none", _("Only new mail")
    WEEK = "7", _("The last 7 days")
    MONTH = "30", _("The last 30 days")
    ALL = "all", _("All that is there")


class MailboxState(models.TextChoices):
    SETUP = "setup", _("Being set up")
    RUNNING = "running", _("Fetched")
    PAUSED = "paused", _("Paused")
    BROKEN = "broken", _("Signing in fails")


class FetchedMailbox(models.Model):
    """An IMAP account that is fetched into an inbox.

    secrets: password, client_secret, refresh_token, access_token: encrypted, never shown.
    lease_owner, lease_until: the one fetcher that may commit (A7). move_to: a folder that fetched
    mail is moved to, "" for none. retry_at: not to be tried before, after failures.
    """

    inbox = models.OneToOneField(Inbox, on_delete=models.CASCADE, related_name="fetched_mailbox")
    host = models.CharField(max_length=255)
    port = models.PositiveIntegerField(default=993)
    security = models.CharField(max_length=8, choices=Security, default=Security.TLS)
    username = models.CharField(max_length=320)
    sign_in = models.CharField(max_length=10, choices=SignIn, default=SignIn.PASSWORD)
    client_id = models.CharField(max_length=300, blank=True)
    secrets = EncryptedJSONField(default=dict, blank=True)
    token_until = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=MailboxState, default=MailboxState.SETUP)
    mark_seen = models.BooleanField(default=False)
    move_to = models.CharField(max_length=255, blank=True)
    lease_owner = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("fetched mailbox")
        verbose_name_plural = _("fetched mailboxes")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=MailboxState.values), name="mailbox_state_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.username}@{self.host}"


class MailFolder(models.Model):
    """How far a folder is read: UIDs up to last_uid of this uidvalidity are ours (A5).

    uidvalidity 0: never opened. not_before: what came to the server earlier was not asked for.
    since: of UIDs below since_below only mail of that day or later is looked at (the first fill, or
    a rescan). read_at: when it was last read to its end. stuck_uid, stuck_times, stuck_at: a mail
    over which the connection broke again and again.
    """

    mailbox = models.ForeignKey(FetchedMailbox, on_delete=models.CASCADE, related_name="folders")
    name = models.CharField(max_length=255)
    fill = models.CharField(max_length=4, choices=BackFill, default=BackFill.NONE)
    uidvalidity = models.PositiveBigIntegerField(default=0)
    last_uid = models.PositiveBigIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    since = models.DateField(null=True)
    since_below = models.PositiveBigIntegerField(default=0)
    stuck_uid = models.PositiveBigIntegerField(default=0)
    stuck_times = models.PositiveIntegerField(default=0)
    stuck_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("mailbox", "name"), name="folder_once"),)
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name


class SkippedMail(models.Model):
    """A mail that its server would not give us: passed by, shown, tried again on demand."""

    folder = models.ForeignKey(MailFolder, on_delete=models.CASCADE, related_name="skipped")
    uidvalidity = models.PositiveBigIntegerField()
    uid = models.PositiveBigIntegerField()
    error = models.CharField(max_length=300)
    at = models.DateTimeField(auto_now_add=True)
    again = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("folder", "uidvalidity", "uid"), name="skipped_once"),
        )

    def __str__(self) -> str:
        return f"{self.folder_id}/{self.uid}"
