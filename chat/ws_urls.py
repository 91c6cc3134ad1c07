"""Socket addresses of the widget."""

from django.urls import path

from chat.consumers import VisitorConsumer

urlpatterns = [path("ws/chat/<str:key>/", VisitorConsumer.as_asgi())]
