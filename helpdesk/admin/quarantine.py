"""Raw payloads and the quarantine: look at them as text, replay or discard them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import F, Func, IntegerField, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from helpdesk import quarantine
from helpdesk.admin.scoped import Scoped
from helpdesk.models import (
    Agent,
    InboundEvent,
    InboundState,
)
from helpdesk.permissions import Action

MAX_SHOWN = 1024 * 1024


@admin.register(InboundEvent)
class InboundEventAdmin(Scoped[InboundEvent]):
    """Nothing here changes a byte: the only ways on are replay and discard."""

    see = Action.SEE_QUARANTINE
    list_display = ("received_at", "inbox", "state", "attempts", "size", "reason")
    list_display_links = ("received_at",)
    list_filter = ("state", ("inbox", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("inbox",)
    ordering = ("-received_at", "-pk")
    fields = (
        "inbox",
        "state",
        "received_at",
        "attempts",
        "next_at",
        "parser_version",
        "dedupe_key",
        "headers",
        "raw_link",
        "error",
    )
    readonly_fields = fields
    actions = ("replay", "discard")

    def rows(self, request: HttpRequest) -> QuerySet[InboundEvent]:
        """Without the payloads, which may be large; only their length."""
        length = Func(F("body"), function="octet_length", output_field=IntegerField())
        return super().rows(request).defer("body").annotate(length=length)

    def get_urls(self) -> list[URLPattern]:
        """One more page: the raw payload."""
        raw = self.admin_site.admin_view(self.raw)
        return [
            path("<int:pk>/raw/", raw, name="helpdesk_inboundevent_raw"),
            *super().get_urls(),
        ]

    def raw(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The payload as plain text, whatever it claims to be."""
        event = self.get_queryset(request).filter(pk=pk).first()
        if event is None:
            raise Http404
        text = bytes(event.body)[:MAX_SHOWN].decode("utf-8", "replace")
        response = HttpResponse(text, content_type="text/plain; charset=utf-8")
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "sandbox; default-src 'none'"
        response["Cache-Control"] = "private, no-store"
        return response

    @admin.display(description=_("raw payload"))
    def raw_link(self, event: InboundEvent) -> str:
        """The way to the payload."""
        address = reverse("admin:helpdesk_inboundevent_raw", args=(event.pk,))
        return format_html('<a href="{}">{}</a>', address, _("Show as text"))

    @admin.display(description=_("bytes"), ordering="length")
    def size(self, event: Any) -> int:
        """How long the payload is."""
        return int(event.length)

    @admin.display(description=_("reason"))
    def reason(self, event: InboundEvent) -> str:
        """The last line of the error: what went wrong."""
        return (event.error.strip().splitlines() or [""])[-1][:160]

    @admin.action(description=_("Replay: read it again"), permissions=["view"])
    def replay(self, request: HttpRequest, queryset: QuerySet[InboundEvent]) -> None:
        """Try the chosen ones again, with today's parser."""
        agent = cast("Agent", request.user)
        many = _each(queryset, lambda event: quarantine.replay(event.pk, by=agent))
        text = ngettext("%(many)d is read again.", "%(many)d are read again.", many)
        self._say(request, text, many, queryset)

    @admin.action(description=_("Discard: give it up"), permissions=["view"])
    def discard(self, request: HttpRequest, queryset: QuerySet[InboundEvent]) -> None:
        """Take the chosen ones out of the quarantine; their bytes stay until retention."""
        reason = f"by {request.user}"
        agent = cast("Agent", request.user)
        many = _each(queryset, lambda one: quarantine.discard(one.pk, reason=reason, by=agent))
        text = ngettext("%(many)d was discarded.", "%(many)d were discarded.", many)
        self._say(request, text, many, queryset)

    def _say(self, request: HttpRequest, text: str, many: int, chosen: Iterable[Any]) -> None:
        self.message_user(request, text % {"many": many})
        if left := len(list(chosen)) - many:
            words = ngettext(
                "%(left)d is not in quarantine: left as it is.",
                "%(left)d are not in quarantine: left as they are.",
                left,
            )
            self.message_user(request, words % {"left": left}, messages.WARNING)


def _each(queryset: QuerySet[InboundEvent], act: Callable[[InboundEvent], object]) -> int:
    """Do it to those that are in quarantine; how many those were."""
    held = [event for event in queryset if event.state == InboundState.QUARANTINED]
    for event in held:
        act(event)
    return len(held)
