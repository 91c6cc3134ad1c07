"""What is routed: queues, how much an agent carries, units of work and the offers made of them."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.models.conversations import Conversation
from helpdesk.models.people import Skill, Team
from helpdesk.models.promises import BusinessHours

_LEVELS = (MinValueValidator(1), MaxValueValidator(5))


class Strategy(models.TextChoices):
    """How a queue chooses among those who could take the work."""

    LEAST_LOADED = "least_loaded", _("Who has least to do")
    LONGEST_IDLE = "longest_idle", _("Who waits longest for work")
    ROUND_ROBIN = "round_robin", _("One after the other")
    BEST_SKILL = "best_skill", _("Who knows it best")


class Priority(models.IntegerChoices):
    LOW = 0, _("Low")
    NORMAL = 1, _("Normal")
    HIGH = 2, _("High")
    URGENT = 3, _("Urgent")


class Queue(models.Model):
    """Whom the work of some inboxes goes to. An inbox without a queue goes to its own teams.

    primary teams are asked first, secondary ones a step later. assist: when nobody speaks the
    customer's language, somebody answers with a translator's help.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    primary = models.ManyToManyField(
        Team, related_name="+", blank=True, verbose_name=_("teams asked first")
    )
    secondary = models.ManyToManyField(
        Team, related_name="+", blank=True, verbose_name=_("teams that help out")
    )
    skills = models.ManyToManyField(Skill, through="QueueSkill", related_name="+")
    strategy = models.CharField(
        _("who gets it"), max_length=12, choices=Strategy, blank=True, default=""
    )
    hours = models.ForeignKey(
        BusinessHours,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="queues",
        verbose_name=_("business hours"),
    )
    assist = models.BooleanField(_("answer with a translator"), default=False)

    class Meta:
        verbose_name = _("queue")
        verbose_name_plural = _("queues")
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(strategy__in=("", *Strategy.values)), name="queue_strategy_known"
            ),
        )

    def __str__(self) -> str:
        return self.name


class QueueSkill(models.Model):
    """A skill that the work of a queue asks for; a hard one is never given up."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="needs")
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="+")
    level = models.PositiveSmallIntegerField(_("level"), default=1, validators=_LEVELS)
    hard = models.BooleanField(_("never without"), default=False)

    class Meta:
        verbose_name = _("needed skill")
        verbose_name_plural = _("needed skills")
        constraints = (
            models.UniqueConstraint(fields=("queue", "skill"), name="queue_skill_unique"),
            models.CheckConstraint(
                condition=models.Q(level__gte=1, level__lte=5), name="queue_skill_level_1_to_5"
            ),
        )

    def __str__(self) -> str:
        return f"{self.queue} · {self.skill} {self.level}"


class WorkState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    OFFERED = "offered", _("Offered")
    ACTIVE = "active", _("With an agent")
    WRAP_UP = "wrap_up", _("Wrap-up")
    DONE = "done", _("Done")


HELD = (WorkState.OFFERED, WorkState.ACTIVE, WorkState.WRAP_UP)


class WorkItem(models.Model):
    """One routed unit of work: a conversation that somebody has to answer now.

    It begins when the customer waits and nobody has him, and ends when the conversation no longer
    needs anybody. enqueued_at never changes, however often it is declined. agent: who has it, or
    is being asked. declined: agent id -> epoch seconds of his no. decision: why the agent was
    chosen, as routing.explaining writes it. due_at and target (seconds): the promise it runs to.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="work")
    queue = models.ForeignKey(
        Queue, on_delete=models.SET_NULL, null=True, blank=True, related_name="work"
    )
    channel = models.CharField(max_length=20)
    state = models.CharField(max_length=8, choices=WorkState, default=WorkState.QUEUED)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="work"
    )
    requeued = models.BooleanField(default=False)
    enqueued_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, blank=True, default="")
    due_at = models.DateTimeField(null=True)
    target = models.FloatField(null=True)
    extra_steps = models.PositiveSmallIntegerField(default=0)
    sticky = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    declined = models.JSONField(default=dict)
    decision = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("conversation",),
                condition=~models.Q(state=WorkState.DONE),
                name="work_one_open_per_conversation",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=WorkState.values), name="work_state_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=WorkState.QUEUED) | models.Q(agent__isnull=True),
                name="work_queued_has_no_agent",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=(WorkState.OFFERED, WorkState.WRAP_UP))
                | models.Q(expires_at__isnull=False),
                name="work_timed_has_end",
            ),
        )
        indexes = (
            models.Index(
                fields=("enqueued_at", "id"),
                condition=models.Q(state=WorkState.QUEUED),
                name="work_queued",
            ),
            models.Index(fields=("enqueued_at",), name="work_by_arrival"),
            models.Index(
                fields=("agent",), condition=models.Q(state__in=HELD), name="work_held_by_agent"
            ),
            models.Index(
                fields=("expires_at",),
                condition=models.Q(state__in=(WorkState.OFFERED, WorkState.WRAP_UP)),
                name="work_expiring",
            ),
        )

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"


class Answered(models.TextChoices):
    """How an offer ended."""

    OPEN = "open", _("Open")
    ACCEPTED = "accepted", _("Accepted")
    ASSIGNED = "assigned", _("Assigned")
    DECLINED = "declined", _("Declined")
    MISSED = "missed", _("Missed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Offer(models.Model):
    """One agent was asked, or given the work unasked. Append-only but for how it ended."""

    item = models.ForeignKey(WorkItem, on_delete=models.CASCADE, related_name="offers")
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="offers"
    )
    made_at = models.DateTimeField()
    answered = models.CharField(max_length=9, choices=Answered, default=Answered.OPEN)
    answered_at = models.DateTimeField(null=True)
    decision = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("item",),
                condition=models.Q(answered=Answered.OPEN),
                name="offer_one_open_per_item",
            ),
            models.CheckConstraint(
                condition=models.Q(answered__in=Answered.values), name="offer_answer_known"
            ),
        )
        indexes = (models.Index(fields=("agent", "-made_at"), name="offer_by_agent"),)

    def __str__(self) -> str:
        return f"{self.item_id} → {self.agent_id} {self.answered}"
