"""What a cell's content says about the field it stands for, whatever its heading is."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final

from bot.domain import choice_words as choices
from bot.domain import forms
from bot.domain.review_values import is_not_applicable

_PHONE: Final = re.compile(
    r"(?:tel|mob|fon)?[.: ]*\+?[\d(][\d\s()/.\-\u2013]{4,24}(?:\s*\([^)]*\))?", re.IGNORECASE
)
_DAY: Final = re.compile(r"\d{4}-\d\d?-\d\d?|\d\d?[./]\d\d?[./](?:\d\d){1,2}")
_URL: Final = re.compile(r"(?:https?://|www\.)\S+|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,12}(?:/\S*)?", re.IGNORECASE)
_POSTAL: Final = re.compile(r"(?:[A-Z]{1,3}[- ])?(?=[^ ]*\d|.* \d)[A-Z0-9][A-Z0-9 -]{1,9}", re.IGNORECASE)
_VAT: Final = re.compile(r"[A-Z]{2,3}[ -]?[A-Z0-9][A-Z0-9 .-]{5,18}", re.IGNORECASE)
_SEATS: Final = re.compile(r"\d{1,6}(?:\s+[^\W\d]{3,20}\.?){0,2}")
_NAME: Final = re.compile(r"[^\W\d_][^\d_@/:+]{0,60}")
_STREET: Final = re.compile(r".*[^\W\d_]{3}.*\d|.*\d.*[^\W\d_]{3}")
_LONGEST: Final = 200
_FEWEST_FIGURES: Final = 6  #: of a phone
_DIGITS_OF_A_VALUE: Final = 3
_SAMPLE: Final = 25  #: values of a column that are looked at


def _looks_like(pattern: re.Pattern[str], *, other: float = -0.5) -> Callable[[str], float]:
    return lambda text: 1.0 if pattern.fullmatch(text) else other


def _means(judge: Callable[[str], str | None], *, other: float = -0.3) -> Callable[[str], float]:
    return lambda text: 1.0 if judge(text) else other


def _address(text: str) -> float:
    return 1.0 if "@" in text or "(at)" in text else -0.8


def _phone(text: str) -> float:
    if is_phone_like(text):
        return 1.0
    return 0.0 if sum(char.isdigit() for char in text) > 5 and "@" not in text else -0.6  # noqa: PLR2004


def _plain_name(text: str) -> float:
    if not _NAME.fullmatch(text):
        return -0.6
    known = choices.role_of(text) or choices.credential_of(text) or choices.salutation_of(text)
    return -0.5 if known else 0.3


def _website(text: str) -> float:
    return 1.0 if _URL.fullmatch(text) else -0.6 if "@" in text else -0.2


def _vat_id(text: str) -> float:
    return 1.0 if is_not_applicable(text) or _VAT.fullmatch(text) else -0.2


_JUDGES: Final[dict[str, Callable[[str], float]]] = {
    "email": _address,
    "phone": _phone,
    "salutation": _means(choices.salutation_of, other=-0.4),
    "role": _means(choices.role_of),
    "credential": _means(choices.credential_of),
    "partner_type": _means(choices.partner_type_of, other=-0.1),
    "country": _means(forms.country_code, other=-0.1),
    "website": _website,
    "vat_id": _vat_id,
    "seats": _looks_like(_SEATS, other=-0.3),
    "postal_code": _looks_like(_POSTAL),
    "street": _looks_like(_STREET, other=-0.1),
    "first_name": _plain_name,
    "last_name": _plain_name,
    "full_name": _plain_name,
    "city": _looks_like(_NAME, other=-0.3),
    "state": _looks_like(_NAME, other=-0.2),
    "job_title": lambda text: -0.7 if is_phone_like(text) or "@" in text else 0.1,
    "application": lambda text: 1.0 if "forumpass" in text.casefold() else 0.0,
}


def is_phone_like(text: str) -> bool:
    return (
        not _DAY.fullmatch(text)
        and _PHONE.fullmatch(text) is not None
        and sum(char.isdigit() for char in text) >= _FEWEST_FIGURES
    )


def is_data(text: str) -> bool:
    """Whether a cell plainly holds a value and no label: an address, a phone, a link, a reference."""
    if "@" in text or text.startswith(("http://", "https://", "www.", "+")) or is_phone_like(text):
        return True
    return sum(char.isdigit() for char in text) >= _DIGITS_OF_A_VALUE


@lru_cache(maxsize=16384)
def fit(name: str, text: str) -> float:
    """How well a value suits a field: 1 typical, 0 says nothing, below 0 against it."""
    if not text or len(text) > _LONGEST:
        return 0.0
    judge = _JUDGES.get(name)
    return judge(text) if judge else 0.0


def column_fit(name: str, texts: Iterable[str]) -> float:
    """The mean fit of a column's values, 0 where it holds none."""
    seen = [fit(name, text) for text in texts if text][:_SAMPLE]
    return sum(seen) / len(seen) if seen else 0.0
