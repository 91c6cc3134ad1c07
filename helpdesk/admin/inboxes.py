"""Inboxes. Secrets go in and never come out: not in a form, a list or the history."""

from __future__ import annotations

import json
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.models import CHANGE
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from helpdesk import audit
from helpdesk.adapters import ChannelAdapter, adapter_for, adapters, hook_url
from helpdesk.admin.rights import announce
from helpdesk.admin.scoped import ModelForm, Scoped, ScopedInline
from helpdesk.admin.words import language_field
from helpdesk.models import (
    AddressForm,
    Agent,
    Inbox,
    InboxHealth,
    TeamMembership,
)
from helpdesk.permissions import Action

# Of a shorter secret its last four characters would say too much.
SHORTEST_SHOWN = 12


class WriteOnly(forms.Textarea):
    """A text box that is always empty when shown, even after a mistake."""

    def format_value(self, value: Any) -> str | None:
        """Nothing."""
        del value
        return None


class InboxForm(ModelForm[Inbox]):
    """One account of one channel."""

    kind = forms.ChoiceField(label=_("Channel"), choices=())
    language = language_field()
    new_secrets = forms.CharField(
        label=_("New secrets (JSON)"),
        required=False,
        strip=True,
        widget=WriteOnly(attrs={"rows": 3, "cols": 90, "autocomplete": "off", "dir": "ltr"}),
        help_text=_(
            'An object such as {"auth_token": "…"}. A key that is named is replaced, null '
            "takes it away, all others stay. What is stored is never shown again."
        ),
    )

    class Meta:
        model = Inbox
        fields = ("name", "address", "language", "settings", "teams", "queue", "enabled")
        widgets = {"teams": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "kind" not in self.fields:
            return
        if self.instance.pk:
            del self.fields["kind"]
        else:
            choices = [(_code(one), f"{one.label} ({one.channel})") for one in adapters()]
            self.fields["kind"] = forms.ChoiceField(label=_("Channel"), choices=choices)

    def clean_settings(self) -> dict[str, Any]:
        """Channels read their configuration from an object."""
        given = self.cleaned_data["settings"]
        if not isinstance(given or {}, dict):
            raise forms.ValidationError(_("This must be a JSON object."))
        return given or {}

    def clean_new_secrets(self) -> dict[str, Any]:
        """The object that was typed; errors never repeat what it says."""
        text = self.cleaned_data["new_secrets"]
        try:
            given = json.loads(text or "{}")
        except ValueError:
            given = None
        if not isinstance(given, dict) or not all(
            value is None or isinstance(value, str) for value in given.values()
        ):
            raise forms.ValidationError(_("This must be a JSON object of texts."))
        return given

    def clean(self) -> dict[str, Any]:
        """Channel and address together are used once."""
        cleaned = super().clean() or self.cleaned_data
        if "kind" in cleaned:
            self.instance.channel, _slash, self.instance.provider = cleaned["kind"].partition("/")
        same = Inbox.objects.filter(
            channel=self.instance.channel,
            provider=self.instance.provider,
            address=cleaned.get("address", ""),
        ).exclude(pk=self.instance.pk)
        if cleaned.get("address") and same.exists():
            self.add_error("address", _("Another inbox has this address already."))
        return cleaned


def _code(adapter: ChannelAdapter) -> str:
    return f"{adapter.channel}/{adapter.provider}"


class AddressFormForm(ModelForm[AddressForm]):
    """Du or Sie, by language."""

    language = language_field(required=False)

    class Meta:
        model = AddressForm
        fields = ("language", "register")


class AddressFormInline(ScopedInline[AddressForm, Inbox]):
    """How the customers of this inbox are addressed."""

    model = AddressForm
    form = AddressFormForm
    edit = add = delete = Action.EDIT_INBOXES


@admin.register(Inbox)
class InboxAdmin(Scoped[Inbox]):
    """Accounts of channels: switched off, never deleted, since conversations hang on them."""

    proved = True
    edit = add = Action.EDIT_INBOXES
    form = InboxForm
    list_display = ("name", "channel", "provider", "address", "enabled", "health")
    list_filter = ("channel", "enabled", "health")
    search_fields = ("name", "address")
    readonly_fields = (
        "channel",
        "provider",
        "key",
        "webhook_address",
        "widget_line",
        "stored_secrets",
        "health",
        "health_note",
        "editor",
    )
    actions = ("reconnect",)
    inlines = (AddressFormInline,)

    def get_fieldsets(self, request: HttpRequest, obj: Inbox | None = None) -> Any:
        """What identifies an account is chosen once."""
        what = ("channel", "provider", "key") if obj else ("kind",)
        how = "editor" if _editor(obj) else "settings"
        parts = [
            (None, {"fields": ("name", *what, "address", "language", "enabled")}),
            (_("Who answers"), {"fields": ("teams", "queue")}),
            (_("Connection"), {"fields": (how, "stored_secrets", "new_secrets")}),
        ]
        if obj:
            shown = ("webhook_address", "widget_line", "health", "health_note")
            parts.append((_("For the other side"), {"fields": shown}))
        return parts

    def get_form(
        self, request: HttpRequest, obj: Inbox | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The form; `kind` is declared by hand, so Django must not look for such a column."""
        how = () if _editor(obj) else ("settings",)
        kwargs["fields"] = ("name", "address", "language", *how, "teams", "queue", "enabled")
        return super().get_form(request, obj, change, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: Inbox, form: ModelForm[Inbox], change: bool
    ) -> None:
        """Mix new secrets into the stored ones; new credentials make a broken account new."""
        given = form.cleaned_data["new_secrets"]
        if given:
            mixed = {**obj.secrets, **given}
            obj.secrets = {key: value for key, value in mixed.items() if value is not None}
            _mend(obj)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Members of the teams that came or went have other rights now."""
        before = _members(form.instance)
        super().save_related(request, form, formsets, change)
        announce(before ^ _members(form.instance))

    @admin.action(description=_("Try again to connect"), permissions=["change"])
    def reconnect(self, request: HttpRequest, queryset: QuerySet[Inbox]) -> None:
        """Let the outbox use a disconnected account again."""
        broken = list(queryset.filter(health=InboxHealth.BROKEN))
        many = Inbox.objects.filter(pk__in=[one.pk for one in broken]).update(
            health=InboxHealth.OK, health_note=""
        )
        if broken:
            said = [{"changed": {"fields": ["health"]}}]
            audit.log(cast("Agent", request.user), broken, CHANGE, said)
        self.message_user(
            request,
            ngettext("%(many)d inbox is tried again.", "%(many)d inboxes are tried again.", many)
            % {"many": many},
        )

    @admin.display(description=_("settings"))
    def editor(self, inbox: Inbox) -> str:
        """The way to the channel's own screen, which checks what it keeps."""
        return format_html('<a href="{}">{}</a>', _editor(inbox), _("Open the editor"))

    @admin.display(description=_("stored secrets"))
    def stored_secrets(self, inbox: Inbox) -> str:
        """Which keys are set, and of a long secret the last four characters."""
        if not inbox.secrets:
            return "–"
        shown = ((key, _tail(str(value))) for key, value in sorted(inbox.secrets.items()))
        return format_html_join("", "<code>{}</code> {}<br>", shown)

    @admin.display(description=_("webhook address"))
    def webhook_address(self, inbox: Inbox) -> str:
        """What the provider is told to call."""
        adapter = _adapter(inbox)
        if adapter is None or not hasattr(adapter, "verify"):
            return "–"
        return _copyable(hook_url(inbox), _("webhook address"))

    @admin.display(description=_("line for the website"))
    def widget_line(self, inbox: Inbox) -> str:
        """What the shop's page carries."""
        adapter = _adapter(inbox)
        if adapter is None or not adapter.capabilities.live:
            return "–"
        source = f"{settings.PUBLIC_BASE_URL}/widget.js"
        line = f'<script src="{source}" data-widget="{inbox.key}" async></script>'
        return _copyable(line, _("line for the website"))


def _adapter(inbox: Inbox) -> ChannelAdapter | None:
    try:
        return adapter_for(inbox)
    except LookupError:
        return None


def _editor(inbox: Inbox | None) -> str:
    """Where a stored inbox's settings are edited, if its channel has a screen for them."""
    page = getattr(_adapter(inbox), "settings_page", "") if inbox else ""
    return reverse(page, args=[inbox.pk]) if inbox and page else ""


def _mend(inbox: Inbox) -> None:
    inbox.health = InboxHealth.OK
    inbox.health_note = ""


def _tail(secret: str) -> str:
    return f"…{secret[-4:]}" if len(secret) >= SHORTEST_SHOWN else "…"


def _copyable(text: str, name: Any) -> str:
    box = '<input type="text" readonly size="64" dir="ltr" aria-label="{}" value="{}">'
    return format_html(box, name, text)


def _members(inbox: Inbox) -> set[int]:
    """Who sees the inbox through one of its teams."""
    found = TeamMembership.objects.filter(team__inboxes=inbox)
    return set(found.values_list("agent_id", flat=True))
