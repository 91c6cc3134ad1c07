"""What an agent is told of the reader's notes, and that nobody else is (B15, B16, A10)."""

from __future__ import annotations

import pytest

from helpdesk.realtime.payloads import visitor_message
from helpdesk.realtime.reading_notes import told
from helpdesk.web.reading_words import reading
from tests.channels_email.samples import parse
from tests.mails import packing
from tests.mails.making import message, part


@pytest.mark.parametrize(
    ("notes", "lines"),
    [
        (None, []),
        ([], []),
        (["boundary_guessed", "date_ignored"], []),
        (["encrypted"], ["encrypted"]),
        (["signed", "encrypted"], ["signed", "encrypted"]),
        (["text_over_limit", "html_over_limit"], ["cut"]),
        (["file_over_limit", "tnef_broken", "degraded"], ["file", "broken"]),
        (["html_shown_as_text"], ["plain"]),
    ],
)
def test_notes_become_a_few_lines(notes: list[str] | None, lines: list[str]) -> None:
    assert told(notes) == lines
    assert all(f"reading.{line}" in reading() for line in lines)


def test_b16_an_encrypted_mail_is_told_to_agents() -> None:
    mail = message(part("application/pkcs7-mime", packing.enveloped(), "base64"))
    assert told(parse(mail).meta["notes"]) == ["encrypted"]


def test_visitors_are_not_told() -> None:
    payload = {"id": "1", "public_seq": 1, "client_id": None, "direction": "in", "author": None}
    payload |= {"body": "", "attachments": [], "at": "", "delivery": None, "reading": ["signed"]}
    payload |= {"card": None, "quick": [], "automated": False, "line": False, "subject": ""}
    assert "reading" not in visitor_message(payload)
