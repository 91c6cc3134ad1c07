"""Triggers, and one small row for every time that one of them fired."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.invitations.limits import PER_VISIT
from helpdesk.models import Conversation, Inbox

ANY_LANGUAGE = "*"
EVERY_DAY = 0b1111111


class Event(models.TextChoices):
    """When a trigger is looked at; the values are the kinds of hits."""

    BEAT = "beat", _("At any moment (looked at every 5 seconds)")
    PAGE = "page", _("A page is opened")
    SEARCH = "search", _("The visitor searches")
    CART = "cart", _("The cart changes")
    EXIT = "exit", _("The pointer leaves the page (never on phones)")
    IDLE = "idle", _("The visitor stops doing anything")
    DISTRESS = "distress", _("The visitor has trouble (angry clicks, mistakes)")
    TRACK = "track", _("The site reports an event")


class Act(models.TextChoices):
    BUBBLE = "bubble", _("Invitation beside the launcher")
    OPEN = "open", _("Open the chat (once a visit, on phones an invitation)")
    MESSAGE = "message", _("Message in the chat, as from an agent")
    CARD = "card", _("Card with a link, for an answer or an offer")
    CALLBACK = "callback", _("Offer to call back")
    TAG = "tag", _("Only mark the visit")
    NOTIFY = "notify", _("Only tell the agents: a visitor who may need help")


SILENT = frozenset({Act.TAG, Act.NOTIFY})


class Goal(models.TextChoices):
    ORDER = "order", _("An order within 24 hours")
    CHAT = "chat", _("A chat within 24 hours")
    NONE = "none", _("None: do not measure")


class Arm(models.TextChoices):
    TREAT = "treat", _("Invited group")
    CONTROL = "control", _("Not invited, for comparison")


class Trigger(models.Model):
    """When this happens and all that holds, do this, to measure that.

    inbox None: every widget. texts: language (or "*" for all others) to {"text", "button"}.
    weekdays: a bit each, Monday first. `experiment` counts measurements; each begins at
    `measured_from` and may be read `horizon_days` later.
    """

    inbox = models.ForeignKey(
        Inbox,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("widget"),
        help_text=_("Empty: all widgets."),
    )
    name = models.CharField(_("name of the invitation"), max_length=120)
    active = models.BooleanField(
        _("active"), default=False, help_text=_("Only active triggers invite anybody.")
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"),
        default=100,
        help_text=_("If several apply in the same moment, the smallest number wins."),
    )
    event = models.CharField(_("looked at when"), max_length=10, choices=Event, default=Event.BEAT)
    conditions = models.JSONField(_("conditions"), default=dict, blank=True)
    action = models.CharField(_("what happens"), max_length=10, choices=Act, default=Act.BUBBLE)
    texts = models.JSONField(_("texts"), default=dict, blank=True)
    link = models.CharField(
        _("link of the card"),
        max_length=500,
        blank=True,
        help_text=_("An https address, or a path on the site such as /help/sizes."),
    )
    tag = models.CharField(_("mark"), max_length=40, blank=True)
    show_agent = models.BooleanField(
        _("show an agent"),
        default=True,
        help_text=_("The invitation carries the name and the initials of one who is online."),
    )
    weekdays = models.PositiveSmallIntegerField(
        _("weekdays"), default=EVERY_DAY, validators=(MaxValueValidator(EVERY_DAY),)
    )
    begins = models.TimeField(_("from"), null=True, blank=True)
    ends = models.TimeField(
        _("until"), null=True, blank=True, help_text=_("By the clock of the widget.")
    )
    goal = models.CharField(_("goal"), max_length=8, choices=Goal, default=Goal.ORDER)
    experiment = models.PositiveIntegerField(_("measurement"), default=1, editable=False)
    measured_from = models.DateTimeField(_("measured from"), default=timezone.now, editable=False)
    horizon_days = models.PositiveSmallIntegerField(
        _("days to measure"),
        default=30,
        validators=(MinValueValidator(7), MaxValueValidator(180)),
        help_text=_(
            "Fixed beforehand: the result is shown when these days are over, because looking "
            "earlier finds successes that are none."
        ),
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ("priority", "pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(event__in=Event.values), name="trigger_event_known"
            ),
            models.CheckConstraint(
                condition=models.Q(action__in=Act.values), name="trigger_action_known"
            ),
            models.CheckConstraint(
                condition=models.Q(goal__in=Goal.values), name="trigger_goal_known"
            ),
            models.CheckConstraint(
                condition=models.Q(weekdays__lte=EVERY_DAY), name="trigger_weekdays_known"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def measured_until(self) -> datetime:
        """When the figures of this measurement may be read."""
        return self.measured_from + timedelta(days=self.horizon_days)

    @property
    def experiment_key(self) -> str:
        """What the hold-out hashes a visitor with."""
        return experiment_key(self.pk, self.experiment)

    def text_for(self, language: str) -> dict[str, Any] | None:
        """The text of a visitor's language, or the one for all others; never another one."""
        return text_for(self.texts, language)


