"""Socket addresses of the workspace."""

from channels.auth import AuthMiddlewareStack
from django.urls import path

from helpdesk.web.consumers import AgentConsumer

urlpatterns = [path("ws/agent/", AuthMiddlewareStack(AgentConsumer.as_asgi()))]
