"""Addresses of the widgets' screens, below /settings/widgets/."""

from django.urls import path

from chat.settings import views

urlpatterns = [
    path("", views.widgets, name="widgets"),
    path("<int:pk>/", views.edit, name="widget-edit"),
    path("<int:pk>/preview/", views.preview, name="widget-preview"),
    path("<int:pk>/logo/", views.upload_logo, name="widget-logo"),
    path("<int:pk>/logo/<uuid:logo>/", views.draft_logo, name="widget-draft-logo"),
    path("<int:pk>/secret/", views.secret, name="widget-secret"),
]
