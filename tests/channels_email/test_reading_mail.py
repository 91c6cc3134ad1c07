"""The guarded reader: structure, charsets, headers, and the wrecks of the wild."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels_email import parsing
from channels_email.parsing import EmptyMailError, Letter
from helpdesk.adapters import UnreadableError
from tests.channels_email.samples import CLAIMED, mail, parse

LIMIT = 25 * 1024 * 1024


def read(data: bytes, max_file: int = LIMIT) -> Letter:
    return parsing.read(data, max_file=max_file)


def multipart(*parts: str, subtype: str = "mixed", boundary: str = "b1", end: str = "--") -> bytes:
    body = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
    kind = f'multipart/{subtype}; boundary="{boundary}"'
    return mail(f"{body}--{boundary}{end}\r\n" if end else body, content_type=kind)


def text_part(text: str, kind: str = "plain") -> str:
    return f"Content-Type: text/{kind}; charset=utf-8\r\n\r\n{text}"


def file_part(data: bytes, name: str = 'filename="a.bin"', kind: str = "application/pdf") -> str:
    coded = base64.encodebytes(data).decode().replace("\n", "\r\n")
    return (
        f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment; {name}\r\n\r\n{coded}"
    )


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("Zażółć gęślą jaźń", "iso-8859-2"),
        ("Zażółć gęślą jaźń", "windows-1250"),
        ("שלום, מה שלומך?", "windows-1255"),
        ("שלום, מה שלומך?", "iso-8859-8"),
        ("Здравствуйте, где заказ?", "koi8-r"),
        ("Здравствуйте, где заказ?", "windows-1251"),
        ("Hyvää päivää, missä tilaus on?", "iso-8859-1"),
        ("Čakam na pošiljko že tri dni", "utf-8"),
        ("こんにちは、注文について", "iso-2022-jp"),
        ("你好,我的订单在哪里", "gb18030"),
    ],
)
def test_body_in_its_own_charset(text: str, charset: str) -> None:
    assert read(mail(text, charset=charset)).text == text


@pytest.mark.parametrize(
    ("data", "label", "text"),
    [
        ("Grüße".encode(), "iso-8859-1", "Grüße"),
        ("Привет".encode(), "windows-1251", "Привет"),
        (b"caf\xe9", "us-ascii", "café"),
        (b"caf\xe9", "no-such-charset", "café"),
        ("日本".encode("iso-2022-jp"), "us-ascii", "日本"),
        ("naïve".encode(), '"charset=utf-8"', "naïve"),
        (b"abc", "base64", "abc"),
        (b"caf\xe9", "unicode_escape", "café"),
        (b"\x1b$B-!\x1b(B", "iso-2022-jp", "①"),
    ],
)
def test_label_that_lies(data: bytes, label: str, text: str) -> None:
    assert read(mail(data, charset=label)).text == text


def test_half_broken_utf8_stays_utf8() -> None:
    assert read(mail("Zażółć gęślą".encode() + b"\xff")).text == "Zażółć gęślą\ufffd"


def test_plain_facts() -> None:
    letter = read(mail("Hello\r\n\r\nthere\r\n"))
    assert letter.sender is not None
    assert (letter.sender.address, letter.sender.name) == ("ann@customer.example", "Ann Example")
    assert letter.subject == "Question"
    assert letter.text == "Hello\n\nthere"
    assert letter.sent_at == CLAIMED
    assert letter.files == []
    assert letter.notes == []


@pytest.mark.parametrize(
    "data",
    [
        b"hello",
        b"\n\nhello",
        b"\x00hello",
        b"From: \n\nhello",
        b"From: <>\nSubject:\n\nhello",
        b"From ann@x Tue Mar  4 10:12:00 2025\nSubject: s\n\nhello",
        b"Subject: s\rX: y\r\rhello",
        b"Subject: s\nhello",
        b'To: "\nCc: a@b, ,,\nMessage-ID: <[x]@y>\n\nhello',
        b"Content-Type: ;;;\n\nhello",
        b"Content-Type: text/plain; name*\n\nhello",
        b"Content-Type: multipart/mixed\n\nhello",
        b"Content-Type: multipart/mixed; boundary=zz\n\nhello",
        b"Content-Type: =?utf-8?q?text/plain?=\n\nhello",
        b"Content-Transfer-Encoding:  QUOTED-PRINTABLE \n\nh=65llo",
        b"Content-Transfer-Encoding: nonsense\n\nhello",
        b"Content-Transfer-Encoding: base64\n\naGVs*bG8",
        b"Date: Foo, 99 Bar 2025 99:99\n\nhello",
    ],
)
def test_wrecks_still_show_their_text(data: bytes) -> None:
    letter = read(data)
    assert letter.text == "hello"
    assert "degraded" not in letter.notes


@pytest.mark.parametrize("data", [b"", b"\r\n \r\n"])
def test_nothing_at_all_is_refused(data: bytes) -> None:
    with pytest.raises(EmptyMailError):
        read(data)
    with pytest.raises(UnreadableError):
        parse(data)


def test_control_characters_never_pass() -> None:
    data = mail("a\x00b\x07c\td", extra="X: y").replace(b"Question", b"Que\x00st\x1bion")
    data = data.replace(b"Ann Example", b"Ann\x00 \x08Example")
    letter = read(data)
    assert letter.sender is not None
    assert (letter.text, letter.subject, letter.sender.name) == (
        "abc\td",
        "Question",
        "Ann Example",
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?utf-8?B?xbzDs8WCdw==?=", "żółw"),
        ("=?utf-8?Q?a=5Fb_c?=", "a_b c"),
        ("=?utf-8?q?one?= =?utf-8?q?two?=", "onetwo"),
        ("=?utf-8?q?one?= and =?utf-8?q?two?=", "one and two"),
        ("=?utf-8?B?xb?= =?utf-8?B?zDs8WCdw?=", "żółw"),
        ("=?utf-8?Q?=C5?=\r\n =?utf-8?Q?=BC?=", "ż"),
        ("=?iso-8859-8?B?+ezl7Q==?=", "שלום"),
        ("=?koi8-r?Q?=F0=D2=C9?=", "При"),
        ("=?x-unknown?Q?caf=E9?=", "café"),
        ('"=?utf-8?q?quoted?="', '"quoted"'),
        ("=?utf-8?q?a=0D=0ABcc:_x?=", "a Bcc: x"),
        ("=?broken", "=?broken"),
        ("=?utf-8?b?!!!?=", ""),
    ],
)
def test_encoded_words(value: str, text: str) -> None:
    assert read(f"Subject: {value}\r\n\r\nx".encode()).subject == text


def test_raw_eight_bit_headers() -> None:
    assert read("Subject: Zażółć\r\n\r\nx".encode()).subject == "Zażółć"
    data = "Subject: Zażółć\r\nContent-Type: text/plain; charset=iso-8859-2\r\n\r\nx"
    assert read(data.encode("iso-8859-2")).subject == "Zażółć"


@pytest.mark.parametrize(
    ("value", "address", "name"),
    [
        ("Ann <Ann@X.Example>", "ann@x.example", "Ann"),
        ("ann@x.example (Ann B)", "ann@x.example", "Ann B"),
        ('"B, Ann" <ann@x.example>', "ann@x.example", "B, Ann"),
        ("=?utf-8?q?victim=40bank.com=3E?= <evil@x.example>", "evil@x.example", "victim@bank.com>"),
        ("=?utf-8?q?a=40bank.com=2C?= <evil@x.example>", "evil@x.example", "a@bank.com,"),
        ("<@a.example,@b.example:ann@x.example>", "ann@x.example", ""),
        ("Team: ann@x.example, bob@x.example;", "ann@x.example", ""),
        ('"Ann <ann@x.example>', "ann@x.example", "Ann"),
        ("\u202eAnn\u202c <ann@x.example>", "ann@x.example", "Ann"),
        ("Ann <ann@bücher.example>", "ann@xn--bcher-kva.example", "Ann"),
        ("ann@x.example,", "ann@x.example", ""),
    ],
)
def test_sender(value: str, address: str, name: str) -> None:
    sender = read(f"From: {value}\r\n\r\nx".encode()).sender
    assert sender is not None
    assert (sender.address, sender.name) == (address, name)


def test_alternative_keeps_both_forms() -> None:
    letter = read(
        multipart(text_part("plain"), text_part("<p>rich</p>", "html"), subtype="alternative")
    )
    assert (letter.text, letter.html) == ("plain", "<p>rich</p>")


def test_empty_plain_form_falls_back_to_the_rich_one() -> None:
    letter = read(
        multipart(text_part(" "), text_part("<p>rich</p>", "html"), subtype="alternative")
    )
    assert letter.text == "rich"


def test_texts_around_a_picture_are_all_shown() -> None:
    picture = file_part(b"png", 'filename="a.png"', "image/png")
    letter = read(multipart(text_part("before"), picture, text_part("after")))
    assert letter.text == "before\n\nafter"
    assert [file.name for file in letter.files] == ["a.png"]


@pytest.mark.parametrize("end", ["", "-", "--x"])
def test_missing_or_wrong_last_boundary(end: str) -> None:
    letter = read(multipart(text_part("one"), text_part("two"), end=end))
    assert letter.text.startswith("one\n\ntwo")


def test_wrong_boundary_is_guessed() -> None:
    data = multipart(text_part("one"), text_part("two")).replace(b'boundary="b1"', b'boundary="zz"')
    letter = read(data)
    assert letter.text == "one\n\ntwo"
    assert "boundary_guessed" in letter.notes


def test_boundary_that_begins_another() -> None:
    inner = 'Content-Type: multipart/alternative; boundary="b1x"\r\n\r\n--b1x\r\n'
    inner += text_part("inner") + "\r\n--b1x--"
    assert read(multipart(inner, text_part("outer"))).text == "inner\n\nouter"


def test_folded_boundary() -> None:
    data = multipart(text_part("one"), boundary="simple boundary")
    assert read(data.replace(b'"simple boundary"', b'"simple\r\n boundary"')).text == "one"


def test_attached_message_is_one_file() -> None:
    inner = "Content-Type: message/rfc822\r\n\r\nSubject: Inner\r\nFrom: x@y.example\r\n\r\nsecret"
    letter = read(multipart(text_part("outer"), inner))
    assert letter.text == "outer"
    assert [file.name for file in letter.files] == ["Inner.eml"]


def test_deep_nesting_ends_somewhere() -> None:
    head = "".join(
        f"Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n"
        for level in range(3000)
    )
    letter = read(head.encode() + b"\r\nhello")
    assert "depth_over_limit" in letter.notes


def test_over_limit_file_keeps_its_name_and_size() -> None:
    letter = read(multipart(text_part("see file"), file_part(b"x" * 2000)), max_file=1000)
    [file] = letter.files
    assert (file.name, file.data, file.size) == ("a.bin", None, 2000)
    assert "file_over_limit" in letter.notes


@pytest.mark.parametrize(
    ("parameter", "name"),
    [
        ('filename="plain.pdf"', "plain.pdf"),
        ("filename*=UTF-8''za%C5%BC%C3%B3%C5%82.pdf", "zażół.pdf"),
        ("filename*=us-ascii''f%F6r.pdf", "för.pdf"),
        ("filename*1=b.pdf; filename*0*=utf-8''%C5%BC", "żb.pdf"),
        ('filename="=?utf-8?q?=C5=BC.pdf?="', "ż.pdf"),
        ("filename=two words.pdf", "two words.pdf"),
        ('filename="../../etc/passwd"', "passwd"),
        (r'filename="C:\temp\a.pdf"', "a.pdf"),
        ('filename="con.txt"', "_con.txt"),
        ('filename="a\u202efdp.exe"', "afdp.exe"),
        ('filename=""', "attachment-1.pdf"),
        ('filename="..."', "attachment-1.pdf"),
    ],
)
def test_file_names(parameter: str, name: str) -> None:
    assert read(multipart(text_part("x"), file_part(b"1", parameter))).files[0].name == name


def test_long_file_name_keeps_its_ending() -> None:
    name = (
        read(multipart(text_part("x"), file_part(b"1", f'filename="{"ż" * 300}.pdf"')))
        .files[0]
        .name
    )
    assert len(name.encode()) <= 255
    assert name.endswith("ż.pdf")


def test_picture_is_inline_only_when_the_html_shows_it() -> None:
    shown = "Content-ID: <one@x>\r\n" + file_part(b"1", 'filename="1.png"', "image/png")
    other = "Content-ID: <two@x>\r\n" + file_part(b"2", 'filename="2.png"', "image/png")
    html = text_part("<img src = 'cid:one@x'>", "html")
    letter = read(multipart(html, shown, other, subtype="related"))
    assert [file.content_id for file in letter.files] == ["one@x", ""]


def test_flowed_text_is_unwrapped() -> None:
    data = mail("one \r\ntwo\r\n> quoted \r\n> on", content_type="text/plain; format=flowed")
    assert read(data).text == "one two\n> quoted on"


def test_huge_text_is_cut_and_kept_as_a_file() -> None:
    text = "żółć " * 1_000_000
    started = time.thread_time()
    letter = read(mail(text))
    assert time.thread_time() - started < 3
    assert letter.text.startswith("żółć żółć")
    assert len(letter.text) < 210_000
    assert letter.files[0].name == "message.txt"
    assert (letter.files[0].data or b"").decode().strip() == text.strip()


@pytest.mark.parametrize(
    "date", ["Mon, 01 Jan 2990 00:00:00 +0000", "Mon, 01 Jan 1970 00:00:00 +0000"]
)
def test_absurd_dates_are_not_used(date: str) -> None:
    letter = read(f"Date: {date}\r\n\r\nx".encode())
    assert letter.sent_at is None
    assert "date_ignored" in letter.notes


def test_reader_that_fails_leaves_the_message_as_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr(parsing, "read_body", explode)
    data = mail("Hello")
    letter = read(data)
    assert letter.subject == "Question"
    assert letter.text == "Hello"
    assert [(file.name, file.data) for file in letter.files] == [("message.eml", data)]


@pytest.mark.parametrize(
    "data",
    [
        b"Subject: " + b"=?a?q?" * 12_000 + b"\n\nx",
        b"To: " + b"\\(" * 35_000 + b"\n\nx",
        b"A: b\n" * 100_000 + b"\nx",
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n" * 300_000,
        b"Content-Type: multipart/mixed\n\n" + b"--aaaa aaaa\n" * 100_000,
        b"Content-Type: text/html\n\n" + b"<div>" * 100_000,
        b"Content-Type: text/html\n\n" + b'<a "' * 250_000,
        b"Content-Type: application/x\nContent-Transfer-Encoding: base64\n\n" + b"A=" * 1_000_000,
    ],
)
def test_hostile_input_takes_bounded_time(data: bytes) -> None:
    started = time.thread_time()
    read(data)
    assert time.thread_time() - started < 3


header_names = st.sampled_from(
    ["From", "To", "Subject", "Date", "Message-ID", "References", "Content-Type", "Reply-To",
     "Content-Transfer-Encoding", "Content-Disposition", "Auto-Submitted", "Return-Path"]
)  # fmt: skip
values = st.one_of(
    st.binary(max_size=80),
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from(
        [b"multipart/mixed; boundary=b", b"text/html; charset=x", b'text/plain; name*0*="',
         b"=?utf-8?b?xb?=", b'"a <b@c', b"<a@b> <c", b"base64", b"attachment; filename*=x'y"]
    ),
)  # fmt: skip
bodies = st.one_of(
    st.binary(max_size=400),
    st.lists(st.sampled_from([b"--b\r\n", b"--b--\r\n", b"\r\n", b"Content-Type: text/html\r\n",
                              b"<p>", b"text ", b"\x00", b"\xff"]), max_size=40).map(b"".join),
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(header_names, values), max_size=8), bodies)
def test_nothing_ever_escapes_from_the_reader(fields: list[tuple[str, bytes]], body: bytes) -> None:
    data = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in fields)
    message = parse(data + b"\r\n" + body + b".")
    for text in (message.subject, message.body, message.html, message.sender.name):
        assert "\x00" not in text
        text.encode()
    assert message.external_id
    assert "@" in message.sender.address


@settings(max_examples=100, deadline=None)
@given(st.binary(min_size=1, max_size=2000))
def test_any_bytes_make_a_letter(data: bytes) -> None:
    try:
        read(data)
    except EmptyMailError:
        assert not data.strip()
