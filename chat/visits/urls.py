"""Addresses of the visits."""

from __future__ import annotations

from django.urls import URLPattern, path

from chat.visits import api, views

urlpatterns: list[URLPattern] = [
    path("chat/<str:key>/hit/", views.hit, name="chat-hit"),
    path("visitors/", views.page, name="visitors"),
    path("api/v1/visitors/", api.VisitorList.as_view()),
    path("api/v1/visitors/<int:pk>/", api.VisitorTrail.as_view()),
    path("api/v1/visitors/<int:pk>/invite/", api.VisitorInvite.as_view()),
]
