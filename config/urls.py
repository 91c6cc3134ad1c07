"""All addresses at one glance."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from helpdesk.api.views.nowhere import nowhere
from helpdesk.web.views import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("statusz", health.statusz, name="statusz"),
    path("metrics", health.metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("helpdesk.api.urls")),
    path("", include("chat.urls")),
    path("", include("channels_email.urls")),
    path("settings/phone/", include("channels_sms.setup.urls")),
    path("settings/mail/", include("channels_email.setup.urls")),
    path("settings/social/", include("channels_social.setup.urls")),
    path("", include("helpdesk.web.urls")),
    path("api/v1/<path:rest>", nowhere),
]
if settings.DEMO:
    urlpatterns.append(path("demo/", include("helpdesk.sandbox.urls")))
