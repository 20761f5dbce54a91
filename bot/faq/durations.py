"""How long ago, in days: what "80 Tage", "three months" and "last winter" have in common."""

import re
from collections.abc import Sequence

from bot.faq.folding import fold, words

_UNITS = {
    "day": 1, "days": 1, "tag": 1, "tage": 1, "tagen": 1,
    "week": 7, "weeks": 7, "woche": 7, "wochen": 7,
    "month": 30, "months": 30, "monat": 30, "monate": 30, "monaten": 30, "quartal": 90,
    "year": 365, "years": 365, "jahr": 365, "jahre": 365, "jahren": 365,
}  # fmt: skip
_NUMBERS = {
    word: number
    for number, spelt in {
        0.5: "half halbes halben", 1.5: "anderthalb eineinhalb",
        1: "a an one last ein einem einer eine eines letztes letzten letzte letzter",
        2: "two couple zwei paar few einige einigen several",
        3: "three drei", 4: "four vier", 5: "five fünf", 6: "six sechs", 7: "seven sieben",
        8: "eight acht", 9: "nine neun", 10: "ten zehn", 12: "twelve zwölf", 14: "fourteen vierzehn",
        20: "twenty zwanzig", 30: "thirty dreißig", 60: "sixty sechzig", 90: "ninety neunzig",
        100: "hundred hundert",
    }.items()
    for word in words(fold(spelt))
}  # fmt: skip
_SEASON = re.compile(
    r"\b(?:last|letzte[nrs]?|vorige[nrs]?|im|in|since|seit) (?:winter|sommer|summer|spring|fruhjahr|fruhling"
    r"|autumn|herbst)\b|\b(?:long (?:ago|expired|time)|seit langem|langst|for ages|ewig)\b"
)
_COUNT = r"(?P<number>\w+)"
_PASSED = (
    re.compile(
        rf"\b(?:seit|vor|since|for|exactly|genau|exakt) {_COUNT} (?:days|tagen?)\b(?! (?:after|nach))"
    ),
    re.compile(rf"\b{_COUNT} (?:days ago|tagen? (?:her|abgelaufen|ausgelaufen))\b"),
)
_MORE = re.compile(rf"\b(?:over|than|past|beyond|uber|als) {_COUNT} (?:days|tagen?)\b")
_EXPIRED = re.compile(r"\b(?:expir\w*|lapsed|ran out|ended|\w*abgelaufen\w*|\w*ausgelaufen\w*)\b")
A_SEASON = 120  #: days, when no number is given


def longest(said: Sequence[str]) -> float | None:
    """The longest span that folded words speak of, in days; None where there is none.

    Minutes and hours are none.
    """
    line = " ".join(said)
    spans: list[float] = [A_SEASON] if _SEASON.search(line) else []
    for position, word in enumerate(said):
        if word in _UNITS:
            number = next(
                (n for n in map(_number, reversed(said[max(0, position - 2) : position])) if n), 0.0
            )
            spans.append(number * _UNITS[word])
    return max(spans, default=0) or None


def is_more(line: str, days: float) -> bool:
    """Whether a folded line speaks of more than so many days."""
    return any(_number(found["number"]) == days for found in _MORE.finditer(line))


def have_passed(line: str, days: float) -> bool:
    """Whether it says that something expired just so many days ago: not more, and no limit."""
    counts = (found["number"] for pattern in _PASSED for found in pattern.finditer(line))
    said = any(_number(count) == days for count in counts)
    return said and _EXPIRED.search(line) is not None and not is_more(line, days)


def _number(word: str) -> float:
    return float(word) if word.isdigit() and len(word) <= 4 else float(_NUMBERS.get(word, 0))  # noqa: PLR2004
