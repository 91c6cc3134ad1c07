"""Polish conversations of the demo shop; the format is explained in the package."""

SCRIPT = """
# delivery | Gdzie jest paczka {order}?
C Dzień dobry, według śledzenia paczka {order} jest doręczona, ale niczego nie
  [dostałem|dostałam].
A Dzień dobry! Bardzo przepraszam, już pytam kuriera. Chwileczkę.
N Kurier zostawił paczkę w punkcie odbioru. Reklamacja zgłoszona.
A Paczka czeka w punkcie przy ul. Młyńskiej 4, kod odbioru 4471. Punkt trzyma ją siedem dni.
C A czy odbiorę ją jeszcze dziś wieczorem?
A Tak, punkt jest czynny do 21:00. Proszę zabrać kod i dowód tożsamości.
C Super, dziękuję!

# returns | Zwrot: {product}
C Dzień dobry, chcę zwrócić {product}. Jest ładny, ale nie pasuje do sypialni. Jak to zrobić?
A Dzień dobry! Na zwrot jest 30 dni. Etykieta do zamówienia {order} jest już w <Pana|Pani>
  skrzynce.
C Czy zwrot jest płatny?
A Nie, zwroty są bezpłatne. Pieniądze wracają w ciągu dwóch do czterech dni od przyjęcia paczki.
C Dobrze, jutro nadaję paczkę.
N Etykieta wysłana. Zwrot {amount} po skanie.
A Dziękuję! Damy znać, gdy tylko dotrze.

# size | Jaki rozmiar na łóżko 160?
C Mamy łóżko 160 x 200. Jaki rozmiar wybrać? Chodzi o {product}.
A Dzień dobry! Ma zwisać po bokach czy leżeć równo z materacem?
C Niech trochę zwisa.
A W takim razie 220 x 240. Po pierwszym praniu zbiega się o dwa procent, to już policzone.
C Dziękuję, zamawiam. Kolor: {colour}.
A Świetny wybór. W razie pytań proszę pisać.

# colour | Jaki to naprawdę kolor?
C Czy kolor „{colour}” jest na żywo bardziej szary czy zielony? Chcę dobrać zasłony.
A W dzień wpada w szarość, wieczorem jest cieplejszy. Mogę wysłać bezpłatną próbkę.
C O, bardzo proszę. Adres jak w zamówieniu {order}.
A Próbki wychodzą dzisiaj, będą za trzy dni.
N Próbki: {colour} i owsiany, list zwykły.
C Już są. Biorę {colour}!

# invoice | Faktura do {order}
C Dzień dobry, proszę o fakturę do zamówienia {order} na firmę.
A Dzień dobry, oczywiście. Poproszę pełną nazwę firmy i NIP.
C Studio Jasny Dom sp. z o.o., NIP 000-000-00-00.
N Korekta idzie przez księgowość, zwykle tego samego dnia.
A Dziękuję. Poprawiona faktura jest w drodze na <Pana|Pani> adres.
C Mam, wszystko się zgadza.

# wholesale | Pościel do pensjonatu
C Dzień dobry, prowadzimy pensjonat na 14 pokoi. Czy mają Państwo ceny hurtowe?
A Dzień dobry! Od 20 kompletów dajemy 18 procent rabatu, od 50 kompletów 25. O co dokładnie
  chodzi?
C Głównie {product}, kolor {colour}, około 30 sztuk, do tego ręczniki.
N Zapytać tkalnię o {colour}: następna partia za dwa tygodnie.
A Oferta na 30 kompletów i 60 ręczników jest w załączniku. Dostawa za trzy tygodnie.
C Dziękuję, porozmawiam ze wspólnikiem i odpiszę w przyszłym tygodniu.

# damaged | Rozdarty szew
C Dzień dobry, [otworzyłem|otworzyłam] dziś paczkę: {product} ma szew rozdarty na 10 cm. Mogę
  wysłać zdjęcie.
A Bardzo przepraszam. Zdjęcie pomoże nam w rozmowie z szwalnią, ale i tak wierzę.
C Proszę, oto zdjęcie.
A Dziękuję. Nowa sztuka wychodzi dziś pod numerem {order}-B, a tamtą proszę zachować.
C Szybko! Bardzo dziękuję.
N Szwalnia wie: partia 24-118, lewy szew.

# gift card | Karta podarunkowa nie działa
C Karta BLG-7741 pokazuje „już wykorzystana”, a nigdy jej nie [użyłem|użyłam]!
A Już sprawdzam. Czy to był prezent?
C Tak, od siostry na urodziny.
N Kartę otwarto przy zakupie. W ramach przeprosin nowa karta na {amount}.
A Karta została przez pomyłkę otwarta przy zakupie. Nowy kod na {amount} jest już w <Pana|Pani>
  skrzynce.
C Cudownie, dziękuję.

# address | Zmiana adresu dostawy
C Czy mogę jeszcze zmienić adres dostawy? Zamówienie {order}.
A Tak, paczka jest spakowana, ale kurier jeszcze jej nie odebrał. Dokąd ma pojechać?
C Ogrodowa 12, {city}. Nazwisko to samo.
A Zmienione. Nowy link do śledzenia przyjdzie w ciągu godziny.
C Bardzo dziękuję.

# care | Jak prać?
C Szybkie pytanie: czy {product} można suszyć w suszarce?
A Można, w niskiej temperaturze, najlepiej wyjąć lekko wilgotne.
C A pierwsze pranie?
A 40 stopni, z podobnymi kolorami, bez płynu do płukania.
C Dzięki!
"""
