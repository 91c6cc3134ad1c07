"""Agents, their teams and their skills."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    AGENT = "agent", _("Agent")
    SENIOR = "senior", _("Senior agent")
    SUPERVISOR = "supervisor", _("Supervisor")
    ADMIN = "admin", _("Administrator")


class Presence(models.TextChoices):
    """Only who is online is offered work; the rest say why somebody is not."""

    ONLINE = "online", _("Online")
    BUSY = "busy", _("Busy")
    WRAP_UP = "wrap_up", _("Wrap-up")
    BREAK = "break", _("On a break")
    LUNCH = "lunch", _("At lunch")
    MEETING = "meeting", _("In a meeting")
    TRAINING = "training", _("In training")
    COACHING = "coaching", _("Being coached")
    BACK_OFFICE = "back_office", _("Other work")
    NOT_RESPONDING = "not_responding", _("Not responding")
    OFFLINE = "offline", _("Offline")


class CapacityProfile(models.Model):
    """How much an agent carries: units in all (a call 12, a chat 4, a text 2, a mail 1), and
    limits by channel, where they differ from the usual ones.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    units = models.PositiveSmallIntegerField(_("units"), default=12)
    limits = models.JSONField(_("limits by channel"), default=dict, blank=True)

    class Meta:
        verbose_name = _("capacity profile")
        verbose_name_plural = _("capacity profiles")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class AgentManager(BaseUserManager["Agent"]):
    """Agents sign in by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> Agent:
        agent = self.model(email=self.normalize_email(email), **extra)
        agent.set_password(password)
        agent.save(using=self._db)
        return agent

    def get_by_natural_key(self, username: str | None) -> Agent:
        """Sign-in ignores the case of the address, as mail does."""
        return self.get(email__iexact=username or "")

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> Agent:
        extra = {"role": Role.ADMIN, "is_superuser": True, **extra}
        return self.create_user(email, password, **extra)


class Agent(AbstractUser):
    """A person of ours: agent, supervisor or administrator (the user model).

    photo: the digest of their Face, so that showing it needs no join; "" without one.
    language_chosen: by themselves; then it follows them into every browser that they sign in on.
    signed_out_at: when all of their sign-ins were ended; what was issued before is void (SEC-24).
    """

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"), unique=True)
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.AGENT)
    language = models.CharField(_("language"), max_length=8, default="en")
    language_chosen = models.BooleanField(default=False, db_default=False, editable=False)
    presence = models.CharField(
        _("presence"), max_length=14, choices=Presence, default=Presence.OFFLINE
    )
    presence_since = models.DateTimeField(_("since"), null=True, blank=True)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True)
    last_assigned_at = models.DateTimeField(_("last assigned"), null=True, blank=True)
    last_released_at = models.DateTimeField(_("last finished"), null=True, blank=True)
    capacity = models.ForeignKey(
        CapacityProfile,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="agents",
        verbose_name=_("capacity profile"),
    )
    channels_off = models.JSONField(_("channels switched off"), default=list, blank=True)
    flex = models.JSONField(_("channels in training"), default=list, blank=True)
    auto_accept = models.BooleanField(_("takes work without being asked"), default=False)
    alerts = models.JSONField(_("how to be called"), default=dict, blank=True, db_default={})
    misses = models.PositiveSmallIntegerField(_("offers missed in a row"), default=0)
    preferences = models.JSONField(_("preferences"), default=dict, db_default={}, blank=True)
    public_name = models.CharField(
        _("name before customers"), max_length=80, blank=True, default="", db_default=""
    )
    bio = models.CharField(
        _("one line about them"), max_length=120, blank=True, default="", db_default=""
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, blank=True, default="", db_default=""
    )
    signature = models.TextField(_("signature"), blank=True, default="", db_default="")
    photo = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    signed_out_at = models.DateTimeField(null=True, blank=True, editable=False)
    skills: models.ManyToManyField[Skill, AgentSkill] = models.ManyToManyField(
        "Skill", through="AgentSkill", related_name="agents"
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[AgentManager] = AgentManager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("agent")
        verbose_name_plural = _("agents")
        constraints = (
            models.UniqueConstraint(Lower("email"), name="agent_email_unique"),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="agent_role_known"
            ),
            models.CheckConstraint(
                condition=models.Q(presence__in=Presence.values), name="agent_presence_known"
            ),
        )

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The full name, or the e-mail address where none was given."""
        return self.get_full_name() or self.email

    @property
    def signed_name(self) -> str:
        """The name under an answer to a customer: the chosen one, or the full name."""
        return self.public_name or self.display_name

    @property
    def called(self) -> str:
        """How a customer calls them in a chat: the chosen name, or the first one."""
        return self.public_name or self.first_name or self.display_name


class Team(models.Model):
    """A group of agents who answer the same inboxes."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    members = models.ManyToManyField(Agent, through="TeamMembership", related_name="teams")

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class TeamMembership(models.Model):
    """An agent's place in a team; rights follow it while it is active."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="memberships")
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("team membership")
        verbose_name_plural = _("team memberships")
        constraints = (models.UniqueConstraint(fields=("team", "agent"), name="membership_unique"),)

    def __str__(self) -> str:
        return f"{self.agent} · {self.team}"


class Skill(models.Model):
    """Something an agent can be good at: a product, a task, a language."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    description = models.TextField(_("description"), blank=True)

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class AgentLanguage(models.Model):
    """How well an agent writes a language: 1 (with help) to 5 (as his own)."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="languages")
    language = models.CharField(_("language"), max_length=8)
    level = models.PositiveSmallIntegerField(
        _("level"), default=3, validators=(MinValueValidator(1), MaxValueValidator(5))
    )

    class Meta:
        verbose_name = _("language")
        verbose_name_plural = _("languages")
        constraints = (
            models.UniqueConstraint(fields=("agent", "language"), name="agent_language_unique"),
            models.CheckConstraint(
                condition=models.Q(level__gte=1, level__lte=5), name="agent_language_level_1_to_5"
            ),
        )

    def __str__(self) -> str:
        return f"{self.agent} · {self.language} {self.level}"


class AgentSkill(models.Model):
    """How well an agent masters a skill: 1 (learning) to 5 (expert)."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="agent_skills")
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="agent_skills")
    level = models.PositiveSmallIntegerField(
        _("level"), default=3, validators=(MinValueValidator(1), MaxValueValidator(5))
    )

    class Meta:
        verbose_name = _("agent skill")
        verbose_name_plural = _("agent skills")
        constraints = (
            models.UniqueConstraint(fields=("agent", "skill"), name="agent_skill_unique"),
            models.CheckConstraint(
                condition=models.Q(level__gte=1, level__lte=5), name="agent_skill_level_1_to_5"
            ),
        )

    def __str__(self) -> str:
        return f"{self.agent} · {self.skill} {self.level}"
