"""Mails that are odd in their parts: packed, signed, attached, nested, broken."""

from __future__ import annotations

from tests.mails import packing
from tests.mails.making import HELP, SENT, Made, attached, crlf, message, multipart, part

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF\n"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000080000000808020000004b6d29dc"
    "0000001649444154789c63f8cfc0f09f8181e13f03030303030000310a03fe0d3c6e1d0000000049454e44ae426082"
)
DOT = bytes.fromhex(
    "47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b"
)


def first(name: str, body: bytes, **more: object) -> Made:
    """A first mail of Ann's with `body`; `more` says what is in it."""
    fields = {key: more[key] for key in ("extra", "sender", "subject", "date") if key in more}
    more = {key: value for key, value in more.items() if key not in ("extra", "sender", "date")}
    raw = message(body, message_id=f"{name}@customer.example", **fields)  # type: ignore[arg-type]
    made = Made(
        name,
        raw,
        message_id=f"{name}@customer.example",
        subject="Question",
        from_address="ann@customer.example",
        from_name="Ann Example",
    )
    for key, value in more.items():
        setattr(made, key, value)
    return made


def text(words: str, charset: str = "utf-8") -> bytes:
    return part("text/plain", words, "8bit", charset=charset)


def rich(source: str) -> bytes:
    return part("text/html", source, "8bit", charset="utf-8")


def odd_parts() -> list[Made]:
    return [*packed(), *shells(), *files(), *structures(), *broken()]


def packed() -> list[Made]:
    """winmail.dat in its shapes."""
    plain = packing.tnef(("Offer 2025.pdf", PDF), ("zażółć.txt", b"x"), body="Hidden words")
    page = (
        b"{\\rtf1\\ansi\\ansicpg1250\\fromhtml1 \\deff0{\\fonttbl{\\f0 Arial;}}{\\*\\htmltag64 <p>}"
    )
    page += b"\\htmlrtf {\\htmlrtf0 Zam\\'f3wienie \\u322?\\'f3d\\'9f"
    page += b"{\\*\\htmltag72 </p>}\\htmlrtf\\par}\\htmlrtf0}"
    own = b"{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}\\f0 First line\\par Second \\b line\\b0\\par}"
    blob = "winmail.dat"
    kind = "application/ms-tnef"
    names = [("Offer 2025.pdf", "application/pdf", PDF), ("zażółć.txt", "text/plain", b"x")]
    return [
        first(
            "tnef_files",
            multipart("mixed", text("See the offer."), attached(blob, kind, plain)),
            text="See the offer.",
            files=[*names, (blob, kind, plain)],
        ),
        first(
            "tnef_only",
            part(kind, plain, "base64"),
            text="Hidden words",
            files=[*names, (blob, kind, plain)],
        ),
        first(
            "tnef_html",
            multipart(
                "mixed",
                attached(blob, kind, tnef_html := packing.tnef(html="<p>Rich <b>words</b></p>")),
            ),
            text="Rich words",
            files=[(blob, kind, tnef_html)],
        ),
        first(
            "tnef_packed_html",
            multipart(
                "mixed",
                attached(blob, kind, tnef_page := packing.tnef(rtf=packing.packed_rtf(page))),
            ),
            text="Zamówienie łódź",
            files=[(blob, kind, tnef_page)],
        ),
        first(
            "tnef_packed_text",
            multipart(
                "mixed", attached(blob, kind, tnef_own := packing.tnef(rtf=packing.packed_rtf(own)))
            ),
            text="First line\nSecond line",
            files=[(blob, kind, tnef_own)],
        ),
        first(
            "tnef_by_magic",
            multipart(
                "mixed",
                text("As a stream."),
                attached("noname.dat", "application/octet-stream", plain),
            ),
            text="As a stream.",
            files=[*names, ("noname.dat", "application/octet-stream", plain)],
        ),
        first(
            "tnef_cut",
            multipart(
                "mixed",
                text("Cut."),
                attached(blob, kind, cut := packing.tnef(("a.pdf", PDF), ("b.txt", b"x"))[:-40]),
            ),
            text="Cut.",
            notes=["tnef_broken"],
            files=[
                ("a.pdf", "application/pdf", PDF),
                ("b.txt", "text/plain", b"x"),
                (blob, kind, cut),
            ],
        ),
    ]


