"""Socket addresses of the workspace."""

from typing import Any, cast

from channels.auth import AuthMiddlewareStack
from django.urls import path

from helpdesk.web.consumers import AgentConsumer

agent_socket = cast("Any", AuthMiddlewareStack(AgentConsumer.as_asgi()))
urlpatterns: list[Any] = [path("ws/agent/", agent_socket)]
