"""What is promised to customers: business hours, policies, and the clocks that run on them."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.models.conversations import Conversation


def office_hours() -> dict[str, Any]:
    """Monday to Friday, nine to five, in UTC: something to start from."""
    week = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    return {"zone": "UTC", "week": week, "holidays": [], "exceptions": []}


class BusinessHours(models.Model):
    """When somebody is there: a calendar as helpdesk.sla.written reads it.

    country, region: whose public holidays are kept up to date in the calendar ("" none).
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    calendar = models.JSONField(_("calendar"), default=office_hours)
    country = models.CharField(_("public holidays of"), max_length=2, blank=True, default="")
    region = models.CharField(_("region"), max_length=10, blank=True, default="")

    class Meta:
        verbose_name = _("business hours")
        verbose_name_plural = _("business hours")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class SLAPolicy(models.Model):
    """One promise; the first enabled one, by position, whose conditions hold is the one.

    The JSON columns hold what helpdesk.sla.policies reads: conditions, targets (seconds by metric
    and priority), warnings and steps. objective: per cent of the first replies that are to come
    within their target.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    position = models.PositiveIntegerField(_("position"), default=100)
    enabled = models.BooleanField(_("in force"), default=True)
    conditions = models.JSONField(_("for whom"), default=dict, blank=True)
    targets = models.JSONField(_("targets"), default=dict)
    warnings = models.JSONField(_("warnings"), default=list, blank=True)
    steps = models.JSONField(_("automatic steps"), default=list, blank=True)
    objective = models.PositiveSmallIntegerField(
        _("to be kept, per cent"),
        default=90,
        db_default=90,
        validators=(MinValueValidator(1), MaxValueValidator(100)),
        help_text=_("What share of the first replies is to come within the time promised."),
    )
    on_hold_stops = models.BooleanField(_("on hold stops the clock"), default=False)

    class Meta:
        verbose_name = _("promise")
        verbose_name_plural = _("promises")
        ordering = ("position", "pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(objective__gte=1, objective__lte=100),
                name="policy_objective_is_a_share",
            ),
        )

    def __str__(self) -> str:
        return self.name


class SLAClock(models.Model):
    """A running promise of one conversation. clock: helpdesk.sla.clocks.as_data().

    due_at repeats what the clock says, None while it stands still or is settled.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="clocks")
    policy = models.ForeignKey(SLAPolicy, on_delete=models.SET_NULL, null=True, related_name="+")
    metric = models.CharField(max_length=10)
    clock = models.JSONField()
    open = models.BooleanField(default=True)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    fulfilled_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("conversation", "metric"),
                condition=models.Q(open=True),
                name="clock_one_open_per_metric",
            ),
        )
        indexes = (
            models.Index(
                fields=("due_at",),
                condition=models.Q(open=True, due_at__isnull=False),
                name="clock_due",
            ),
        )

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.metric}"


class Timer(models.Model):
    """Something that happens once at a set time (DEL-17): a row, never a long ETA.

    kind and facts say what; a clock's timers are unique by cycle and kind, so that each warning
    and each step happens exactly once, whoever looks.
    """

    clock = models.ForeignKey(SLAClock, on_delete=models.CASCADE, related_name="timers")
    cycle = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    due_at = models.DateTimeField()
    fired_at = models.DateTimeField(null=True)
    late = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("clock", "cycle", "kind"), name="timer_once"),
        )
        indexes = (
            models.Index(
                fields=("due_at",), condition=models.Q(fired_at__isnull=True), name="timer_due"
            ),
        )

    def __str__(self) -> str:
        return f"{self.clock_id} {self.kind}"
