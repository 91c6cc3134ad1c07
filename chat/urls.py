"""Addresses of the widget."""

from django.urls import include, path

from chat import (
    banning,
    commerce,
    form,
    gate,
    handover,
    offsite,
    page,
    polling,
    probing,
    views,
    web,
)
from chat.settings import logos

urlpatterns = [
    path("settings/widgets/", include("chat.settings.urls")),
    path("", include("chat.visits.urls")),
    path("", include("chat.invitations.urls")),
    path("widget.js", web.loader, name="widget-loader"),
    path("chat/files/<str:digest>/<str:name>", web.asset, name="chat-asset"),
    path("chat/<str:key>/", web.frame, name="chat-frame"),
    path("chat/<str:key>/page.js", page.page, name="chat-page-script"),
    path("chat/<str:key>/handover/", handover.handover, name="chat-handover"),
    path("api/v1/conversations/<int:pk>/ban/", banning.ConversationBan.as_view()),
    path("c/<str:name>", offsite.site, name="chat-site"),
    path("chat/<str:key>/events/", gate.sites(polling.events), name="chat-events"),
    path("chat/<str:key>/probe/", probing.probe, name="chat-probe"),
    path("chat/<str:key>/messages/", views.messages, name="chat-messages"),
    path("chat/<str:key>/do/", views.do, name="chat-do"),
    path("chat/<str:key>/form/", form.form, name="chat-form"),
    path("chat/<str:key>/attachments/", views.upload, name="chat-upload"),
    path("chat/<str:key>/logo/<uuid:logo>", logos.public, name="chat-logo"),
    path("chat/<str:key>/order/", commerce.order, name="chat-order"),
    path("chat/<str:key>/files/<uuid:pk>/", gate.sites(views.download), name="chat-file"),
]
