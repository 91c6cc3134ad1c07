"""Addresses of the e-mail channel's screens."""

from django.urls import path

from channels_email import mailbox_pages as mailbox
from channels_email import uploads

urlpatterns = [
    path("api/v1/inboxes/<str:key>/raw/", uploads.raw, name="raw-mail"),
    path("settings/mailboxes/connected/", mailbox.connected, name="mailbox-connected"),
    path("settings/mailboxes/<int:pk>/", mailbox.page, name="mailbox"),
    path("settings/mailboxes/<int:pk>/look/", mailbox.look, name="mailbox-look"),
    path("settings/mailboxes/<int:pk>/start/", mailbox.start, name="mailbox-start"),
    path("settings/mailboxes/<int:pk>/connect/", mailbox.connect, name="mailbox-connect"),
    path("settings/mailboxes/<int:pk>/<slug:verb>/", mailbox.act, name="mailbox-act"),
]
