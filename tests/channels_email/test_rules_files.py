"""Rules C1-C4, C6, C7 and J8: files, their names, pictures in the page, and text of HTML."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from PIL import Image

from channels_email import filenames, parsing
from channels_email.markup import MAX_TAGS, to_text
from channels_email.parsing import Letter
from tests.mails.making import attached, message, multipart, part
from tests.mails.odd_parts import DOT, PDF, PNG, rich, text

LIMIT = 25 * 1024 * 1024


def read(data: bytes, max_file: int = LIMIT) -> Letter:
    return parsing.read(data, max_file=max_file)


def named(disposition: str, kind: str = "application/pdf") -> str:
    field = f"Content-Disposition: {disposition}" if disposition else ""
    letter = read(message(multipart("mixed", text("x"), part(kind, PDF, "base64", extra=field))))
    [file] = letter.files
    assert file.data == PDF
    return file.name


@pytest.mark.parametrize(
    ("disposition", "kind", "name"),
    [
        (
            "attachment; filename=b.pdf; filename*=utf-8''a.pdf",
            "x/y; name=d.pdf; name*=utf-8''c.pdf",
            "a.pdf",
        ),
        ("attachment; filename=b.pdf", "x/y; name=d.pdf; name*=utf-8''c.pdf", "b.pdf"),
        ("attachment", "x/y; name=d.pdf; name*=utf-8''c.pdf", "c.pdf"),
        ("attachment", "x/y; name=d.pdf", "d.pdf"),
        ("", "x/y; name=d.pdf", "d.pdf"),
        ("attachment; filename*2=df; filename*0*=utf-8''%C5%BC; filename*1=.p", "x/y", "ż.pdf"),
        ('attachment; filename*1*=%C5%BC.pdf; filename*0="plain "', "x/y", "plain ż.pdf"),
        ("attachment; filename*0=a; filename*1=.pdf", "x/y", "a.pdf"),
        ("attachment; filename*=iso-8859-2''%BF.pdf", "x/y", "ż.pdf"),
        ("attachment; filename*=us-ascii''f%F6r.pdf", "x/y", "för.pdf"),
        ("attachment; filename*=f%C5%BC.pdf", "x/y", "fż.pdf"),
        ('attachment; filename="=?utf-8?B?xbwucGRm?="', "x/y", "ż.pdf"),
        ('attachment; filename="=?utf-8?Q?=C5?= =?utf-8?Q?=BC.pdf?="', "x/y", "ż.pdf"),
        ("attachment; filename=two words.pdf", "x/y", "two words.pdf"),
        ('attachment; filename="a;b.pdf"', "x/y", "a;b.pdf"),
        ('attachment; filename="a "b".pdf"', "x/y", 'a "b".pdf'),
        ("attachment; filename=ż.pdf", "x/y", "ż.pdf"),
        ('attachment; filename="a\r\n b.pdf"', "x/y", "a b.pdf"),
        ('attachment; filename="=?utf-8?q?a=0Ab.pdf?="', "x/y", "ab.pdf"),
        ("attachment filename=a.pdf", "x/y", "a.pdf"),
        ("filename=a.pdf", "x/y", "a.pdf"),
    ],
)
def test_c1_names_come_from_the_first_source_that_has_one(
    disposition: str, kind: str, name: str
) -> None:
    assert named(disposition, kind) == name


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\a.pdf", "a.pdf"),
        ("C:\\temp\\a.pdf", "a.pdf"),
        ("C:a.pdf", "a.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("a\x00b\x1f.pdf", "ab.pdf"),
        (".htaccess", "htaccess"),
        ("a.pdf. . ", "a.pdf"),
        ("CON.txt", "_CON.txt"),
        ("lpt1", "_lpt1"),
        ("ż" * 200 + ".pdf", "ż" * 125 + ".pdf"),
        ("\ud800.pdf", "pdf"),
        ("/", "attachment-3.pdf"),
        ("...", "attachment-3.pdf"),
    ],
)
def test_c2_names_are_harmless_display_data(given: str, shown: str) -> None:
    assert filenames.display_name(given, "application/pdf", 3) == shown


def test_c2_two_files_of_one_name_stay_two() -> None:
    one, two = (
        attached("a.pdf", "application/pdf", b"1"),
        attached("a.pdf", "application/pdf", b"2"),
    )
    letter = read(message(multipart("mixed", one, two)))
    assert [(file.name, file.data) for file in letter.files] == [("a.pdf", b"1"), ("a.pdf", b"2")]


def test_c3_files_without_name_content_or_type_count() -> None:
    bare = b"Content-Disposition: attachment\r\n\r\nwords"
    empty = b'Content-Type: image/jpeg\r\nContent-Disposition: attachment; filename=""\r\n\r\n'
    zero = attached("zero.bin", "application/octet-stream", b"")
    letter = read(message(multipart("mixed", text("x"), bare, empty, zero)))
    assert [(file.name, file.size) for file in letter.files] == [
        ("attachment-1.txt", 5),
        ("attachment-2.jpg", 0),
        ("zero.bin", 0),
    ]
    assert letter.text == "x"


@pytest.mark.parametrize(
    ("html", "field", "inline"),
    [
        ("<img src='cid:one@x'>", "Content-ID: <one@x>", "one@x"),
        ("<img src = ' cid:one@x '>", "Content-ID: <one@x>", "one@x"),
        (
            "<img src='\ncid:one@x'>",
            "Content-ID: <one@x>\nContent-Disposition: attachment",
            "one@x",
        ),
        ("<img src='CID:ONE@x'>", "Content-ID: one@x", "one@x"),
        ("<img src='cid:one%40x'>", "Content-ID: <one@x>", "one@x"),
        ("<p>no picture</p>", "Content-ID: <one@x>\nContent-Disposition: inline", ""),
        ("<img src='cid:other@x'>", "Content-ID: <one@x>", ""),
        ("<img src='cid:a.png'>", "Content-Disposition: inline; filename=a.png", "a.png"),
    ],
)
def test_c4_inline_is_what_the_html_shows(html: str, field: str, inline: str) -> None:
    picture = part("image/png; name=a.png", PNG, "base64", extra=field)
    letter = read(message(multipart("related", rich(html), picture)))
    assert [file.content_id for file in letter.files] == [inline]


def test_c4_pictures_named_by_their_place_are_inline() -> None:
    one = part("image/png", PNG, "base64", extra="Content-Location: http://x.example/a.png")
    letter = read(message(multipart("related", rich('<img src="http://x.example/a.png">'), one)))
    [file] = letter.files
    assert file.content_id
    assert f'src="cid:{file.content_id}"' in letter.html


def bomb() -> bytes:
    """20 MB of zeros in a small archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(20_000_000))
    return packed.getvalue()


