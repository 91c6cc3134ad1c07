"""Is it alive, is it ready."""

from __future__ import annotations

import redis
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from helpdesk import quick_redis


async def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; no input or output (OPS-1)."""
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
