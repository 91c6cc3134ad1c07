"""The chat as a page of its own: /c/<site>, for links in mails, on paper, in other apps."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from chat import sessions, web
from chat.appearance import Widget
from helpdesk.models import Inbox


@require_safe
def site(request: HttpRequest, name: str) -> HttpResponse:
    """GET /c/<site>: the panel in a column of its own. `name`: the widget's key or its `site`."""
    inbox = _widget(name)
    logo = Widget.of(inbox).logo
    address = reverse("chat-logo", args=(inbox.key, logo)) if logo else ""
    response = web.panel(
        request, inbox, "chat/site.html", around=web.style("site.css"), logo=address
    )
    # Nobody frames this page: a site that wants the chat inside has the widget.
    policy = response["Content-Security-Policy"]
    response["Content-Security-Policy"] = "; ".join(
        "frame-ancestors 'none'" if one.strip().startswith("frame-ancestors") else one.strip()
        for one in policy.split(";")
    )
    response["X-Frame-Options"] = "DENY"
    return response


def _widget(name: str) -> Inbox:
    """The widget of a name. A key wins over another widget's name; 404 for none."""
    try:
        return sessions.widget(name)
    except sessions.UnknownWidgetError:
        named = Inbox.objects.filter(channel="chat", enabled=True, settings__site=name)
        inbox = named.order_by("pk").first() if "\x00" not in name else None
        if inbox is None:
            raise Http404 from None
        return inbox
