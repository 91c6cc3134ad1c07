"""Four answers in each language, as different mail programs send them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tests.mails.languages import LANGUAGES, Language
from tests.mails.making import HELP, SENT_AT, Made, cut_words, message, multipart, part, words

ASKED: Final = "v1.31.12.abcdefghijklmnop@parley.example"


def replies() -> list[Made]:
    """Gmail, Outlook and iPhone in each language, and one more program in turn."""
    made = []
    for number, language in enumerate(LANGUAGES):
        made += [gmail(language), outlook(language, number), iphone(language)]
        made.append(OTHERS[number % len(OTHERS)](language))
    return made


def _made(language: Language, client: str, data: bytes, **more: object) -> Made:
    made = Made(
        f"{language.code}_{client}",
        data,
        kind="reply",
        from_address=language.address,
        from_name=language.name,
        subject=f"{language.re}: {language.subject}",
        message_id=f"{language.code}.{client}@mail.example",
        sent_at=SENT_AT,
        visible="\n".join(language.answer),
        language=language.code,
        client=client,
    )
    for key, value in more.items():
        setattr(made, key, value)
    return made


def _reply(
    language: Language,
    client: str,
    body: bytes,
    *,
    sender: str = "",
    subject: str = "",
    to: str = f"Help <{HELP}>",
    extra: str = "",
) -> bytes:
    return message(
        body,
        sender=sender or f"{words(language.name)} <{language.address}>",
        to=to,
        subject=subject or words(f"{language.re}: {language.subject}"),
        message_id=f"{language.code}.{client}@mail.example",
        extra=f"In-Reply-To: <{ASKED}>\nReferences: <{ASKED}>\n{extra}",
    )


def _quoted(language: Language) -> str:
    return f"> {language.question}\n>\n> -- \n> Help"


def gmail(language: Language) -> Made:
    """Both forms in UTF-8, the plain one in base64 when it is not ASCII."""
    plain = "\n".join([*language.answer, "", language.gmail, "", _quoted(language), ""])
    direction = ' dir="rtl"' if language.code in ("he", "ar") else ' dir="ltr"'
    said = "<br>".join(language.answer)
    rich = (
        f'<div{direction}>{said}</div><br><div class="gmail_quote gmail_quote_container">'
        f'<div{direction} class="gmail_attr">{language.gmail.replace("<", "&lt;")}<br></div>'
        '<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid'
        f' rgb(204,204,204);padding-left:1ex">{language.question}<br><br>-- <br>Help'
        "</blockquote></div>"
    )
    body = multipart(
        "alternative",
        part("text/plain", plain, "base64", charset="UTF-8"),
        part("text/html", rich, "quoted-printable", charset="UTF-8"),
        boundary=f"000000000000{language.code}0602a",
    )
    text = plain.rstrip("\n")
    data = _reply(language, "gmail", body, extra="X-Gm-Features: AQ5f1Jo")
    return _made(language, "gmail", data, text=text, to=[("Help", HELP)])


def outlook(language: Language, number: int) -> Made:
    """The old charset, a header block over the quote; desktop, web or telephone in turn."""
    client = ("outlook", "outlook365", "outlook_mobile")[number % 3]
    sender, sent, to, subject = language.labels
    mark = " " if language.code == "fr" else ""
    block = [
        f"{sender}{mark}: Help <{HELP}>",
        f"{sent}{mark}: {language.sent}",
        f"{to}{mark}: {language.name} <{language.address}>",
        f"{subject}{mark}: {language.subject}",
    ]
    rule = {"outlook": [], "outlook365": ["_" * 32], "outlook_mobile": []}[client]
    plain = "\n".join([*language.answer, "", "", *rule, *block, "", language.question, ""])
    charset = language.charset
    way = "7bit" if charset.startswith("iso-2022") else "quoted-printable"
    lines = "".join(f"<p class=MsoNormal>{line}<o:p></o:p></p>" for line in language.answer)
    rows = "<br>".join(row.replace("<", "&lt;") for row in block)
    rich = (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal'
        f"{{margin:0cm}}</style></head><body lang={language.code}><div class=WordSection1>{lines}"
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
        f"<p class=MsoNormal>{rows}</p></div><p class=MsoNormal>{language.question}</p></div>"
        "</body></html>"
    )
    body = multipart(
        "alternative",
        part("text/plain", plain, way, charset=charset),
        part("text/html", rich, way, charset=charset),
        boundary=f"_000_{language.code.upper()}1PR01MB4711eurprd_",
    )
    data = _reply(
        language,
        client,
        body,
        sender=f'"{words(language.name, charset)}" <{language.address}>',
        subject=cut_words(f"{language.re}: {language.subject}"),
        to=f"'{HELP}' <{HELP}>",
        extra="Accept-Language: en-US\nX-MS-Has-Attach:\nThread-Index: AQHbjOQ6x0example==\n"
        "X-MS-TNEF-Correlator:",
    )
    return _made(language, client, data, text=plain.rstrip("\n"), to=[(HELP, HELP)])


def iphone(language: Language) -> Made:
    """Plain text with the telephone's line, the quote under an attribution of two lines."""
    head, _sign, tail = language.gmail.partition(" Help")
    attribution = f"{head}\nHelp{tail}" if head and tail else language.gmail
    answer = "\n".join(language.answer)
    quoted = "\n> ".join([*attribution.split("\n"), "", language.question])
    plain = f"{answer}\n\n{language.phone}\n\n> {quoted}\n"
    body = part("text/plain", plain, "quoted-printable", charset="utf-8")
    data = _reply(
        language,
        "iphone",
        body,
        sender=f"{words(language.name, way='q')} <{language.address}>",
        extra="X-Mailer: iPhone Mail (22D82)\nMime-Version: 1.0 (1.0)",
    )
    text = "\n".join(line.rstrip() for line in plain.rstrip("\n").split("\n"))
    return _made(language, "iphone", data, text=text, to=[("Help", HELP)])


