"""From a raw mail to what the core gets: who, which thread, which machine, what is shown."""

from __future__ import annotations

import pytest
from django.test import override_settings

from channels_email import threads
from channels_email.adapter import EmailAdapter
from channels_email.composing import compose
from helpdesk import safe_html
from helpdesk.adapters import Ignored
from tests.channels_email.samples import (
    ADDRESS,
    CLAIMED,
    mail,
    make_inbox,
    make_outgoing,
    parse,
    raw,
)

ATTRIBUTION = "On Tue, 4 Mar 2025 at 10:12, Help <help@parley.example> wrote:"
QUOTED = f"Yes, that one.\r\n\r\n{ATTRIBUTION}\r\n> Which?"


def own_id(delivery: int = 31, conversation: int = 12) -> str:
    return threads.message_id(delivery, conversation, "parley.example")


def test_a_first_mail() -> None:
    message = parse(mail(QUOTED))
    assert message.sender.kind == "email"
    assert message.sender.address == "ann@customer.example"
    assert not message.sender.verified
    assert message.external_id == "a1@customer.example"
    assert message.conversation_id is None
    assert message.sent_at == CLAIMED
    assert not message.automated
    assert message.meta["token_verified"] is False
    assert message.meta["authenticated"] is False
    assert "wrote:" in message.body, "a first message is never trimmed"


def test_answer_to_a_message_id_of_ours() -> None:
    message = parse(mail(QUOTED, extra=f"In-Reply-To: <{own_id()}>"))
    assert message.conversation_id == 12
    assert message.meta["token_verified"] is True
    assert message.body == "Yes, that one."
    assert message.meta["full_text"].endswith("> Which?")


def test_folded_references_from_the_last_to_the_first() -> None:
    extra = f"References: <x@y.example>\r\n <{own_id(1, 5)}>\r\n <{own_id(2, 6)}> <z@y.example>"
    message = parse(mail(extra=extra))
    assert message.conversation_id == 6
    assert message.references[0] == "z@y.example"
    assert message.references[-1] == "x@y.example"


def test_in_reply_to_goes_before_references() -> None:
    message = parse(mail(extra="References: <r1@x> <r2@x>\r\nIn-Reply-To: <r1@x> <q@x>"))
    assert message.references == ("r1@x", "q@x", "r2@x")


def test_signed_reply_address_in_the_envelope() -> None:
    address = threads.reply_address(ADDRESS, 7, 44)
    assert parse(mail(), rcpt=address.upper()).conversation_id == 44


def test_signed_reply_address_in_to() -> None:
    address = threads.reply_address(ADDRESS, 7, 44)
    data = mail().replace(f"To: {ADDRESS}".encode(), f"To: Help <{address}>".encode())
    assert parse(data).conversation_id == 44


@pytest.mark.parametrize(
    "forged",
    [
        "v1.31.12.aaaaaaaaaaaaaaaa@parley.example",
        "v1.31.12.@parley.example",
        "v1.31.12@parley.example",
        "12@parley.example",
        own_id().replace("v1.31.12.", "v1.31.13."),
        own_id().replace("v1.31.12.", "v1.32.12."),
        own_id()[:-16],
        "x" + own_id(),
    ],
)
def test_forged_message_ids_thread_nowhere(forged: str) -> None:
    message = parse(mail(extra=f"In-Reply-To: <{forged}>\r\nReferences: <{forged}>"))
    assert message.conversation_id is None
    assert message.meta["token_verified"] is False


def test_reply_address_of_another_conversation_or_inbox() -> None:
    address = threads.reply_address(ADDRESS, 7, 44)
    assert parse(mail(), rcpt=address.replace("+c44.", "+c45.")).conversation_id is None
    assert parse(mail(), inbox=make_inbox(8), rcpt=address).conversation_id is None


