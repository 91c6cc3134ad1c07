"""Addresses of the widget."""

from django.urls import include, path

from chat import polling, views, web

urlpatterns = [
    path("", include("chat.visits.urls")),
    path("", include("chat.invitations.urls")),
    path("widget.js", web.loader, name="widget-loader"),
    path("chat/files/<str:digest>/<str:name>", web.asset, name="chat-asset"),
    path("chat/<str:key>/", web.frame, name="chat-frame"),
    path("chat/<str:key>/events/", polling.events, name="chat-events"),
    path("chat/<str:key>/messages/", views.messages, name="chat-messages"),
    path("chat/<str:key>/attachments/", views.upload, name="chat-upload"),
    path("chat/<str:key>/files/<uuid:pk>/", views.download, name="chat-file"),
]
