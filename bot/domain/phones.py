"""Phone numbers to E.164: the plainly written at once by the library's tables, all others by the library."""

import re
from dataclasses import dataclass
from functools import cache

import phonenumbers
from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    PhoneMetadata,
    PhoneNumberDesc,
    PhoneNumberFormat,
    PhoneNumberType,
    region_code_for_country_code,
)

_PLAIN = re.compile(r"\+?\(?\d(?:[ ()/.-]*\d)*", re.ASCII)
_CODE = re.compile(r"([1-9]\d{0,2})[ (/.-]", re.ASCII)  #: of a country, by itself in front
_LONG = 11  #: digits of a number with its country code, at least
_BETWEEN = str.maketrans("", "", "+ ()/.-")
#: what a number of a country can be; the library asks for them one after the other
_TYPES = (
    "fixed_line",
    "mobile",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "voip",
    "personal_number",
    "pager",
    "uan",
    "voicemail",
)
#: numbers on which somebody earns, or that ring at no person's
_NO_TEXTS = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PAGER,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    }
)


def e164(text: str, region: str | None) -> str | None:
    """E.164 of a valid number; one without its country code is taken as the region's own."""
    return _quick(text, region) or _thorough(text, region)


def from_abroad(text: str, region: str) -> str | None:
    """E.164 of a number that lost only its plus, such as 41 44 668 18 00 in Germany; None for any other.

    It begins with a country code by itself, and nobody in the region would write a number of theirs so.
    """
    code, digits = _CODE.match(text), text.translate(_BETWEEN)
    if code is None or len(digits) < _LONG or _is_as_at_home(text, region):
        return None
    number = e164(f"+{digits}", None)
    return number if number and phonenumbers.parse(number).country_code == int(code[1]) else None


def _is_as_at_home(text: str, region: str) -> bool:
    """Whether the region's people write it so: with the 0 of 030, where they have one."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return False
    written = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    as_written = written.translate(_BETWEEN) == text.translate(_BETWEEN)
    return as_written and phonenumbers.is_valid_number(number)


def takes_texts(number: str) -> bool:
    """Whether an E.164 number may get one: not where a text costs its sender extra, or nobody reads it."""
    return phonenumbers.number_type(phonenumbers.parse(number)) not in _NO_TEXTS


def spaced(number: str) -> str:
    """An E.164 number as people read it, such as +49 30 901820; what is none stays as it is."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return str(phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL))


def calling_code(region: str) -> str:
    return str(phonenumbers.country_code_for_region(region) or "")


def _thorough(text: str, region: str | None) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if number.extension or not phonenumbers.is_valid_number(number):
        return None
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def _quick(text: str, region: str | None) -> str | None:
    """What `_thorough` says of a number without any peculiarity, in a thirtieth of its time; else None."""
    if not _PLAIN.fullmatch(text):
        return None
    digits = text.translate(_BETWEEN)
    if text.startswith("+"):
        plan = _plan_of_code(digits)
        national = digits[len(plan.code) :] if plan else ""
    else:
        plan = _plan_of(region) if region else None
        national = digits
        if plan and (digits.startswith(plan.code) or plan.abroad.match(digits)):
            return None  # perhaps a number with its country code after all
    if plan is None:
        return None
    prefix = plan.prefix.match(national) if plan.prefix else None
    own = national[prefix.end() :] if prefix else national
    return f"+{plan.code}{own}" if plan.numbers.fullmatch(own) else None


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """A country's numbering plan, as far as it can be said in four patterns."""

    code: str
    abroad: re.Pattern[str]
    prefix: re.Pattern[str] | None  #: dialled within the country only, such as the 0 in 030
    numbers: re.Pattern[str]


def _plan_of_code(digits: str) -> _Plan | None:
    """The plan of the calling code that the digits begin with; no code begins with another."""
    for length in (1, 2, 3):
        regions = COUNTRY_CODE_TO_REGION_CODE.get(int(digits[:length]))
        if regions and digits[0] != "0":
            return _plan_of(regions[0])
    return None


@cache
def _plan_of(region: str) -> _Plan | None:
    """The plan of a country that comes first under its calling code; None where it takes more than a plan."""
    metadata = PhoneMetadata.metadata_for_region(region, None)
    if metadata is None or metadata.general_desc is None or metadata.national_prefix_transform_rule:
        return None
    if metadata.leading_digits or region != region_code_for_country_code(metadata.country_code or 0):
        return None
    prefix = metadata.national_prefix_for_parsing
    kinds = [getattr(metadata, name) for name in _TYPES]
    patterns = "|".join(_pattern(kind) for kind in kinds if kind and kind.national_number_pattern)
    return _Plan(
        code=str(metadata.country_code),
        abroad=re.compile(metadata.international_prefix or r"(?!)"),
        prefix=re.compile(prefix) if prefix else None,
        numbers=re.compile(rf"(?={_pattern(metadata.general_desc)}$)(?:{patterns})"),
    )


def _pattern(kind: PhoneNumberDesc) -> str:
    """What a kind's numbers look like; one without lengths of its own has those of the whole plan."""
    lengths = "|".join(rf"\d{{{length}}}" for length in kind.possible_length) or r"\d*"
    return rf"(?=(?:{lengths})$)(?:{kind.national_number_pattern})"
