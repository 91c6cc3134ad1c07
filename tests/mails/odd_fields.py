"""Mails that are odd in their fields or their charset, and mails that no person wrote."""

from __future__ import annotations

from tests.mails.making import HELP, Made, crlf, cut_words, message, multipart, part
from tests.mails.odd_parts import first, rich, text

WORDS = "Hello there."


def odd_fields() -> list[Made]:
    return [
        *senders(),
        *subjects(),
        *people(),
        *dates(),
        *ids(),
        *charsets(),
        *machines(),
        *forwards(),
    ]


def senders() -> list[Made]:
    """One From field after another."""

    def one(name: str, sender: str, address: str, shown: str = "") -> Made:
        return first(
            f"from_{name}",
            text(WORDS),
            sender=sender,
            text=WORDS,
            from_address=address,
            from_name=shown,
        )

    ann = "ann@customer.example"
    raw = first(
        "from_eight_bit",
        text("Dzień dobry.", "iso-8859-2"),
        text="Dzień dobry.",
        sender="Ann @@ <ann@customer.example>",
        from_name="Ann Święcka",
    )
    raw.data = raw.data.replace(b"@@", "Święcka".encode("iso-8859-2"))
    none = message(text(WORDS), message_id="none@customer.example").partition(b"\r\n")[2]
    return [
        one("comma", '"Example, Ann" <ann@customer.example>', ann, "Example, Ann"),
        one("comment", "ann@customer.example (Ann B. Example)", ann, "Ann B. Example"),
        one("comment_nested", "ann@customer.example (Ann (the) Example)", ann, "Ann (the) Example"),
        one(
            "decoded_address",
            "=?utf-8?q?victim=40bank.example=3E?= <evil@x.example>",
            "evil@x.example",
            "victim@bank.example>",
        ),
        one(
            "decoded_comma",
            "=?utf-8?q?boss=40bank.example=2C?= <evil@x.example>",
            "evil@x.example",
            "boss@bank.example,",
        ),
        one("open_quote", '"Ann Example <ann@customer.example>', ann, "Ann Example"),
        one("no_bracket_end", "Ann Example <ann@customer.example", ann, "Ann Example"),
        one("upper_case", "Ann <Ann.B@CUSTOMER.Example>", "ann.b@customer.example", "Ann"),
        one("domain_in_letters", "Ann <ann@bücher.example>", "ann@xn--bcher-kva.example", "Ann"),
        one("bidi", "\u202eAnn\u202c <ann@customer.example>", ann, "Ann"),
        one("two_quotes", "\"'Ann Example'\" <ann@customer.example>", ann, "Ann Example"),
        one("apostrophe", "Ann O'Neil 'Sales' <ann@customer.example>", ann, "Ann O'Neil 'Sales'"),
        one("words_in_quotes", '"=?utf-8?q?=C5=BBaneta?=" <ann@customer.example>', ann, "Żaneta"),
        one(
            "cut_words",
            f"{cut_words('Żółć Świętosława', size=7)} <ann@customer.example>",
            ann,
            "Żółć Świętosława",
        ),
        one("name_is_address", '"ann@customer.example" <ann@customer.example>', ann, ann),
        one("mailto", "Ann <mailto:ann@customer.example>", ann, "Ann"),
        one("route", "<@a.example,@b.example:ann@customer.example>", ann),
        one("tag", "Ann <ann+shop@customer.example>", "ann+shop@customer.example", "Ann"),
        one(
            "escaped",
            '"Ann \\"Annie\\" Example" <ann@customer.example>',
            ann,
            'Ann "Annie" Example',
        ),
        one("empty", "<>", "", ""),
        one("colon_in_name", "Support: Ann <ann@customer.example>", ann, "Support: Ann"),
        Made(
            "from_missing", none, subject="Question", message_id="none@customer.example", text=WORDS
        ),
        raw,
    ]


