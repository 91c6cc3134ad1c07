"""Rules A3, A4, A10-A12, B1-B4 and B8-B17: the structure of real mail, one test a rule or more."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from channels_email import parsing, threads
from channels_email.mime import MAX_DEPTH, MAX_PARTS, Tree
from channels_email.parsing import EmptyMailError, Letter
from tests.channels_email.samples import parse
from tests.mails import packing
from tests.mails.making import attached, message, multipart, part
from tests.mails.odd_parts import PDF, PNG, rich, text

LIMIT = 25 * 1024 * 1024


def read(data: bytes, max_file: int = LIMIT) -> Letter:
    return parsing.read(data, max_file=max_file)


def test_a3_what_cannot_be_read_comes_as_text_with_the_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def explode(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(parsing, "read_body", explode)
    data = message(text("Hello"))
    letter = read(data)
    assert (letter.subject, letter.text) == ("Question", "Hello")
    assert letter.sender is not None
    assert letter.sender.address == "ann@customer.example"
    assert [(file.name, file.data) for file in letter.files] == [("message.eml", data)]
    assert letter.notes == ["degraded"]


def test_a4_html_that_cannot_be_cleaned_is_shown_as_text_and_noted() -> None:
    shown = parse(message(rich("<div>" * 2000 + "hello")))
    assert (shown.html, shown.body) == ("", "hello")
    assert "html_shown_as_text" in shown.meta["notes"]


def test_a10_message_over_50_mb_is_cut_and_noted() -> None:
    letter = read(message(text("x\n" * 27_000_000)))
    assert "message_over_limit" in letter.notes
    assert letter.text.startswith("x\nx")


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        (b"X: " + b"y" * 70_000, "header_over_limit"),
        (b"X: y\r\n" * 60_000 + b"Z: z", "header_over_limit"),
        (b"Cc: " + b"a@b.example," * 1500, "addresses_over_limit"),
        (b"References: " + b"<a@b.example> " * 101, "references_over_limit"),
    ],
)
def test_a10_headers_have_caps_with_notes(fields: bytes, note: str) -> None:
    letter = read(fields + b"\r\nSubject: s\r\n\r\nhello")
    assert note in letter.notes
    assert letter.text == "hello"


def test_a10_addresses_and_references_stop_at_their_caps() -> None:
    many = ",".join(f"p{n}@x.example" for n in range(1500))
    assert len(read(f"To: {many}\n\nx".encode()).to) == 1000
    references = " ".join(f"<{n}@x.example>" for n in range(150))
    assert len(threads.ids([references])) == 100


def test_a10_parts_and_depth_have_caps_with_notes() -> None:
    letter = read(multipart("mixed", *[text("x")] * (MAX_PARTS + 50)))
    assert "parts_over_limit" in letter.notes
    nested = text("deep")
    for level in range(MAX_DEPTH + 2):
        nested = multipart("mixed", nested, boundary=f"level{level}x")
    letter = read(nested)
    assert "depth_over_limit" in letter.notes
    assert letter.files, "what lies deeper is kept as a file"


def test_a10_html_over_2_mb_is_text_and_a_file() -> None:
    letter = read(message(rich("<p>hello</p>" + "<i>x</i>" * 300_000)))
    assert letter.html == ""
    assert letter.text.startswith("hello")
    assert "html_over_limit" in letter.notes
    assert letter.files[0].name == "message.html"


def test_a10_text_over_200_kb_is_cut_and_kept_as_a_file() -> None:
    letter = read(message(text("word " * 60_000)))
    assert letter.text.endswith("[…]")
    assert "text_over_limit" in letter.notes
    assert letter.files[0].name == "message.txt"
    assert letter.files[0].size == 300_000


def test_a10_texts_behind_the_first_200_kb_are_files() -> None:
    letter = read(multipart("mixed", text("a" * 250_000), text("second")))
    assert [file.data for file in letter.files][1] == b"second"


def test_a10_file_name_over_255_bytes_is_cut_and_noted() -> None:
    letter = read(multipart("mixed", attached("ż" * 300 + ".pdf", "application/pdf", PDF)))
    assert len(letter.files[0].name.encode()) <= 255
    assert letter.files[0].name.endswith("ż.pdf")
    assert "file_name_over_limit" in letter.notes


BAD = "\x00\x01\x08\x0b\x0c\x1f\x7f\ufffe\uffff"


def test_a11_no_text_has_what_the_database_refuses() -> None:
    word = "=?utf-8?q?a=00=ED=A0=80=EF=BF=BE=1Bb?="
    data = message(
        multipart(
            "mixed",
            text(f"a{BAD}b\tc"),
            rich(f"<p>a{BAD}b&#0;&#xD800;&#xFFFE;</p>"),
            attached(word, "application/pdf", PDF),
        ),
        sender=f'"{word}" <ann@customer.example>',
        subject=word,
    )
    letter = read(data)
    assert letter.sender is not None
    texts = [letter.subject, letter.text, letter.html, letter.sender.name]
    for said in [*texts, *(file.name for file in letter.files)]:
        said.encode()
        assert not set(said) & set(BAD)
    assert "ab\tc" in letter.text


@pytest.mark.parametrize("levels", [60, 1000, 20_000])
def test_a12_deep_nesting_ends_without_recursion(levels: int) -> None:
    head = "".join(
        f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(levels)
    )
    letter = read(head.encode() + b"\r\nhello")
    assert "depth_over_limit" in letter.notes
    assert "degraded" not in letter.notes


PLAIN = message(text("One.\nTwo."))


@pytest.mark.parametrize(
    "data",
    [
        PLAIN.replace(b"\r\n", b"\n"),
        PLAIN.replace(b"\r\n", b"\r"),
        PLAIN.replace(b"\r\n", b"\r\r\n"),
        b"From ann@x Tue Mar  4 10:12:00 2025\n" + PLAIN,
        b">From ann@x Tue Mar  4 10:12:00 2025\n" + PLAIN,
        b"\r\n\r\n" + PLAIN,
        b"\xef\xbb\xbf" + PLAIN,
        PLAIN.replace(b"\r\n\r\n", b"\r\n"),
        PLAIN.replace(b"MIME-Version", b"no field at all\r\nX-Own: 1\r\nMIME-Version"),
    ],
)
def test_b1_line_ends_mbox_lines_and_lost_blank_lines(data: bytes) -> None:
    letter = read(data)
    assert (letter.subject, letter.text) == ("Question", "One.\nTwo.")


def test_b1_a_body_that_begins_with_from_keeps_its_line() -> None:
    letter = read(multipart("mixed", b"\r\nFrom here on it is text.\r\nAnd more."))
    assert letter.text == "From here on it is text.\nAnd more."


@pytest.mark.parametrize("fold", [b"simple\r\n boundary", b"simple \r\n boundary"])
def test_b2_folded_parameters_are_one(fold: bytes) -> None:
    written = fold.replace(b"\r\n", b"")
    data = multipart("mixed", text("Found."), boundary=written.decode())
    assert read(data.replace(b'"' + written + b'"', b'"' + fold + b'"')).text == "Found."


@pytest.mark.parametrize(
    "field",
    [
        b"Message-ID: <[x]@y>",
        b"Content-Disposition: attachment; filename*",
        b"Content-Type: text/plain; name*=; charset=utf-8",
        b'To: "',
        b"To: a:b:c;;:,<>;",
        b"Cc: bob@x.example,",
        b"Subject: =?utf-8?q?a=0D=0AX-Evil:_1?=",
        b"Content-Disposition: inline; filename*=utf-16''%ff%fe%00",
        b"Date: Tue, 99 Foo 2025 99:99:99 +99999999999999999999",
        b"From: =?utf-8?b?" + b"A" * 5000 + b"?= <a@x.example>",
        b"Content-Type: multipart/mixed; boundary*0*=x''%",
    ],
)
def test_b3_no_field_raises(field: bytes) -> None:
    letter = read(field + b"\r\nX: y\r\n\r\nhello")
    assert letter.text == "hello"
    assert "degraded" not in letter.notes
    assert not letter.headers.first("x-evil")


def test_b4_first_of_a_field_counts_and_recipients_add_up() -> None:
    letter = read(
        b"From: one@x.example\nFrom: two@x.example\nSubject: one\nSubject: two\n"
        b"To: a@x.example\nTo: b@x.example\nCc: c@x.example\nCc: d@x.example\n"
        b"Message-ID: <1@x>\nMessage-ID: <2@x>\nContent-Type: nonsense\n"
        b"Content-Type: text/html\nContent-Type: text/plain\n"
        b"Content-Transfer-Encoding: odd\nContent-Transfer-Encoding: base64\n\nPGI+aGk8L2I+"
    )
    assert letter.sender is not None
    assert (letter.sender.address, letter.subject) == ("one@x.example", "one")
    assert [box.address for box in letter.to + letter.cc] == [
        f"{name}@x.example" for name in "abcd"
    ]
    assert letter.headers.first("message-id") == "<1@x>"
    assert letter.html == "<b>hi</b>"


@pytest.mark.parametrize(
    "data",
    [b"Subject: s\n\nhello", b"From: <>\n\nhello", b"From:\nTo:\nDate:\n\nhello", b"X: y\n\n."],
)
def test_b8_missing_fields_still_make_a_record(data: bytes) -> None:
    shown = parse(data)
    assert shown.sender.address.endswith("@sender.invalid")
    assert shown.external_id
    assert shown.sent_at is None


def test_b8_empty_body_is_a_record_and_an_empty_mail_is_none() -> None:
    assert parse(b"From: a@x.example\nSubject: s\n\n").subject == "s"
    with pytest.raises(EmptyMailError):
        read(b" \r\n")


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("Tue, 4 Mar 2025 10:12:00 +0200", datetime(2025, 3, 4, 8, 12, tzinfo=UTC)),
        ("Tue, 4 Mar 2025 10:12:00", datetime(2025, 3, 4, 10, 12, tzinfo=UTC)),
        ("Tue, 4 Mar 2025 10:12:00 FOO", datetime(2025, 3, 4, 10, 12, tzinfo=UTC)),
        ("Tue, 4 Mar 2025 10:12:00 EST", datetime(2025, 3, 4, 15, 12, tzinfo=UTC)),
        ("2025-03-04 10:12:00 +0200", datetime(2025, 3, 4, 8, 12, tzinfo=UTC)),
        ("2025-03-04T10:12:00.123Z", datetime(2025, 3, 4, 10, 12, tzinfo=UTC)),
        ("Tue Mar  4 10:12:00 2025", datetime(2025, 3, 4, 10, 12, tzinfo=UTC)),
        ("Mon, 1 Jan 1980 00:00:00 +0000", None),
        ("Mon, 1 Jan 2990 00:00:00 +0000", None),
        ("0000-00-00T00:00", None),
        ("soon", None),
    ],
)
def test_b9_dates_are_read_leniently_and_absurd_ones_flagged(
    value: str, moment: datetime | None
) -> None:
    letter = read(f"Date: {value}\n\nx".encode())
    assert letter.sent_at == moment
    assert ("date_ignored" in letter.notes) == (moment is None)


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        (b"", b"hello"),
        (b"Content-Type: text\n", b"hello"),
        (b"Content-Transfer-Encoding: 7-bit\n", b"hello"),
        (b"Content-Transfer-Encoding: 8bit;\n", b"hello"),
        (b"Content-Transfer-Encoding:  QUOTED-PRINTABLE \n", b"h=65llo="),
        (b"Content-Transfer-Encoding: quoted-printable\n", b"h=65ll=\no"),
        (b"Content-Transfer-Encoding: x-odd\n", b"hello"),
        (b"Content-Transfer-Encoding: base64\n", b"aGVs*bG8"),
        (b"Content-Transfer-Encoding: base64\n", b"aGVsbG8=="),
        (b"Content-Transfer-Encoding: base64\n", b"aGVs\nbG8=\n"),
        (b"Content-Transfer-Encoding: base64\n", b"aGVs\nbG9v"[:-1]),
        (b"Content-Transfer-Encoding: 'base64'\n", b"aGVsbG8"),
        (b"Content-Transfer-Encoding: quoted-printable\n", b"h=65ll= \no"),
        (b"Content-Transfer-Encoding: base64\n", b"aGVsbG8=\n____\nThe list: a@b.example"),
    ],
)
def test_b10_missing_and_odd_types_and_encodings(fields: bytes, body: bytes) -> None:
    assert read(b"Subject: s\n" + fields + b"\n" + body).text == "hello"


def test_b10_base64_streams_are_joined_and_unknown_types_are_files() -> None:
    two = b"aGVsbG8=\nIHRoZXJl\n"
    assert read(b"Subject: s\nContent-Transfer-Encoding: base64\n\n" + two).text == "hello there"
    letter = read(b"Subject: s\nContent-Type: odd/thing\n\nhello")
    assert (letter.text, letter.files[0].data) == ("", b"hello")


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (multipart("mixed", text("One."), end=False), "One."),
        (multipart("mixed", text("One."), text("Two.")).replace(b'"b1"', b'"no"'), "One.\n\nTwo."),
        (multipart("mixed", text("One.")).replace(b'; boundary="b1"', b""), "One."),
        (
            multipart(
                "mixed",
                multipart("mixed", text("In."), boundary="b11", end=False),
                text("Out."),
            ),
            "In.\n\nOut.",
        ),
        (b"Content-Type: multipart/mixed; boundary=b1\n\nOnly a preamble.", "Only a preamble."),
        (b"Content-Type: multipart/mixed; boundary=b1\n\n--b1--\n\nBehind.", "Behind."),
        (
            part("multipart/mixed; boundary=b1", b"--b1\r\n\r\nCoded.\r\n--b1--\r\n", "base64"),
            "Coded.",
        ),
        (multipart("mixed", b"\r\nNo fields.", b""), "No fields."),
    ],
)
def test_b11_broken_boundaries_still_show_the_text(data: bytes, shown: str) -> None:
    assert read(b"Subject: s\r\n" + data).text == shown


def test_b10_text_that_only_says_it_is_base64_is_text() -> None:
    words = "Hello there, this is no base64 at all."
    data = f"Subject: s\nContent-Transfer-Encoding: base64\n\n{words}"
    assert read(data.encode()).text == words


def test_b12_best_plain_and_best_rich_form_are_kept() -> None:
    related = multipart("related", rich("<p>Rich</p>"), boundary="b2")
    mixed = multipart("mixed", related, attached("a.pdf", "application/pdf", PDF), boundary="b3")
    letter = read(multipart("alternative", text("Plain"), mixed))
    assert (letter.text, letter.html) == ("Plain", "<p>Rich</p>")
    assert [file.name for file in letter.files] == ["a.pdf"]
    letter = read(multipart("alternative", text("\u200b \n"), rich("<p>Rich</p>")))
    assert letter.text.strip("\u200b \n") in ("", "Rich")
    assert read(multipart("alternative", text(""), rich("<p>Rich</p>"))).text == "Rich"


def test_b13_every_text_is_shown_in_order() -> None:
    letter = read(
        multipart(
            "mixed",
            rich("<p>One</p>"),
            attached("a.pdf", "application/pdf", PDF),
            text("Two"),
            attached("b.png", "image/png", PNG),
            rich("<p>Three</p>"),
        )
    )
    assert letter.text == "One\n\nTwo\n\nThree"
    assert letter.html.index("One") < letter.html.index("Two") < letter.html.index("Three")
    assert [file.name for file in letter.files] == ["a.pdf", "b.png"]


def test_b13_a_named_text_is_the_body_when_there_is_no_other() -> None:
    field = "Content-Disposition: inline; filename=body.txt"
    named = part("text/plain", "Named words", extra=field)
    letter = read(multipart("mixed", named, attached("a.pdf", "application/pdf", PDF)))
    assert letter.text == "Named words"
    assert [file.name for file in letter.files] == ["body.txt", "a.pdf"]
    assert read(multipart("mixed", text("Words"), named)).text == "Words"


def test_b14_a_message_in_a_message_is_one_file() -> None:
    inner = message(
        multipart("mixed", text("secret"), attached("a.pdf", "application/pdf", PDF)),
        subject="=?utf-8?q?Zam=C3=B3wienie?=",
    )
    letter = read(multipart("mixed", text("outer"), part("message/rfc822", inner), boundary="o"))
    assert letter.text == "outer"
    [file] = letter.files
    assert file.name == "Zamówienie.eml"
    opened = read(file.data or b"")
    assert opened.text == "secret"
    assert [inside.name for inside in opened.files] == ["a.pdf"]


def test_b15_winmail_is_unpacked_and_kept() -> None:
    blob = packing.tnef(("Oferta łódź.pdf", PDF), html="<p>Rich</p>")
    letter = read(multipart("mixed", attached("winmail.dat", "application/ms-tnef", blob)))
    assert (letter.text, letter.html) == ("Rich", "<p>Rich</p>")
    assert [(file.name, file.data) for file in letter.files] == [
        ("Oferta łódź.pdf", PDF),
        ("winmail.dat", blob),
    ]


def test_b15_a_text_beside_winmail_is_the_text() -> None:
    blob = packing.tnef(body="Packed")
    assert read(multipart("mixed", text("Beside"), attached("w.dat", "x/y", blob))).text == "Beside"


@pytest.mark.parametrize("size", [4, 6, 10, 30, 60])
def test_b15_a_broken_winmail_stays_a_file(size: int) -> None:
    blob = packing.tnef(("a.pdf", PDF), body="Packed")[:size]
    letter = read(
        multipart("mixed", text("x"), attached("winmail.dat", "application/ms-tnef", blob))
    )
    assert letter.files[-1].data == blob
    assert "degraded" not in letter.notes


@pytest.mark.parametrize("pieces", [0, 50])
def test_b16_signed_mail_shows_its_content(pieces: int) -> None:
    inner = multipart("mixed", text("Signed."), attached("a.pdf", "application/pdf", PDF))
    opaque = part("application/pkcs7-mime", packing.signed(inner, pieces=pieces), "base64")
    clear = multipart(
        "signed", inner, attached("smime.p7s", "application/octet-stream", b"0"), boundary="s"
    )
    for data in (opaque, clear):
        letter = read(message(data))
        assert letter.text == "Signed."
        assert [file.name for file in letter.files] == ["a.pdf"]
        assert "signed" in letter.notes


def test_b16_encrypted_mail_says_so_and_keeps_the_blob() -> None:
    letter = read(message(part("application/pkcs7-mime", packing.enveloped(), "base64")))
    assert letter.notes == ["encrypted"]
    assert letter.files[0].data == packing.enveloped()
    pgp = multipart(
        "encrypted",
        part("application/pgp-encrypted", "Version: 1"),
        part("application/octet-stream; name=encrypted.asc", "-----BEGIN PGP MESSAGE-----"),
    )
    letter = read(message(pgp))
    assert letter.notes == ["encrypted"]
    assert [file.name for file in letter.files] == ["encrypted.asc"]


def test_b16_inline_pgp_loses_its_armour_and_nothing_else() -> None:
    armour = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA1\n\nWords\n- -- \nAnn\n"
    armour += "-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n"
    letter = read(message(text(f"Above\n{armour}Below")))
    assert letter.text == "Above\nWords\n-- \nAnn\nBelow"
    assert letter.notes == ["signed"]
    torn = "-----BEGIN PGP SIGNED MESSAGE-----\nwithout an end"
    assert read(message(text(torn))).text == torn


def test_b16_shells_in_one_another_end_somewhere() -> None:
    inner = text("Words")
    for _level in range(10):
        inner = part("application/pkcs7-mime", packing.signed(inner), "base64")
    letter = read(message(inner))
    assert "degraded" not in letter.notes


def test_b17_invitations_flowed_text_and_uuencode() -> None:
    event = part("text/calendar; method=REQUEST", "BEGIN:VCALENDAR\nEND:VCALENDAR")
    letter = read(multipart("alternative", text("Invited"), event))
    assert letter.text == "Invited"
    assert [file.name for file in letter.files] == ["invite.ics"]
    flowed = part("text/plain; format=flowed", "one \ntwo\n> a \n> b\n>> c\n-- \nAnn\n  x")
    assert read(message(flowed)).text == "one two\n> a b\n>> c\n-- \nAnn\n x"
    delsp = part("text/plain; format=Flowed; DelSp=Yes", "one \ntwo")
    assert read(message(delsp)).text == "onetwo"
    coded = b"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n#0V%T\n`\nend\n"
    assert read(b"Subject: s\n" + coded).text == "Cat"


@pytest.mark.parametrize(
    "body", ["begin 644 a\nM\nend", "begin 644 \n" + "M" * 100, "=ybegin line=128"]
)
def test_b17_broken_uuencode_does_not_hurt(body: str) -> None:
    assert read(message(text(body))).text == body
    coded = b"Subject: s\nContent-Transfer-Encoding: uuencode\n\n" + body.encode()
    assert "degraded" not in read(coded).notes


def test_trees_never_share_what_they_cut() -> None:
    tree = Tree(multipart("mixed", text("a"), text("b")))
    assert [tree.content(leaf) for leaf in tree.leaves(tree.root)] == [b"a", b"b"]
