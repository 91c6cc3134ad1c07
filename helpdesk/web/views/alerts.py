"""The worker that shows a call while Parley is closed."""

from __future__ import annotations

from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker; at the root, because it may only serve pages below its own address."""
    path = finders.find("helpdesk/js/worker.js")
    return HttpResponse(Path(str(path)).read_bytes(), content_type="text/javascript; charset=utf-8")
