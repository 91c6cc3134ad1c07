"""The demo's templates: shortcut, language, name, text."""

from __future__ import annotations

TEMPLATES: tuple[tuple[str, str, str, str], ...] = (
    (
        "hello",
        "en",
        "Greeting",
        "Hello {{ customer.first_name | there }}, this is {{ agent.first_name }} from "
        "Birch & Linen. How can I help?",
    ),
    (
        "pickup",
        "en",
        "Pickup point: hours and code",
        "Yes, {{ customer.first_name | there }}. The pickup point is open until 21:00 today. "
        "Show the code and any photo ID.",
    ),
    (
        "pickup-longer",
        "en",
        "Pickup: hold it longer",
        "I have asked the pickup point to keep your parcel three more days. Nothing else to do.",
    ),
    (
        "returns",
        "en",
        "Returns within 30 days",
        "Hello {{ customer.first_name | there }}, you can send anything back within 30 days of "
        "delivery. The label is in your mailbox, the return is free.\n\nBest wishes\n"
        "{{ agent.first_name }}",
    ),
    (
        "wash",
        "en",
        "Washing linen well",
        "Linen likes 40 degrees, similar colours and no softener. Low heat in the dryer is fine "
        "if you take it out slightly damp.",
    ),
    (
        "trade",
        "en",
        "Trade prices",
        "Dear {{ customer.name }},\n\nfrom 20 sets we give 18 per cent, from 50 sets 25. Tell me "
        "the items and I will send an offer for {{ customer.company | your house }} today.\n\n"
        "{{ agent.name }}",
    ),
    (
        "claim",
        "en",
        "Wrong delivery scan: claim",
        "I have opened a claim with the courier (reference {{ conversation.id }}). You will hear "
        "from me by tomorrow noon.",
    ),
    (
        "bye",
        "en",
        "Closing words",
        "Glad that worked out, {{ customer.first_name | thank you for writing }}. If anything "
        "else comes up, just answer here.",
    ),
    (
        "czesc",
        "pl",
        "Powitanie",
        "Dzień dobry {{ customer.first_name }}, z tej strony {{ agent.first_name }} z "
        "Birch & Linen. W czym mogę pomóc?",
    ),
    (
        "zwrot",
        "pl",
        "Zwrot w ciągu 30 dni",
        "Na zwrot jest 30 dni od doręczenia. Etykieta jest w skrzynce, zwrot jest bezpłatny.\n\n"
        "Pozdrawiam\n{{ agent.first_name }}",
    ),
    (
        "odbior",
        "pl",
        "Punkt odbioru",
        "Paczka czeka w punkcie odbioru, czynnym dziś do 21:00. Proszę zabrać kod i dokument.",
    ),
    (
        "zivjo",
        "sl",
        "Pozdrav",
        "Pozdravljeni {{ customer.first_name }}, tukaj {{ agent.first_name }} iz Birch & Linen. "
        "Kako vam lahko pomagam?",
    ),
    (
        "vracilo",
        "sl",
        "Vračilo v 30 dneh",
        "Za vračilo imate 30 dni od dostave. Nalepka je v vašem nabiralniku, vračilo je "
        "brezplačno.\n\nLep pozdrav\n{{ agent.first_name }}",
    ),
    (
        "shalom",
        "he",
        "פתיחה",
        "שלום {{ customer.first_name }}, כאן {{ agent.first_name }} מ־Birch & Linen. איך אפשר "
        "לעזור?",
    ),
    (
        "hahzara",
        "he",
        "החזרה תוך 30 יום",
        "אפשר להחזיר תוך 30 יום מהמסירה. המדבקה באימייל וההחזרה בחינם.\n\nבברכה\n"
        "{{ agent.first_name }}",
    ),
    (
        "isuf",
        "he",
        "איסוף מנקודת איסוף",
        "כן, {{ customer.first_name }}. נקודת האיסוף פתוחה היום עד 21:00. יש להציג את הקוד "
        "ותעודה עם תמונה.",
    ),
    (
        "moi",
        "fi",
        "Tervehdys",
        "Hei {{ customer.first_name }}, täällä {{ agent.first_name }} Birch & Linenistä. Miten "
        "voin auttaa?",
    ),
    (
        "palautus",
        "fi",
        "Palautus 30 päivän sisällä",
        "Palautusaikaa on 30 päivää toimituksesta. Tarra on sähköpostissasi, palautus on "
        "maksuton.\n\nTerveisin\n{{ agent.first_name }}",
    ),
    (
        "privet",
        "ru",
        "Приветствие",
        "Здравствуйте, {{ customer.first_name }}! Это {{ agent.first_name }} из Birch & Linen. "
        "Чем могу помочь?",
    ),
    (
        "vozvrat",
        "ru",
        "Возврат в течение 30 дней",
        "На возврат есть 30 дней с доставки. Этикетка в вашей почте, возврат бесплатный.\n\n"
        "С уважением\n{{ agent.first_name }}",
    ),
    (
        "punkt",
        "ru",
        "Пункт выдачи",
        "Посылка ждёт в пункте выдачи, сегодня открыто до 21:00. Возьмите код и документ с "
        "фотографией.",
    ),
)
