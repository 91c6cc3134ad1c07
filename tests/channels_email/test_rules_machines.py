"""Who is a machine and who is only away: rules G1 and G2, each by its name."""

from __future__ import annotations

import pytest

from channels_email import away_words
from tests.channels_email.machines import MACHINES
from tests.channels_email.samples import mail, parse


@pytest.mark.parametrize("extra", MACHINES.values(), ids=MACHINES)
def test_g1_machines_are_known_by_their_marks(extra: str) -> None:
    message = parse(mail(extra=extra))
    assert message.automated
    assert not message.answerable


@pytest.mark.parametrize(
    "sender",
    [
        "no-reply@s.example",
        "noreply@s.example",
        "MAILER-DAEMON@s.example",
        "do-not-reply@s.example",
        "order.no-reply@s.example",
        "postmaster@s.example",
    ],
)
def test_g1_machines_are_known_by_their_names(sender: str) -> None:
    assert not parse(mail(sender=f"Shop <{sender}>")).answerable
    assert parse(mail(sender=f"Shop <{sender}>")).automated


@pytest.mark.parametrize("extra", ["", "Auto-Submitted: no", "X-Autoreply: no", "X-Priority: 1"])
def test_g1_people_are_people(extra: str) -> None:
    """SEC-17: `Auto-Submitted: no` is a person; and so is who is called casino-reply@."""
    message = parse(mail(extra=extra, sender="Ann <casino-reply@customer.example>"))
    assert not message.automated
    assert message.answerable


AWAY = {
    "en": "Automatic reply: Parcel",
    "en2": "Out of Office: back on Monday",
    "de": "Abwesenheitsnotiz: Paket",
    "de2": "Automatische Antwort: Paket",
    "fr": "Réponse automatique : Colis",
    "es": "Respuesta automática: Paquete",
    "it": "Risposta automatica: Pacco",
    "nl": "Automatisch antwoord: Pakket",
    "pl": "Odpowiedź automatyczna: Paczka",
    "pt": "Resposta automática: Encomenda",
    "sv": "Autosvar: Paket",
    "da": "Automatisk svar: Pakke",
    "no": "Fraværende: Pakke",
    "fi": "Automaattinen vastaus: Paketti",
    "cs": "Automatická odpověď: Balík",
    "sk": "Automatická odpoveď: Balík",
    "sl": "Samodejni odgovor: Paket",
    "hr": "Automatski odgovor: Paket",
    "hu": "Automatikus válasz: Csomag",
    "ro": "Răspuns automat: Colet",
    "tr": "Otomatik Yanıt: Paket",
    "ru": "Автоматический ответ: Посылка",
    "uk": "Автоматична відповідь: Посилка",
    "el": "Αυτόματη απάντηση: Δέμα",
    "he": "תשובה אוטומטית: חבילה",
    "ar": "رد تلقائي: الطرد",
    "ja": "自動応答: 荷物",
    "zh": "自动回复: 包裹",
    "ko": "자동 회신: 소포",
    "vi": "Trả lời tự động: Gói hàng",
    "et": "Automaatvastus: Pakk",
    "lt": "Automatinis atsakymas: Siuntinys",
}


@pytest.mark.parametrize("subject", AWAY.values(), ids=AWAY)
def test_g2_away_is_known_in_thirty_languages_with_a_mark_beside(subject: str) -> None:
    assert away_words.is_away(subject, sure=False)
    data = mail("Away", extra="X-Auto-Response-Suppress: All").replace(
        b"Subject: Question", f"Subject: {subject}".encode()
    )
    assert parse(data).auto_reply
    bare = mail("Away").replace(b"Subject: Question", f"Subject: {subject}".encode())
    assert not parse(bare).auto_reply, "a subject alone is no proof"


@pytest.mark.parametrize("subject", ["Urlaub buchen", "Ferie", "Absence of one", "Re: Abwesend:"])
def test_g2_people_write_about_holidays(subject: str) -> None:
    assert not away_words.is_away(subject, sure=False)
