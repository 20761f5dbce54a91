"""A number of seats as people write it: in digits or a word, with or without what is counted."""

import re
from typing import Final

from bot.domain.plain_words import folded, words_in

_NUMBERS: Final = {
    word: number
    for number, words in {
        1: "one ein eine einen eins single",
        2: "two zwei",
        3: "three drei",
        4: "four vier",
        5: "five funf",
        6: "six sechs",
        7: "seven sieben",
        8: "eight acht",
        9: "nine neun",
        10: "ten zehn",
        11: "eleven elf",
        12: "twelve zwolf",
        15: "fifteen funfzehn",
        20: "twenty zwanzig",
    }.items()
    for word in words.split()
}
_UNITS: Final = words_in("""seat seats licence licences license licenses lizenz lizenzen platz platze
    sitz sitze user users benutzer nutzer anwender zugang zugange person persons personen people account
    accounts konto konten stuck stk pcs voucher vouchers gutschein gutscheine arbeitsplatze mitarbeiter
    licenze licencias licenties places postes utilisateurs gebruikers usuarios utenti posti plazas
    stanowiska licencje licencji x forumpass otp phone named total gesamt insgesamt""")
_WRITTEN: Final = re.compile(r"(?P<number>\d{1,7}|[a-z]{3,9})(?P<unit>[\s.x-][a-z\s.()-]{0,60})?")
_LONGEST: Final = 80


def number_of_seats(text: str) -> int | None:
    """The number in "12", "12 Lizenzen" or "five seats"; None where another word stands there."""
    written = _WRITTEN.fullmatch(folded(text)) if len(text) <= _LONGEST else None
    if written is None:
        return None
    if set(re.findall(r"[a-z]+", written["unit"] or "")) - _UNITS:
        return None
    number = written["number"]
    return int(number) if number.isdigit() else _NUMBERS.get(number)
