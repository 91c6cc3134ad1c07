"""The rush: whether more people come than can be served, and what a supervisor did about it."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.models.people import Skill

MOST_MORE = 3


class Rush(models.Model):
    """How busy the live channels are: the one row that all sweepers share.

    since: when the rush began, None while there is none. signs: what spoke for it last, with the
    figures (routing.spike.Figures) of that moment; calm_since: since when nothing does.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    measured_at = models.DateTimeField(null=True)
    figures = models.JSONField(default=dict)
    since = models.DateTimeField(null=True)
    signs = models.JSONField(default=list)
    calm_since = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="rush_is_one_row"),)

    def __str__(self) -> str:
        return f"since {self.since}" if self.since else "calm"


class ReliefKind(models.TextChoices):
    LIMITS = "limits", _("Higher limits")
    SKILL = "skill", _("A skill added")
    RESERVES = "reserves", _("Reserves called in")


class Relief(models.Model):
    """What a supervisor eased for some agents, by whom, why and until when.

    It holds from made_at until `until` unless ended_at is set before; ended_by is empty where it
    ran out by itself. limits: `more` items at once of `channel` ("" each). skill: `skill` at
    `level`; without `until` for good, and then the agent's own, which was at level `before`
    (None: he had none). reserves: they help where they are in training and in the queues of their
    second teams; emergency: late mail keeps nobody free.
    """

    kind = models.CharField(_("kind"), max_length=8, choices=ReliefKind)
    agents = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="reliefs", verbose_name=_("agents")
    )
    channel = models.CharField(_("channel"), max_length=20, blank=True, default="")
    more = models.PositiveSmallIntegerField(
        _("more at once"), default=0, validators=(MaxValueValidator(MOST_MORE),)
    )
    skill = models.ForeignKey(
        Skill, on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("skill")
    )
    level = models.PositiveSmallIntegerField(
        _("level"), default=3, validators=(MinValueValidator(1), MaxValueValidator(5))
    )
    before = models.PositiveSmallIntegerField(null=True)
    emergency = models.BooleanField(_("late mail keeps nobody free"), default=False)
    reason = models.CharField(_("reason"), max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    made_at = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("ended by"),
    )

    class Meta:
        verbose_name = _("relief")
        verbose_name_plural = _("reliefs")
        ordering = ("-made_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind__in=ReliefKind.values), name="relief_kind_known"
            ),
            models.CheckConstraint(
                condition=(models.Q(kind=ReliefKind.SKILL) & models.Q(skill__isnull=False))
                | (~models.Q(kind=ReliefKind.SKILL) & models.Q(until__isnull=False)),
                name="relief_has_what_its_kind_needs",
            ),
            models.CheckConstraint(
                condition=models.Q(more__lte=MOST_MORE), name="relief_adds_only_a_few"
            ),
        )
        indexes = (
            models.Index(
                fields=("until",), condition=models.Q(ended_at__isnull=True), name="relief_open"
            ),
        )

    def __str__(self) -> str:
        return self.get_kind_display()