def subjects() -> list[Made]:
    """One Subject field after another."""

    def one(name: str, value: str, shown: str) -> Made:
        return first(f"subject_{name}", text(WORDS), subject=shown, text=WORDS)

    rows = {
        "cut_base64": (
            cut_words("Zażółć gęślą jaźń po raz drugi", size=11),
            "Zażółć gęślą jaźń po raz drugi",
        ),
        "no_padding": ("=?utf-8?B?xbzDs8WCdw?=", "żółw"),
        "in_text": ("Re:=?utf-8?q?_=C5=BC?=_x =?utf-8?q?=C5=BC?= end", "Re: ż_x ż end"),
        "two_charsets": ("=?utf-8?q?=C5=BC?= =?iso-8859-2?q?=BF?=", "żż"),
        "unknown_charset": ("=?x-unknown?q?caf=E9?=", "café"),
        "language": ("=?utf-8*pl?q?=C5=BC?=", "ż"),
        "smuggled_lines": ("=?utf-8?q?a=0D=0ABcc:_x?=", "a Bcc: x"),
        "broken_word": ("=?utf-8?q?broken", "broken"),
        "folded_twice": ("one\r\n two\r\n\tthree", "one two three"),
        "nec_rows": ("=?iso-2022-jp?B?GyRCLSEbKEI=?=", "①"),
        "lower_case": ("=?UTF-8?b?xbw=?=", "ż"),
        "raw_letter_in_word": ("=?utf-8?Q?caf=C3=A9_é?=", "café é"),
    }
    made = []
    for name, (value, shown) in rows.items():
        mail = one(name, value, shown)
        mail.data = message(text(WORDS), subject=value, message_id=mail.message_id)
        made.append(mail)
    twice = first("subject_twice", text(WORDS), text=WORDS, extra="Subject: Second")
    missing = first("subject_missing", text(WORDS), text=WORDS)
    missing.data = missing.data.replace(b"Subject: Question\r\n", b"")
    missing.subject = ""
    return [*made, twice, missing]


def people() -> list[Made]:
    """To and Cc as they come."""

    def one(
        name: str,
        to: str,
        boxes: list[tuple[str, str]],
        cc: str = "",
        copies: list[tuple[str, str]] | None = None,
    ) -> Made:
        made = first(f"to_{name}", text(WORDS), text=WORDS)
        made.data = message(
            text(WORDS), to=to, message_id=made.message_id, extra=f"Cc: {cc}" if cc else ""
        )
        made.to, made.cc = boxes, copies or []
        return made

    return [
        one(
            "group",
            "Team: ann@x.example, Bob <bob@x.example>;",
            [("", "ann@x.example"), ("Bob", "bob@x.example")],
        ),
        one("undisclosed", "undisclosed-recipients:;", []),
        one("stray_commas", f"{HELP}, ,,", [("", HELP)], "bob@x.example,", [("", "bob@x.example")]),
        one("semicolons", f"Help <{HELP}>; bob@x.example", [("Help", HELP), ("", "bob@x.example")]),
        one(
            "folded",
            f'"Long, Name"\r\n <{HELP}>,\r\n\tbob@x.example',
            [("Long, Name", HELP), ("", "bob@x.example")],
        ),
        one(
            "many",
            ", ".join(f"p{n}@x.example" for n in range(60)),
            [("", f"p{n}@x.example") for n in range(60)],
        ),
    ]


def dates() -> list[Made]:
    """One Date field after another."""
    rows = {
        "zone_name": ("Tue, 4 Mar 2025 09:20:00 GMT", "2025-03-04T09:20:00+00:00"),
        "zone_unknown": ("Tue, 4 Mar 2025 09:20:00 CEST", "2025-03-04T09:20:00+00:00"),
        "comment": ("Tue, 4 Mar 2025 11:20:00 +0200 (CEST)", "2025-03-04T09:20:00+00:00"),
        "no_weekday": ("4 Mar 2025 11:20 +0200", "2025-03-04T09:20:00+00:00"),
        "short_year": ("Tue, 04 Mar 25 09:20:00 -0000", "2025-03-04T09:20:00+00:00"),
        "iso": ("2025-03-04T11:20:00+02:00", "2025-03-04T09:20:00+00:00"),
        "zone_absurd": ("Tue, 4 Mar 2025 09:20:00 +9900", "2025-03-04T09:20:00+00:00"),
        "future": ("Tue, 4 Mar 2925 09:20:00 +0000", None),
        "long_ago": ("Thu, 1 Jan 1970 00:00:00 +0000", None),
        "nonsense": ("yesterday", None),
    }
    return [
        first(
            f"date_{name}",
            text(WORDS),
            date=value,
            sent_at=at,
            text=WORDS,
            notes=[] if at else ["date_ignored"],
        )
        for name, (value, at) in rows.items()
    ]


