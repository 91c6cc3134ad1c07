"""Who may not write: list, add, lift. Nobody changes a ban; it is lifted and made anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chat import guard
from chat.models import Ban, BanKind
from helpdesk import client_ip
from helpdesk.admin.scoped import ModelForm, Scoped
from helpdesk.models import Agent, Conversation
from helpdesk.permissions import Action, inboxes, visible
from helpdesk.whole_numbers import whole_number

DAYS = ((1, _("a day")), (7, _("a week")), (30, _("30 days")), (365, _("a year")))


class BanForm(ModelForm[Ban]):
    """Whom to keep out, named by an address or by a conversation of his."""

    agent: Agent
    who = forms.CharField(
        label=_("Internet address or conversation number"),
        max_length=60,
        help_text=_(
            "The address is kept only as a sum that cannot be turned back. Of IPv6 the whole "
            "network of a household (/64) is banned."
        ),
    )
    days = forms.TypedChoiceField(label=_("For how long"), coerce=int, choices=DAYS, initial=7)

    class Meta:
        model = Ban
        fields = ("inbox", "kind", "reason")

    def clean(self) -> dict[str, Any]:
        """Turn what was typed into the value that the ban is kept by."""
        cleaned = super().clean() or self.cleaned_data
        inbox, kind, who = (cleaned.get(name) for name in ("inbox", "kind", "who"))
        if inbox and kind and who:
            self.instance.value = self._value(inbox.pk, BanKind(kind), who)
            if not self.instance.value:
                self.add_error("who", _("Nobody was found by this."))
        self.instance.until = datetime.now(UTC) + timedelta(days=cleaned.get("days") or 1)
        self.instance.by = self.agent
        return cleaned

    def _value(self, inbox_id: int, kind: BanKind, who: str) -> str:
        address = client_ip.parsed(who) if kind == BanKind.NETWORK else None
        if address is not None:
            return client_ip.keyed(address)
        number = whole_number(who.lstrip("#")) or 0
        mine = visible(self.agent, Conversation).filter(inbox_id=inbox_id, pk=number)
        conversation = mine.first()
        return guard.value_of(conversation, kind) if conversation else ""


@admin.register(Ban)
class BanAdmin(Scoped[Ban]):
    """Bans of the widgets that this user answers in."""

    see = add = delete = Action.EDIT_BANS
    form = BanForm
    list_display = ("__str__", "inbox", "reason", "by", "until", "stands")
    list_filter = ("kind",)
    list_select_related = ("inbox", "by")
    search_fields = ("reason",)
    ordering = ("-until", "-pk")
    fields = ("inbox", "kind", "who", "days", "reason")
    readonly_fields = ("by", "until")

    def rows(self, request: HttpRequest) -> QuerySet[Ban]:
        """The bans of the user's inboxes."""
        mine = inboxes(request.user) if isinstance(request.user, Agent) else ()
        return Ban.objects.filter(inbox__in=mine)

    def get_fields(self, request: HttpRequest, obj: Ban | None = None) -> Any:
        """What was typed is not kept, so it is not shown again."""
        return ("inbox", "kind", "reason", "by", "until") if obj else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Ban | None = None) -> Any:
        """Nothing of it is edited."""
        return self.get_fields(request, obj) if obj else ()

    def get_form(
        self, request: HttpRequest, obj: Ban | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The form knows who asks: he may name only what he may see."""
        kwargs["fields"] = ("inbox", "kind", "reason")
        made = super().get_form(request, obj, change, **kwargs)
        return type("BanForm", (made,), {"agent": request.user})

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only the user's own widgets can be chosen."""
        if db_field.name == "inbox" and isinstance(request.user, Agent):
            kwargs["queryset"] = inboxes(request.user).filter(channel="chat")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Ban, form: Any, change: bool) -> None:
        """A second ban of the same replaces the first."""
        Ban.objects.filter(inbox=obj.inbox, kind=obj.kind, value=obj.value).delete()
        super().save_model(request, obj, form, change)

    @admin.display(description=_("stands"), boolean=True)
    def stands(self, ban: Ban) -> bool:
        """Whether it is not over yet."""
        return ban.until > datetime.now(UTC)
