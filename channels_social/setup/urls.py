"""Addresses of the accounts' screens, below /settings/social/."""

from django.urls import path

from channels_social.setup import views

urlpatterns = [
    path("new/", views.new, {"provider": "whatsapp"}, name="social-begin"),
    path("new/<slug:provider>/", views.new, name="social-new"),
    path("<int:pk>/", views.page, name="social-setup"),
    path("<int:pk>/<slug:verb>/", views.act, name="social-act"),
]