def thunderbird(language: Language) -> Made:
    """format=flowed, soft lines, the attribution without an empty line before the quote."""
    first, second = language.answer
    long = f"{first} {second}"
    middle = long.find(" ", len(long) // 2) + 1 or len(long)
    soft = f"{long[:middle]}\n{long[middle:]}" if middle < len(long) else long
    plain = f"{soft}\n\n{language.gmail}\n> {language.question}\n"
    body = part("text/plain; format=flowed", plain, "8bit", charset="UTF-8")
    data = _reply(language, "thunderbird", body, extra="User-Agent: Mozilla Thunderbird")
    text = f"{long}\n\n{language.gmail}\n> {language.question}"
    return _made(language, "thunderbird", data, text=text, visible=long, to=[("Help", HELP)])


def _only_html(client: str, wrap: str, charset: str, extra: str = "") -> Callable[[Language], Made]:
    def make(language: Language) -> Made:
        said = "".join(f"<div>{line}</div>" for line in language.answer)
        rich = wrap.format(
            said=said, attribution=language.gmail.replace("<", "&lt;"), question=language.question
        )
        data = _reply(
            language,
            client,
            part("text/html", rich, "base64", charset=charset),
            sender=f"{cut_words(language.name)} <{language.address}>",
            extra=extra,
        )
        text = "\n".join(language.answer) + f"\n\n{language.gmail}\n\n> {language.question}"
        return _made(language, client, data, text=text, to=[("Help", HELP)])

    return make


yahoo = _only_html(
    "yahoo",
    '<html><head></head><body><div class="ydp1-yahoo-style-wrap">{said}<div><br></div></div>'
    '<div id="yahoo_quoted_1" class="yahoo_quoted"><div>{attribution}</div>'
    "<blockquote><div>{question}</div></blockquote></div></body></html>",
    "UTF-8",
    "X-Mailer: WebService/1.1.23369 YMailNorrin",
)
webmail = _only_html(
    "webmail_de",
    '<html><body><div style="font-family: Verdana;font-size: 12.0px;">{said}<div>&nbsp;</div>'
    "<div>&nbsp;<div>{attribution}</div><blockquote name=quote>{question}</blockquote></div></div>"
    "</body></html>",
    "UTF-8",
)
mail_ru = _only_html(
    "mail_ru",
    "<HTML><BODY>{said}<br><div>{attribution}<br>&nbsp;</div>"
    '<blockquote style="border-left:1px solid #0857A6;margin:10px;padding:0 0 0 10px;">'
    "<div>{question}</div></blockquote></BODY></HTML>",
    "utf-8",
    "X-Mailer: Mail.Ru Mailer 1.0",
)
samsung = _only_html(
    "samsung",
    '<html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"></head>'
    "<body>{said}<div><br></div><div>{attribution}</div><blockquote>{question}</blockquote></body></html>",
    "UTF-8",
)


def _plain(client: str, charset: str, way: str, extra: str = "") -> Callable[[Language], Made]:
    def make(language: Language) -> Made:
        label = language.charset if charset == "old" else charset
        answer = "\n".join(language.answer)
        plain = f"{answer}\n\n{language.gmail}\n> {language.question}\n"
        body = part("text/plain", plain, way, charset=label)
        data = _reply(language, client, body, extra=extra)
        text = f"{answer}\n\n{language.gmail}\n> {language.question}"
        return _made(language, client, data, text=text, to=[("Help", HELP)])

    return make


k9 = _plain("k9", "utf-8", "quoted-printable", "User-Agent: K-9 Mail for Android")
proton = _plain("protonmail", "utf-8", "base64")
seznam = _plain("seznam", "utf-8", "quoted-printable", "X-Mailer: szn-mime-2.1.61")
onet = _plain("onet", "utf-8", "8bit", "X-Mailer: onet.poczta")
OTHERS: Final = (thunderbird, yahoo, k9, webmail, proton, samsung, seznam, onet, mail_ru)
