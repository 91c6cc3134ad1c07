"""Socket addresses of the widget."""

from typing import Any, cast

from django.urls import path

from chat.consumers import VisitorConsumer

urlpatterns: list[Any] = [path("ws/chat/<str:key>/", cast("Any", VisitorConsumer.as_asgi()))]
