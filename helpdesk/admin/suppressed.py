"""Addresses that nothing is sent to, and the way back."""

from __future__ import annotations

from typing import cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from helpdesk.admin.scoped import Scoped
from helpdesk.models import Agent, SuppressedAddress, SuppressionReason
from helpdesk.permissions import Action
from helpdesk.services import returned


@admin.register(SuppressedAddress)
class SuppressedAddressAdmin(Scoped[SuppressedAddress]):
    """Looked at, and lifted by an action; rows are made by reports alone."""

    see = Action.EDIT_INBOXES
    list_display = ("address", "ours", "reason", "said", "created_at", "lifted_at", "lifted_by")
    list_filter = ("reason", ("lifted_at", admin.EmptyFieldListFilter))
    list_select_related = ("lifted_by",)
    search_fields = ("=address",)
    ordering = ("-pk",)
    show_full_result_count = False
    fields = ("kind", "address", "ours", "reason", "said", "created_at", "lifted_at", "lifted_by")
    readonly_fields = fields
    actions = ("lift",)

    @admin.action(description=_("Write to these addresses again"))
    def lift(self, request: HttpRequest, chosen: QuerySet[SuppressedAddress]) -> None:
        """Mail goes to the chosen addresses again."""
        waiting = chosen.filter(lifted_at__isnull=True)
        found = list(waiting.exclude(reason=SuppressionReason.OPTED_OUT))
        for one in found:
            returned.lift(one, by=cast("Agent", request.user))
        text = ngettext(
            "%(n)d address is written to again.",
            "%(n)d addresses are written to again.",
            len(found),
        )
        messages.success(request, text % {"n": len(found)})
        if chosen.filter(reason=SuppressionReason.OPTED_OUT, lifted_at__isnull=True).exists():
            said = _("Who wants no more texts comes back only by sending START.")
            messages.warning(request, said)
