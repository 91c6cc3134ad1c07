"""Where other programs call us; by themselves, so that no other address is looked at first."""

from django.urls import path

from helpdesk.web.views import hooks

urlpatterns = [
    path("hooks/<slug:provider>/<str:key>", hooks.receive, name="hook"),
]
