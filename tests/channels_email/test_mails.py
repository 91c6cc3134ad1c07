"""The mails of tests/mails: what the reader finds in each, against what is in it."""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from channels_email import parsing, threads
from channels_email.addresses import Mailbox
from channels_email.parsing import Letter
from channels_email.visible import visible_text
from tests.mails.build import mails

FOLDER = Path(__file__).parents[1] / "mails"
NAMES = sorted(path.stem for path in FOLDER.glob("*.eml"))
BARS = {
    "from_address": 99.8,
    "from_name": 98.5,
    "subject": 99.5,
    "recipients": 99.0,
    "ids": 99.0,
    "date": 99.0,
    "text": 97.0,
    "files": 98.0,
    "notes": 98.0,
    "visible": 98.0,
}
"""Least share of mails that must be right, in percent."""


def _boxes(boxes: list[Mailbox]) -> list[dict[str, str]]:
    return [{"name": box.name, "address": box.address} for box in boxes]


def _plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def _files(letter: Letter, expected: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The files as the expectation speaks of them."""
    found = []
    for index, file in enumerate(letter.files):
        row: dict[str, Any] = {"name": file.name, "type": file.content_type}
        if index >= len(expected) or "sha256" in expected[index]:
            row["size"] = file.size
            row["sha256"] = hashlib.sha256(file.data or b"").hexdigest()
        found.append(row)
    return found


def judge(name: str) -> dict[str, bool]:
    """For each field whether the reader got it right."""
    expected = json.loads((FOLDER / "expected" / f"{name}.json").read_text(encoding="utf-8"))
    letter = parsing.read((FOLDER / f"{name}.eml").read_bytes(), max_file=25 * 1024 * 1024)
    sender = letter.sender or Mailbox("")
    ids = threads.ids([letter.headers.first("message-id")])
    to, cc = _boxes(letter.to), _boxes(letter.cc)
    sent_at = letter.sent_at.isoformat() if letter.sent_at else None
    found = {
        "from_address": sender.address == expected["from_address"],
        "from_name": sender.name == expected["from_name"],
        "subject": letter.subject == expected["subject"],
        "recipients": (to, cc) == (expected["to"], expected["cc"]),
        "ids": (ids[0] if ids else "") == expected["message_id"],
        "date": sent_at == expected["sent_at"],
        "text": _plain(letter.text) == _plain(expected["text"]),
        "files": _files(letter, expected["files"]) == expected["files"],
        "notes": set(expected["notes"]) <= set(letter.notes),
    }
    if expected["kind"] == "reply":
        found["visible"] = _plain(visible_text(letter.text)) == _plain(expected["visible"])
    return found


def test_reader_meets_the_bars(capsys: pytest.CaptureFixture[str]) -> None:
    right: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    missed: dict[str, list[str]] = {}
    for name in NAMES:
        for field, well in judge(name).items():
            right[field] += well
            asked[field] += 1
            if not well:
                missed.setdefault(field, []).append(name)
    scores = {field: 100 * count / asked[field] for field, count in right.items()}
    with capsys.disabled():
        sys.stdout.write(f"\n{len(NAMES)} mails\n")
        for field, score in scores.items():
            said = ", ".join(missed.get(field, [])[:12])
            bar = BARS[field]
            sys.stdout.write(f"  {field:13} {score:6.2f} % (bar {bar:.1f})  {said}\n")
    low = {field: missed[field] for field, bar in BARS.items() if scores[field] < bar}
    assert not low


def test_set_is_large_enough_and_whole() -> None:
    assert len(NAMES) >= 150
    assert sorted(path.stem for path in (FOLDER / "expected").glob("*.json")) == NAMES


def test_what_is_made_is_what_is_kept() -> None:
    for made in mails():
        assert (FOLDER / f"{made.name}.eml").read_bytes() == made.data, made.name
        kept = json.loads((FOLDER / "expected" / f"{made.name}.json").read_text(encoding="utf-8"))
        assert kept == made.expected(), made.name
