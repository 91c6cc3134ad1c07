"""Addresses of the mailboxes' screens, below /settings/mailboxes/."""

from django.urls import path

from channels_email.setup import views

urlpatterns = [
    path("new/", views.new, name="mailbox-new"),
    path("<int:pk>/", views.page, name="mailbox"),
    path("<int:pk>/keys/<slug:verb>/", views.keys, name="mailbox-keys"),
    path("<int:pk>/test/", views.test, name="mailbox-test"),
    path("<int:pk>/test/state/", views.test_state, name="mailbox-test-state"),
]
