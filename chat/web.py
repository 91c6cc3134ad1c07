"""What a visitor's browser loads: the loader, the panel's files and the panel page."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import etag, require_safe

from chat import sessions
from chat.assets import assets
from chat.words import words
from helpdesk.models import Inbox

LANGUAGES = frozenset(code for code, _ in settings.LANGUAGES)
THEMES = frozenset({"light", "dark"})


def _serve(request: HttpRequest, name: str, max_age: str) -> HttpResponse:
    asset = assets()[name]
    gzipped = "gzip" in request.headers.get("Accept-Encoding", "")
    body = asset.gzipped if gzipped else asset.body
    response = HttpResponse(body, content_type=asset.content_type)
    if gzipped:
        response["Content-Encoding"] = "gzip"
    response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = f"public, {max_age}"
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _loader_etag(request: HttpRequest) -> str:
    return f'"{assets()["widget.js"].digest}"'


@require_safe
@etag(_loader_etag)
def loader(request: HttpRequest) -> HttpResponse:
    """GET /widget.js: the one line on a customer's page loads this."""
    return _serve(request, "widget.js", "max-age=300")


@require_safe
def asset(request: HttpRequest, digest: str, name: str) -> HttpResponse:
    """GET /chat/files/<digest>/<name>: kept for ever, since another content has another name."""
    if name not in ("panel.js", "panel.css"):
        raise Http404
    current = assets()[name].digest == digest
    return _serve(request, name, "max-age=31536000, immutable" if current else "max-age=0")


def _language(request: HttpRequest, inbox: Inbox) -> str:
    asked = request.GET.get("language", "")[:2]
    if asked in LANGUAGES:
        return asked
    for wanted in request.headers.get("Accept-Language", "").split(","):
        code = wanted.strip()[:2].lower()
        if code in LANGUAGES:
            return code
    return inbox.language if inbox.language in LANGUAGES else "en"


def _greeting(inbox: Inbox, language: str) -> str:
    """The inbox's own words, one text or one for each language, or ours."""
    own = inbox.settings.get("greeting")
    if isinstance(own, dict):
        own = own.get(language)
    return gettext(own) if own else gettext("Hello! How can we help?")


def _origin(request: HttpRequest) -> str:
    """The page around us, as the loader names it; messages from any other are refused."""
    parts = urlsplit(request.GET.get("host", "")[:300])
    usable = parts.scheme in ("http", "https") and parts.netloc and "@" not in parts.netloc
    return f"{parts.scheme}://{parts.netloc}" if usable else ""


def _policy(inbox: Inbox) -> str:
    origins = inbox.settings.get("origins") or ["*"]
    ancestors = " ".join(one for one in origins if not set(one) & set("; ,\r\n\t"))
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' blob: data:; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors 'self' {ancestors}; require-trusted-types-for 'script'"
    )


@require_safe
@gzip_page
@xframe_options_exempt
def frame(request: HttpRequest, key: str) -> HttpResponse:
    """GET /chat/<key>/: the panel, inside an iframe or as a page of its own."""
    try:
        inbox = sessions.widget(key)
    except sessions.UnknownWidgetError:
        raise Http404 from None
    language = _language(request, inbox)
    theme = request.GET.get("theme", "")
    files = assets()
    with translation.override(language):
        response = render(
            request,
            "chat/frame.html",
            {
                "inbox": inbox,
                "title": inbox.settings.get("title") or inbox.name,
                "greeting": _greeting(inbox, language),
                "language": language,
                "rtl": translation.get_language_bidi(),
                "theme": theme if theme in THEMES else "",
                "script": _url("panel.js", files["panel.js"].digest),
                "style": _url("panel.css", files["panel.css"].digest),
                "panel": {
                    "key": inbox.key,
                    "host": _origin(request),
                    "language": language,
                    "maxBytes": settings.MAX_ATTACHMENT_BYTES,
                    "maxChars": settings.MAX_CHAT_CHARS,
                    "words": words(),
                },
            },
        )
    response["Content-Security-Policy"] = _policy(inbox)
    response["Cache-Control"] = "private, no-cache"
    response["Content-Language"] = language
    return response


def _url(name: str, digest: str) -> str:
    return reverse("chat-asset", kwargs={"digest": digest, "name": name})
