"""Slovenian conversations of the demo shop; the format is explained in the package."""

SCRIPT = """
# delivery | Kje je paket {order}?
C Pozdravljeni, sledenje kaže, da je paket {order} dostavljen, a pred vrati ni ničesar.
A Pozdravljeni! Oprostite, takoj vprašam kurirja. Trenutek, prosim.
N Kurir je paket oddal na prevzemnem mestu. Reklamacija je odprta.
A Paket čaka na prevzemnem mestu, Mlinska ulica 4, koda 4471. Hranijo ga sedem dni.
C Ga lahko prevzamem še danes zvečer?
A Da, odprto je do 21. ure. Vzemite kodo in osebni dokument.
C Odlično, hvala!

# returns | Vračilo: {product}
C Dober dan, {product} je lep, a se ne poda v našo sobo. Kako ga vrnem?
A Dober dan! Za vračilo imate 30 dni. Nalepka za {order} je že v vašem nabiralniku.
C Ali vračilo plačam?
A Ne, vračila so brezplačna. Denar dobite dva do štiri dni po prejemu paketa.
C Super, jutri ga oddam.
N Nalepka poslana. Vračilo {amount} po skenu.
A Hvala! Oglasimo se, ko paket prispe.

# size | Katera velikost za posteljo 160?
C Imamo posteljo 160 x 200. Katero velikost naj vzamem? Gre za {product}.
A Pozdravljeni! Naj ob straneh visi ali naj leži poravnano?
C Naj malo visi.
A Potem 220 x 240. Pri prvem pranju se skrči za dva odstotka, to je že upoštevano.
C Hvala, naročam. Barva: {colour}.
A Lepa izbira. Pišite, če bo kaj nejasno.

# colour | Kakšna je barva v resnici?
C Ali je barva »{colour}« v resnici bolj siva ali bolj zelena? [Rad bi jo uskladil|Rada bi jo
  uskladila] z zavesami.
A Podnevi vleče na sivo, zvečer je toplejša. Lahko vam pošljem brezplačen vzorec.
C Oh, prosim. Naslov je isti kot pri {order}.
A Vzorca gresta na pot danes, čez tri dni bosta pri vas.
N Vzorca: {colour} in ovsena, navadna pošta.
C Sta že tu. Vzamem {colour}!

# invoice | Račun za {order}
C Dober dan, prosim za račun za {order} na podjetje.
A Dober dan, seveda. Prosim za polno ime podjetja in davčno številko.
C Svetla soba d.o.o., SI 00000000.
N Popravek gre prek računovodstva, običajno še isti dan.
A Hvala. Popravljeni račun je na poti v vaš nabiralnik.
C Prejeto, vse je pravilno.

# wholesale | Posteljnina za penzion
C Pozdravljeni, imamo penzion s 14 sobami. Ali imate veleprodajne cene?
A Pozdravljeni! Od 20 kompletov damo 18 odstotkov, od 50 kompletov 25. Kaj vas zanima?
C Predvsem {product}, barva {colour}, približno 30 kosov, in brisače.
N Vprašati tkalnico: {colour} spet čez dva tedna.
A Ponudba za 30 kompletov in 60 brisač je pripravljena in poslana. Dobava v treh tednih.
C Hvala, pogovorim se z družabnikom in odgovorim prihodnji teden.

# damaged | Strgan šiv
C Dober dan, danes [sem odprl|sem odprla] paket: {product} ima šiv strgan za 10 cm. Lahko
  pošljem sliko.
A Zelo mi je žal. Slika nam pomaga pri pogovoru z delavnico, verjamem pa vam tudi brez nje.
C Tukaj je.
A Hvala. Nov kos gre danes na pot kot {order}-B, tega pa obdržite.
C To je bilo hitro, najlepša hvala!
N Delavnica obveščena: serija 24-118, levi šiv.

# gift card | Darilna kartica ne deluje
C Kartica BLG-7741 javlja »že uporabljena«, pa je nisem nikoli [uporabil|uporabila]!
A Takoj preverim. Ste jo dobili v dar?
C Da, od sestre za rojstni dan.
N Kartica odprta ob nakupu. Nova kartica za {amount}.
A Kartica je bila ob nakupu pomotoma odprta. Nova koda za {amount} je že v vašem nabiralniku.
C Čudovito, hvala.

# address | Sprememba naslova
C Ali lahko pri {order} še spremenim naslov dostave?
A Da, paket je pripravljen, a ga kurir še ni prevzel. Kam naj gre?
C Vrtna ulica 12, {city}. Ime ostane isto.
A Spremenjeno. Novo povezavo za sledenje dobite v eni uri.
C Najlepša hvala.

# care | Kako naj perem?
C Hitro vprašanje: gre {product} lahko v sušilni stroj?
A Lahko, pri nizki temperaturi, najbolje, da ga vzamete ven še rahlo vlažnega.
C In prvo pranje?
A Pri 40 stopinjah, s podobnimi barvami, brez mehčalca.
C Hvala!
"""
