"""The visitor's files, put together once per process: small modules become one request.

The panel is written as ES modules of one purpose each and must still load in one request
on a phone. There is no build step, so the modules are joined here: each becomes a function
that returns its exports, imports first. The price is a narrow dialect, held by tests:
imports are one-line, named and relative; exports are functions and constants; no circles.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders

COMMENT = re.compile(r"[ \t]*/\*(?:(?!\*/).)*\*/", re.DOTALL)
BLANK = re.compile(r"^\n", re.MULTILINE)
INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
IMPORT = re.compile(r'^import \{([^}\n]*)\} from "\./([a-z]+)\.js";$', re.MULTILINE)
EXPORT = re.compile(r"^export ((?:async )?function|const) (\w+)", re.MULTILINE)
MODULE_WORD = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent. digest: part of its address, so that it may be kept for ever."""

    body: bytes
    gzipped: bytes
    content_type: str
    digest: str


def _asset(text: str, content_type: str) -> Asset:
    body = text.encode()
    digest = hashlib.sha256(body).hexdigest()[:16]
    return Asset(body, gzip.compress(body, 9, mtime=0), f"{content_type}; charset=utf-8", digest)


def lean(source: str) -> str:
    """Without comments, indentation and empty lines; nothing cleverer.

    It knows no strings: none of ours may hold a comment's beginning or span lines.
    """
    return BLANK.sub("", INDENT.sub("", COMMENT.sub("", source)))


def _module(name: str, source: str) -> str:
    """One module as a function of its own scope: `const $name = (() => {...})();`."""
    exports = ", ".join(match[2] for match in EXPORT.finditer(source))
    source = IMPORT.sub(lambda m: f"const {{{m[1].replace(' as ', ': ')}}} = ${m[2]};", source)
    source = EXPORT.sub(r"\1 \2", source)
    strange = MODULE_WORD.search(source)
    if strange:
        msg = f"{name}.js: not in our dialect: {strange[0]}"
        raise ValueError(msg)
    return f"const ${name} = (() => {{\n{source}return {{ {exports} }};\n}})();\n"


def joined(folder: Path, entry: str) -> str:
    """The entry module and all it imports, each once, imports first."""
    done: dict[str, str] = {}
    pending: list[str] = []

    def visit(name: str) -> None:
        if name in done:
            return
        if name in pending:
            msg = f"circular import: {' -> '.join([*pending, name])}"
            raise ValueError(msg)
        pending.append(name)
        source = (folder / f"{name}.js").read_text(encoding="utf-8")
        for match in IMPORT.finditer(source):
            visit(match[2])
        pending.pop()
        done[name] = _module(name, source)

    visit(entry)
    return "".join(done.values())


def _path(name: str) -> Path:
    found = finders.find(f"chat/{name}")
    if found is None:
        msg = f"static file chat/{name} is missing"
        raise FileNotFoundError(msg)
    return Path(found)


@cache
def _built() -> dict[str, Asset]:
    script = lean(joined(_path("js/main.js").parent, "main"))
    style = lean(_path("widget.css").read_text(encoding="utf-8"))
    loader = lean(_path("widget.js").read_text(encoding="utf-8"))
    return {
        "panel.js": _asset(script, "text/javascript"),
        "panel.css": _asset(style, "text/css"),
        "widget.js": _asset(loader, "text/javascript"),
    }


def assets() -> dict[str, Asset]:
    """Name to file. Made again at each call under DEBUG, so that an edit shows at once."""
    if settings.DEBUG:
        _built.cache_clear()
    return _built()
