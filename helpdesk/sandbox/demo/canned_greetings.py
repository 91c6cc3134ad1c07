"""The demo's templates of greeting, waiting, closing and trade."""

from __future__ import annotations

Texts = dict[tuple[str, str, str], str]

HELLO: Texts = {
    ("en", "neutral", ""): (
        'Hello {{ customer.first_name | default: "there" }}, this is {{ agent.first_name }} from '
        "Birch & Linen. How can I help?"
    ),
    ("en", "informal", ""): (
        'Hi {{ customer.first_name | default: "there" }}, {{ agent.first_name }} here. What can I '
        "do for you?"
    ),
    ("en", "formal", ""): (
        'Good day {{ customer.name | default: "and welcome" }}, my name is {{ agent.name }}. How '
        "may I help you?"
    ),
    ("pl", "formal", ""): (
        "Dzień dobry, z tej strony {{ agent.name }} z Birch & Linen. W czym mogę Państwu pomóc?"
    ),
    ("pl", "informal", ""): (
        "Cześć{% if customer.first_name %} {{ customer.first_name }}{% endif %}, tu "
        "{{ agent.first_name }} z Birch & Linen. W czym mogę ci pomóc?"
    ),
    ("sl", "formal", ""): (
        'Pozdravljeni {{ customer.name | default: "pri nas" }}, tukaj {{ agent.name }} iz Birch & '
        "Linen. Kako vam lahko pomagam?"
    ),
    ("sl", "informal", ""): (
        "Živjo{% if customer.first_name %} {{ customer.first_name }}{% endif %}, tukaj "
        "{{ agent.first_name }} iz Birch & Linen. Kako ti lahko pomagam?"
    ),
    ("he", "neutral", ""): (
        "שלום {{ customer.first_name }}, כאן {{ agent.first_name }} מ־Birch & Linen. "
        "איך אפשר לעזור?"
    ),
    ("fi", "formal", ""): (
        "Hyvää päivää, täällä {{ agent.name }} Birch & Linenistä. Miten voin auttaa teitä?"
    ),
    ("fi", "informal", ""): (
        "Hei{% if customer.first_name %} {{ customer.first_name }}{% endif %}, täällä "
        "{{ agent.first_name }} Birch & Linenistä. Miten voin auttaa sinua?"
    ),
    ("ru", "formal", ""): (
        "Здравствуйте{% if customer.first_name %}, {{ customer.first_name }}{% endif %}! Это "
        "{{ agent.first_name }} из Birch & Linen. Чем могу вам помочь?"
    ),
    ("ru", "informal", ""): (
        "Привет{% if customer.first_name %}, {{ customer.first_name }}{% endif %}! Это "
        "{{ agent.first_name }} из Birch & Linen. Чем могу тебе помочь?"
    ),
}
MOMENT: Texts = {
    ("en", "neutral", ""): (
        "Let me look that up, it takes about two minutes."
        "{% optional %} I stay here in the chat.{% endoptional %}"
    ),
    ("pl", "neutral", ""): "Już sprawdzam, to potrwa około dwóch minut.",
    ("sl", "neutral", ""): "Takoj preverim, traja približno dve minuti.",
    ("he", "neutral", ""): "הבדיקה לוקחת כשתי דקות.",
    ("fi", "neutral", ""): "Tarkistan asian, siihen menee noin kaksi minuuttia.",
    ("ru", "neutral", ""): "Сейчас проверю, это займёт около двух минут.",
}
BYE: Texts = {
    ("en", "neutral", ""): (
        'Glad that worked out, {{ customer.first_name | default: "thank you for writing" }}. If '
        "anything else comes up, just answer here."
        "{% optional %} The colour samples go out today.{% endoptional %}"
    ),
    ("pl", "formal", ""): "Cieszę się, że się udało. W razie pytań jesteśmy do Państwa dyspozycji.",
    ("pl", "informal", ""): "Super, że się udało! Jeśli masz jeszcze pytanie, po prostu odpisz.",
    ("sl", "formal", ""): "Veseli me, da je urejeno. Če imate še vprašanje, kar odgovorite tukaj.",
    ("sl", "informal", ""): "Super, da je urejeno! Če imaš še vprašanje, kar odgovori tukaj.",
    ("he", "neutral", ""): "שמחים שזה הסתדר. לכל שאלה נוספת אפשר לענות כאן.",
    ("fi", "formal", ""): "Hienoa, että asia järjestyi. Vastaamme mielellämme kysymyksiinne.",
    ("fi", "informal", ""): "Kiva, että onnistui! Jos haluat kysyä lisää, vastaa tähän.",
    ("ru", "formal", ""): "Рады, что всё получилось. Если будут вопросы, напишите нам сюда.",
    ("ru", "informal", ""): "Здорово, что всё получилось! Будут вопросы, напиши прямо сюда.",
}
TRADE: Texts = {
    ("en", "formal", "email"): (
        'Dear {{ customer.name | default: "Sir or Madam" }},\n\nfrom 20 sets we give 18 per cent, '
        "from 50 sets 25. Tell me the items and I will send an offer for "
        '{{ customer.company | default: "your house" }} today.\n\n{{ agent.name }}'
    ),
    ("en", "neutral", ""): (
        "From 20 sets we give 18 per cent, from 50 sets 25. Which items shall I put into the "
        'offer for {{ customer.company | default: "your house" }}?'
    ),
    ("pl", "formal", ""): (
        "Od 20 kompletów dajemy 18 procent rabatu, od 50 – 25. Jakie produkty mam ująć w ofercie "
        "dla Państwa?"
    ),
    ("sl", "formal", ""): (
        "Od 20 kompletov damo 18 odstotkov popusta, od 50 pa 25. Katere izdelke želite v ponudbi?"
    ),
    ("he", "neutral", ""): "מ־20 סטים ההנחה היא 18 אחוז, מ־50 היא 25. אילו פריטים לכלול בהצעה?",
    ("fi", "formal", ""): (
        "20 setistä alkaen alennus on 18 prosenttia, 50 setistä 25. Mitkä tuotteet haluatte "
        "tarjoukseen?"
    ),
    ("ru", "formal", ""): (
        "От 20 комплектов скидка 18 процентов, от 50 – 25. Какие товары вы хотите видеть в "
        "предложении?"
    ),
}
