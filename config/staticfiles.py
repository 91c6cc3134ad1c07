"""Addresses of static files: hashed in production, marked where the web server itself has them."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from servestatic.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Compressed, content-hashed files; relative imports between modules are rewritten too."""

    support_js_module_import_aggregation = True


class MarkedStaticFiles(StaticFilesStorage):
    """`/static/~1f0c…/css/base.css`: modules that import each other by relative paths stay below
    the same mark, with nothing to collect before a start.
    """

    def url(self, name: str | None) -> str:
        """The address of a file as long as nothing else is installed."""
        return super().url(f"{mark()}/{name}")


@cache
def mark() -> str:
    """What stands for all static files together: their names, sizes and times."""
    seen = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            facts = Path(storage.path(name)).stat()
            seen.update(f"{name} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return f"~{seen.hexdigest()[:12]}"
