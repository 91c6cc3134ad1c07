"""The demo's templates of parcels, returns and care."""

from __future__ import annotations

Texts = dict[tuple[str, str, str], str]

PICKUP: Texts = {
    ("en", "neutral", ""): (
        "Yes{% if customer.first_name %}, {{ customer.first_name }}{% endif %}. The pickup point "
        "is open until 21:00 today. Show the code and any photo ID."
    ),
    ("pl", "formal", ""): (
        "Paczka czeka na Państwa w punkcie odbioru, czynnym dziś do 21:00. Proszę zabrać kod i "
        "dokument."
    ),
    ("pl", "informal", ""): (
        "Twoja paczka czeka w punkcie odbioru, czynnym dziś do 21:00. Weź kod i dokument."
    ),
    ("sl", "formal", ""): (
        "Paket vas čaka na prevzemnem mestu, danes odprtem do 21.00. Vzemite kodo in dokument."
    ),
    ("sl", "informal", ""): (
        "Paket te čaka na prevzemnem mestu, danes odprtem do 21.00. Vzemi kodo in dokument."
    ),
    ("he", "neutral", ""): "נקודת האיסוף פתוחה היום עד 21:00. יש להציג את הקוד ותעודה עם תמונה.",
    ("he", "formal", ""): (
        "החבילה שלכם בנקודת האיסוף, שפתוחה היום עד 21:00. קחו את הקוד ותעודה עם תמונה."
    ),
    ("fi", "formal", ""): (
        "Pakettinne odottaa noutopisteessä, joka on auki tänään klo 21:een. Ottakaa mukaan koodi "
        "ja henkilöllisyystodistus."
    ),
    ("fi", "informal", ""): (
        "Pakettisi odottaa noutopisteessä, joka on auki tänään klo 21:een. Ota mukaan koodi ja "
        "henkilöllisyystodistus."
    ),
    ("ru", "formal", ""): (
        "Посылка ждёт вас в пункте выдачи, сегодня открыто до 21:00. Возьмите код и документ с "
        "фотографией."
    ),
    ("ru", "informal", ""): (
        "Посылка ждёт тебя в пункте выдачи, сегодня открыто до 21:00. Возьми код и документ с "
        "фотографией."
    ),
}
LONGER: Texts = {
    ("en", "neutral", ""): (
        "I have asked the pickup point to keep your parcel three more days. Nothing else to do."
    ),
    ("pl", "neutral", ""): "Punkt odbioru przechowa paczkę jeszcze trzy dni. To wszystko.",
    ("sl", "neutral", ""): "Prevzemno mesto bo paket hranilo še tri dni. To je vse.",
    ("he", "neutral", ""): "נקודת האיסוף תשמור את החבילה עוד שלושה ימים. זה הכול.",
    ("fi", "neutral", ""): "Noutopiste säilyttää pakettia vielä kolme päivää. Muuta ei tarvita.",
    ("ru", "neutral", ""): "Пункт выдачи подержит посылку ещё три дня. Больше ничего не нужно.",
}
CLAIM: Texts = {
    ("en", "neutral", ""): (
        "I have opened a claim with the courier (reference {{ conversation.id }}). You will hear "
        "from me by tomorrow noon."
    ),
    ("pl", "formal", ""): (
        "Reklamacja u kuriera jest zgłoszona (numer {{ conversation.id }}). Odezwę się do Państwa "
        "do jutra w południe."
    ),
    ("pl", "informal", ""): (
        "Reklamacja u kuriera jest zgłoszona (numer {{ conversation.id }}). Napiszę do ciebie do "
        "jutra w południe."
    ),
    ("sl", "formal", ""): (
        "Reklamacija pri dostavi je vložena (številka {{ conversation.id }}). Javim vam do jutri "
        "opoldne."
    ),
    ("sl", "informal", ""): (
        "Reklamacija pri dostavi je vložena (številka {{ conversation.id }}). Do jutri opoldne ti "
        "pišem."
    ),
    ("he", "neutral", ""): (
        "נפתחה תלונה אצל השליח (מספר {{ conversation.id }}). תשובה תגיע עד מחר בצהריים."
    ),
    ("fi", "formal", ""): (
        "Kuljetusliikkeelle on tehty reklamaatio (numero {{ conversation.id }}). Vastaan teille "
        "huomiseen puoleenpäivään mennessä."
    ),
    ("fi", "informal", ""): (
        "Kuljetusliikkeelle on tehty reklamaatio (numero {{ conversation.id }}). Vastaan sinulle "
        "huomiseen puoleenpäivään mennessä."
    ),
    ("ru", "formal", ""): (
        "Претензия курьеру подана (номер {{ conversation.id }}). Завтра до полудня я вам напишу."
    ),
    ("ru", "informal", ""): (
        "Претензия курьеру подана (номер {{ conversation.id }}). Завтра до полудня я тебе напишу."
    ),
}
RETURNS: Texts = {
    ("en", "formal", "email"): (
        'Dear {{ customer.name | default: "customer" }},\n\nyou can send anything back within 30 '
        "days of delivery. The label is in your mailbox, the return is free.\n\nKind regards\n"
        "{{ agent.name }}"
    ),
    ("en", "neutral", ""): (
        'Hello {{ customer.first_name | default: "there" }}, you can send anything back within 30 '
        "days of delivery. The label is in your mailbox, the return is free."
    ),
    ("pl", "formal", "email"): (
        "Szanowni Państwo,\n\nna zwrot jest 30 dni od doręczenia. Etykieta jest w Państwa "
        "skrzynce, zwrot jest bezpłatny.\n\nZ poważaniem\n{{ agent.name }}"
    ),
    ("pl", "neutral", ""): (
        "Na zwrot jest 30 dni od doręczenia. Etykieta jest w skrzynce, zwrot jest bezpłatny."
    ),
    ("sl", "formal", ""): (
        "Za vračilo imate 30 dni od dostave. Nalepka je v vašem nabiralniku, vračilo je brezplačno."
    ),
    ("sl", "informal", ""): (
        "Za vračilo imaš 30 dni od dostave. Nalepka je v tvojem nabiralniku, vračilo je brezplačno."
    ),
    ("he", "neutral", ""): "אפשר להחזיר תוך 30 יום מהמסירה. המדבקה באימייל וההחזרה בחינם.",
    ("fi", "formal", ""): (
        "Palautusaikaa on 30 päivää toimituksesta. Lähetimme teille tarran, palautus on maksuton."
    ),
    ("fi", "informal", ""): (
        "Palautusaikaa on 30 päivää toimituksesta. Tarra on sähköpostissasi, palautus on maksuton."
    ),
    ("ru", "formal", ""): (
        "На возврат есть 30 дней с доставки. Этикетка в вашей почте, возврат бесплатный."
    ),
    ("ru", "informal", ""): (
        "На возврат есть 30 дней с доставки. Этикетка в твоей почте, возврат бесплатный."
    ),
}
WASH: Texts = {
    ("en", "neutral", ""): (
        "Linen likes 40 degrees, similar colours and no softener. Low heat in the dryer is fine "
        "if it comes out slightly damp."
    ),
    ("pl", "neutral", ""): (
        "Len lubi 40 stopni, podobne kolory i pranie bez płynu do płukania. Suszarka na niskiej "
        "temperaturze nie szkodzi."
    ),
    ("sl", "neutral", ""): (
        "Lan ima rad 40 stopinj, podobne barve in pranje brez mehčalca. Sušilnik na nizki "
        "temperaturi ne škodi."
    ),
    ("he", "neutral", ""): "פשתן אוהב 40 מעלות, צבעים דומים ובלי מרכך. מייבש בחום נמוך בסדר גמור.",
    ("fi", "neutral", ""): (
        "Pellava viihtyy 40 asteessa, samanväristen kanssa ja ilman huuhteluainetta. Matala "
        "lämpö kuivausrummussa sopii."
    ),
    ("ru", "neutral", ""): (
        "Лён любит 40 градусов, похожие цвета и стирку без кондиционера. Сушка на слабом нагреве "
        "не вредит."
    ),
}
