"""How we know an address reads in the agent's language; what a person noted stays as it is."""

from __future__ import annotations

import pytest
from django.utils import translation

from helpdesk.sandbox.demo import people
from helpdesk.services import recognition
from helpdesk.web import evidence_words

MADE = ("first message", "typed by the customer", recognition.EVIDENCE, *people._EVIDENCE.values())


@pytest.mark.parametrize("evidence", sorted(set(MADE)))
def test_what_programs_note_is_known(evidence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence_words, "_", lambda words: f"<{words}>")
    assert evidence_words.said(evidence) == f"<{evidence}>"


def test_what_a_person_noted_stays() -> None:
    with translation.override("he"):
        assert evidence_words.said("said so on the phone") == "said so on the phone"
