"""The document of the API, and the two readers of it; everything is served from here."""

from __future__ import annotations

from functools import cache
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.base import APIView

# Redoc makes its styles by script in elements that are empty or hold this; nothing else may.
REDOC_STYLES = (
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='",
)


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document of this release."""
    made: dict[str, Any] = SchemaGenerator(urlconf="helpdesk.api.root").get_schema(public=True)  # type: ignore[no-untyped-call]
    return made


class Document(APIView):
    """GET /api/v1/schema/: OpenAPI 3.1 as JSON."""

    def get(self, _request: Request) -> Response:
        return Response(document())


@require_safe
@login_required
def explorer(request: HttpRequest) -> HttpResponse:
    """GET /api/v1/docs/: to read and to try out."""
    return render(request, "helpdesk/api/explorer.html")


@require_safe
@login_required
@csp_update({"style-src": [SELF, *REDOC_STYLES]})
def reference(request: HttpRequest) -> HttpResponse:
    """GET /api/v1/docs/reference/: to read, on one page."""
    return render(request, "helpdesk/api/reference.html")
