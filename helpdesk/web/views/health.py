"""Is it alive, is it ready."""

from __future__ import annotations

from pathlib import Path

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from helpdesk import quick_redis


async def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers (OPS-1); under `manage.py up`: and so do all the others."""
    if settings.SERVING_MARK and not Path(settings.SERVING_MARK).exists():  # noqa: ASYNC240  one stat
        return HttpResponse("starting\n", content_type="text/plain", status=503)
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """PostgreSQL answers; Redis down is ready but degraded."""
    state = {"database": "ok", "redis": "ok"}
    code = 200
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        state["database"], code = "down", 503
    try:
        quick_redis.client().ping()
    except redis.RedisError:
        state["redis"] = "down: slower updates, nothing is lost"
    return JsonResponse(state, status=code)
