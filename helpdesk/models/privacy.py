"""What a person may ask of us: consent and its end, a copy, erasure; and what stands against it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.models.customers import Customer


class Purpose(models.TextChoices):
    """What somebody agreed to (domain 11)."""

    CONTACT = "contact", _("Handling the conversation")
    TRACKING = "tracking", _("Being recognised on the site")
    MARKETING = "marketing", _("Offers and follow-up")
    RECORDING = "recording", _("Recording of calls")
    REMOTE_HELP = "remote_help", _("Remote help")


class Consent(models.Model):
    """One agreement: to what, to which words, when, how we know, and when it ended.

    version: names the text that was shown; text: the words themselves, where we have them.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose)
    version = models.CharField(_("version of the text"), max_length=80, blank=True)
    text = models.CharField(_("text"), max_length=500, blank=True)
    language = models.CharField(max_length=8, blank=True)
    source = models.CharField(_("where"), max_length=80, blank=True)
    proof = models.CharField(_("proof"), max_length=300, blank=True)
    given_at = models.DateTimeField(_("given"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(purpose__in=Purpose.values), name="consent_purpose_known"
            ),
        )
        indexes = (models.Index(fields=("customer", "-given_at"), name="consent_newest"),)

    def __str__(self) -> str:
        return f"{self.customer_id} {self.purpose}"


class LegalHold(models.Model):
    """While it stands, nothing of this person is erased or purged."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(_("reason"), max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        indexes = (
            models.Index(
                fields=("customer",),
                condition=models.Q(lifted_at__isnull=True),
                name="legal_hold_standing",
            ),
        )

    def __str__(self) -> str:
        return f"{self.customer_id} since {self.at:%Y-%m-%d}"


class Erasure(models.Model):
    """A person who was erased: that it was done, and what keeps them from coming back.

    tombstones: keyed hashes of their addresses; imports and restored backups ask for them. counts:
    how many rows of what. files: storage names that are still to be deleted; done_at: none is.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="erasures")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField()
    tombstones = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    files = models.JSONField(default=list)
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        indexes = (
            models.Index(
                fields=("at",), condition=models.Q(done_at__isnull=True), name="erasure_unfinished"
            ),
        )

    def __str__(self) -> str:
        return f"{self.customer_id} at {self.at:%Y-%m-%d}"


class Kept(models.TextChoices):
    """Kinds of data that end after a time."""

    CHATS = "chats", _("Chats, texts and social messages")
    MAILS = "mails", _("Mails and forms")
    CALLS = "calls", _("Recordings of calls")
    RAW = "raw", _("Raw messages as they came in")
    COPIES = "copies", _("Copies made for people who asked for their data")


class Retention(models.Model):
    """How many days a kind of data is kept after it was last needed; 0: without end."""

    kind = models.CharField(max_length=8, choices=Kept, primary_key=True)
    days = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind__in=Kept.values), name="retention_kind_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind}: {self.days}"


class DataCopy(models.Model):
    """A copy of all of a person's data, fetched by a link that only its receiver knows.

    token_sha256: of the secret in the link; the link itself is shown once. ready_at: None while it
    is being made; fault: why it could not be.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="copies")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    token_sha256 = models.CharField(max_length=64, unique=True)
    notes = models.BooleanField(default=False)
    file = models.FileField(blank=True, max_length=200)
    size = models.PositiveBigIntegerField(default=0)
    asked_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)
    until = models.DateTimeField()
    fault = models.CharField(max_length=200, blank=True)
    fetched = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("copy of a person's data")
        verbose_name_plural = _("copies of a person's data")
        indexes = (
            models.Index(
                fields=("asked_at",),
                condition=models.Q(ready_at__isnull=True, fault=""),
                name="data_copy_to_make",
            ),
        )

    def __str__(self) -> str:
        return f"{self.customer_id} of {self.asked_at:%Y-%m-%d}"
