"""The fences hold for the sources as they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from tests.architecture import reviewed
from tests.architecture.fences import FENCES, too_long
from tests.architecture.sources import ROOT, python


@pytest.mark.parametrize("fence", FENCES, ids=lambda fence: fence.__name__)
def test_fence(fence: Callable[[Path], list[str]]) -> None:
    found = fence(ROOT)
    assert not found, f"{fence.__doc__}\n" + "\n".join(found)


def test_every_middleware_is_async_capable() -> None:
    """A middleware that is only synchronous blocks Daphne's shutdown for ever."""
    blocking = [name for name in settings.MIDDLEWARE if not import_string(name).async_capable]
    assert not blocking


def test_every_exception_is_still_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry of `reviewed` that excuses nothing is a hole for the next mistake."""
    monkeypatch.setattr(reviewed, "TOO_LONG", excused := dict(reviewed.TOO_LONG))
    excused.clear()
    long = {line.split(":")[0] for line in too_long(ROOT)} | {
        line.split(": ")[0] for line in too_long(ROOT)
    }
    monkeypatch.undo()
    assert set(reviewed.TOO_LONG) <= long
    functions = {
        f"{name}::{node.name}"
        for name, tree in python(ROOT, "helpdesk")
        for node in tree.body
        if hasattr(node, "name")
    }
    listed = {*reviewed.READ_ONLY, *reviewed.ATOMIC_BY_CALLER, *reviewed.UNSCOPED_ROWS}
    assert listed <= functions
