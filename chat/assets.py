"""The visitor's files, put together once per process: small modules become one request.

The panel is written as ES modules of one purpose each and must still load in one request
on a phone. There is no build step, so the modules are joined here: each becomes a function
that returns its exports, imports first. The price is a narrow dialect, held by tests:
imports are one-line, named and relative; exports are functions, constants and what was
imported; no circles.

What is not needed for the first word is a part: `import("./more.js")` in a module fetches it
later, in the page's language and with its own style, and hands it the modules already there.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils import translation

from chat.words import PARTS

COMMENT = re.compile(r"[ \t]*/\*(?:(?!\*/).)*\*/", re.DOTALL)
BLANK = re.compile(r"^\n", re.MULTILINE)
INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
IMPORT = re.compile(r'^import \{([^}\n]*)\} from "\./([a-z]+)\.js";$', re.MULTILINE)
EXPORT = re.compile(r"^export ((?:async )?function|const) (\w+)", re.MULTILINE)
LATER = re.compile(r'\bimport\("\./([a-z]+)\.js"\)')
PASSED_ON = re.compile(r"^export \{ ([\w, ]+) \};$", re.MULTILINE)
MODULE_WORD = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent. digest: part of its address, so that it may be kept for ever."""

    body: bytes
    content_type: str
    digest: str


def _asset(text: str, content_type: str) -> Asset:
    body = text.encode()
    digest = hashlib.sha256(body).hexdigest()[:16]
    return Asset(body, f"{content_type}; charset=utf-8", digest)


def lean(source: str) -> str:
    """Without comments, indentation and empty lines; nothing cleverer.

    It knows no strings: none of ours may hold a comment's beginning or span lines.
    """
    return BLANK.sub("", INDENT.sub("", COMMENT.sub("", source)))


def _module(name: str, source: str) -> str:
    """One module as a function of its own scope: `const $name = (() => {...})();`."""
    names = [match[2] for match in EXPORT.finditer(source)]
    names += [match[1] for match in PASSED_ON.finditer(source)]
    exports = ", ".join(names)
    source = IMPORT.sub(lambda m: f"const {{{m[1].replace(' as ', ': ')}}} = ${m[2]};", source)
    source = PASSED_ON.sub("", EXPORT.sub(r"\1 \2", source))
    strange = MODULE_WORD.search(source)
    if strange:
        msg = f"{name}.js: not in our dialect: {strange[0]}"
        raise ValueError(msg)
    return f"const ${name} = (() => {{\n{source}return {{ {exports} }};\n}})();\n"


def modules(folder: Path, entry: str) -> dict[str, str]:
    """The entry module and all it imports, each once, imports first: name to function."""
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
        done[name] = _module(name, LATER.sub(r'$$later("\1")', source))

    visit(entry)
    return done


def joined(folder: Path, entry: str) -> str:
    """All modules of a page in one script. `$$later` is there only where parts are."""
    found = modules(folder, entry)
    script = "".join(found.values())
    if "$$later(" not in script:
        return script
    given = ", ".join(f"${name}" for name in found)
    return (
        f"{script}function $$later(name) {{\n"
        "return import($kit.config.parts[name]).then((part) => part.default"
        f"({{ {given} }}));\n}}\n"
    )


def part(folder: Path, entry: str, name: str, extra: tuple[str, dict[str, str]]) -> str:
    """What `import("./name.js")` fetches in the entry's page: the modules not there yet.

    extra: the part's style and its words, which it brings along.
    """
    there = modules(folder, entry)
    style, words = extra
    new = "".join(code for one, code in modules(folder, name).items() if one not in there)
    given = ", ".join(f"${one}" for one in there)
    return (
        f"export default ({{ {given} }}) => {{\n"
        "const $style = new CSSStyleSheet();\n"
        f"$style.replaceSync({json.dumps(style)});\n"
        "document.adoptedStyleSheets = [...document.adoptedStyleSheets, $style];\n"
        f"Object.assign($kit.config.words, {json.dumps(words, ensure_ascii=False)});\n"
        f"{new}return ${name};\n}};\n"
    )


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
    around = lean(_path("site.css").read_text(encoding="utf-8"))
    page = lean(joined(_path("page/main.js").parent, "main"))
    return {
        "panel.js": _asset(script, "text/javascript"),
        "panel.css": _asset(style, "text/css"),
        "widget.js": _asset(loader, "text/javascript"),
        "site.css": _asset(around, "text/css"),
        "page.js": _asset(page, "text/javascript"),
    }


@cache
def _part(name: str, language: str) -> Asset:
    folder = _path("js/main.js").parent
    style = lean(_path(f"{name}.css").read_text(encoding="utf-8"))
    with translation.override(language):
        return _asset(lean(part(folder, "main", name, (style, PARTS[name]()))), "text/javascript")


def assets() -> dict[str, Asset]:
    """Name to file. Made again at each call under DEBUG, so that an edit shows at once."""
    if settings.DEBUG:
        _built.cache_clear()
    return _built()


def parts(language: str) -> dict[str, Asset]:
    """The files that the panel fetches later, in a language: part's name to file."""
    if settings.DEBUG:
        _part.cache_clear()
    return {name: _part(name, language) for name in PARTS}
