"""Addresses of the e-mail channel."""

from django.urls import path

from channels_email import mailbox_pages as fetching
from channels_email import unsubscribing, uploads

urlpatterns = [
    path("api/v1/inboxes/<str:key>/raw/", uploads.raw, name="raw-mail"),
    path("mail/unsubscribe/<str:token>/", unsubscribing.page, name="mail-unsubscribe"),
    path("settings/fetching/connected/", fetching.connected, name="fetching-connected"),
    path("settings/fetching/<int:pk>/", fetching.page, name="fetching"),
    path("settings/fetching/<int:pk>/look/", fetching.look, name="fetching-look"),
    path("settings/fetching/<int:pk>/start/", fetching.start, name="fetching-start"),
    path("settings/fetching/<int:pk>/connect/", fetching.connect, name="fetching-connect"),
    path("settings/fetching/<int:pk>/<slug:verb>/", fetching.act, name="fetching-act"),
]
