"""The page's script of a widget: GET /chat/<key>/page.js, its public settings inside.

The loader asks for it when the page is idle. Most of it is one file for all widgets; what
differs is the last line, which starts it with the settings of this one.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from chat import sessions
from chat.appearance import DEFAULT_COLOR, Widget
from chat.assets import assets
from chat.compression import file
from helpdesk.models import Inbox

LANGUAGES = frozenset(code for code, _ in settings.LANGUAGES)
# Empty, but a module: browsers take a 204 for a failed import and say so in the console.
NOTHING = "export {};\n"
# What ends a script or, in old engines, a line; as JSON escapes they are the same text.
_UNSAFE = str.maketrans({char: f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"})


@require_safe
def page(request: HttpRequest, key: str) -> HttpResponse:
    """The script, or nothing where no setting needs it and the page has not called (?commands=1).

    An unknown widget gets nothing too: somebody's page must not show an error for it.
    """
    language = request.GET.get("language", "")
    if language not in LANGUAGES:
        language = "en"
    try:
        inbox = sessions.widget(key)
    except sessions.UnknownWidgetError:
        return _served(request, NOTHING)
    widget = Widget.of(inbox)
    called = request.GET.get("commands") == "1"
    if not called and widget.tracking == "off" and not _dressed(widget):
        return _served(request, NOTHING)
    shown = json.dumps(public(inbox, widget, language), ensure_ascii=False).translate(_UNSAFE)
    script = assets()["page.js"].body.decode()
    return _served(request, f"{script}export const start = (on) => $main.start(on, {shown});\n")


def public(inbox: Inbox, widget: Widget, language: str) -> dict[str, Any]:
    """What every visitor of the site may know of a widget, in his language."""
    with translation.override(language):
        words = {
            "dismiss": gettext("Dismiss"),
            "chat": gettext("Chat with us"),
            "invitation": gettext("Message from us"),
        }
    return {
        "key": inbox.key,
        "language": language,
        "tracking": widget.tracking,
        "words": words,
        "look": {
            "label": widget.text(widget.label, language),
            "color": "" if widget.color == DEFAULT_COLOR else widget.color,
            "position": widget.position,
            "theme": widget.theme,
            "hide": widget.hide_on_phones,
        },
    }


def _dressed(widget: Widget) -> bool:
    """Does the launcher look other than the loader draws it by itself?"""
    return bool(
        widget.label
        or widget.color != DEFAULT_COLOR
        or widget.position != "end"
        or widget.theme
        or widget.hide_on_phones
    )


def _served(request: HttpRequest, script: str) -> HttpResponse:
    """A module for any site, kept for a minute."""
    response = file(request, script.encode(), "text/javascript; charset=utf-8")
    response["Cache-Control"] = "public, max-age=60"
    response["ETag"] = f'"{hashlib.sha256(script.encode()).hexdigest()[:16]}"'
    conditional = get_conditional_response(request, etag=response["ETag"], response=response)
    answer = cast("HttpResponse", conditional)
    answer["Access-Control-Allow-Origin"] = "*"
    return answer
