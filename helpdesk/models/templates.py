"""Templates: canned answers that stay human, in every form of address and language."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk.models.address import Register
from helpdesk.models.inboxes import Inbox
from helpdesk.models.messages import Attachment, Message


class TemplateState(models.TextChoices):
    ACTIVE = "active", pgettext_lazy("template", "In use")
    PROPOSED = "proposed", pgettext_lazy("template", "Proposed")
    REFUSED = "refused", pgettext_lazy("template", "Refused")
    TAKEN = "taken", pgettext_lazy("template", "Taken over")


class Band(models.TextChoices):
    """How far the sent words are from the template's (T-15)."""

    VERBATIM = "verbatim", _("Word for word")
    PERSONALISED = "personalised", _("Personalised")
    REWRITTEN = "rewritten", _("Rewritten")


class Template(models.Model):
    """A ready-made answer, offered in the composer after `/`; its words are its variants.

    exempt: legal texts and instructions, which are to be sent word for word, so their uses do
    not count towards the aim of personal answers. Only an active one is offered. A proposal with
    `proposed_for` is a new variant of that template: accepted, its words move there and the row
    stays as "taken", so that its author may see what became of it.
    """

    name = models.CharField(_("name"), max_length=120)
    shortcut = models.CharField(
        _("shortcut"),
        max_length=40,
        unique=True,
        validators=(RegexValidator(r"^[\w-]+\Z", _("Letters, digits, - and _ only.")),),
        help_text=_("What agents type after the slash."),
    )
    category = models.CharField(_("category"), max_length=60, blank=True, default="")
    exempt = models.BooleanField(
        _("may go out word for word"),
        default=False,
        help_text=_("For legal texts and instructions: they need no personal words."),
    )
    state = models.CharField(
        _("state"), max_length=8, choices=TemplateState, default=TemplateState.ACTIVE
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("proposed by"),
    )
    proposed_for = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        editable=False,
        related_name="proposals",
        verbose_name=_("proposed for"),
    )
    refusal = models.CharField(
        _("why it was refused"),
        max_length=300,
        blank=True,
        default="",
        db_default="",
        editable=False,
    )
    uses = models.PositiveIntegerField(_("times used"), default=0, editable=False)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=TemplateState.values), name="template_state_known"
            ),
        )

    def __str__(self) -> str:
        return self.name


class TemplateVariant(models.Model):
    """The words of a template for one language, one form of address and one channel.

    language "": for any language. channel "": for any channel. The text is in the small
    language of helpdesk.phrasing.texts, with facts from its FIELDS.
    """

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="variants")
    language = models.CharField(_("language"), max_length=8, blank=True, default="")
    register = models.CharField(
        _("form of address"), max_length=8, choices=Register, default=Register.NEUTRAL
    )
    channel = models.CharField(_("channel"), max_length=20, blank=True, default="")
    text = models.TextField(_("text"), max_length=10_000)

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        ordering = ("language", "register", "channel", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("template", "language", "register", "channel"),
                name="template_variant_unique",
                violation_error_message=_("There is a variant for this already."),
            ),
            models.CheckConstraint(
                condition=models.Q(register__in=Register.values), name="variant_register_known"
            ),
        )

    def __str__(self) -> str:
        return " · ".join(filter(None, (self.language, self.register, self.channel)))


class TemplateFile(models.Model):
    """A file that goes with a template, or with one variant of it.

    An answer gets a row of its own on the same stored content (services.template_files), so what
    becomes of the template changes nothing about answers that were sent.
    """

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="files")
    variant = models.ForeignKey(
        TemplateVariant,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="files",
        verbose_name=_("variant"),
        help_text=_("Empty: it goes with every variant."),
    )
    attachment = models.OneToOneField(
        Attachment, on_delete=models.CASCADE, related_name="template_file", editable=False
    )

    class Meta:
        verbose_name = pgettext_lazy("template", "file")
        verbose_name_plural = pgettext_lazy("template", "files")
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.attachment.name


class TemplateUse(models.Model):
    """A template in a message that went out, and how far the agent made it his own.

    edit is the share of changed words, 0 to 1 (helpdesk.phrasing.edits). Deleting a template
    does not take away what agents did with it.
    """

    template = models.ForeignKey(
        Template, on_delete=models.SET_NULL, null=True, related_name="measured"
    )
    variant = models.ForeignKey(
        TemplateVariant, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="template_uses")
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="template_uses"
    )
    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="+", db_index=False)
    edit = models.FloatField()
    band = models.CharField(max_length=12, choices=Band)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("use of a template")
        verbose_name_plural = _("uses of templates")
        constraints = (
            models.UniqueConstraint(fields=("message", "template"), name="template_use_unique"),
            models.CheckConstraint(condition=models.Q(band__in=Band.values), name="use_band_known"),
            models.CheckConstraint(
                condition=models.Q(edit__gte=0, edit__lte=1), name="use_edit_is_a_share"
            ),
        )
        indexes = (
            models.Index(fields=("inbox", "-at", "template"), name="use_inbox_newest"),
            models.Index(fields=("agent", "-at"), name="use_agent_newest"),
        )

    def __str__(self) -> str:
        return f"{self.template_id} → {self.message_id}: {self.band}"