def ids() -> list[Made]:
    """One Message-ID after another."""
    rows = {
        "brackets": ("<[x]@y.example>", "[x]@y.example"),
        "bare": ("bare@y.example", "bare@y.example"),
        "blanks": ("< spaced @y.example >", "spaced@y.example"),
        "comment": ("<id@y.example> (added by us)", "id@y.example"),
        "none": ("", ""),
        "empty": ("<>", ""),
    }
    made = []
    for name, (value, found) in rows.items():
        mail = first(f"id_{name}", text(WORDS), text=WORDS)
        line = f"Message-ID: {value}\r\n".encode() if value else b""
        mail.data = mail.data.replace(f"Message-ID: <{mail.message_id}>\r\n".encode(), line)
        mail.message_id = found
        made.append(mail)
    twice = first("id_twice", text(WORDS), text=WORDS, extra="Message-ID: <second@y.example>")
    return [*made, twice]


def charsets() -> list[Made]:
    """Labels that lie, and bodies without one."""

    def one(name: str, data: bytes, label: str, words: str, kind: str = "text/plain") -> Made:
        body = part(f"{kind}; charset={label}" if label else kind, data, "8bit")
        return first(f"charset_{name}", body, text=words)

    polish, russian = "Zażółć gęślą jaźń, proszę o fakturę.", "Здравствуйте, где мой заказ?"
    chinese, korean = "你好,我的订单在哪里?谢谢您。", "안녕하세요, 주문은 어디에 있나요?"
    spanish = "Está roto. ¿Puedo recoger otro? Íñigo"
    japanese = "こんにちは、注文はどこですか。"
    meta = '<html><head><meta charset="windows-1250"></head><body>{}</body></html>'
    return [
        one("utf8_as_latin", polish.encode(), "iso-8859-1", polish),
        one("utf8_as_cp1251", russian.encode(), "windows-1251", russian),
        one("utf8_as_gb", chinese.encode(), "gb2312", chinese),
        one("utf8_as_ascii", polish.encode(), "us-ascii", polish),
        one("jis_as_ascii", japanese.encode("iso-2022-jp"), "us-ascii", japanese),
        one("jis_as_utf8", japanese.encode("iso-2022-jp"), "utf-8", japanese),
        one("latin_as_utf8", spanish.encode("cp1252"), "utf-8", spanish),
        one("none_polish", polish.encode("cp1250"), "", polish),
        one("none_russian", russian.encode("koi8-r"), "", russian),
        one("none_chinese", chinese.encode("gb18030"), "", chinese),
        one("none_korean", korean.encode("euc-kr"), "", korean),
        one("none_japanese", japanese.encode("shift_jis"), "", japanese),
        one("none_hebrew", "שלום, איפה ההזמנה שלי?".encode("cp1255"), "", "שלום, איפה ההזמנה שלי?"),
        one("unknown", "Grüße aus Köln".encode("cp1252"), "no-such", "Grüße aus Köln"),
        one("number", "Grüße".encode("cp1252"), "1252", "Grüße"),
        one("half_broken", polish.encode() + b"\xff.", "utf-8", polish + "\ufffd."),
        one("utf7", b"Hi Mom +Jjo-!", "unicode-1-1-utf-7", "Hi Mom ☺!"),
        one("gbk_wide", "朱镕基".encode("gb18030"), "gb2312", "朱镕基"),
        one("korean_wide", "똠방각하".encode("cp949"), "ks_c_5601-1987", "똠방각하"),
        one("sjis_wide", "①髙橋".encode("cp932"), "shift_jis", "①髙橋"),
        one("latin_quotes", b"\x93Hi\x94 \x80 5", "iso-8859-1", "“Hi” € 5"),
        one("thai", "สวัสดี".encode("cp874"), "windows-874", "สวัสดี"),
        one("mac", "Grüße".encode("mac_roman"), "x-mac-roman", "Grüße"),
        one("page", "Grüße".encode("cp850"), "cp-850", "Grüße"),
        one("meta", meta.format(polish).encode("cp1250"), "", polish, "text/html"),
        one("meta_lies", meta.format(polish).encode(), "utf-8", polish, "text/html"),
        one("utf16", polish.encode("utf-16"), "utf-16", polish),
    ]