def shells() -> list[Made]:
    """S/MIME, PGP and what only looks like them."""
    inside = multipart("mixed", text("Signed words."), attached("a.pdf", "application/pdf", PDF))
    name = 'Content-Disposition: attachment; filename="smime.p7m"'

    def p7m(data: bytes, kind: str) -> bytes:
        return part(
            f"application/pkcs7-mime; smime-type={kind}; name=smime.p7m", data, "base64", extra=name
        )

    inner_file = [("a.pdf", "application/pdf", PDF)]
    signature = attached("smime.p7s", "application/pkcs7-signature", b"0\x80signature")
    armour = "-----BEGIN PGP SIGNATURE-----\n\niQEz=\n=abcd\n-----END PGP SIGNATURE-----\n"
    clear = (
        f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nPlease send it.\n- -- \nAnn\n{armour}"
    )
    secret = "-----BEGIN PGP MESSAGE-----\n\nhQIMA0=\n=abcd\n-----END PGP MESSAGE-----"
    sealed = packing.enveloped()
    locked = "-----BEGIN PGP MESSAGE-----\n\nhQ==\n-----END PGP MESSAGE-----\n"
    return [
        first(
            "smime_clear",
            multipart(
                "signed",
                inside,
                signature,
                boundary="s1",
                more='; protocol="application/pkcs7-signature"; micalg=sha-256',
            ),
            text="Signed words.",
            files=inner_file,
            notes=["signed"],
        ),
        first(
            "smime_opaque",
            p7m(packing.signed(inside), "signed-data"),
            text="Signed words.",
            files=inner_file,
            notes=["signed"],
        ),
        first(
            "smime_opaque_ber",
            p7m(packing.signed(inside, pieces=100), "signed-data"),
            text="Signed words.",
            files=inner_file,
            notes=["signed"],
        ),
        first(
            "smime_opaque_untold",
            attached("smime.p7m", "application/octet-stream", packing.signed(inside)),
            text="Signed words.",
            files=inner_file,
            notes=["signed"],
        ),
        first(
            "smime_compressed",
            p7m(packing.compressed(inside), "compressed-data"),
            text="Signed words.",
            files=inner_file,
        ),
        first(
            "smime_encrypted",
            p7m(sealed, "enveloped-data"),
            text="",
            notes=["encrypted"],
            files=[("smime.p7m", "application/pkcs7-mime", sealed)],
        ),
        first(
            "smime_encrypted_untold",
            p7m(sealed, ""),
            text="",
            notes=["encrypted"],
            files=[("smime.p7m", "application/pkcs7-mime", sealed)],
        ),
        first(
            "smime_twice",
            p7m(packing.signed(p7m(packing.signed(inside), "signed-data")), "signed-data"),
            text="Signed words.",
            files=inner_file,
            notes=["signed"],
        ),
        first(
            "pgp_mime_signed",
            multipart(
                "signed",
                text("Signed by PGP."),
                part("application/pgp-signature; name=signature.asc", armour),
            ),
            text="Signed by PGP.",
            notes=["signed"],
        ),
        first(
            "pgp_mime_encrypted",
            multipart(
                "encrypted",
                part("application/pgp-encrypted", "Version: 1\n"),
                part("application/octet-stream; name=encrypted.asc", locked),
            ),
            text="",
            notes=["encrypted"],
            files=[("encrypted.asc", "application/octet-stream", crlf(locked).rstrip(b"\r\n"))],
        ),
        first("pgp_inline_signed", text(clear), text="Please send it.\n-- \nAnn", notes=["signed"]),
        first("pgp_inline_encrypted", text(secret), text=secret, notes=["encrypted"]),
    ]


