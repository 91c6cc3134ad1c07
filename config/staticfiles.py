"""Hashed static files whose ES modules find each other."""

from servestatic.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Compressed, content-hashed files; relative imports between modules are rewritten too."""

    support_js_module_import_aggregation = True
