"""Postal codes by their country's form: what a number lost is given back, a letter for a digit is told.

Only the commonest countries; a code of any other is taken as it stands.
"""

import re
from typing import Final

# 9 is a digit, A a letter; forms of the Universal Postal Union's addressing pages.
_FORMS: Final = {
    "AT": ("9999",),
    "AU": ("9999",),
    "BE": ("9999",),
    "BG": ("9999",),
    "BR": ("99999-999", "99999999"),
    "CA": ("A9A 9A9", "A9A9A9"),
    "CH": ("9999",),
    "CN": ("999999",),
    "CY": ("9999",),
    "CZ": ("999 99", "99999"),
    "DE": ("99999",),
    "DK": ("9999",),
    "EE": ("99999",),
    "ES": ("99999",),
    "FI": ("99999",),
    "FR": ("99999",),
    "GR": ("999 99", "99999"),
    "HR": ("99999",),
    "HU": ("9999",),
    "IN": ("999999", "999 999"),
    "IT": ("99999",),
    "JP": ("999-9999", "9999999"),
    "KR": ("99999", "999-999"),
    "LI": ("9999",),
    "LU": ("9999",),
    "MX": ("99999",),
    "NL": ("9999 AA", "9999AA"),
    "NO": ("9999",),
    "PL": ("99-999", "99999"),
    "PT": ("9999-999", "9999"),
    "RO": ("999999",),
    "SE": ("999 99", "99999"),
    "SI": ("9999",),
    "SK": ("999 99", "99999"),
    "TR": ("99999",),
    "UA": ("99999",),
    "US": ("99999", "99999-9999"),
}
_PREFIX: Final = re.compile(r"^[A-Z]{1,3}[ -]+(?=\d)", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W\d_]{4}")
_DIGITS_MEANT: Final = str.maketrans("OoIlSB", "001158")


def postal_code(text: str, country: str) -> str | None:
    """The code as its country writes it, without a country's letters before it.

    None where a letter evidently stands for a digit, or where words or no digits stand there; any other code
    is taken as it stands, for people know their own.
    """
    shapes = _FORMS.get(country)
    if not shapes:
        return text
    bare = text if _has_form(text.upper(), shapes) else _PREFIX.sub("", text).strip()
    if _has_form(bare.upper(), shapes):
        return bare
    # A cell that became a number lost its leading noughts.
    length = len(shapes[0])
    if set(shapes[0]) == {"9"} and re.fullmatch(r"\d+", bare, re.ASCII) and length - 2 <= len(bare) < length:
        return bare.zfill(length)
    wrong = mended_postal_code(text, country) or not re.search(r"\d", text) or _WORD.search(text)
    return None if wrong else text


def mended_postal_code(text: str, country: str) -> str:
    """The code that was evidently meant where a letter stands for a digit, or ""."""
    shapes = _FORMS.get(country, ())
    mended = text.translate(_DIGITS_MEANT)
    return mended if mended != text and _has_form(mended, shapes) else ""


def _has_form(text: str, shapes: tuple[str, ...]) -> bool:
    return re.sub(r"[A-Z]", "A", re.sub(r"\d", "9", text, flags=re.ASCII)) in shapes
