"""The words by which a form of address is known: one list for Python and for the browser.

A word stands for itself, `*end` for every word with that ending and `begin*` for every word with
that beginning. Only what is hardly ever anything else is listed: a form that is also another
word (Slovenian te, Finnish lähetä, Hebrew את) would warn of good sentences. Nobody needs a
region here: texts are in the base language.
"""

from __future__ import annotations

FORMAL, INFORMAL, MASCULINE, FEMININE = "formal", "informal", "masculine", "feminine"

# Which two forms do not go together in one text.
PAIRS = ((FORMAL, INFORMAL), (MASCULINE, FEMININE))

_PL = {
    FORMAL: (
        "pan pana panu panem panią pani państwo państwa państwu państwem państwie "
        "panów paniom panom paniami panami"
    ),
    INFORMAL: (
        "ty ciebie cię tobie tobą twój twoja twoje twojego twojej twojemu twoim twoją twoich "
        "twoimi jesteś możesz masz chcesz wiesz musisz potrzebujesz znajdziesz dostaniesz "
        "otrzymasz zobaczysz widzisz piszesz będziesz zwrócisz odbierzesz wybierzesz wyślesz "
        "napisz sprawdź kliknij zobacz podaj wybierz wyślij odpisz poczekaj powiedz odbierz "
        "pokaż weź napisałeś napisałaś zamówiłeś zamówiłaś dostałeś dostałaś *łeś *łaś"
    ),
}
_SL = {
    FORMAL: (
        "vi vas vam vami vaš vaša vaše vašega vašemu vašem vašim vaši vašo vaših vašimi ste "
        "boste niste imate morate želite potrebujete najdete dobite prejmete pošljete vidite "
        "veste hočete pošljite napišite kliknite preverite izberite sporočite povejte poglejte "
        "počakajte pokažite vzemite"
    ),
    INFORMAL: (
        "ti tebe tebi teboj tabo tvoj tvoja tvoje tvojega tvojemu tvojem tvojim tvoji tvojo "
        "tvojih tvojimi imaš moraš želiš potrebuješ najdeš dobiš prejmeš pošlješ vidiš veš "
        "hočeš boš pošlji napiši klikni preveri izberi sporoči povej poglej počakaj "
        "pokaži vzemi"
    ),
}
_HE = {
    FORMAL: "אתם אתן לכם שלכם שלכן אתכם אתכן תוכלו תרצו תקבלו תמצאו שלחו כתבו בדקו בחרו קחו",
    INFORMAL: "אתה שלך אותך אליך תוכל תוכלי תרצי תקבלי תמצאי שלחי בדקי בחרי קחי",
    MASCULINE: "אתה תוכל",
    FEMININE: "תוכלי תרצי תקבלי תמצאי שלחי בדקי בחרי קחי",
}
_FI = {
    FORMAL: (
        "te teidän teidät teitä teillä teille teiltä teistä teihin teissä olette voitte saatte "
        "haluatte tarvitsette löydätte tilasitte ette tilauksenne pakettinne sähköpostinne "
        "viestinne osoitteenne numeronne nimenne laskunne maksunne palautuksenne kysymyksenne "
        "lähettäkää kirjoittakaa tarkistakaa valitkaa ottakaa kertokaa odottakaa näyttäkää"
    ),
    INFORMAL: (
        "sinä sinun sinut sinua sinulla sinulle sinulta sinusta sinuun sinussa olet voit saat "
        "haluat tarvitset löydät tilasit tilauksesi pakettisi sähköpostisi sähköpostissasi "
        "viestisi osoitteesi numerosi nimesi laskusi maksusi palautuksesi kysymyksesi"
    ),
}
_RU = {
    FORMAL: (
        "вы вас вам вами ваш ваша ваше ваши вашего вашей вашему вашим вашем вашу ваших вашими "
        "можете хотите знаете будете увидите получите найдете найдёте напишите пришлите "
        "проверьте выберите подождите скажите возьмите посмотрите сообщите отправьте"
    ),
    INFORMAL: (
        "ты тебя тебе тобой тобою твой твоя твоё твое твоего твоей твоему твоим твоём твоем "
        "твою твои твоих твоими напиши посмотри проверь выбери подожди скажи возьми отправь "
        "можешь хочешь знаешь будешь увидишь получишь найдёшь найдешь *ешь *ёшь *ишь *ешься *ишься"
    ),
}
# Words that end or begin alike and address nobody.
_NEVER = {
    "pl": "całeś",
    "ru": "лишь тишь ишь вишь мышь плешь брешь",
}


def _lists() -> dict[str, dict[str, list[str]]]:
    forms = {"pl": _PL, "sl": _SL, "he": _HE, "fi": _FI, "ru": _RU}
    return {
        language: {
            **{form: said.split() for form, said in by_form.items()},
            "never": _NEVER.get(language, "").split(),
        }
        for language, by_form in forms.items()
    }


WORDS = _lists()
