"""Static files from memory: kept for ever under their mark, asked for anew without it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.contrib.staticfiles.finders import get_finder

from config.staticfiles import MarkedStaticFiles, mark
from config.statics import ASK_FIRST, FOR_EVER, Statics

OTHERS = 299


def _look_anew() -> None:
    cached: Any
    for cached in (get_finder, mark):
        cached.cache_clear()


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """The only static files are here."""
    (tmp_path / "css").mkdir()
    (tmp_path / "css/base.css").write_text("a {}")
    settings.STATICFILES_DIRS = [tmp_path]
    _look_anew()
    yield tmp_path
    _look_anew()


async def others(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": OTHERS, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def ask(
    path: str, method: str = "GET", known: bytes = b""
) -> tuple[int, dict[bytes, bytes], bytes]:
    headers = [(b"if-none-match", known)] if known else []
    scope = {"type": "http", "path": path, "method": method, "headers": headers}
    call: Any = ApplicationCommunicator(Statics(others), scope)  # type: ignore[no-untyped-call]
    await call.send_input({"type": "http.request"})
    start = await call.receive_output()
    return start["status"], dict(start["headers"]), (await call.receive_output())["body"]


async def test_under_its_mark_it_is_kept_for_ever() -> None:
    path = MarkedStaticFiles().url("css/base.css")
    status, headers, body = await ask(path)
    assert (status, body) == (200, b"a {}")
    assert headers[b"cache-control"] == FOR_EVER
    assert headers[b"content-type"] == b"text/css; charset=utf-8"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert (await ask(path, "HEAD"))[1:] == (headers, b"")
    assert (await ask(path, known=b'"x", ' + headers[b"etag"]))[::2] == (304, b"")


@pytest.mark.parametrize("path", ["/static/css/base.css", "/static/~0123456789ab/css/base.css"])
async def test_without_it_the_server_is_asked_each_time(path: str) -> None:
    status, headers, body = await ask(path)
    assert (status, headers[b"cache-control"], body) == (200, ASK_FIRST, b"a {}")


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/static/css/none.css", "GET"),
        ("/static/css", "GET"),
        ("/static/", "GET"),
        ("/static/../css/base.css", "GET"),
        ("/static/~x/../../etc/passwd", "GET"),
        ("/static/css/base.css", "POST"),
        ("/inbox/", "GET"),
    ],
)
async def test_the_rest_is_for_others(path: str, method: str) -> None:
    assert (await ask(path, method))[0] == OTHERS


def test_what_is_installed_anew_has_another_mark(folder: Path) -> None:
    before = mark()
    os.utime(folder / "css/base.css", (1, 1))
    assert mark() == before, "looked at once"
    mark.cache_clear()
    assert mark() != before
