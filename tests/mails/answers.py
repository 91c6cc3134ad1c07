"""Answers of programs that set off the old message in a way of their own."""

from __future__ import annotations

from tests.mails.by_language import ASKED
from tests.mails.making import HELP, Made
from tests.mails.odd_parts import first, rich, text

OWA = """<div class="elementToProof">Hvala, zdaj dela.</div><div id="appendonsend"></div>
<hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr">
<b>Od:</b> Help &lt;{help}&gt;<br><b>Poslano:</b> ponedeljek, 3. marec 2025 10:12<br>
<b>Za:</b> Ann &lt;ann@customer.example&gt;<br><b>Zadeva:</b> Question</div>
<div>Katera je vaša številka?</div>"""
MOBILE = """<div>Dziękuję, już działa.</div><div id="ms-outlook-mobile-signature"><div><br></div>
<a href="https://aka.ms/o0ukef">Pobierz program Outlook dla systemu Android</a></div>
<hr tabindex="-1"><div id="divRplyFwdMsg"><b>Od:</b> Help &lt;{help}&gt;<br>
<b>Wysłane:</b> poniedziałek, 3 marca 2025 10:12<br><b>Do:</b> Ann<br>
<b>Temat:</b> Question</div><div>Jaki jest numer?</div>"""
YAHOO = """Merci, ça marche.

Envoyé à partir de Yahoo Mail pour Android

  Le lun., mars 3, 2025 à 10:12, Help<{help}> a écrit :   Bonjour, quel est le numéro ?"""


def answers() -> list[Made]:
    """Their words stand above an old message that only a drawn line or blanks set off."""

    def one(name: str, body: bytes, language: str, **words: str) -> Made:
        extra = f"In-Reply-To: <{ASKED}>\nReferences: <{ASKED}>"
        fields = {"kind": "reply", "language": language, "client": name, **words}
        return first(f"answer_{name}", body, extra=extra, subject="Re: Question", **fields)

    owa = (
        "Hvala, zdaj dela.\n----\n"
        f"Od: Help <{HELP}>\nPoslano: ponedeljek, 3. marec 2025 10:12\n"
        "Za: Ann <ann@customer.example>\nZadeva: Question\nKatera je vaša številka?"
    )
    mobile = (
        "Dziękuję, już działa.\n\n"
        "Pobierz program Outlook dla systemu Android <https://aka.ms/o0ukef>\n----\n"
        f"Od: Help <{HELP}>\nWysłane: poniedziałek, 3 marca 2025 10:12\nDo: Ann\n"
        "Temat: Question\nJaki jest numer?"
    )
    yahoo = YAHOO.format(help=HELP)
    return [
        one("outlook_web", rich(OWA.format(help=HELP)), "sl", text=owa, visible=owa[:17]),
        one(
            "outlook_phone", rich(MOBILE.format(help=HELP)), "pl", text=mobile, visible=mobile[:21]
        ),
        one("yahoo_app", text(yahoo), "fr", text=yahoo, visible="Merci, ça marche."),
    ]