def machines() -> list[Made]:
    """Reports, absences and lists."""
    status = (
        "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; bob@x.example\n"
        "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 no such user\n"
    )
    words = "Your message could not be delivered to bob@x.example."
    head = "Message-ID: <v1.31.12.abcdefghijklmnop@parley.example>\nSubject: Re: Question\n"
    returned = crlf(head).rstrip(b"\r\n")
    report = multipart(
        "report",
        part("text/plain", words, charset="us-ascii"),
        part("message/delivery-status", status),
        part("text/rfc822-headers", head),
        more="; report-type=delivery-status",
    )
    read = "Final-Recipient: rfc822; ann@customer.example\n"
    read += "Disposition: manual-action/MDN-sent-manually; displayed\n"
    seen = multipart(
        "report",
        part("text/plain", "The message was displayed.", charset="us-ascii"),
        part("message/disposition-notification", read),
        more="; report-type=disposition-notification",
    )
    away = "I am out of the office until Monday."
    return [
        first(
            "bounce",
            report,
            kind="bounce",
            sender="MAILER-DAEMON@mx.example (Mail Delivery System)",
            from_address="mailer-daemon@mx.example",
            from_name="Mail Delivery System",
            text=words,
            files=[
                ("attachment-1.txt", "message/delivery-status", crlf(status).rstrip(b"\r\n")),
                ("attachment-2.txt", "text/rfc822-headers", returned),
            ],
        ),
        first(
            "receipt",
            seen,
            kind="auto",
            text="The message was displayed.",
            files=[
                ("attachment-1.txt", "message/disposition-notification", crlf(read).rstrip(b"\r\n"))
            ],
        ),
        first("absence", text(away), kind="auto", extra="Auto-Submitted: auto-replied", text=away),
        first(
            "absence_outlook",
            text(away),
            kind="auto",
            text=away,
            subject="Automatic reply: Question",
            extra="X-Auto-Response-Suppress: All",
        ),
        first(
            "list",
            text("News for all."),
            kind="list",
            text="News for all.",
            extra="List-Unsubscribe: <mailto:leave@x.example>",
        ),
        first(
            "newsletter",
            rich(
                "<table><tr><td>Offer</td><td>5 €</td></tr><tr><td>Second</td></tr></table>"
                '<img src="https://t.example/p.gif" width=1 height=1 alt="">'
            ),
            kind="list",
            extra="Precedence: bulk",
            text="Offer 5 €\nSecond",
        ),
        first(
            "notes",
            part(
                "text/plain",
                "Danke.\r\n\r\n\r\n\r\nVon:\tHelp <help@parley.example>\r\nAn:\tAnn\r\n",
                charset="iso-8859-1",
            ),
            text="Danke.\n\n\n\nVon:\tHelp <help@parley.example>\nAn:\tAnn",
            extra="X-Mailer: Lotus Notes Release 9.0.1",
        ),
    ]


def forwards() -> list[Made]:
    """Forwarded mail, in the text and as a file."""
    made = []
    rows = {
        "en": (
            "Please see below.",
            "---------- Forwarded message ---------",
            "From",
            "Date",
            "Subject",
            "To",
            "Fwd",
        ),
        "de": (
            "Bitte siehe unten.",
            "-------- Weitergeleitete Nachricht --------",
            "Von",
            "Datum",
            "Betreff",
            "An",
            "WG",
        ),
        "fr": (
            "Voir ci-dessous.",
            "---------- Message transféré ---------",
            "De",
            "Date",
            "Objet",
            "À",
            "TR",
        ),
        "pl": (
            "Proszę zobaczyć.",
            "---------- Wiadomość przekazana ---------",
            "Od",
            "Data",
            "Temat",
            "Do",
            "PD",
        ),
        "ru": (
            "Смотрите ниже.",
            "---------- Пересланное сообщение ---------",
            "От",
            "Дата",
            "Тема",
            "Кому",
            "Fwd",
        ),
        "ja": (
            "下記をご覧ください。",
            "---------- 転送メール ---------",
            "差出人",
            "日付",
            "件名",
            "宛先",
            "Fwd",
        ),
    }
    for code, (said, rule, sender, date, subject, to, mark) in rows.items():
        body = (
            f"{said}\n\n{rule}\n{sender}: Bob <bob@other.example>\n{date}: 4.3.2025 10:12\n"
            f"{subject}: Invoice\n{to}: Ann <ann@customer.example>\n\nWhere is my invoice?"
        )
        mail = first(
            f"forward_{code}", text(body), kind="forward", text=body, subject=f"{mark}: Invoice"
        )
        mail.language = code
        made.append(mail)
    inner = message(text("Where is my invoice?"), subject="Invoice", sender="bob@other.example")
    made.append(
        first(
            "forward_as_file",
            multipart("mixed", text("See."), part("message/rfc822", inner)),
            kind="forward",
            text="See.",
            subject="Fwd: Invoice",
            files=[("Invoice.eml", "message/rfc822", inner.rstrip(b"\r\n"))],
        )
    )
    return made
