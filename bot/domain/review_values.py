"""Understand one value of a form: a phone, an address, a country, a number."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Final

from bot.domain import forms
from bot.domain.forms import plain
from bot.domain.languages import LANGUAGES
from bot.domain.plain_words import words_in
from bot.domain.refs import AROUND_ADDRESS
from bot.domain.sheets import CellValue

#: blanks of no width, and the marks of direction that programs put around what is copied; what overrides
#: the direction (U+202D, U+202E) makes a name read as another one, and is a fault
_INVISIBLE: Final = dict.fromkeys(
    map(
        ord,
        "\u200b\u200c\u200d\u2060\ufeff\u00ad\u061c\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069",
    )
)
LONGEST_TEXT: Final = 200  #: characters
_TOO_LONG: Final = 320  #: characters; no address, phone or number has more


def text_of(value: CellValue) -> str:
    """What a reader sees in the cell, without the blanks nobody sees; a whole float is a whole number."""
    if isinstance(value, str):
        text = value if value.isascii() else value.translate(_INVISIBLE)
        return " ".join(text.split())
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, (datetime, date)) else str(value)


_DOMAIN_ALONE: Final = re.compile(r"@[^@\s]+\.[^@\s]+$")
_SIGNED_CALL: Final = re.compile(r"[+-]\s*[A-Za-z]+[(|!]")


def would_run(text: str) -> bool:
    """Whether a spreadsheet program would take the text for a formula; a phone with its plus is none."""
    if not text.startswith(("=", "@", "+", "-")):  # what nearly all are, quickly
        return False
    if text.startswith(("=", "@")) and len(text) > 1:
        return not _DOMAIN_ALONE.match(text)  # "@example.com" is a bad address, not a formula
    return text.startswith(("+", "-")) and bool(_SIGNED_CALL.match(text))


def plain_text(text: str) -> str | None:
    """A name, a street, a title; None where it is longer than any, or has signs that nobody sees."""
    return text if len(text) <= LONGEST_TEXT and text.isprintable() else None


def is_error_value(text: str) -> bool:
    """Whether it is what a spreadsheet program shows for a formula that failed."""
    return text in {"#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#N/A", "#NULL!", "#NUM!"}


_NUMBER: Final = re.compile(r"\d{1,7}", re.ASCII)


def whole_number(value: CellValue) -> int | None:
    """A number of things, from a number or from digits."""
    text = text_of(value)
    return int(text) if _NUMBER.fullmatch(text) else None


def number_within(text: str) -> str:
    """The only number in a text such as "5 seats", or ""."""
    numbers = re.findall(r"\d{1,7}", text, re.ASCII)
    return numbers[0] if len(numbers) == 1 and not re.search(r"[-.,]\s*\d", text) else ""


_DIGIT: Final = re.compile(r"\d")
#: phonenumbers would dial a letter by its key: "(Fax)" became 329
_LETTER: Final = re.compile(r"[^\W\d_]")
_FIGURES: Final = re.compile(r"\+?\d(?:[\d /.-]*\d)?", re.ASCII)
_BETWEEN: Final = str.maketrans("", "", " ()/.-")
_ABROAD: Final = re.compile(r"^00\s*")


#: what says which phone it is, in front of a number or behind it
_LABELS: Final = (
    "(?:mobil|mobile|handy|cell|tel|telefon|telephone|phone|office|work|home|büro|privat|private|dienstlich)"
)
_LABELLED: Final = re.compile(
    rf"^[^\W\d_]{{1,12}}\.?\s*:\s*|^{_LABELS}\.?\s+|\s+{_LABELS}\.?$|\s*\([^\d)]{{2,20}}\)$", re.IGNORECASE
)
_PHONES: Final = re.compile(
    r"\s*[;,|\n]\s*|\s+(?:oder|or|und|and|bzw\.?|ou|e|o|i|en|of)\s+|\s*/\s*(?=\+|00|0\d)|\s+(?=\+)|\s+/\s+"
)


@lru_cache(maxsize=256)
def phone_numbers(text: str, region: str = "") -> tuple[str, ...]:
    """E.164 of each of the numbers in a cell; nothing where one of them is none."""
    if one := phone_number(text, region):
        return (one,)
    bare = _LABELLED.sub("", text) if len(text) <= _TOO_LONG else ""
    parts = [part for part in _PHONES.split(bare) if part and part.strip()]
    numbers = tuple(number for part in parts if (number := phone_number(part, region)))
    return numbers if len(numbers) == len(parts) > 1 else ()


@lru_cache(maxsize=256)
def phone_number(text: str, region: str = "") -> str | None:
    """E.164 of a phone number; one without its country code is taken as the region's own."""
    if len(text) > _TOO_LONG:
        return None
    if not _FIGURES.fullmatch(text):  # what few are
        text = _LABELLED.sub("", text).strip()
        if _LETTER.search(text) or not _DIGIT.search(text):
            return None
    text = _ABROAD.sub("+", text)
    if text.startswith("+"):
        return _valid_e164(text, None)
    if not region:
        return _with_lost_plus(text, "")
    if text.startswith("0"):  # as it is dialled at home: no country code begins so
        return _valid_e164(text, region)
    # First, for "4915…" and "49 15…" may pass as a long national number too.
    return (
        _with_lost_plus(text.translate(_BETWEEN), _calling_code(region))
        or _from_abroad(text, region)
        or _valid_e164(text, region)
        or _with_lost_plus(text, "")
    )


