"""Addresses of the e-mail channel."""

from django.urls import include, path

urlpatterns = [path("settings/mailboxes/", include("channels_email.setup.urls"))]
