"""Is it alive, is it ready, how is it doing."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from helpdesk import alarms, client_ip, measuring, readiness
from helpdesk.selectors import figures


async def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers (OPS-1); under `manage.py up`: and so do all the others."""
    if settings.SERVING_MARK and not Path(settings.SERVING_MARK).exists():  # noqa: ASYNC240  one stat
        return HttpResponse("starting\n", content_type="text/plain", status=503)
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """503 while this process should be sent nothing (OPS-1)."""
    ready, found = readiness.look()
    return JsonResponse(found, status=200 if ready else 503)


@require_safe
def statusz(request: HttpRequest) -> HttpResponse:
    """GET /statusz: every figure, what is wrong, and where the runbook tells what to do."""
    _admit(request)
    try:
        told = figures.figures()
    except DatabaseError:
        return JsonResponse({"database": "down", "runbook": alarms.RUNBOOK}, status=503)
    tree = figures.tree(told)
    return JsonResponse({"wrong": alarms.ringing(told), "figures": tree})


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """GET /metrics in Prometheus' text format; this process' own counts come without a database."""
    _admit(request)
    try:
        told = [
            (one.name, one.help, one.kind, one.value, dict(one.labels)) for one in figures.figures()
        ]
    except DatabaseError:
        told = []
    told.append(("database_up", "Whether the database answers.", "gauge", bool(told), {}))
    kind = "text/plain; version=0.0.4; charset=utf-8"
    return HttpResponse(measuring.text(told), content_type=kind)


def _admit(request: HttpRequest) -> None:
    """Whoever has the token, or sits on this very machine with no proxy between."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if settings.OPS_TOKEN and constant_time_compare(given, settings.OPS_TOKEN):
        return
    caller = client_ip.of_request(request)
    relayed = {"X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via"} & set(request.headers)
    if caller is None or not caller.is_loopback or relayed:
        raise PermissionDenied