_WITHOUT_PLUS: Final = re.compile(r"[1-9]\d{10,14}", re.ASCII)


def _with_lost_plus(text: str, calling_code: str) -> str | None:
    """A cell that became a number keeps "4915123456789" of "+4915123456789"."""
    lost = _WITHOUT_PLUS.fullmatch(text) and text.startswith(calling_code)
    return _valid_e164("+" + text, None) if lost else None


def _from_abroad(text: str, region: str) -> str | None:
    from bot.domain import phones  # noqa: PLC0415 - as below

    return phones.from_abroad(text, region)


def _valid_e164(text: str, region: str | None) -> str | None:
    return _e164()(text, region)


@cache
def _e164() -> Callable[[str, str | None], str | None]:
    from bot.domain import phones  # noqa: PLC0415 - its tables take 0.15 s that only a form is worth

    return phones.e164


@lru_cache(maxsize=256)
def _calling_code(region: str) -> str:
    from bot.domain import phones  # noqa: PLC0415 - as above

    return phones.calling_code(region)


_PLAIN_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}",
    re.ASCII,
)

# fmt: off
#: Mail for everyone, by whom a company is not known.
FREE_MAIL: Final = frozenset({
    "gmail.com", "googlemail.com", "gmx.de", "gmx.net", "gmx.at", "gmx.ch", "gmx.com", "web.de",
    "t-online.de", "freenet.de", "yahoo.com", "yahoo.de", "ymail.com", "hotmail.com", "hotmail.de",
    "hotmail.co.uk", "outlook.com", "outlook.de", "live.com", "live.de", "msn.com", "icloud.com", "me.com",
    "mac.com", "aol.com", "aol.de", "proton.me", "protonmail.com", "mail.com", "mail.de", "posteo.de",
    "mailbox.org", "arcor.de", "1und1.de", "online.de", "yandex.com", "yandex.ru", "mail.ru", "qq.com",
    "163.com", "126.com", "bluewin.ch", "orange.fr", "wanadoo.fr", "free.fr", "laposte.net", "libero.it",
    "virgilio.it", "wp.pl", "o2.pl", "onet.pl", "zoho.com", "gmx.co.uk",
})

#: Names of desks, not of people.
SHARED_NAMES: Final = frozenset({
    "info", "office", "kontakt", "contact", "sales", "vertrieb", "einkauf", "purchasing", "procurement",
    "mail", "post", "postmaster", "admin", "administrator", "support", "service", "helpdesk", "hello",
    "hallo", "team", "it", "edv", "zentrale", "empfang", "reception", "buchhaltung", "accounting",
    "finance", "hr", "personal", "marketing", "webmaster", "noreply", "no-reply", "orders", "bestellung",
    "bestellungen", "enquiries", "inquiries", "anfrage", "anfragen", "sekretariat",
})
# fmt: on


