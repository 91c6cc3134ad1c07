"""The words of the demo's mails: (sender, subject, plain text, HTML)."""

from __future__ import annotations

_MILL = "https://pictures.loomandmill.example"


def _offer(name: str, price: str, number: int) -> str:
    return (
        f'<td width="190" valign="top" style="padding:10px"><img src="{_MILL}/{number}.jpg" '
        f'width="170" height="120" alt="{name}" style="display:block;border-radius:6px">'
        f'<p style="margin:8px 0 2px;font-weight:600;color:#3a3a34">{name}</p>'
        f'<p style="margin:0;color:#6d6a5e">{price}</p></td>'
    )


_WEAVES = (
    ("Herringbone, oat", "from € 18.40 a metre"),
    ("Waffle, sage", "from € 21 a metre"),
    ("Half linen, ink", "from € 14.90 a metre"),
)
_OFFERS = "".join(_offer(name, price, number) for number, (name, price) in enumerate(_WEAVES, 1))
_NEWSLETTER = f"""<html><body style="margin:0;background-color:#efebe2">
<div style="display:none;max-height:0;overflow:hidden">Three new weaves, and the mill is open on
Saturdays again</div>
<table width="620" align="center" cellpadding="0" cellspacing="0" style="background-color:#fbf9f4">
<tr><td colspan="3" style="padding:26px 24px 6px;font-size:26px;color:#4a5a3c">Spring at the
mill</td></tr>
<tr><td colspan="3" style="padding:0 24px 14px;color:#55523f">Dear shop owners, the first flax of
the year is on the looms. Orders until the 28th leave with the April lorry.</td></tr>
<tr>{_OFFERS}</tr>
<tr><td colspan="3" style="padding:18px 24px"><a href="https://loomandmill.example/spring"
style="background-color:#4a5a3c;color:#ffffff;padding:10px 18px;border-radius:6px;
text-decoration:none">See all the weaves</a></td></tr>
<tr><td colspan="3" style="padding:6px 24px 24px;font-size:12px;color:#7c7866">Loom &amp; Mill,
Mill Lane 2. You get this because you buy from us.
<a href="https://loomandmill.example/bye" style="color:#7c7866">No more letters,
please</a></td></tr>
</table><img src="{_MILL}/seen.gif" width="1" height="1"></body></html>"""

_RULE = "border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"


def _older(name: str, day: str, words: str) -> str:
    return (
        f'<div><div style="{_RULE}"><p class="MsoNormal"><b>From:</b> {name}<br><b>Sent:</b> {day}'
        "<br><b>To:</b> Birch &amp; Linen &lt;help@birchandlinen.example&gt;<br><b>Subject:</b> "
        f'Linen for 14 rooms</p></div></div><p class="MsoNormal">{words}</p>'
    )


_OUTLOOK = f"""<html xmlns:o="urn:schemas-microsoft-com:office:office"><body lang="EN-GB">
<div class="WordSection1"><p class="MsoNormal">Good morning,</p>
<p class="MsoNormal">the offer is fine with us, thank you. Two things before I sign it:</p>
<ul><li class="MsoNormal">Room 9 has a bed of 180 x 210. Do you have a fitted sheet for that?</li>
<li class="MsoNormal">Could half of it come before Easter? We open on the 3rd.</li></ul>
<p class="MsoNormal"><o:p>&nbsp;</o:p></p><p class="MsoNormal">Kind regards<br>Greta Lindqvist<br>
Guest house Fjordview</p>
{
    _older(
        "Jonas Weber",
        "Friday 09:12",
        "Dear Ms Lindqvist, here is our offer: 30 sets in oat, "
        "60 towels, delivered in three weeks.",
    )
}
{
    _older(
        "Greta Lindqvist",
        "Wednesday 16:40",
        "Hello, we run a guest house with 14 rooms. Do you have trade prices?",
    )
}
</div></body></html>"""

_HEBREW = """<div dir="rtl"><div>שלום רב,</div><div><br></div><div>המשלוח הגיע הבוקר, תודה! אבל חסרה
בו ציפית אחת בצבע מרווה. מתי תוכלו לשלוח אותה? אנחנו מארחים ביום שישי.</div><div><br></div>
<div class="gmail_signature" data-smartmail="gmail_signature">תודה,<br>נועה לוי<br>חיפה</div></div>
<br><div class="gmail_quote"><div dir="rtl" class="gmail_attr">ביום ד׳ בשעה 10:12
מאת Birch &amp; Linen &lt;help@birchandlinen.example&gt;:<br></div>
<blockquote class="gmail_quote" style="margin:0 .8ex;border-right:1px solid #ccc">
<div dir="ltr">Your parcel has left us today and should be with you in two days.</div>
</blockquote></div>"""

_PHOTOS = """<p>Pozdravljeni,</p><p>prt je danes prispel, a ima na robu tri različne napake. Prva je
ob šivu:</p><p><img src="cid:photo0@demo" alt="Šiv ob robu"></p><p>Druga je barvna lisa:</p>
<p><img src="cid:photo1@demo" alt="Lisa"></p><p>Tretja je potegnjena nit:</p>
<p><img src="cid:photo2@demo" alt="Nit"></p><p>Ali ga lahko zamenjate?</p><p>Lep pozdrav<br>Ivo
Novak</p>"""

_LIE = """<p>Dear customer service,</p><p>your mailbox is full and mails are held back. Confirm it
within 24 hours:</p><p><a href="https://login.collect.example/birch">https://birchandlinen.example/mailbox</a>
</p><p>Your support team</p>"""

LETTERS = (
    (
        "Loom & Mill <letters@loomandmill.example>",
        "Spring at the mill: three new weaves",
        "Spring at the mill\n\nDear shop owners, the first flax of the year is on the looms. "
        "Orders until the 28th leave with the April lorry.\n\nhttps://loomandmill.example/spring",
        _NEWSLETTER,
    ),
    (
        "Birch & Linen Support <support@birchandlinen-mail.example>",
        "Your mailbox is full",
        "Dear customer service,\n\nyour mailbox is full and mails are held back. Confirm it within "
        "24 hours: https://login.collect.example/birch\n\nYour support team",
        _LIE,
    ),
    (
        "Ivo Novak <ivo@novak.example>",
        "Prt s tremi napakami",
        "Pozdravljeni,\n\nprt je danes prispel, a ima na robu tri različne napake. Slike so "
        "priložene. Ali ga lahko zamenjate?\n\nLep pozdrav\nIvo Novak",
        _PHOTOS,
    ),
    (
        "Greta Lindqvist <greta@fjordview.example>",
        "RE: Linen for 14 rooms",
        "Good morning,\n\nthe offer is fine with us, thank you. Two things before I sign it: "
        "Room 9 has a bed of 180 x 210, and could half of it come before Easter?\n\nKind regards\n"
        "Greta Lindqvist",
        _OUTLOOK,
    ),
    (
        "נועה לוי <noa.levi@letters.example>",
        "חסרה ציפית במשלוח",
        "שלום רב,\n\nהמשלוח הגיע הבוקר, תודה! אבל חסרה בו ציפית אחת בצבע מרווה. מתי תוכלו לשלוח "
        "אותה? אנחנו מארחים ביום שישי.\n\nתודה,\nנועה לוי",
        _HEBREW,
    ),
)
