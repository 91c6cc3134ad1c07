"""Who did what of consequence: rows that are only ever added, each sealed over the one before."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    """The closed list of what is written down."""

    SIGNED_IN = "signed_in", _("Signed in")
    SIGNED_OUT = "signed_out", _("Signed out")
    SIGN_IN_FAILED = "sign_in_failed", _("Sign-in failed")
    ADDED = "added", _("Something added")
    CHANGED = "changed", _("Something changed")
    DELETED = "deleted", _("Something deleted")
    MERGED = "merged", _("Two merged into one")
    UNMERGED = "unmerged", _("Merge undone")
    VIEWED = "viewed", _("Record looked at")
    JOINED = "joined", _("Joined a conversation")
    WHISPERED = "whispered", _("Whispered")
    TAKEN_OVER = "taken_over", _("Taken over")
    FORCED = "forced", _("Given above the limit")
    EASED = "eased", _("Rules eased")
    BLOCKED = "blocked", _("Somebody blocked")
    UNBLOCKED = "unblocked", _("Block lifted")
    REPLAYED = "replayed", _("Read again from the quarantine")
    DISCARDED = "discarded", _("Discarded from the quarantine")
    EXPORTED = "exported", _("Data exported")
    IMPORTED = "imported", _("Data imported")
    ERASED = "erased", _("Person erased")
    PURGED = "purged", _("Purged by retention")
    HELD = "held", _("Legal hold set")
    RELEASED = "released", _("Legal hold lifted")
    CONSENTED = "consented", _("Consent recorded")
    WITHDRAWN = "withdrawn", _("Consent withdrawn")
    ASKED = "asked", _("Asked for a second administrator")
    CONFIRMED = "confirmed", _("Agreed to, as the second administrator")
    REFUSED = "refused", _("Refused, as the second administrator")


class AuditEntry(models.Model):
    """One act. The database itself refuses to change a row, or to delete one within two years.

    actor: None is the desk itself or a stranger; never a constraint, so that a row outlives all.
    about, about_id: the thing's model and key, never its name: what is erased leaves no trace here.
    changes: {field: [before, after]}, or {field: null} where only the name may be told.
    """

    at = models.DateTimeField(_("when"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        verbose_name=_("who"),
    )
    role = models.CharField(max_length=12, blank=True)
    ip = models.GenericIPAddressField(null=True)
    act = models.CharField(_("what"), max_length=20)
    about = models.CharField(max_length=60, blank=True)
    about_id = models.CharField(max_length=64, blank=True)
    changes = models.JSONField(default=dict)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes = (
            models.Index(fields=("actor", "-id"), name="audit_by_actor"),
            models.Index(fields=("act", "-id"), name="audit_by_act"),
            models.Index(fields=("about", "about_id", "-id"), name="audit_by_object"),
            models.Index(fields=("at",), name="audit_by_time"),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.act} {self.about} {self.about_id}"


class AuditSeal(models.Model):
    """An entry's place in the day's chain: its hash covers the entry and the hash before it.

    Written by one process a moment after the act, so that no act waits for another (ADR 37).
    """

    entry = models.OneToOneField(
        AuditEntry, on_delete=models.PROTECT, primary_key=True, related_name="seal"
    )
    day = models.DateField()
    position = models.PositiveIntegerField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("day", "position"), name="audit_seal_in_line"),
        )

    def __str__(self) -> str:
        return f"{self.day}/{self.position} {self.hash[:8]}"
