"""Days as people type them, in German and in English: "2026-12-01", "1.12.", "from today until Friday"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = (
    "jan january januar jänner",
    "feb february februar",
    "mar march mär mrz märz maerz",
    "apr april",
    "may mai",
    "jun june juni",
    "jul july juli",
    "aug august",
    "sep sept september",
    "oct october okt oktober",
    "nov november",
    "dec december dez dezember",
)
_MONTH_OF = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
_WEEKDAYS = (
    "mon monday mo montag",
    "tue tues tuesday di dienstag",
    "wed wednesday mi mittwoch",
    "thu thur thurs thursday do donnerstag",
    "fri friday fr freitag",
    "sat saturday sa samstag sonnabend",
    "sun sunday so sonntag",
)
_WEEKDAY_OF = {name: number for number, names in enumerate(_WEEKDAYS) for name in names.split()}
_NEAR = {"today": 0, "heute": 0, "tomorrow": 1, "morgen": 1, "übermorgen": 2}
_NEAR_WORD = re.compile(rf"\b(?:{'|'.join(_NEAR)})\b")

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_EUROPEAN = re.compile(r"(\d{1,2})[./] ?(\d{1,2})(?:[./] ?(\d{4}|\d{2})?)?")
_DAY_MONTH = re.compile(r"(\d{1,2})(?:\.|st|nd|rd|th)? (?:of )?([a-zäö]+)\.?(?: (\d{4}))?")
_MONTH_DAY = re.compile(r"([a-zäö]+)\.? (\d{1,2})(?:st|nd|rd|th|\.)?(?:,? (\d{4}))?")
_DASH = re.compile("[\u2010-\u2015]")
_BARE = re.compile(r"(\d{1,2})(?:\.|st|nd|rd|th)?")
_BEFORE = re.compile(r"^(?:from|von|vom|since|seit|ab|on|am)\b ?")
_BETWEEN = re.compile(r" (?:bis einschließlich|bis zum|to|till|til|until|through|bis|and|und) ")
_UNTIL = re.compile(r"^(?:to|till|til|until|bis zum|bis) ")


@dataclass(frozen=True, kw_only=True)
class Days:
    """From the first day to the last one, which is included."""

    first: date
    last: date


def read_days(text: str, *, today: date) -> Days | None:
    """A day or two, or None where it is neither; a day without its year is the next such day."""
    plain = re.sub(r"\s+", " ", _DASH.sub("-", text.strip().lower())).rstrip(" !?;")
    if _UNTIL.match(plain):
        plain = f"today - {_UNTIL.sub('', plain)}"
    plain = _dated_words(_BETWEEN.sub(" - ", _BEFORE.sub("", plain)), today)
    if one := _day(plain, not_before=today):
        return Days(first=one, last=one)
    return next((days for days in _pairs(plain, today) if days), None)


def _dated_words(text: str, today: date) -> str:
    """The word for tomorrow means the day after today, also where it is the last of two days."""
    return _NEAR_WORD.sub(lambda found: (today + timedelta(days=_NEAR[found[0]])).isoformat(), text)


def _pairs(text: str, today: date) -> Iterator[Days | None]:
    """Every way to take the text for two days, split at a hyphen before a space."""
    for sign in (" - ", "-", " "):
        at = text.find(sign)
        while at >= 0:
            yield _pair(text[:at].strip(" ,"), text[at + len(sign) :].strip(" ,"), today)
            at = text.find(sign, at + 1)


def _pair(left: str, right: str, today: date) -> Days | None:
    """Of "1.-10. Dezember" and "Dec 1-10" one day lends the other its month."""
    if first := _day(left, not_before=today):
        last = _day(right, not_before=first) or _of_month(right, first)
    elif last := _day(right, not_before=today):
        first = _of_month(left, last)
    return Days(first=first, last=last) if first and last else None


def _of_month(text: str, other: date) -> date | None:
    """A mere number is a day of the other day's month."""
    bare = _BARE.fullmatch(text)
    return _date(other.year, other.month, int(bare[1])) if bare else None


def _day(text: str, *, not_before: date) -> date | None:
    """One day. A weekday is its next one, and `not_before` itself may be it."""
    if text in _WEEKDAY_OF:
        ahead = (_WEEKDAY_OF[text] - not_before.weekday()) % 7
        return not_before + timedelta(days=ahead) if ahead <= (date.max - not_before).days else None
    if found := _ISO.fullmatch(text):
        return _date(*map(int, found.groups()))
    day, month, year = _parts(text)
    return _dated(day, month, year, not_before) if day and month else None


def _parts(text: str) -> tuple[int, int, str | None]:
    """Day, month and, where it stands there, year; zeros where it is no day."""
    if found := _EUROPEAN.fullmatch(text):
        return int(found[1]), int(found[2]), found[3]
    if found := _DAY_MONTH.fullmatch(text):
        return int(found[1]), _MONTH_OF.get(found[2], 0), found[3]
    if found := _MONTH_DAY.fullmatch(text):
        return int(found[2]), _MONTH_OF.get(found[1], 0), found[3]
    return 0, 0, None


def _dated(day: int, month: int, year: str | None, not_before: date) -> date | None:
    if year:
        return _date(int(year) + (2000 if len(year) == 2 else 0), month, day)  # noqa: PLR2004
    years = range(not_before.year, not_before.year + 5)  # 29 February is not in every year
    found = (_date(number, month, day) for number in years)
    return next((one for one in found if one and one >= not_before), None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
