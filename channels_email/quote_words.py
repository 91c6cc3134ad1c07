"""The few words that help where a shape alone would be a guess (I3, I7): many languages at once.

A word is never enough: it only confirms what the shape of a line says already.
"""

from __future__ import annotations

import re
from typing import Final

_LABELS: Final = """from|sent|to|cc|bcc|date|subject|reply-to|importance|attachments
    |von|gesendet|an|datum|betreff|antwort an|kopie|wichtigkeit|anlagen
    |de|envoyé|envoyé le|à|a|date|objet|répondre à|enviado|enviado el|para|fecha|asunto|responder a
    |da|inviato|data|oggetto|rispondi a|van|verzonden|verstuurd|aan|onderwerp|datum/tijd
    |od|wysłano|wysłane|data|do|temat|dw|enviada|enviada em|enviado em|assunto|data de envio
    |från|skickat|skickad|till|ämne|kopia|fra|sendt|til|emne|dato|kopi
    |lähettäjä|lähetetty|vastaanottaja|aihe|päivämäärä|kopio|pvm
    |odesláno|odoslané|odoslaná|poslané|komu|předmět|predmet|dátum|kopie|kópia|odosielateľ
    |poslano|za|zadeva|kopija|prima|predmet|poslan
    |feladó|küldve|elküldve|címzett|tárgy|dátum|másolatot kap
    |de la|expediat|trimis|către|catre|subiect|dată
    |kimden|gönderen|gönderildi|gönderme tarihi|tarih|kime|konu|bilgi|alıcı
    |от|отправлено|дата|кому|тема|копия|от кого|відправлено|надіслано|від|дата|копія
    |από|εστάλη|στάλθηκε|προς|θέμα|ημερομηνία|κοιν|αποστολή
    |מאת|נשלח|אל|נושא|תאריך|עותק
    |من|تاريخ الإرسال|أرسل|إلى|الموضوع|التاريخ|تم الإرسال|مرسل|أُرسلت|نسخة
    |差出人|送信日時|宛先|件名|日付|送信者|日時|送信元|送信済み
    |发件人|发送时间|收件人|主题|日期|抄送|寄件者|寄件日期|收件者|主旨|傳送時間|副本|發件人|主題
    |보낸 사람|보낸사람|보낸 날짜|받는 사람|받는사람|제목|날짜|참조|발신|수신|보낸이|받는이
    |từ|ngày|đến|tới|gửi|đã gửi|chủ đề|tiêu đề|đã gửi lúc|người gửi|người nhận
    |saatja|saadetud|saaja|kellele|teema|kuupäev|kellelt|adressaat
    |nuo|išsiųsta|kam|tema|data|siuntėjas|gavėjas|kopija""".replace("\n", "").split("|")
LABELS: Final = frozenset(label.strip() for label in _LABELS)

WROTE: Final = re.compile(
    r"(?:wrote|writes|said|schrieb|schreibt|geschrieben|écrit|ecrit|escribió|escribio|escribe"
    r"|scritto|scrive|schreef|schrijft|napisał|napisała|napisał\(a\)|pisze|escreveu|skrev|skriver"
    r"|kirjoitti|napsal|napsala|napsal\(a\)|píše|napísal|napísala|napísal\(a\)|napisal|napisala"
    r"|napisao je|napisao|piše|írta|írta a következőt|scris|yazdı|yazmış|пишет|писал|писала|написал"
    r"|написала|написал\(а\)|пише|написав|написала|έγραψε|כתב|כתבה|כתב/ה|كتب|كتبت|写道|寫道|写"
    r"|書きました|さんは書きました|작성|썼습니다|쓴 글|đã viết|viết|kirjutas|rašė|parašė)"
    r"\s?,?\s*:\Z",
    re.IGNORECASE,
)

FORWARDED: Final = re.compile(
    r"forward|weitergeleit|transf[eé]r|réexpédi|reenvia|inoltra|doorgestuur|doorgezond|przekaza"
    r"|przesłan|encaminha|vidarebef|videresend|videresendt|välitet|přeposl|preposl|posredovan"
    r"|proslijeđ|továbbít|redirec|redirijat|iletil|yönlendir|пересыла|переслан|перенаправ"
    r"|προωθ|הועבר|إعادة توجيه|معاد توجيه|転送|转发|轉寄|전달|chuyển tiếp|edasta|persiųst",
    re.IGNORECASE,
)
