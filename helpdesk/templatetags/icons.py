"""Icons from the one sprite, as a template tag."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from django import template
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

SPRITE = "icons.svg"
SIZES = (12, 14, 16, 18, 20, 24, 28, 30)

register = template.Library()


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """The icons that the sprite holds."""
    path = finders.find(SPRITE)
    text = Path(str(path)).read_text(encoding="utf-8") if path else ""
    return frozenset(re.findall(r'<symbol id="i-([\w-]+)"', text))


@register.simple_tag
def icon(name: str, size: int = 18, *, flip: bool = False) -> SafeString:
    """An inline SVG that draws `name`; hidden from screen readers, so a word stands beside it.

    flip: the icon points somewhere and mirrors in right-to-left pages. An unknown name is a
    fault in the template and raises at once, instead of showing a hole.
    """
    return _drawn(name, size, flip=flip)


@lru_cache(maxsize=1000)
def _drawn(name: str, size: int, *, flip: bool) -> SafeString:
    if name not in names() or size not in SIZES:
        msg = f"icon {name!r} in size {size}: not in {SPRITE} or not one of {SIZES}"
        raise template.TemplateSyntaxError(msg)
    return format_html(
        '<svg class="i i-{}{}" aria-hidden="true"><use href="{}#i-{}"></use></svg>',
        size,
        " flip" if flip else "",
        static(SPRITE),
        name,
    )
