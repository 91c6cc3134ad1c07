"""Customers, the addresses by which we know them, and what we noted of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from helpdesk.models.address import Register


class Company(models.Model):
    """A company that customers write for."""

    name = models.CharField(_("name"), max_length=200)
    domain = models.CharField(
        _("domain"),
        max_length=253,
        blank=True,
        help_text=_("Of its e-mail addresses, like firm.example."),
    )
    notes = models.TextField(_("notes"), blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        constraints = (models.UniqueConstraint(Lower("name"), name="company_name_unique"),)

    def __str__(self) -> str:
        return self.name


class FieldKind(models.TextChoices):
    TEXT = "text", _("Text")
    NUMBER = "number", _("Number")
    DATE = "date", _("Date")
    CHOICE = "choice", _("Choice")
    FLAG = "flag", _("Yes or no")


class CustomField(models.Model):
    """Something that this desk wants to know of its customers.

    `key` names the value in Customer.fields and never changes; `translations` holds the label in
    other languages, by their codes; `choices` are what a field of kind "choice" may hold.
    """

    key = models.SlugField(_("key"), max_length=40, unique=True)
    label = models.CharField(_("label"), max_length=80)
    translations = models.JSONField(default=dict, blank=True)
    kind = models.CharField(_("kind"), max_length=6, choices=FieldKind, default=FieldKind.TEXT)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("custom field")
        verbose_name_plural = _("custom fields")
        ordering = ("position", "pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind__in=FieldKind.values), name="custom_field_kind_known"
            ),
        )

    def __str__(self) -> str:
        return str(self.translations.get(get_language() or "") or self.label)


class Customer(models.Model):
    """A person who writes to us, whatever the channel.

    `fields` are the values of the desk's custom fields, by key. While `blocked_at` is set, what
    comes from them is kept among the spam and nobody is told. `merged_into` is whom this person
    turned out to be: such a row is listed nowhere and keeps nothing but itself, so that the
    merge can be undone.
    """

    name = models.CharField(_("name"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    company = models.ForeignKey(
        Company,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="customers",
        verbose_name=_("company"),
    )
    city = models.CharField(_("city"), max_length=120, blank=True)
    timezone = models.CharField(_("time zone"), max_length=64, blank=True)
    vip = models.BooleanField(_("VIP"), default=False)
    fields = models.JSONField(default=dict, db_default={}, blank=True)
    blocked_at = models.DateTimeField(_("blocked since"), null=True, blank=True)
    blocked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("blocked by"),
    )
    blocked_reason = models.CharField(
        _("why blocked"), max_length=200, blank=True, default="", db_default=""
    )
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="absorbed"
    )
    # Empty: as the inbox does it.
    register = models.CharField(
        _("form of address"), max_length=8, choices=Register, blank=True, default="", db_default=""
    )
    show_pictures = models.BooleanField(
        _("always show pictures of mails"), default=False, db_default=False
    )
    # Nothing of who they were is left; their conversations are empty (services.erasing).
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(register__in=("", *Register.values)),
                name="customer_register_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(merged_into=models.F("id")),
                name="customer_not_merged_into_itself",
            ),
        )
        indexes = (
            models.Index(fields=("-created_at", "-id"), name="customer_newest"),
            models.Index(
                Lower("name"),
                Lower("city"),
                condition=~models.Q(name=""),
                name="customer_name_city",
            ),
            models.Index(fields=("-id",), condition=models.Q(vip=True), name="customer_vip"),
            models.Index(
                fields=("-id",),
                condition=models.Q(blocked_at__isnull=False),
                name="customer_blocked",
            ),
        )

    def __str__(self) -> str:
        return self.name or gettext("Visitor %(number)s") % {"number": self.pk}


class CustomerIdentity(models.Model):
    """One address of a customer: an e-mail address, a phone number, a Telegram id …

    `kind` names the address space, not the channel. `evidence` says how we know that the
    address is theirs, so that a wrong link can be understood and undone.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(_("kind"), max_length=20)
    address = models.CharField(_("address"), max_length=320)
    verified = models.BooleanField(_("verified"), default=False)
    evidence = models.CharField(_("evidence"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("customer identity")
        verbose_name_plural = _("customer identities")
        constraints = (models.UniqueConstraint(fields=("kind", "address"), name="identity_unique"),)
        indexes = (models.Index(Lower("address"), name="identity_address"),)

    def __str__(self) -> str:
        return f"{self.kind}:{self.address}"


class CustomerMerge(models.Model):
    """Two rows that turned out to be one person, and all that is needed to take it back.

    `moved` holds the ids of the rows that went over, by "app.Model.column"; `filled` the
    survivor's columns that the merge wrote: {column: [before, after]}.
    """

    survivor = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="merges")
    merged = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField(_("merged"))
    moved = models.JSONField(default=dict)
    filled = models.JSONField(default=dict)
    undone_at = models.DateTimeField(_("undone"), null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("merge of customers")
        verbose_name_plural = _("merges of customers")
        constraints = (
            models.UniqueConstraint(
                fields=("merged",),
                condition=models.Q(undone_at__isnull=True),
                name="customer_merged_once",
            ),
        )
        indexes = (models.Index(fields=("survivor", "-at", "-id"), name="merge_newest"),)

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.survivor_id}"