def experiment_key(trigger: int, experiment: int) -> str:
    """The name of one measurement of one trigger."""
    return f"trigger-{trigger}-{experiment}"


def text_for(texts: dict[str, Any], language: str) -> dict[str, Any] | None:
    """Exact language, then its base (pt-BR, pt), then "*"; None where nothing was written."""
    base = language.replace("_", "-").split("-")[0]
    for one in (language, base, ANY_LANGUAGE):
        found = texts.get(one)
        if isinstance(found, dict) and found.get("text"):
            return found
    return None


class Exposure(models.Model):
    """One visitor was invited, or would have been: only added to, never rewritten.

    visitor: SHA-256 of what we know him by. turn: which invitation of the visit (None: silent).
    page: which page of the visit. The constraints are the limits that must not depend on
    anybody's memory: once a visit, once a page, twice a visit.
    """

    trigger = models.ForeignKey(Trigger, on_delete=models.RESTRICT, related_name="exposures")
    experiment = models.PositiveIntegerField(default=1)
    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="+")
    visit = models.CharField(max_length=64)
    visitor = models.CharField(max_length=64)
    page = models.PositiveIntegerField()
    turn = models.PositiveSmallIntegerField(null=True)
    arm = models.CharField(max_length=8, choices=Arm)
    at = models.DateTimeField()
    had_cart = models.BooleanField(default=False)
    shown_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    chatted_at = models.DateTimeField(null=True)
    ordered_at = models.DateTimeField(null=True)
    order_value = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    order_currency = models.CharField(max_length=3, blank=True)

    class Meta:
        verbose_name = _("exposure")
        verbose_name_plural = _("exposures")
        constraints = (
            models.UniqueConstraint(
                fields=("inbox", "visit", "trigger"), name="exposure_once_a_visit"
            ),
            models.UniqueConstraint(fields=("inbox", "visit", "turn"), name="exposure_turns"),
            models.UniqueConstraint(
                fields=("inbox", "visit", "page"),
                condition=models.Q(turn__isnull=False),
                name="exposure_once_a_page",
            ),
            models.CheckConstraint(
                condition=models.Q(turn__isnull=True) | models.Q(turn__gte=1, turn__lte=PER_VISIT),
                name="exposure_twice_a_visit",
            ),
            models.CheckConstraint(condition=models.Q(arm__in=Arm.values), name="exposure_arm"),
            models.CheckConstraint(
                condition=models.Q(arm=Arm.TREAT)
                | models.Q(
                    shown_at__isnull=True, accepted_at__isnull=True, declined_at__isnull=True
                ),
                name="exposure_control_sees_nothing",
            ),
        )
        indexes = (
            models.Index(fields=("inbox", "visitor", "-at"), name="exposure_past"),
            models.Index(fields=("inbox", "-at"), name="exposure_rate"),
            models.Index(fields=("trigger", "experiment", "arm"), name="exposure_report"),
            models.Index(
                fields=("conversation",),
                condition=models.Q(conversation__isnull=False),
                name="exposure_chat",
            ),
        )

    def __str__(self) -> str:
        return f"{self.trigger_id} {self.arm} {self.at:%Y-%m-%d %H:%M}"