def files() -> list[Made]:
    """Files and how they are named, shown and counted."""
    word = "Here it is."

    def one(
        name: str, disposition: str, shown: str, kind: str = "application/pdf", more: str = ""
    ) -> Made:
        file = part(kind + more, PDF, "base64", extra=f"Content-Disposition: {disposition}")
        return first(
            name, multipart("mixed", text(word), file), text=word, files=[(shown, kind, PDF)]
        )

    letter = message(text("Inner words"), subject="Inner: a/b", sender="bob@other.example")
    event = (
        "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:Visit\nEND:VEVENT\nEND:VCALENDAR"
    )
    picture = part("image/png", PNG, "base64", extra="Content-ID: <Pic.1@x>")
    placed = part("image/png; name=b.png", PNG, "base64", extra="Content-Location: images/b.png")
    dot = part("image/gif", DOT, "base64", extra="Content-ID: <dot@x>")
    cyrillic = "отчёт.pdf".encode("koi8-r")
    eight = part(
        "application/pdf", PDF, "base64", extra='Content-Disposition: attachment; filename="@@"'
    ).replace(b"@@", cyrillic)
    return [
        one(
            "name_continued",
            "attachment;\n filename*1*=%C5%82.p; filename*0*=utf-8''za%C5%BC%C3%B3;"
            "\n filename*2=df",
            "zażół.pdf",
        ),
        one("name_encoded_word", 'attachment; filename="=?utf-8?B?xbzDs8WCdy5wZGY=?="', "żółw.pdf"),
        one("name_wrong_ascii", "attachment; filename*=us-ascii''f%F6r.pdf", "för.pdf"),
        one("name_unquoted", "attachment; filename=my two words.pdf", "my two words.pdf"),
        one("name_path", 'attachment; filename="..\\\\..\\\\C:\\\\x\\\\evil.pdf"', "evil.pdf"),
        one(
            "name_bidi",
            'attachment; filename="=?utf-8?Q?invoice=E2=80=AEfdp.exe?="',
            "invoicefdp.exe",
        ),
        one("name_missing", "attachment", "attachment-1.pdf"),
        one("name_empty", 'attachment; filename=""', "attachment-1.pdf"),
        one("name_only_in_type", "attachment", "report.pdf", more="; name=report.pdf"),
        one(
            "name_first_source",
            "attachment; filename=second.pdf; filename*=utf-8''first.pdf",
            "first.pdf",
            more="; name=third.pdf",
        ),
        one("name_reserved", 'attachment; filename="aux.pdf."', "_aux.pdf"),
        one("name_no_semicolon", "attachment filename=loose.pdf", "loose.pdf"),
        first(
            "name_eight_bit",
            multipart("mixed", text("Привет, вот отчёт.", "koi8-r"), eight),
            text="Привет, вот отчёт.",
            files=[("отчёт.pdf", "application/pdf", PDF)],
        ),
        first(
            "file_empty",
            multipart("mixed", text(word), attached("empty.txt", "text/plain", b"")),
            text=word,
            files=[("empty.txt", "text/plain", b"")],
        ),
        first(
            "file_twice",
            multipart("mixed", text(word), *[attached("a.pdf", "application/pdf", PDF)] * 2),
            text=word,
            files=[("a.pdf", "application/pdf", PDF)] * 2,
        ),
        first(
            "file_alone",
            attached("a.pdf", "application/pdf", PDF),
            text="",
            files=[("a.pdf", "application/pdf", PDF)],
        ),
        first(
            "file_unknown_type",
            multipart("mixed", text(word), attached("a.xyz", "thing/odd", b"1")),
            text=word,
            files=[("a.xyz", "thing/odd", b"1")],
        ),
        first(
            "letter_in_letter",
            multipart("mixed", text(word), part("message/rfc822", letter)),
            text=word,
            files=[("Inner: a-b.eml", "message/rfc822", letter.rstrip(b"\r\n"))],
        ),
        first(
            "digest",
            multipart("digest", b"\r\n" + letter),
            text="",
            files=[("Inner: a-b.eml", "message/rfc822", letter.rstrip(b"\r\n"))],
        ),
        first(
            "calendar",
            multipart(
                "alternative",
                text("You are invited."),
                rich("<p>You are invited.</p>"),
                part("text/calendar; method=REQUEST", event, charset="utf-8"),
            ),
            text="You are invited.",
            files=[("invite.ics", "text/calendar", crlf(event))],
        ),
        first(
            "calendar_attached",
            multipart(
                "mixed",
                text(word),
                part(
                    "application/ics; name=meeting.ics",
                    event,
                    extra="Content-Disposition: attachment; filename=meeting.ics",
                ),
            ),
            text=word,
            files=[("meeting.ics", "application/ics", crlf(event))],
        ),
        first(
            "picture_inline",
            multipart("related", rich("<p>Look</p><img src = ' cid:pic.1@x '>"), picture),
            text="Look",
            files=[("attachment-1.png", "image/png", PNG)],
        ),
        first(
            "picture_by_place",
            multipart("related", rich('<p>Look</p><img src="images/b.png">'), placed),
            text="Look",
            files=[("b.png", "image/png", PNG)],
        ),
        first(
            "picture_of_a_dot",
            multipart("related", rich("<p>Look</p>"), dot),
            text="Look",
            files=[],
        ),
        first(
            "pictures_between",
            multipart(
                "mixed",
                text("Above."),
                attached("a.png", "image/png", PNG),
                text("Below."),
                attached("b.pdf", "application/pdf", PDF),
                text("The end."),
            ),
            text="Above.\n\nBelow.\n\nThe end.",
            files=[("a.png", "image/png", PNG), ("b.pdf", "application/pdf", PDF)],
        ),
        first(
            "uuencoded",
            part("text/plain", "begin 644 a.txt\n#0V%T\n`\nend\n"),
            text="begin 644 a.txt\n#0V%T\n`\nend",
        ),
    ]


