"""Words as they are compared, and those that a label only carries along: fillers, numbers, parts of names."""

import unicodedata
from functools import lru_cache
from typing import Final


def words_in(text: str) -> frozenset[str]:
    return frozenset(text.split())


@lru_cache(maxsize=16384)
def folded(text: str) -> str:
    """A text as words are compared: without case, accents and the ways to write an umlaut."""
    low = unicodedata.normalize(
        "NFKD", text.casefold().replace("ł", "l").replace("ø", "o").replace("æ", "ae")
    )
    bare = "".join(char for char in low if not unicodedata.combining(char))
    return bare.replace("ae", "a").replace("oe", "o").replace("ue", "u")


#: Words that neither add to a label's meaning nor take from it.
FILLERS: Final = words_in(
    folded("""u zahl fisso fissa fijo fija vaste altro altra otro otra autre extra us hq incorporation
    reg vollstandig link desired beantragt demande demandee souhaite souhaitee solicitada
    solicitado richiesta richiesto gewenste gewenst sede siege vestiging postale social
    sociale ident identificatie identificatienummer intracommunautaire civico aziendale numero
    n c p anz unsere unserer gewunschtes gewunschten dienstl courtesy other further another
    stufe ebene ausweich last letzte viele many benotigen benotigt benotigte need needed do
    you sie ihrem ihren wollen should soll sollen haben have lautet heisst heissen sitzt wer
    who wo nennen sind sein werden wird will be has hat must bestell gewunscht lfd eu s st nd
    rd th of the for der die das des dem den und or oder and in im a an to zu zur zum by von
    vom please bitte angeben eintragen enter if falls wenn available vorhanden mandatory
    pflichtfeld pflicht optional required erforderlich muss business geschaftlich
    geschaftliche geschaftl dienstlich dienstliche work office buro full complete your ihr
    ihre ihres number nr no num nummer code official offizieller offizielle registered
    eingetragener requested gewunschte gewunschter ordered bestellt bestellte bestellten main
    haupt primary personal personliche personlich first second third erste zweite dritte
    erster zweiter dritter backup alternative alternativ alternativer weitere weiterer
    weiteres additional ersatz zusatzlich zusatzliche as per like wie see siehe de la le les
    du et ou d l van het een en z w i do dla di del della e o y al il lo un una el los las
    para voor n na sonst else eg g b zb with without inkl incl including einschliesslich mit
    ohne format international internationales internationaler valid gultige gultig each je pro
    one line headquarters hauptsitz firmensitz sitz current aktuelle new neu neue neuer all
    alle data daten details angaben information informationen info only nur at least
    mindestens max min maximal bei is ist are sind what which welche welcher welches where our
    unser here hier sms otp yes ja nein text freitext dropdown select auswahl choose auswahlen
    list liste from aus on auf uber iso 1 2 3 4 5 6 7 8 9 10 ii iii applicable soweit
    zutreffend possible moglich address adresse mag forumpass fujitsu exostar ris site system
    online mobile tel landline""")
)
LATER: Final = 9  #: the place of a "further" or "backup" phone: after those without a number
ORDINALS: Final = {
    folded(word): place
    for place, words in {
        1: "1 first primary erste main haupt i erster erstes",
        2: "2 second zweite secondary ii zweiter zweites zweit",
        3: "3 third dritte iii dritter drittes",
        4: "4 fourth vierte",
        5: "5",
        LATER: """backup alternative alternate ersatz weitere weiterer weiteres additional alternativ
            alternativer zusatzlich zusatzliche zusatzlicher other further another ausweich""",
    }.items()
    for word in words.split()
}
#: Words that only stand within a longer one and add nothing to it.
NEUTRAL_PARTS: Final = words_in(
    folded("""
    id nr art typ nummer adresse daten liste code link stufe ebene feld angabe ersatz ausweich haupt
    zahl zweit dienst geschaft arbeits zusatz alternativ kurz voll
""")
)


FIRST_PARTS: Final = words_in("""
    first given forename vor vorname vornamen rufname prenom voornaam imie nombre
""")
LAST_PARTS: Final = words_in("""
    last surname family nach nachname nachnamen familienname zuname zu nom achternaam nazwisko cognome
    apellido apellidos
""")
#: What a form calls itself: "New customer form" asks for no customer.
TITLES: Final = words_in(
    folded("""
    form forms formular spreadsheet sheet blatt stammdatenblatt datenblatt fragebogen questionnaire template
    vorlage antrag vordruck formulaire formulier modulo formulario formularz
""")
)
#: Headings that say no more than this, above or beside each other.
ALONE: Final = {"first": "first_name", "vor": "first_name", "last": "last_name", "nach": "last_name"}
