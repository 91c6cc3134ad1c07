"""Addresses of the mailboxes' screens, below /settings/mail/."""

from django.urls import path

from channels_email.setup import views

urlpatterns = [
    path("new/", views.new, name="mail-new"),
    path("<int:pk>/", views.page, name="mail-setup"),
    path("<int:pk>/keys/<slug:verb>/", views.keys, name="mail-keys"),
    path("<int:pk>/hook/", views.hook, name="mail-hook"),
    path("<int:pk>/test/", views.test, name="mail-test"),
    path("<int:pk>/test/state/", views.test_state, name="mail-test-state"),
]
