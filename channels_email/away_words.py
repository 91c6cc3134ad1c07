"""How an out-of-office answer begins its subject, in many languages (G2)."""

from __future__ import annotations

import re
from typing import Final

_BEGINNINGS: Final = """
out of office|out of the office|ooo:|ooo -|automatic reply|automatic response|auto reply|auto-reply
|autoreply|auto response|auto-response|autoresponse|away from|i am away|i'm away|on vacation
|vacation reply|on holiday|annual leave|on leave|absence notice|automated reply|automated response
|automatische antwort|abwesenheit|abwesend|außer haus|nicht im büro|automatische rückmeldung|urlaub
|automatische nachricht|réponse automatique|absence du bureau|absent du bureau|message d'absence
|absence
|absent|je suis absent|respuesta automática|respuesta automatica|fuera de la oficina
|fuera de oficina|ausente
|autorespuesta|risposta automatica|fuori sede|fuori ufficio|assente|assenza|messaggio automatico
|automatisch antwoord|automatische beantwoording|afwezig|niet aanwezig|afwezigheidsbericht
|buiten kantoor
|odpowiedź automatyczna|automatyczna odpowiedź|autoodpowiedź|poza biurem|nieobecn|jestem poza
|resposta automática|resposta automatica|fora do escritório|ausência|ausente do escritório
|mensagem automática
|autosvar|automatiskt svar|frånvaro|frånvarande|inte på kontoret|ej på kontoret|semester
|automatisk svar|fraværende|ikke på kontoret|fravær|ferie|ude af kontoret|autosvar|automatisk besked
|automaattinen vastaus|poissa|poissaolo|lomalla|automaattivastaus|en ole paikalla
|automatická odpověď|mimo kancelář|nepřítomnost|jsem mimo|automatická odpoveď|mimo kancelárie
|neprítomnosť|neprítomn|samodejni odgovor|samodejno sporočilo|odsotnost|odsoten|odsotna
|ni me v pisarni
|automatski odgovor|odsutnost|izvan ureda|nisam u uredu|na godišnjem|odsutan|odsutna
|automatikus válasz|házon kívül|irodán kívül|szabadságon|távollét|nem vagyok az irodában
|răspuns automat|raspuns automat|în afara biroului|absență|absent de la birou|in afara biroului
|concediu
|otomatik yanıt|otomatik cevap|ofis dışında|ofis dışı|izindeyim|yıllık izin
|автоматический ответ|автоответ|вне офиса|отсутств|в отпуске|меня нет|нет на месте
|нахожусь в отпуске
|автоматична відповідь|автовідповідь|поза офісом|відсутн|у відпустці
|αυτόματη απάντηση|εκτός γραφείου|απουσία|σε άδεια
|תשובה אוטומטית|מענה אוטומטי|מחוץ למשרד|לא נמצא במשרד|לא במשרד|בחופשה|הודעה אוטומטית
|رد تلقائي|الرد التلقائي|خارج المكتب|رد آلي|الرد الآلي|في إجازة|إجازة
|自動応答|自動返信|不在通知|不在|外出中|休暇中|自動応答メッセージ|自动回复|自動回覆|自动答复
|不在办公室|外出|休假
|자동 회신|자동회신|자동 응답|부재중|부재 중|휴가
|trả lời tự động|tự động trả lời|vắng mặt|đi vắng|không có mặt|thư trả lời tự động
|automaatvastus|kontorist väljas|kontorist eemal|puhkusel|eemal|automaatne vastus
|automatinis atsakymas|automatinis atsakas|ne biure|atostog|nesu biure
"""
_KNOWN: Final = tuple(
    one.strip() for one in _BEGINNINGS.replace("\n", "").split("|") if one.strip()
)
_TAG: Final = re.compile(r"\s*\[[^\]]{0,40}\]\s*")
_REPLY: Final = re.compile(
    r"\s*(?:re|aw|sv|vs|antw|odp|ynt|res|rif|fwd?|wg)\s?(?:\[\d{1,3}\])?\s?:\s*", re.IGNORECASE
)
_AFTER: Final = (":", "：", "-", "–", "—", "!", "]", "】", "*")


def is_away(subject: str, *, sure: bool) -> bool:
    """Whether the subject begins as the answers of absent people do.

    sure: a machine sent it for certain. Otherwise `Re:` in front speaks for a person, and a
    single word ("Urlaub") counts only where something sets it off.
    """
    subject = _TAG.sub("", subject[:300], count=1)
    if sure:
        for _ in range(5):
            match = _REPLY.match(subject)
            if match is None:
                break
            subject = subject[match.end() :]
    said = subject.strip(" \"'*-–—<>【[(").lower()
    known = max((one for one in _KNOWN if said.startswith(one)), key=len, default="")
    if not known:
        return False
    several = " " in known or "-" in known
    rest = said[len(known) :].lstrip("abcdefghijklmnopqrstuvwxyzäöüß").lstrip()
    return sure or several or rest.startswith(_AFTER)
