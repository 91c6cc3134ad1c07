"""A backup is one tar: manifest.json with the hash of every part, the dump, the media files.

Made by us and read with distrust: an archive is looked through whole before anything is written.
Keys are not in it (they would open it for whoever finds it): they are kept apart.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

FORMAT = 1
MANIFEST, DUMP, MEDIA = "manifest.json", "database.dump", "media"
MOST_RATIO = 200
CHUNK = 1 << 20


class BadArchiveError(ValueError):
    """This is no backup of ours, or not a whole one; nothing was written."""


def digest(file: IO[bytes]) -> str:
    """The SHA-256 of what is left in a file, in hex."""
    found = hashlib.sha256()
    while part := file.read(CHUNK):
        found.update(part)
    return found.hexdigest()


def media_files(root: Path) -> Iterator[tuple[str, Path]]:
    """(name in the archive, path) of every file of ours; links are nobody's."""
    for path in sorted(root.rglob("*")) if root.exists() else ():
        if path.is_file() and not path.is_symlink():
            yield f"{MEDIA}/{path.relative_to(root).as_posix()}", path


def write(to: Path, dump: Path, media: Path, facts: dict[str, Any]) -> dict[str, Any]:
    """Pack the dump and the media; the manifest, which stands first. All or nothing."""
    parts: dict[str, dict[str, Any]] = {}
    every = [(DUMP, dump), *media_files(media)]
    for name, path in every:
        with path.open("rb") as file:
            parts[name] = {"sha256": digest(file), "size": path.stat().st_size}
    manifest = {"format": FORMAT, **facts, "parts": parts}
    plain = json.dumps(manifest, indent=1, sort_keys=True).encode()
    draft = to.with_name(f".{to.name}.new")
    with draft.open("wb") as made, tarfile.open(fileobj=made, mode="w") as packed:
        head = tarfile.TarInfo(MANIFEST)
        head.size = len(plain)
        packed.addfile(head, io.BytesIO(plain))
        for name, path in every:
            info = tarfile.TarInfo(name)
            info.size, info.mtime = parts[name]["size"], int(path.stat().st_mtime)
            with path.open("rb") as inside:
                packed.addfile(info, inside)
    draft.chmod(0o600)
    draft.rename(to)
    return manifest


def read(archive: Path) -> dict[str, Any]:
    """The manifest, after every member was looked at and hashed. Raises BadArchiveError."""
    try:
        with tarfile.open(archive, "r:") as packed:
            return _checked(packed, archive.stat().st_size)
    except (tarfile.TarError, OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, BadArchiveError):
            raise
        msg = f"not a backup: {error}"
        raise BadArchiveError(msg) from None


def _checked(packed: tarfile.TarFile, size: int) -> dict[str, Any]:
    first = packed.next()
    if first is None or first.name != MANIFEST or not first.isreg() or first.size > 1 << 28:
        msg = "the manifest does not stand first"
        raise BadArchiveError(msg)
    manifest: dict[str, Any] = json.load(_open(packed, first))
    if manifest.get("format") != FORMAT:
        msg = f"format {manifest.get('format')!r}, and this release reads {FORMAT}"
        raise BadArchiveError(msg)
    parts = dict(manifest["parts"])
    if sum(int(one["size"]) for one in parts.values()) > MOST_RATIO * size:
        msg = "it claims to hold far more than it can"
        raise BadArchiveError(msg)
    while (member := packed.next()) is not None:
        _look(member)
        told = parts.pop(member.name, None)
        if told is None or member.size != told["size"]:
            msg = f"{member.name!r} is not in the manifest"
            raise BadArchiveError(msg)
        if digest(_open(packed, member)) != told["sha256"]:
            msg = f"{member.name!r} is not what was packed"
            raise BadArchiveError(msg)
    if parts:
        msg = f"{len(parts)} parts are missing, {next(iter(parts))!r} first"
        raise BadArchiveError(msg)
    return manifest


def _look(member: tarfile.TarInfo) -> None:
    """A plain file with a plain path below media/, or the dump."""
    path = PurePosixPath(member.name)
    plain = path.as_posix() == member.name and not path.is_absolute() and "\x00" not in member.name
    if not member.isreg() or not plain or ".." in path.parts or "\\" in member.name:
        msg = f"{member.name!r} is no file of ours"
        raise BadArchiveError(msg)
    if member.name != DUMP and path.parts[0] != MEDIA:
        msg = f"{member.name!r} has no place here"
        raise BadArchiveError(msg)


def unpack(archive: Path, dump: Path, media: Path) -> None:
    """Write the dump and the media of an archive that read() has looked through."""
    with tarfile.open(archive, "r:") as packed:
        for member in packed:
            if member.name == MANIFEST:
                continue
            _look(member)
            name = PurePosixPath(member.name)
            there = dump if member.name == DUMP else media.joinpath(*name.parts[1:])
            there.parent.mkdir(parents=True, exist_ok=True)
            with there.open("wb") as file:
                shutil.copyfileobj(_open(packed, member), file, CHUNK)


def _open(packed: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    found = packed.extractfile(member)
    if found is None:
        msg = f"{member.name!r} cannot be read"
        raise BadArchiveError(msg)
    return found
