"""Signed addresses and marks: made for one purpose and one recipient, and nobody else's."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from channels_email import threads
from channels_email.threads import Bounced
from tests.channels_email.samples import ADDRESS

ANN, BOB = "ann@customer.example", "bob@customer.example"


def test_k3_envelope_sender_names_delivery_and_recipient() -> None:
    address = threads.bounce_address(ADDRESS, 31, ANN)
    assert address.startswith("help+b31.")
    assert address.endswith("@parley.example")
    assert len(address.rpartition("@")[0]) <= 64
    bounced = threads.read_bounce_address(address)
    assert bounced == Bounced(31, threads.recipient_tag(ANN))
    assert bounced.is_for("Ann@Customer.Example")
    assert not bounced.is_for(BOB)


def test_k3_envelope_sender_survives_folded_case_and_brackets() -> None:
    address = threads.bounce_address(ADDRESS, 31, ANN)
    assert threads.read_bounce_address(address.upper()) == threads.read_bounce_address(address)
    assert threads.read_bounce_address(f"<{address}>") == threads.read_bounce_address(address)


@pytest.mark.parametrize("change", ["b31.:b32.", "+b:+c", "help+:help", "@:a@"])
def test_h3_forged_envelope_sender_is_nobodys(change: str) -> None:
    before, _colon, after = change.partition(":")
    forged = threads.bounce_address(ADDRESS, 31, ANN).replace(before, after, 1)
    assert threads.read_bounce_address(forged) is None


@given(st.text(max_size=90))
def test_h3_any_text_is_read_without_error(text: str) -> None:
    assert threads.read_bounce_address(text) is None
    assert threads.read_subject_marks(text) is None
    assert threads.read_body_marks(text, 7) is None
    assert threads.read_reply_address(text, 7) is None


def test_e2_token_is_made_for_inbox_conversation_and_recipient() -> None:
    address = threads.reply_address(ADDRESS, 7, 44, ANN)
    token = address.partition("@")[0].rpartition("+")[2]
    assert threads.read_reply_address(address, 7) == 44
    assert threads.read_token(token, 7) == threads.Named(44, threads.recipient_tag(ANN))
    assert threads.read_token(token, 8) is None
    assert threads.read_token(token.replace("c44.", "c45."), 7) is None
    other = threads.recipient_tag(BOB)
    assert threads.read_token(token.replace(threads.recipient_tag(ANN), other), 7) is None


def test_e2_tokens_of_one_purpose_serve_no_other() -> None:
    bounce = threads.bounce_address(ADDRESS, 44, ANN)
    assert threads.read_reply_address(bounce.replace("+b", "+c"), 7) is None
    reply = threads.reply_address(ADDRESS, 7, 44, ANN)
    assert threads.read_bounce_address(reply.replace("+c", "+b")) is None


def test_e2_tokens_outlive_a_key_rotation() -> None:
    bounce = threads.bounce_address(ADDRESS, 31, ANN)
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
        bounced = threads.read_bounce_address(bounce)
        assert bounced is not None
        assert bounced.is_for(ANN)
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=[]):
        assert threads.read_bounce_address(bounce) is None


def test_e2_long_mailbox_names_stay_within_what_mail_allows() -> None:
    long = "customer-care-of-the-northern-region@parley.example"
    address = threads.reply_address(long, 7, 123456, ANN)
    assert len(address.rpartition("@")[0]) <= 64
    assert threads.read_reply_address(address, 7) == 123456


def test_e1_mark_in_a_quoted_body() -> None:
    mark = threads.body_mark(7, 44, ANN)
    quoted = f"<p>Yes</p><blockquote><div style='display:none'>{mark}</div></blockquote>"
    named = threads.read_body_marks(quoted, 7)
    assert named is not None
    assert named.conversation_id == 44
    assert threads.read_body_marks(quoted, 8) is None
    assert threads.read_body_marks(quoted.replace("c44", "c45"), 7) is None


def test_e1_mark_in_a_subject() -> None:
    mark = threads.subject_mark(44)
    assert threads.read_subject_marks(f"AW: {mark} Frage") == 44
    assert threads.read_subject_marks("AW: [#44] Frage") is None
    assert threads.read_subject_marks(f"AW: {mark.replace('44', '45')}") is None
    assert threads.without_marks(f"Re: {mark} Frage {mark}") == "Re: Frage"