def test_tokens_outlive_a_key_rotation() -> None:
    old = own_id()
    with override_settings(SECRET_KEY="a new key", SECRET_KEY_FALLBACKS=[]):
        assert threads.read_message_id(old) is None
    from django.conf import settings

    with override_settings(SECRET_KEY="a new key", SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
        assert threads.read_message_id(old) == threads.OwnId(31, 12)


def test_tokens_of_one_purpose_do_not_serve_another() -> None:
    mac = threads.reply_address(ADDRESS, 31, 12).partition("@")[0].rpartition(".")[2]
    assert threads.read_message_id(f"v1.31.12.{mac}@parley.example") is None


def test_empty_ids_match_nothing() -> None:
    message = parse(mail(extra="In-Reply-To: <>\r\nReferences: None"))
    assert message.references == ()


def test_thousands_of_references_are_capped() -> None:
    many = "\r\n ".join(f"<{number}@x.example>" for number in range(2000))
    assert len(parse(mail(extra=f"References: {many}")).references) == threads.MAX_IDS


def test_our_own_mail_coming_back() -> None:
    composed = compose(make_inbox(), make_outgoing())
    [result] = EmailAdapter().parse(make_inbox(), raw(composed.data))
    assert isinstance(result, Ignored)
    stripped = b"\r\n".join(
        line for line in composed.data.split(b"\r\n") if not line.startswith(b"X-Parley-Loop")
    )
    [result] = EmailAdapter().parse(make_inbox(), raw(stripped))
    assert isinstance(result, Ignored)


@pytest.mark.parametrize("sender", ["", "<>", "Nobody", ADDRESS, f"Help <{ADDRESS.upper()}>"])
def test_unusable_sender_is_an_unknown_of_its_own(sender: str) -> None:
    one, other = parse(mail("one", sender=sender)), parse(mail("two", sender=sender))
    assert one.sender.address.endswith("@sender.invalid")
    assert one.sender.address != other.sender.address


def test_form_that_the_administrator_trusts() -> None:
    data = mail(sender=ADDRESS, extra="Reply-To: Bob <bob@customer.example>")
    assert (
        parse(data, inbox=make_inbox(trust_reply_to=True)).sender.address == "bob@customer.example"
    )
    assert parse(data).sender.address.endswith("@sender.invalid")
    assert parse(data).automated


def test_reply_to_is_told_but_is_not_the_sender() -> None:
    message = parse(mail(extra="Reply-To: evil@elsewhere.example"))
    assert message.sender.address == "ann@customer.example"
    assert message.meta["reply_to"] == "evil@elsewhere.example"


@pytest.mark.parametrize("wreck", [b"hello", b"From: x@y.example\r\n\r\nhello", b"Subject: s\n\n"])
def test_missing_fields_still_make_a_record(wreck: bytes) -> None:
    message = parse(wreck)
    assert message.external_id == parse(wreck).external_id
    assert message.external_id.startswith("sha256.")
    assert "@" in message.sender.address


@pytest.mark.parametrize(
    ("extra", "mark"),
    [
        ("Auto-Submitted: auto-replied (vacation)", "auto-submitted"),
        ("Auto-Submitted: auto-generated; x=y", "auto-submitted"),
        ("Precedence: BULK", "precedence"),
        ("Precedence: auto_reply", "precedence"),
        ("Precedence: list", "precedence"),
        ("List-Id: <l.example>", "list-id"),
        ("List-Unsubscribe: <mailto:x@y>", "list-unsubscribe"),
        ("X-Auto-Response-Suppress: OOF, DR", "x-auto-response-suppress"),
        ("X-Autoreply: yes", "x-autoreply"),
        ("X-Autorespond: 1", "x-autorespond"),
        ("X-Auto-Reply-From: a@b", "x-auto-reply-from"),
        ("Return-Path: <>", "null-sender"),
        ("X-Loop: y", "x-loop"),
        ("Feedback-ID: 1:bulk", "feedback-id"),
        ("\r\n".join(["Received: by x"] * 51), "received"),
    ],
)
def test_machines(extra: str, mark: str) -> None:
    message = parse(mail(extra=extra))
    assert message.automated
    assert message.meta["automated_by"] == mark


@pytest.mark.parametrize(
    "extra",
    [
        "Auto-Submitted: no",
        "Auto-Submitted: No ; x",
        "X-Other: bulk",
        "X-Auto-Response-Suppress: DR, RN",
        "Precedence: normal",
    ],
)
def test_people(extra: str) -> None:
    assert not parse(mail(extra=extra)).automated


@pytest.mark.parametrize(
    "local", ["mailer-daemon", "no-reply", "noreply+x", "postmaster", "donotreply"]
)
def test_senders_that_are_machines(local: str) -> None:
    assert parse(mail(sender=f"{local}@x.example")).automated


def test_null_envelope_sender_and_reports() -> None:
    assert parse(mail(), mail_from="").automated
    report = mail("--b\r\n\r\nfailed\r\n--b--", content_type="multipart/report; boundary=b")
    assert parse(report).meta["automated_by"] == "report"


def test_a_persons_answer_through_exchange_or_a_list_is_a_persons() -> None:
    marks = "X-Auto-Response-Suppress: All\r\nList-Id: <l.example>"
    assert parse(mail(extra=marks)).automated
    assert not parse(mail(extra=f"{marks}\r\nIn-Reply-To: <{own_id()}>")).automated


def test_html_is_sanitised_and_text_made_of_it() -> None:
    html = "<p>Hello <b>you</b></p><script>x()</script><img src='https://t.example/p.gif'>"
    message = parse(mail(html, content_type="text/html"))
    assert message.html == '<p>Hello <b>you</b></p><img src="https://t.example/p.gif">'
    assert message.body == "Hello you"
    assert message.meta["sanitiser"] == safe_html.VERSION
    assert message.meta["pictures"] == {"count": 1, "hosts": ["t.example"], "trackers": 0}


def test_html_that_cannot_be_tamed_is_shown_as_text() -> None:
    message = parse(mail("<div>" * 2000 + "hello", content_type="text/html"))
    assert (message.html, message.body) == ("", "hello")
    assert "html_shown_as_text" in message.meta["notes"]


def test_adapter_is_registered_with_its_capabilities() -> None:
    from helpdesk.adapters import adapter_for

    adapter = adapter_for(make_inbox())
    assert isinstance(adapter, EmailAdapter)
    assert adapter.capabilities.repeat_safe
    assert adapter.capabilities.expires_after == 72 * 3600
