"""Finding and reading the sources below a root, so that every fence can be aimed at a copy."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CHANNELS = ("chat", "channels_email", "channels_sms", "channels_social")
PACKAGES = ("config", "helpdesk", *CHANNELS)
SKIPPED = frozenset({"migrations", "node_modules", "__pycache__", "vendor"})


def files(root: Path, folders: tuple[str, ...], pattern: str) -> Iterator[tuple[str, Path]]:
    """(path as written in messages, path) of every own file; migrations are excluded."""
    for folder in folders:
        for path in sorted((root / folder).rglob(pattern)):
            relative = path.relative_to(root)
            if not SKIPPED & set(relative.parts):
                yield relative.as_posix(), path


def python(root: Path, *folders: str) -> Iterator[tuple[str, ast.Module]]:
    """Parsed modules of the product's packages, or of the named folders."""
    for name, path in files(root, folders or PACKAGES, "*.py"):
        yield name, parsed(path.read_text(encoding="utf-8"), name)


def parsed(source: str, name: str = "") -> ast.Module:
    """Tried anew: CPython 3.11 counts the depth for all threads, and who prints a traceback in
    another one parses, too."""
    for _again in range(5):
        with contextlib.suppress(SystemError):
            return ast.parse(source, name)
    return ast.parse(source, name)


def length(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything a module imports, at any depth."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.lineno, node.module or ""
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


def within(name: str, packages: tuple[str, ...] | frozenset[str]) -> bool:
    """True if a dotted name is one of the packages or lies below one."""
    return any(name == one or name.startswith(f"{one}.") for one in packages)
