"""What a visitor's browser loads: the loader, the panel's files and the panel page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import etag, require_safe

from chat import sessions
from chat.appearance import DEFAULT_COLOR, Widget, logo_url
from chat.assets import Asset, assets, parts
from chat.compression import compress, file
from chat.words import words
from helpdesk.models import Inbox

LANGUAGES = frozenset(code for code, _ in settings.LANGUAGES)
THEMES = frozenset({"light", "dark"})


def _serve(request: HttpRequest, asset: Asset, max_age: str) -> HttpResponse:
    response = file(request, asset.body, asset.content_type)
    response["Cache-Control"] = f"public, {max_age}"
    return response


def _loader_etag(request: HttpRequest) -> str:
    return f'"{assets()["widget.js"].digest}"'


@require_safe
@etag(_loader_etag)
def loader(request: HttpRequest) -> HttpResponse:
    """GET /widget.js: the one line on a customer's page loads this."""
    return _serve(request, assets()["widget.js"], "max-age=300")


@require_safe
def asset(request: HttpRequest, digest: str, name: str) -> HttpResponse:
    """GET /chat/files/<digest>/<name>: kept for ever, since another content has another name."""
    found = _file(name)
    if found is None:
        raise Http404
    current = found.digest == digest
    return _serve(request, found, "max-age=31536000, immutable" if current else "max-age=0")


def _file(name: str) -> Asset | None:
    """A file of the panel; those fetched later have a language: more.he.js."""
    if name in ("panel.js", "panel.css", "site.css"):
        return assets()[name]
    part, _, rest = name.partition(".")
    language = rest.removesuffix(".js")
    return parts(language).get(part) if language in LANGUAGES and rest != language else None


def _language(request: HttpRequest, inbox: Inbox) -> str:
    asked = request.GET.get("language", "")[:2]
    if asked in LANGUAGES:
        return asked
    for wanted in request.headers.get("Accept-Language", "").split(","):
        code = wanted.strip()[:2].lower()
        if code in LANGUAGES:
            return code
    return inbox.language if inbox.language in LANGUAGES else "en"


def _greeting(widget: Widget, language: str) -> str:
    """The inbox's own words, one text or one for each language, or ours."""
    own = widget.exact(widget.greeting, language)
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
@xframe_options_exempt
def frame(request: HttpRequest, key: str) -> HttpResponse:
    """GET /chat/<key>/: the panel, inside an iframe or as a page of its own."""
    try:
        inbox = sessions.widget(key)
    except sessions.UnknownWidgetError:
        raise Http404 from None
    return panel(request, inbox)


def panel(
    request: HttpRequest, inbox: Inbox, template: str = "chat/frame.html", **more: object
) -> HttpResponse:
    """The panel of an inbox, which may be a draft that is nowhere stored (its key: "preview").

    template: the page around the panel, which may ask for more.
    """
    language = _language(request, inbox)
    widget = Widget.of(inbox)
    theme = request.GET.get("theme", "")
    files = assets()
    with translation.override(language):
        response = render(
            request,
            template,
            {
                **more,
                "inbox": inbox,
                "title": widget.title_in(language),
                "greeting": _greeting(widget, language),
                "language": language,
                "rtl": translation.get_language_bidi(),
                "theme": theme if theme in THEMES else widget.theme,
                "script": _url("panel.js", files["panel.js"]),
                "style": _url("panel.css", files["panel.css"]),
                "search": widget.search_url.startswith(("https://", "http://")),
                "panel": _settings(request, inbox, widget, language),
            },
        )
    response["Content-Security-Policy"] = _policy(inbox)
    response["Cache-Control"] = "private, no-cache"
    response["Content-Language"] = language
    return compress(request, response)


def _settings(request: HttpRequest, inbox: Inbox, widget: Widget, language: str) -> dict[str, Any]:
    """What the panel's script is told; a colour only where it is not our own."""
    later = parts(language)
    return {
        "key": inbox.key,
        "host": _origin(request),
        "language": language,
        "color": "" if widget.color == DEFAULT_COLOR else widget.color,
        "logo": logo_url(inbox),
        "search": widget.search_url,
        "rating": widget.rating,
        "transcript": widget.transcript,
        "maxBytes": settings.MAX_ATTACHMENT_BYTES,
        "maxChars": settings.MAX_CHAT_CHARS,
        "parts": {name: _url(f"{name}.{language}.js", file) for name, file in later.items()},
        "words": words(),
    }


def style(name: str) -> str:
    """Where a style of ours is found."""
    return _url(name, assets()[name])


def _url(name: str, file: Asset) -> str:
    return reverse("chat-asset", kwargs={"digest": file.digest, "name": name})
