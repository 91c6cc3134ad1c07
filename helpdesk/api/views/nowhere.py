"""An address of the API that is none."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from helpdesk.api.problems import MEDIA_TYPE


@csrf_exempt
def nowhere(request: HttpRequest, rest: str) -> HttpResponse:
    """404 in the form that programs read."""
    told = {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "There is no such address. Each ends with a slash.",
        "instance": request.path,
        "errors": [],
    }
    return JsonResponse(told, status=404, content_type=MEDIA_TYPE)
