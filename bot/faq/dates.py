"""How long ago something expired, where a question names days: "expired in January, today is 20 May"."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final

from bot.faq.folding import fold

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january januar janner jan", "february februar feber feb", "march marz mar mrz", "april apr",
            "may mai", "june juni jun", "july juli jul", "august aug", "september sept sep",
            "october oktober oct okt", "november nov", "december dezember dec dez",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH: Final = rf"(?:{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b\.?"
_YEAR: Final = r"(?P<year>(?:19|20)\d\d)"
#: what makes a month of a name that stands alone: "may" and "march" are verbs too
_BEFORE: Final = r"in|im|of|since|seit|last|letzte[mnrs]?|early|late|mid|anfang|mitte|ende"
#: each names a day, or a month
_DAYS: Final = (
    rf"\b{_YEAR}-(?P<month>\d\d?)-(?P<day>\d\d?)\b",
    rf"\b(?P<day>\d\d?)[./] ?(?P<month>\d\d?)(?:[./] ?{_YEAR}\b|\.)",
    rf"\b(?P<day>\d\d?)(?:\.|st|nd|rd|th)? (?:of )?(?P<name>{_MONTH})(?:,? {_YEAR}\b)?",
    rf"\b(?P<name>{_MONTH}) (?P<day>\d\d?)(?:st|nd|rd|th)?\b(?:,? {_YEAR}\b)?",
    rf"\b(?:{_BEFORE}) (?P<name>{_MONTH})(?: {_YEAR}\b)?",
)
_TODAY: Final = re.compile(
    r"\b(?:today is|today s|now is|it is now|heute ist|heute haben wir|jetzt ist|wir haben(?: heute)?)"
    r" (?:already |schon |the |der |den )*"
)
_EXPIRED: Final = re.compile(
    r"\b(?:expired|lapsed|ran out|\w*abgelaufen\w*|\w*ausgelaufen\w*|lief\b.{0,80}\b(?:ab|aus))\b"
)
_MIDDLE: Final = 15  #: of a month that is named alone
_ANY_YEAR: Final = 2025  #: where both days are named without one


def find_today(sentences: Iterable[str], today: date | None) -> date | None:
    """The day that a message says it is, else `today`."""
    for sentence in sentences:
        line = fold(sentence)
        for said in _TODAY.finditer(line):
            named = next(_days(line[said.end() : said.end() + 30], today, at=0), None)
            if named:
                return named
    return today


def days_since(sentence: str, today: date | None) -> int | None:
    """For how many days something has been over that expired on a day which the sentence names."""
    if today is None:
        return None
    line = fold(sentence)
    if not _EXPIRED.search(line):
        return None
    spans = [(today - day).days for day in _days(line, today)]
    return max((span for span in spans if span > 0), default=None)


def _days(line: str, today: date | None, *, at: int | None = None) -> Iterator[date]:
    """Those named in a folded line; without a year the last such day until `today`.

    `at`: only one that begins there.
    """
    for pattern in _DAYS:
        for found in re.finditer(pattern, line):  # compiled once, and only where days are named
            if at in (None, found.start()) and (day := _day(found.groupdict(), today)):
                yield day


def _day(named: Mapping[str, str | None], today: date | None) -> date | None:
    month = _MONTHS[str(named["name"]).rstrip(".")] if named.get("name") else int(str(named["month"]))
    number, year = int(named.get("day") or _MIDDLE), named.get("year")
    base = int(year) if year else today.year if today else _ANY_YEAR
    if today and not named.get("day") and (base, month) == (today.year, today.month):
        number = 1  # this month's has passed
    try:
        day = date(base, month, number)
        return day.replace(year=base - 1) if today and not year and day > today else day
    except ValueError:  # no such day
        return None
