"""What leaves: headers, both forms of the text, files, and that it threads when it comes back."""

from __future__ import annotations

import email
import os
from email import policy
from email.message import EmailMessage, Message

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels_email import parsing, threads
from channels_email.composing import ComposeError, compose, reply_subject
from helpdesk.adapters import OutboundFile
from tests.channels_email.samples import ADDRESS, mail, make_inbox, make_outgoing, parse

LIMIT = 25 * 1024 * 1024


def build(**changes: object) -> bytes:
    return compose(make_inbox(), make_outgoing(**changes)).data  # type: ignore[arg-type]


def stdlib(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def parts(data: bytes) -> list[Message]:
    return [part for part in stdlib(data).walk() if not part.is_multipart()]


def test_headers() -> None:
    message = stdlib(build())
    assert (
        message["From"] == '"Vita" <help@parley.example>' or message["From"] == f"Vita <{ADDRESS}>"
    )
    assert message["To"] == "Ann Example <ann@customer.example>"
    assert message["Subject"] == "Re: Question"
    assert message["In-Reply-To"] == "<a1@customer.example>"
    root = threads.message_id(0, 12, "parley.example")
    assert message["References"] == f"<{root}> <a1@customer.example>"
    assert message["MIME-Version"] == "1.0"
    assert message["Date"]
    assert message["X-Parley-Loop"] == threads.loop_mark()
    assert "Bcc" not in message


def test_message_id_is_the_same_at_every_attempt() -> None:
    one = compose(make_inbox(), make_outgoing())
    assert one.message_id == compose(make_inbox(), make_outgoing()).message_id
    assert one.message_id != compose(make_inbox(), make_outgoing(delivery_id=32)).message_id
    assert threads.read_message_id(one.message_id) == threads.OwnId(31, 12)
    assert stdlib(one.data)["Message-ID"] == f"<{one.message_id}>"


def test_the_answer_finds_its_conversation_by_either_token() -> None:
    sent = stdlib(build())
    by_id = parse(mail(extra=f"In-Reply-To: {sent['Message-ID']}"))
    by_address = parse(mail(), rcpt=sent["Reply-To"].addresses[0].addr_spec)
    assert by_id.conversation_id == by_address.conversation_id == 12


def test_reply_address_without_plus_addressing() -> None:
    composed = compose(make_inbox(plus_addressing=False), make_outgoing())
    assert stdlib(composed.data)["Reply-To"].addresses[0].addr_spec == ADDRESS


def test_both_forms_of_the_text() -> None:
    plain, rich = parts(build())
    assert plain.get_content_type() == "text/plain"
    assert rich.get_content_type() == "text/html"
    letter = parsing.read(build(), max_file=LIMIT)
    assert letter.text == make_outgoing().body
    assert '<a href="https://parley.example/a?b=1&amp;c=2">' in letter.html


def test_given_html_is_used() -> None:
    letter = parsing.read(build(body="Hi", html="<p><b>Hi</b></p>"), max_file=LIMIT)
    assert "<p><b>Hi</b></p>" in letter.html
    assert letter.text == "Hi"


@pytest.mark.parametrize(
    ("subject", "result"),
    [
        ("Question", "Re: Question"),
        ("Re: Question", "Re: Question"),
        ("RE: AW: Sv: Question", "Re: Question"),
        ("Re[2]: Re (3): Question", "Re: Question"),
        ("Odp: Pytanie", "Re: Pytanie"),
        ("השב: שאלה", "Re: שאלה"),
        ("", "Re:"),
        ("Reminder: pay", "Re: Reminder: pay"),
        ("Ref: 12", "Re: Ref: 12"),
    ],
)
def test_reply_prefix_never_piles_up(subject: str, result: str) -> None:
    assert reply_subject(subject) == result


def test_first_mail_of_a_conversation_is_no_reply() -> None:
    message = stdlib(build(message_ids=(), in_reply_to=""))
    assert message["Subject"] == "Question"
    assert message["References"] is None
    assert stdlib(build(message_ids=(), in_reply_to="", subject=""))["Subject"] == "Help"


def test_references_are_capped_and_folded() -> None:
    ids = tuple(f"{'x' * 90}.{number}@customer.example" for number in range(60))
    data = build(message_ids=ids, in_reply_to=ids[30])
    references = stdlib(data)["References"].split()
    assert len(references) == 20
    assert references[1] == f"<{ids[0]}>", "after the conversation's own one"
    assert references[-1] == f"<{ids[30]}>"
    assert b"=?" not in data.partition(b"\r\n\r\n")[0]


def test_foreign_ids_that_are_no_ids_are_left_out() -> None:
    ids = ("sha256.abc", "a b@c", "x\r\nBcc: y@z", "<a@b>", "ż@x", "ok@x.example")
    data = build(message_ids=ids, in_reply_to="")
    assert threads.ids([stdlib(data)["References"]])[1:] == ["ok@x.example"]


def test_lines_are_short_and_end_in_crlf() -> None:
    data = build(body="x" * 5000 + "\nż" * 50 + "\r\n.\r\nend", subject="ż" * 300)
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
    assert max(map(len, data.split(b"\r\n"))) <= 998
    data.decode("ascii")
    assert parsing.read(data, max_file=LIMIT).text.endswith("\n.\nend")


@pytest.mark.parametrize("bad", ["a\r\nBcc: x@y.example", "a\nb", "a\x00b", "a\rb"])
@pytest.mark.parametrize("where", ["subject", "to_name", "author_name", "to"])
def test_line_breaks_in_headers_are_refused(where: str, bad: str) -> None:
    with pytest.raises(ComposeError):
        build(**{where: bad})


def test_line_break_in_a_file_name_is_refused() -> None:
    with pytest.raises(ComposeError):
        build(files=(OutboundFile("a\r\nb.txt", "text/plain", b"x"),))


@pytest.mark.parametrize(
    "to", ["", "nobody", "a@b@c", "a b@c.example", "x@sender.invalid", "<a@b>"]
)
def test_impossible_recipients(to: str) -> None:
    with pytest.raises(ComposeError):
        build(to=to)


def test_international_domain_is_sent_in_ascii() -> None:
    assert compose(make_inbox(), make_outgoing(to="ann@bücher.example")).recipient == (
        "ann@xn--bcher-kva.example"
    )


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.bin", "application/octet-stream"),
        ("zażółć gęślą.pdf", "application/pdf"),
        ("שלום.txt", "text/plain"),
        ('quote"s.txt', "text/plain; charset=utf-8"),
        ("m.eml", "message/rfc822"),
        ("odd", "not a type"),
    ],
)
def test_files_arrive_byte_for_byte(name: str, kind: str) -> None:
    data = os.urandom(5000) + b"\r\n.\r\n\n\r\x00From x"
    letter = parsing.read(build(files=(OutboundFile(name, kind, data),)), max_file=LIMIT)
    [file] = letter.files
    assert (file.name, file.data) == (name, data)
    assert letter.text == make_outgoing().body


def test_two_files_of_one_name_stay_two() -> None:
    files = (OutboundFile("a.txt", "text/plain", b"1"), OutboundFile("a.txt", "text/plain", b"2"))
    letter = parsing.read(build(files=files), max_file=LIMIT)
    assert [file.data for file in letter.files] == [b"1", b"2"]


@pytest.mark.parametrize(
    "name", ["Zażółć gęślą jaźń " * 5, "שלום עולם", 'Ann "The" O\\Neil', "A, B"]
)
def test_names_survive(name: str) -> None:
    letter = parsing.read(build(author_name=name, to_name=name), max_file=LIMIT)
    assert letter.sender is not None
    assert letter.sender.address == ADDRESS
    assert letter.sender.name == name.strip().replace('"The"', '"The"')


@settings(max_examples=100, deadline=None)
@given(
    st.text(max_size=300),
    st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=100),
)
def test_any_text_and_subject_make_a_mail(body: str, subject: str) -> None:
    data = build(body=body, subject=subject)
    data.decode("ascii")
    letter = parsing.read(data, max_file=LIMIT)
    assert letter.sender is not None
    assert letter.subject.startswith("Re:")
