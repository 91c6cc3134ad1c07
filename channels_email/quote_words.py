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

_SENT: Final = (
    r"sent|gesendet|verschickt|envoyée?s?|enviado|enviada|inviato|inviata|verzonden|verstuurd"
    r"|wysłan[eoay]|skickat|skickades|sendt|lähetetty|odesláno|odoslan[éeoá]|poslano|poslané"
    r"|küldve|elküldve|trimis|gönderildi|gönderilmiştir|отправлено|отправлен|надіслано|відправлено"
    r"|στάλθηκε|εστάλη|נשלח[הו]?|أُ?رسلت?|تم الإرسال|مرسل[ةه]?|から送信|より送信|发自|發自|傳送自"
    r"|보냄|보냈습니다|gửi|đã gửi|được gửi|saadetud|išsiųsta|get"
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
