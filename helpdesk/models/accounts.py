"""Accounts: where agents are signed in, who is invited, and what we write to them ourselves."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from helpdesk.models.fields import EncryptedJSONField
from helpdesk.models.people import Agent, Role, Team

DEVICE_LENGTH = 200  # characters of a User-Agent


class SignIn(models.Model):
    """A browser in which an agent is signed in. The session itself is Django's row of that key."""

    session = models.CharField(max_length=40, unique=True)
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="sign_ins")
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    address = models.GenericIPAddressField(null=True, blank=True)
    device = models.CharField(max_length=DEVICE_LENGTH, blank=True, default="")

    class Meta:
        ordering = ("-seen_at",)

    def __str__(self) -> str:
        return f"{self.agent} · {self.device}"


class RoleRule(models.Model):
    """What an administrator asks of everybody of a role."""

    role = models.CharField(max_length=12, choices=Role, primary_key=True)
    second_factor = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="role_rule_role_known"
            ),
        )

    def __str__(self) -> str:
        return self.role


class Invitation(models.Model):
    """A colleague who may join once, by a link of which only the hash is kept (SEC-25).

    withdrawn_at: also set on what a newer one to the same address replaces.
    """

    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.AGENT)
    teams = models.ManyToManyField(Team, related_name="+", blank=True)
    token_sha256 = models.CharField(max_length=64, unique=True)
    by = models.ForeignKey(Agent, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    notice = models.ForeignKey(
        "Notice", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ("-made_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                Lower("email"),
                condition=models.Q(used_at__isnull=True, withdrawn_at__isnull=True),
                name="invitation_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="invitation_role_known"
            ),
        )

    def __str__(self) -> str:
        return self.email


class Notice(models.Model):
    """A mail of the desk itself to one of us. Its words hold links that open an account: they are
    sealed, and forgotten once it is sent or given up (due_at is empty then).

    alarm: it tells of alarms; without `to` it goes to the chat whose address its words hold.
    """

    to = models.EmailField(blank=True)
    alarm = models.BooleanField(default=False, db_default=False)
    words = EncryptedJSONField(default=dict)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        indexes = (
            models.Index(
                fields=("due_at",), name="notice_due", condition=models.Q(due_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return self.to