def structures() -> list[Made]:
    """Multiparts as they should be, and nearly."""
    related = multipart(
        "related",
        rich("<p>Rich words</p><img src=cid:p@x>"),
        part("image/png; name=p.png", PNG, "base64", extra="Content-ID: <p@x>"),
        boundary="b2",
    )
    both = multipart("alternative", text("Inner."), rich("<p>Inner.</p>"), boundary="b1x")
    footer = "_______________\nThe list: list@groups.example"
    flowed = part(
        "text/plain; format=flowed; delsp=yes",
        "これは長い \n文です。\n>> quoted \n>> on\n-- \nAnn",
        "8bit",
        charset="utf-8",
    )
    return [
        first(
            "alternative_nested",
            multipart("alternative", text("Plain words"), related),
            text="Plain words",
            files=[("p.png", "image/png", PNG)],
        ),
        first(
            "alternative_empty_plain",
            multipart("alternative", text(" \n"), rich("<p>Only rich</p>")),
            text="Only rich",
        ),
        first("boundary_prefix", multipart("mixed", both, text("Outer.")), text="Inner.\n\nOuter."),
        first(
            "boundary_folded",
            multipart("mixed", text("Found."), boundary="simple boundary").replace(
                b'"simple ', b'"simple\r\n '
            ),
            text="Found.",
        ),
        first(
            "boundary_missing_end",
            multipart("mixed", text("One."), text("Two."), end=False),
            text="One.\n\nTwo.",
        ),
        first(
            "boundary_wrong",
            multipart("mixed", text("One."), text("Two.")).replace(b'"b1"', b'"zz"'),
            text="One.\n\nTwo.",
            notes=["boundary_guessed"],
        ),
        first(
            "boundary_untold",
            multipart("mixed", text("One."), text("Two.")).replace(b'; boundary="b1"', b""),
            text="One.\n\nTwo.",
            notes=["boundary_guessed"],
        ),
        first(
            "parts_none",
            b"Content-Type: multipart/mixed; boundary=b1\r\n\r\nJust this.\r\n--b1--\r\n",
            text="Just this.",
            notes=["multipart_without_parts"],
        ),
        first(
            "multipart_in_base64",
            part(
                "multipart/mixed; boundary=b1",
                multipart("mixed", text("Hidden by base64.")).partition(b"\r\n\r\n")[2],
                "base64",
            ),
            text="Hidden by base64.",
        ),
        first(
            "list_footer",
            multipart("mixed", text("To the list."), text(footer)),
            kind="list",
            text=f"To the list.\n\n{footer}",
            extra="List-Id: <list.groups.example>\nPrecedence: list",
        ),
        first("flowed_delsp", flowed, text="これは長い文です。\n>> quotedon\n-- \nAnn"),
        first("long_lines", text("word " * 4000 + "end"), text="word " * 4000 + "end"),
        first(
            "html_only",
            rich(
                "<html><head><title>x</title><style>p{}</style></head><body><p>Hello</p>"
                "<ul><li>one<li>two</ul><p>See <a href='https://parley.example/a'>here</a></p></body></html>"
            ),
            text="Hello\n\n- one\n- two\n\nSee here <https://parley.example/a>",
        ),
        first(
            "html_preheader",
            rich(
                "<body><div style='display:none;font-size:1px'>Peek</div><p hidden>no</p>"
                "<p>Seen</p></body>"
            ),
            text="Seen",
        ),
    ]


def broken() -> list[Made]:
    """Mails whose fields or line ends are wrong."""
    plain = message(text("Hello there."), message_id="x@customer.example")

    def whole(name: str, data: bytes) -> Made:
        return Made(
            name,
            data,
            from_address="ann@customer.example",
            from_name="Ann Example",
            subject="Question",
            message_id="x@customer.example",
            text="Hello there.",
        )

    bare = (
        f"From: Ann Example <ann@customer.example>\nTo: {HELP}\nSubject: Question\nDate: {SENT}\n"
    )
    bare += "Message-ID: <x@customer.example>\n"
    return [
        whole("lines_cr", plain.replace(b"\r\n", b"\r")),
        whole("lines_lf", plain.replace(b"\r\n", b"\n")),
        whole("lines_crcrlf", plain.replace(b"\r\n", b"\r\r\n")),
        whole("mbox_line", b"From ann@customer.example Tue Mar  4 10:12:00 2025\n" + plain),
        whole("leading_blank_lines", b"\r\n\r\n" + plain),
        whole("no_blank_line", (bare + "Hello there.").encode()),
        whole("no_mime_fields", (bare + "\nHello there.").encode()),
        whole("byte_order_mark", b"\xef\xbb\xbf" + plain),
        whole("odd_encodings", plain.replace(b"8bit", b" 7-bit; ")),
        whole(
            "type_twice",
            plain.replace(b"Content-Type:", b"Content-Type: nonsense\r\nContent-Type:"),
        ),
        whole(
            "control_signs",
            plain.replace(b"Hello", b"He\0l\x07lo").replace(b"Question", b"Que\0stion"),
        ),
        Made("nothing_but_words", b"Hello there.", to=[], sent_at=None, text="Hello there."),
        whole("garbage_field", plain.replace(b"MIME-Version", b"this is no field\r\nMIME-Version")),
    ]
