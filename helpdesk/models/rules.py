"""Macros, which a person runs, and rules, which an event runs; and the log of what rules did."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.models.conversations import Conversation, ConversationEvent
from helpdesk.models.inboxes import Inbox


class Macro(models.Model):
    """Several actions that an agent does at once. owner: whose it is, null for everybody's.

    actions: a list of {"act", "value"} as helpdesk.services.acts checks and runs it.
    """

    name = models.CharField(_("name"), max_length=80)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="macros"
    )
    actions = models.JSONField(_("actions"), default=list)
    position = models.PositiveIntegerField(_("position"), default=0)
    uses = models.PositiveIntegerField(_("times used"), default=0)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("macro")
        verbose_name_plural = _("macros")
        ordering = ("position", "pk")
        constraints = (
            models.UniqueConstraint(
                "owner", "name", name="macro_name_unique", nulls_distinct=False
            ),
        )

    def __str__(self) -> str:
        return self.name


class Rule(models.Model):
    """When something happens, if the conditions hold, then act. By position, the lowest first.

    kind: one of helpdesk.ruling.kinds. conditions: as helpdesk.ruling.conditions reads them.
    everywhere: it acts in each inbox, else in `inboxes` alone. stop_after: after it has fired no
    later rule looks at the same event. changed_at ends the pauses that the loop guard made.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    kind = models.CharField(_("when"), max_length=30)
    conditions = models.JSONField(_("if"), default=dict)
    actions = models.JSONField(_("then"), default=list)
    position = models.PositiveIntegerField(_("position"), default=0)
    enabled = models.BooleanField(_("switched on"), default=False)
    stop_after = models.BooleanField(_("no later rule after it"), default=False)
    everywhere = models.BooleanField(_("in every inbox"), default=False)
    inboxes = models.ManyToManyField(
        Inbox, related_name="rules", blank=True, verbose_name=_("inboxes")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.name


class RuleRun(models.Model):
    """An event that rules have yet to look at; the row goes with the transaction that acts.

    due_at: not before then; a worker that begins pushes it ahead, so that another one takes over
    if it dies. tries: how many have begun.
    """

    event = models.OneToOneField(ConversationEvent, on_delete=models.CASCADE, related_name="+")
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = (models.Index(fields=("due_at",), name="rule_run_due"),)

    def __str__(self) -> str:
        return f"{self.event_id}"


class Outcome(models.TextChoices):
    FIRED = "fired", _("Done")
    NO_MATCH = "no_match", _("Conditions not met")
    REFUSED = "refused", _("Not possible")
    FAILED = "failed", _("Faulty")
    LOOPED = "looped", _("Stopped: it went in circles")


class RuleFiring(models.Model):
    """What became of a rule at an event; one whose conditions did not hold leaves no row.

    detail: {"done": […]} sentences, {"why": …} a reason, or {"loop": …} which guard stopped it.
    paused_until: until then the rule leaves the conversation alone.
    """

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="firings", db_index=False)
    event = models.ForeignKey(ConversationEvent, on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=Outcome)
    detail = models.JSONField(default=dict)
    paused_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("firing")
        verbose_name_plural = _("firings")
        constraints = (
            models.UniqueConstraint(fields=("rule", "event"), name="firing_once_per_event"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=Outcome.values), name="firing_outcome_known"
            ),
        )
        indexes = (
            models.Index(fields=("rule", "-id"), name="firing_by_rule"),
            models.Index(fields=("conversation", "rule", "-at"), name="firing_by_conversation"),
            models.Index(fields=("at",), name="firing_by_age"),
        )

    def __str__(self) -> str:
        return f"{self.rule_id} {self.outcome}"
