"""ASGI entry: HTTP by Django, WebSockets by Channels. Server-neutral."""

from __future__ import annotations

import os
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
# Only the web process pools its connections: a pool does not survive a worker's fork.
os.environ.setdefault("DATABASE_POOL", "1")
django.setup(set_prefix=False)

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.conf import settings  # noqa: E402

from chat.ws_urls import urlpatterns as chat_sockets  # noqa: E402
from config.handler import OneTripHandler  # noqa: E402
from config.machines import Machines  # noqa: E402
from config.statics import Statics  # noqa: E402
from helpdesk.web.pulse import Beating  # noqa: E402
from helpdesk.web.ws_urls import urlpatterns as agent_sockets  # noqa: E402

http: Any = OneTripHandler()
if "servestatic" not in settings.INSTALLED_APPS:
    http = Statics(http)
http = Machines(http)

application = Beating(
    ProtocolTypeRouter({"http": http, "websocket": URLRouter([*chat_sockets, *agent_sockets])})
)
