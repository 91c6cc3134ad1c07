"""Placeholder until the screens arrive."""
from django.http import HttpRequest, HttpResponse


def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


def page(request: HttpRequest, view: str = "mine", conversation_id: int | None = None) -> HttpResponse:
    return HttpResponse("")