@lru_cache(maxsize=256)
def is_address(text: str) -> bool:
    """Whether it is a mail address; nothing outside is asked."""
    if len(text) > _TOO_LONG:
        return False
    local, _, domain = text.rpartition("@")
    if len(local) <= 64 and len(domain) <= 253 and _PLAIN_ADDRESS.fullmatch(text):  # noqa: PLR2004 - RFC 5321
        return True
    if text.isascii() and re.fullmatch(r"[\w.+@-]*", text):
        return False  # a plain address with a plain fault
    return _is_unusual_address(text)


def _is_unusual_address(text: str) -> bool:
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - rarely needed

    try:
        found = validate_email(text, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return False
    return "." in found.domain


_MAILTO: Final = re.compile(r"^mailto:\s*", re.IGNORECASE)


_NAMED: Final = re.compile(r"[^<>]*<\s*(?:mailto:)?([^<>\s]+@[^<>\s]+)\s*>")


def written_address(text: str) -> str:
    """An address as it stands in a cell or a link of a cell, with or without its owner's name.

    Outlook pastes a link as "x@y <mailto:x@y>"; where both differ, neither is taken.
    """
    named = _NAMED.fullmatch(text) if "<" in text and len(text) <= _TOO_LONG else None
    if named and "@" in (before := named[0].partition("<")[0].strip()) and before != named[1]:
        return text
    return _MAILTO.sub("", named[1] if named else text).partition("?")[0].strip("<> ")


def typed_address(text: str) -> str:
    """An address as somebody types or pastes it into a field, small letters; nothing around it."""
    said = text_of(text).strip(AROUND_ADDRESS.replace("<", "").replace(">", ""))  # behind a name they hold it
    return written_address(said).strip(AROUND_ADDRESS).lower()


#: Mistyped ends of addresses, with what everybody means.
_MISTYPED: Final = (
    (re.compile(r"\.(?:con|cmo|ocm|vom|comm|cpm|xom|coom)$"), ".com"),
    (re.compile(r"\.(?:dee|ed|d)$"), ".de"),
    (re.compile(r"@(?:gmial|gmai|gmal|gamil|gnail|gmaill|gmil|googlmail)\.(?=com$)"), "@gmail."),
    (re.compile(r"@(?:hotmial|hotmal|hotmai|hotmil)\."), "@hotmail."),
    (re.compile(r"@(?:outlok|outloook|otlook|outlock)\."), "@outlook."),
    (re.compile(r"@(?:yaho|yahooo|yhoo)\."), "@yahoo."),
    (re.compile(r"@(?:gxm|gmxx|gmc)\.(?=de$|net$|at$|ch$)"), "@gmx."),
    (re.compile(r"@(?:t-onlin|tonline|t-onlien)\."), "@t-online."),
    (re.compile(r"@(?:icluod|iclod)\."), "@icloud."),
)
#: any of them, so that a sound address is looked at once
_PERHAPS_MISTYPED: Final = re.compile("|".join(mistyped.pattern for mistyped, _ in _MISTYPED))


@lru_cache(maxsize=256)
def retyped_address(address: str) -> str:
    """The address with a well-known domain's slip of the pen mended, or "" where there is none."""
    if not _PERHAPS_MISTYPED.search(address.lower()):
        return ""
    before, at, domain = address.rpartition("@")
    mended = at + domain.lower()
    for mistyped, meant in _MISTYPED:
        mended = mistyped.sub(meant, mended)
    return before + mended if at and mended != at + domain.lower() else ""


#: "(at)", or "at" between blanks where it is the only one
_SPELT_AT: Final = re.compile(r"\s*[\[(]\s*(?:at|ät)\s*[\])]\s*|(?<=\S) at (?=\S+$)", re.IGNORECASE)


def mended_address(text: str) -> str:
    """The address that was evidently meant, or ""."""
    if retyped := retyped_address(text):
        return retyped if is_address(retyped) else ""
    mended = _SPELT_AT.sub("@", text) if text.count("@") == 0 else text
    mended = re.sub(r"\s+|[;,]$|\.$", "", mended).replace(",", ".").replace("..", ".").replace("@@", "@")
    blank_within_a_name = re.search(r"\S\s+\S", _SPELT_AT.sub("@", text).partition("@")[0])
    return mended if not blank_within_a_name and mended != text and is_address(mended) else ""


def is_free_mail(address: str) -> bool:
    return address.rpartition("@")[2].lower() in FREE_MAIL


def is_shared_mailbox(address: str) -> bool:
    return address.partition("@")[0].lower() in SHARED_NAMES


_WEBSITE: Final = re.compile(
    r"(?:https?://)?(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24}\.?(?::\d{1,5})?(?:[/?#]\S*)?",
    re.IGNORECASE,
)


def is_website(text: str) -> bool:
    """Whether it is a web address, with or without its scheme."""
    return len(text) < 2048 and _WEBSITE.fullmatch(text) is not None  # noqa: PLR2004 - as browsers do


def website(text: str) -> str | None:
    """A web address without its scheme and its last slash, or None where it is none."""
    return re.sub(r"^https?://|/$", "", text, flags=re.IGNORECASE) if is_website(text) else None


def is_not_applicable(text: str) -> bool:
    """Whether it says that there is none."""
    return plain(text).replace(" ", "") in _NONE


_NONE: Final = words_in("""
    n/a na n.a keine none entfällt - -- \u2013 notapplicable k.a nichtvorhanden keineangabe
    nichtzutreffend n.v s/o nvt n.v.t
""")


def vat_id(text: str, country: str) -> str | None:
    """A VAT id, without blanks after its country's letters, "N/A" for none; None if it cannot be one."""
    if is_not_applicable(text):
        return "N/A"
    if not is_vat_id(text, country):
        return None
    compact = re.sub(r"[\s./-]", "", text).upper()
    return compact if re.fullmatch(r"(?!CHE)[A-Z]{2}[A-Z0-9]{2,13}", compact, re.ASCII) else text


@lru_cache(maxsize=256)
def is_vat_id(text: str, country: str) -> bool:
    """Whether it can be a VAT id of its country, by form and check digit; no register is asked."""
    from stdnum import get_cc_module  # noqa: PLC0415 - walks a package of 200 modules
    from stdnum.eu import vat  # noqa: PLC0415

    if len(text) > _TOO_LONG or not re.search(r"\d", text):
        return False
    compact = re.sub(r"[\s./-]", "", text).upper()
    prefix = {"EL": "GR", "XI": "GB"}.get(compact[:2], compact[:2])
    if prefix.lower() in vat.MEMBER_STATES or compact[:2] == "EL":
        return bool(vat.is_valid(compact))
    if country.lower() in vat.MEMBER_STATES:
        return bool(vat.is_valid(("EL" if country == "GR" else country) + compact))
    module = get_cc_module(country.lower(), "vat") if country else None
    if module is None:
        return re.fullmatch(r"[A-Z0-9]{5,20}", compact, re.ASCII) is not None
    return bool(module.is_valid(text) or module.is_valid(compact.removeprefix(country)))


def nearest(text: str, words: Iterable[str]) -> str:
    """The one word a slip of the pen away, or ""."""
    by_plain = {plain(word): word for word in words}
    close = get_close_matches(plain(text)[:80], by_plain, n=1, cutoff=0.8)
    return by_plain[close[0]] if close else ""


@lru_cache(maxsize=256)
def nearest_country(text: str) -> str:
    """The country's name, in either language, that is a slip of the pen away, or ""."""
    return nearest(text, (name for lang in LANGUAGES for name in forms.countries(lang).values()))
