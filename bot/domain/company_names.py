"""The same company written differently: names, VAT ids and domains in the form in which they are compared."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from bot.domain.review_values import is_free_mail, is_not_applicable

LONGEST: Final = 300  #: characters of a name that are looked at

# fmt: off
_LEGAL_FORMS: Final = frozenset({
    "gmbh", "ggmbh", "mbh", "ag", "kg", "kgaa", "ohg", "ug", "gbr", "se", "ek", "ev", "eg", "co", "cokg",
    "inc", "incorporated", "corp", "corporation", "company", "ltd", "limited", "llc", "llp", "lp", "plc",
    "sa", "sas", "sarl", "srl", "spa", "sl", "bv", "nv", "oy", "oyj", "ab", "as", "aps", "kft", "sro",
})
# fmt: on
_JOINING: Final = frozenset({"und", "and", "et", "u"})
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "æ": "ae", "ø": "oe", "å": "aa", "ł": "l"})
_APART: Final = re.compile(r"[\W_]+")

#: letters of other alphabets, and figures, beside the Latin letter for which they are taken; the light part
#: of UTS 39, whose whole table has thousands
_TAKEN_FOR: Final = str.maketrans({
    **dict(zip("аеорсухкԁһԛԝмтвнгѕ", "aeopcyxkdhqwmtbhrs", strict=True)),  # Cyrillic
    **dict(zip("αβενκρτυοχημζ", "abenkptyoxhmz", strict=True)),  # Greek, by its capitals
    **dict.fromkeys("іјιıi1|j", "l"),  # noqa: RUF001 - all of them thin
    "0": "o", "3": "e", "5": "s", "8": "b",
})  # fmt: skip
_TAKEN_TOGETHER: Final = (
    ("rn", "m"), ("vv", "w"), ("cl", "d"), ("ae", "a"), ("oe", "o"), ("ue", "u"), ("aa", "a"),
)  # fmt: skip


def words_of(text: str) -> list[str]:
    """The words of a name, folded: NFKC, case, umlauts and accents; what is not seen is left out."""
    if text.isascii() and text.isprintable():  # what nearly all names are, quickly
        return _APART.sub(" ", text[:LONGEST].lower().replace(".", "")).split()
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).casefold().translate(_UMLAUTS).replace(".", "")
    apart = unicodedata.normalize("NFD", plain)
    seen = "".join(
        sign for sign in apart if unicodedata.category(sign) not in {"Mn", "Cf", "Cc"} or sign.isspace()
    )
    return _APART.sub(" ", seen).split()


@lru_cache(maxsize=1024)  # of each person of a form it is asked several times
def fold_person(name: str) -> str:
    """A person's, in whatever order its words are written."""
    return " ".join(sorted(words_of(name)))


def fold_name(name: str) -> str:
    """A company's name without legal form, joining words, punctuation and accents; "" if nothing is left."""
    words = [word for word in words_of(name) if word not in _JOINING]
    kept = len(words)
    while kept > 1 and words[kept - 1] in _LEGAL_FORMS:
        kept -= 1
    return " ".join(words[:kept])


def looks_like(folded: str) -> str:
    """What a folded name looks like in a hurry; equal for names that can be taken for each other."""
    look = folded.translate(_TAKEN_FOR).replace(" ", "")
    for pair, one in _TAKEN_TOGETHER:
        look = look.replace(pair, one)
    return look


def fold_vat_id(vat_id: str) -> str:
    """Letters and figures only; "" where there is none, or it says so."""
    if not vat_id or is_not_applicable(vat_id):
        return ""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", vat_id[:LONGEST])).upper()


def host_of(website: str) -> str:
    """The domain of a web address without "www"; "" where it is none."""
    found = re.match(
        r"(?:[a-z]+:/*)?(?:www\.)?([^\s/?#:@]+\.[^\s/?#:@]+)", website.strip().casefold()[:LONGEST]
    )
    return _own_host(found[1]) if found else ""


def mail_host(address: str) -> str:
    """The domain of a mail address, unless it is one for everybody."""
    _, at, host = address.strip().casefold()[:LONGEST].rpartition("@")
    return _own_host(host) if at else ""


def _own_host(host: str) -> str:
    host = host.rstrip(".")
    return "" if is_free_mail(f"@{host}") else host
