"""The few words that confirm what stands below the words of a mail, in many languages at once (I7).

A word is never enough: the place and the shape of a line come first. The text of a mail and its
HTML are judged by the same ones, so that both views fold the same.
"""

from __future__ import annotations

import re
from typing import Final

DEVICE_LINE: Final = 120
_DISCLAIMER: Final = 120
_STORE: Final = re.compile(r"aka\.ms/", re.IGNORECASE)
_SENT: Final = (
    r"sent|gesendet|verschickt|envoyée?s?|enviado|enviada|inviato|inviata|verzonden|verstuurd"
    r"|wysłan[eoay]|skickat|skickades|sendt|lähetetty|odesláno|odoslan[éeoá]|poslano|poslané"
    r"|küldve|elküldve|trimis|gönderildi|gönderilmiştir|отправлено|отправлен|надіслано|відправлено"
    r"|στάλθηκε|εστάλη|נשלח[הו]?|أُ?رسلت?|تم الإرسال|مرسل[ةه]?|から送信|より送信|发自|發自|傳送自"
    r"|보냄|보냈습니다|gửi|đã gửi|được gửi|saadetud|išsiųsta|get(?=\s+(?-i:[A-Z]))"
)
SENT_FIRST: Final = re.compile(
    rf"\W{{0,3}}(?:{_SENT})(?!\w)|\W{{0,3}}(?:发自|發自|傳送自)", re.IGNORECASE
)
SENT_LAST: Final = re.compile(rf"(?:{_SENT})\W{{0,3}}\Z", re.IGNORECASE)
DEVICE: Final = re.compile(
    r"i-?phon|ip[ao]d|айфон|galaxy|samsung|android|андроид|huawei|xiaomi|redmi|oneplus|blackberry"
    r"|nokia|sony|xperia|pixel|windows|outlook|smartphone|smarttelefon|smartfon|смартфон|tablet"
    r"|планшет|mobil|мобільн|мобильн|phone|telefon|téléphone|teléfono|telefone|телефон|puhelim"
    r"|handy|móvil|celular|cellulare|cep |gsm|matkapuh|κινητό|τηλέφωνο|הנייד|الهاتف|هاتفي|جوال"
    r"|スマート"
    r"|携帯|手机|手機|휴대|스마트폰|điện thoại|proton|yahoo|gmx|web\.de|bluemail|boxer|spark"
    r"|fairmail"
    r"|k-9|thunderbird|mail\.ru|mymail|seznam|aquamail|nine|superhuman|tutanota|tuta\b|gmail",
    re.IGNORECASE,
)

CONFIDENTIAL: Final = re.compile(
    r"confid[eê]n|vertraulich|riservat|vertrouwelijk|poufn|konfiden|fortrolig|luottamuksel"
    r"|důvěrn|dôvern|zaupn|povjerljiv|bizalmas|gizli|конфиденц|конфіденц|εμπιστευτικ|חסוי|סודי"
    r"|سري|機密|秘密|保密|机密|기밀|비밀|bảo mật|bí mật|privileged|privilegi",
    re.IGNORECASE,
)
RECIPIENT: Final = re.compile(
    r"recipient|addressee|intended|empfänger|adressat|destinat|ontvanger|geadresseerd|adresat"
    r"|mottagar|modtager|mottaker|vastaanottaj|příjem|príjem|adresát|prejemnik|naslovnik"
    r"|primatel|címzett|alıcı|получател|адресат|отримувач|одержувач|παραλήπτ|נמען|نמענים"
    r"|المستلم|المرسل إليه|المستقبل|受信者|宛先|名宛人|受取人|收件人|接收|수신자|수신인"
    r"|người nhận|saaja|adressaa|gavėj",
    re.IGNORECASE,
)
SCANNED: Final = re.compile(r"(?:www\.|//)(?:avast|avg)\.com|virus-?free", re.IGNORECASE)


def is_device_line(line: str, *, alone: bool = True) -> bool:
    """Whether a line is like "Sent from my iPhone".

    alone: it is a paragraph of its own; else only a link to a shop tells.
    """
    if len(line) > DEVICE_LINE or not DEVICE.search(line):
        return False
    if _STORE.search(line):
        return True
    return alone and bool(SENT_FIRST.match(line) or SENT_LAST.search(line))


def is_scanner_line(line: str) -> bool:
    """What a virus scanner adds; to be asked of a paragraph of its own."""
    return len(line) <= 200 and SCANNED.search(line) is not None


def may_be_disclaimer(length: int, *, ascii_only: bool) -> bool:
    """Whether a paragraph is long enough; scripts with short words say it in half as many."""
    return length >= (_DISCLAIMER if ascii_only else _DISCLAIMER // 2)
