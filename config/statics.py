"""Static files from memory: the agents' page asks for some 170 small ones (`make up`, ADR 47).

Their address has the mark of what is installed (config.staticfiles), so a browser keeps what it
has until something else is. Behind a web server of its own (production) nobody asks here.
"""

from __future__ import annotations

import hashlib
import mimetypes
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation

from config.staticfiles import mark

Headers = list[tuple[bytes, bytes]]
FOR_EVER = b"public, max-age=31536000, immutable"
ASK_FIRST = b"no-cache"


class Statics:
    """An ASGI application: answers GET below STATIC_URL itself and hands all others on.

    A file is read once, when it is first asked for: another one is there after a restart, as with
    templates. What nobody has is answered by `others`, in their own words.
    """

    def __init__(self, others: Any) -> None:
        self._others = others
        self._kept: dict[str, tuple[bytes, bytes, bytes]] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"].startswith(settings.STATIC_URL):
            marked, name = _split(scope["path"].removeprefix(settings.STATIC_URL))
            found = self._kept.get(name) or self._read(name)
            if found and scope["method"] in {"GET", "HEAD"}:
                await _answer(scope, send, found, FOR_EVER if marked else ASK_FIRST)
                return
        await self._others(scope, receive, send)

    def _read(self, name: str) -> tuple[bytes, bytes, bytes] | None:
        """(type, tag, content), None where there is no such file."""
        try:
            path = finders.find(name) if name else None
        except SuspiciousFileOperation:
            return None
        if not path or not Path(path).is_file():
            return None
        body = Path(path).read_bytes()
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        if kind.startswith("text/"):
            kind += "; charset=utf-8"
        tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        self._kept[name] = found = (kind.encode(), tag.encode(), body)
        return found


def _split(path: str) -> tuple[bool, str]:
    """Whether it has the mark of what is here now; the file's name without any mark."""
    first, _slash, rest = path.partition("/")
    return (first == mark(), rest) if first.startswith("~") else (False, path)


async def _answer(scope: Any, send: Any, found: tuple[bytes, bytes, bytes], keep: bytes) -> None:
    kind, tag, body = found
    headers: Headers = [(b"etag", tag), (b"cache-control", keep)]
    known = next((value for name, value in scope["headers"] if name == b"if-none-match"), b"")
    status = 304 if tag in known.split(b", ") else 200
    if status == 200:
        headers += [
            (b"content-type", kind),
            (b"content-length", str(len(body)).encode()),
            (b"x-content-type-options", b"nosniff"),
        ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    shown = body if status == 200 and scope["method"] == "GET" else b""
    await send({"type": "http.response.body", "body": shown})
