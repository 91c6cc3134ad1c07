"""Sentences for the lint of address, for Python and for the browser alike."""

from __future__ import annotations

MIXED = [
    ("pl", "Dzień dobry, czy może Pani sprawdzić, co masz w koszyku?", ("Pani", "masz")),
    ("pl", "Cześć Aniu, twoja paczka czeka na Państwa w punkcie.", ("Państwa", "twoja")),
    ("pl", "Zamówiłeś wczoraj, więc wyślę Panu etykietę.", ("Panu", "Zamówiłeś")),
    ("sl", "Pozdravljeni, ali vam lahko pošljem tvoj račun?", ("vam", "tvoj")),
    ("sl", "Če imaš vprašanje, nas pokličite ali pa povejte tukaj.", ("povejte", "imaš")),
    ("he", "שלום, אתה יכול לאסוף היום, ואם תרצו נשלח שוב", ("תרצו", "אתה")),
    ("he", "אתה כבר יודע, אז בחרי צבע", ("אתה", "בחרי")),
    ("fi", "Hei, pakettisi odottaa, voitte noutaa sen tänään.", ("voitte", "pakettisi")),
    ("fi", "Voin auttaa sinua, jos kerrotte tilauksenne numeron.", ("tilauksenne", "sinua")),
    ("ru", "Здравствуйте, можете сказать, когда ты вернёшься?", ("можете", "ты")),
    ("ru", "Ваш заказ готов, забирай, когда хочешь.", ("Ваш", "хочешь")),
]
FINE = [
    ("pl", "Czy może Pani podać numer zamówienia? Paczka czeka na Panią."),
    ("pl", "Cześć, możesz podać numer? Twoja paczka już jest."),
    ("pl", "Ci klienci, którzy zamówili kosz, dostaną klawisz gratis."),
    ("pl", "Mistrz Jan ma pana, a panorama jest piękna."),
    ("sl", "Ali mi lahko poveste številko? Vaš paket je prispel."),
    ("sl", "Te rjuhe si lahko ogledaš, ko imaš čas."),
    ("sl", "Vaški trg in te cene so znane."),
    ("he", "את הקוד אפשר להציג בנקודת האיסוף"),
    ("he", "אתה יכול לאסוף היום, הקוד שלך באימייל"),
    ("he", "החבילה שלכם כאן, קחו תעודה"),
    ("fi", "Sinne on matkaa, mutta käsi kuusi vuosi uusi aikaa."),
    ("fi", "Emme lähetä, jos otat yhteyttä: saat viestin ja voit odottaa."),
    ("fi", "Voitte noutaa pakettinne, lähetimme teille koodin."),
    ("ru", "Лишь мышь в пакете, в интернете и на билете."),
    ("ru", "Можете написать нам, ваш заказ ждёт вас."),
    ("ru", "Ты можешь вернуть свой заказ, если хочешь."),
    ("en", "You may tell thou what you like."),
    ("xx", "ty Pan вы ты"),
    ("", "ty Pan"),
]
