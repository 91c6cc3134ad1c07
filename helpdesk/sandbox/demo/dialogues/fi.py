"""Finnish conversations of the demo shop; the format is explained in the package."""

SCRIPT = """
# delivery | Missä paketti {order} on?
C Hei! Seurannan mukaan paketti {order} on toimitettu, mutta ovella ei ole mitään.
A Hei {customer}, pahoittelut. Kysyn heti kuljetusliikkeeltä, pieni hetki.
N Kuljettaja vei paketin noutopisteeseen. Reklamaatio avattu.
A Paketti on noutopisteessä, Myllykuja 4, koodi 4471. Se säilytetään seitsemän päivää.
C Voiko sen hakea vielä tänä iltana?
A Kyllä, piste on auki klo 21 asti. Ota koodi ja henkilöllisyystodistus mukaan.
C Loistavaa, kiitos!

# returns | Palautus: {product}
C Hei, {product} on kaunis, mutta ei sovi huoneeseemme. Miten palautan sen?
A Hei {customer}! Palautusaikaa on 30 päivää. Lähetin palautustarran tilaukselle {order}
  sähköpostiin.
C Maksaako palautus jotain?
A Ei, palautus on maksuton. Hyvitys tulee kahdesta neljään päivää paketin saapumisesta.
C Hienoa, lähetän huomenna.
N Tarra lähetetty. Hyvitys {amount} skannauksen jälkeen.
A Kiitos! Ilmoitamme heti, kun se on perillä.

# size | Mikä koko 160 sänkyyn?
C Sänkymme on 160 x 200. Mikä koko kannattaa ottaa? Tuote: {product}.
A Hei! Saako se roikkua reunoilta vai tuleeko sen olla tasan patjan mukaan?
C Saa vähän roikkua.
A Silloin 220 x 240. Se kutistuu ensipesussa noin kaksi prosenttia, mikä on jo laskettu mukaan.
C Hyvä tietää. Tilaan sen, väri {colour}.
A Hieno valinta. Kirjoita, jos jokin jää epäselväksi.

# colour | Onko väri harmaa vai vihreä?
C Onko väri "{colour}" luonnossa lähempänä harmaata vai vihreää? Haluaisin sen sopivan verhoihin.
A Päivänvalossa se taittuu harmaaseen, illalla se on lämpimämpi. Voin lähettää ilmaisen
  kangasnäytteen.
C Se olisi ihanaa. Osoite on sama kuin tilauksessa {order}.
A Kaksi näytettä lähtee tänään, ne ovat perillä kolmessa päivässä.
N Näytteet: {colour} ja kaura, kirjeposti.
C Ne tulivat jo. Otan värin {colour}!

# invoice | Lasku tilauksesta {order}
C Huomenta, voisitteko lähettää laskun tilauksesta {order} yrityksemme nimellä?
A Huomenta {customer}, totta kai. Mikä on yrityksen tarkka nimi ja Y-tunnus?
C Valoisa Koti Oy, 0000000-0.
N Korjattu lasku menee kirjanpidon kautta, yleensä samana päivänä.
A Kiitos. Korjattu lasku on matkalla sähköpostiisi.
C Saapui, kaikki on oikein.

# wholesale | Liinavaatteet majataloon
C Hei, meillä on 14 huoneen majatalo. Onko teillä tukkuhintoja?
A Hei {customer}, kiva kuulla! Alkaen 20 setistä 18 prosenttia, alkaen 50 setistä 25. Mitä
  tarvitsisitte?
C Lähinnä {product}, väri {colour}, noin 30 kappaletta, ja pyyhkeitä.
N Kysy kutomosta: väriä {colour} taas kahden viikon päästä.
A Tarjous 30 setistä ja 60 pyyhkeestä on lähetetty. Toimitus kolmessa viikossa.
C Kiitos, puhun kumppanin kanssa ja vastaan ensi viikolla.

# damaged | Sauma on revennyt
C Hei, avasin tänään paketin: {product}, sauma on revennyt 10 cm. Voin lähettää kuvan.
A Olen todella pahoillani, {customer}. Kuva auttaa ompelimoa, mutta uskon ilmankin.
C Tässä se on.
A Kiitos. Uusi lähtee tänään numerolla {order}-B, ja vanhan saat pitää.
C Olipa nopeaa, suuret kiitokset!
N Ompelimo tietää: erä 24-118, vasen sauma.

# gift card | Lahjakortti ei toimi
C Lahjakortti BLG-7741 sanoo "jo käytetty", mutta en ole koskaan käyttänyt sitä!
A Katson heti. Saitko sen lahjaksi?
C Sain, siskolta syntymäpäivänä.
N Kortti avattu ostohetkellä. Uusi kortti, {amount}.
A Löytyi: se oli avattu vahingossa ostettaessa. Uusi koodi, {amount}, on jo sähköpostissasi.
C Olette ihania, kiitos.

# address | Väärä osoite
C Tilaukseen {order} tuli väärä osoite, voiko sen vielä muuttaa?
A Kyllä, paketti on pakattu mutta ei vielä noudettu. Mihin se lähetetään?
C Puutarhatie 12, {city}. Sama nimi.
A Muutettu. Saat uuden seurantalinkin tunnin sisällä.
C Kiitos paljon.

# care | Miten se pestään?
C Nopea kysymys: saako tämän laittaa kuivausrumpuun? {product}
A Saa, matalalla lämmöllä, ja ota se ulos hieman kosteana.
C Entä ensimmäinen pesu?
A 40 astetta, samanväristen kanssa, ilman huuhteluainetta.
C Kiitos!

# exchange | Tilaus {order}: väärä koko, miten vaihdan?
C Hei, tilauksessa {order} tuli väärä koko. Miten vaihdan sen?
A Hei {customer}! Kumpi koko tarvitaan, 150 x 210 vai 220 x 240?
C 220 x 240, kiitos.
A Uusi lähtee tänään. Palautustarra on sähköpostissasi.
C Kiitos, tämä oli helppoa!
"""