def huge_picture() -> bytes:
    """A PNG that says it has 50,000 x 50,000 pixels."""
    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    sealed = struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return b"\x89PNG\r\n\x1a\n" + sealed


def test_c6_archives_and_pictures_are_kept_and_never_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = {"a.zip": bomb(), "b.png": huge_picture()}
    parts = [attached(name, "application/x-any", data) for name, data in files.items()]

    def opened(*_args: object, **_more: object) -> None:
        raise AssertionError("a stranger's file was opened")

    monkeypatch.setattr(zipfile, "ZipFile", opened)
    monkeypatch.setattr(Image, "open", opened)
    letter = read(message(multipart("mixed", text("x"), *parts)))
    assert {file.name: file.data for file in letter.files} == files


def test_c7_a_file_over_the_limit_is_named_and_left_out() -> None:
    data = message(multipart("mixed", text("x"), attached("a.pdf", "application/pdf", b"y" * 2000)))
    letter = read(data, max_file=1000)
    [file] = letter.files
    assert (file.name, file.data, file.size) == ("a.pdf", None, 2000)
    assert letter.notes == ["file_over_limit"]


def test_c7_dots_and_empty_shells_are_not_listed() -> None:
    dot = part("image/gif", DOT, "base64", extra="Content-ID: <dot@x>")
    signature = part("application/pgp-signature", "")
    letter = read(message(multipart("mixed", text("x"), dot, signature)))
    assert letter.files == []
    sent = attached("dot.gif", "image/gif", DOT)
    assert len(read(message(multipart("mixed", text("x"), sent))).files) == 1, "sent on purpose"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("<div style='display: none'>peek</div>seen", "seen"),
        ("<div hidden>peek</div>seen", "seen"),
        ("<span style='font-size:0px'>peek</span>seen", "seen"),
        ("<div style='max-height:0;overflow:hidden'>peek</div>seen", "seen"),
        ("<span style='mso-hide:all'>peek</span>seen", "seen"),
        ("<a title='a hidden gem' href='https://x.example/'>gem</a>", "gem <https://x.example/>"),
        ("<span style='font-size:0.9em'>seen</span>", "seen"),
        ("<a href='https://x.example/p'>here</a>", "here <https://x.example/p>"),
        ("<ul><li>a<li>b</ul>", "- a\n- b"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc"),
        ("a<br>b<p>c", "a\nb\n\nc"),
        ("<div>a</div><div>&nbsp;</div><div>b</div>", "a\n\nb"),
        ("<style>p{}</style><script>x</script><p>a", "a"),
    ],
)
def test_j8_text_of_html_hides_and_keeps_what_it_should(source: str, shown: str) -> None:
    assert to_text(source) == shown


def test_j8_a_page_of_endless_tags_still_gives_its_words() -> None:
    page = (
        "<style>p{}</style><!-- c --><p>one</p>" + "<b>" * (MAX_TAGS + 1) + "<div>two &amp; 3</div>"
    )
    assert to_text(page) == "one\ntwo & 3"
