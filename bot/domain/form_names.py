"""Take apart what shares a cell: a person's names, postal code and city, country and state."""

import re
from collections.abc import Sequence
from typing import Final

from bot.domain import forms
from bot.domain.choice_words import salutation_of
from bot.domain.plain_words import folded, words_in

_PARTICLES: Final = words_in("""
    von van de del della di da dos du der den ten ter zu zur zum le la el bin ibn al vom auf af av st
    mc dal dalla do das
""")
_BOTH: Final = 3
_NOT_LETTERS: Final = re.compile(r"[^a-z0-9]+")
_PREFIX: Final = re.compile(r"(?:[A-Z]{1,3}[- ])(?=\d{4,5}\b)")
_STATE: Final = re.compile(r"^(?P<city>.*\S),\s*(?P<state>[A-Z]{2})$")
_BETWEEN: Final = re.compile(r"\s*[,;/|()]\s*|\s+[-\u2013\u2014]\s+")


def names_of(text: str, order: Sequence[str] = (), address: str = "") -> tuple[str, str]:
    """First and last name of a whole name; the mail address and the heading's order tell where to cut.

    A single word is a last name.
    """
    words = text.split()
    if "," in text:
        last, _, first = text.partition(",")
        return first.strip(), last.strip()
    if len(words) < 2:  # noqa: PLR2004
        return "", text
    turned = tuple(order)[:1] == ("last_name",)
    cuts = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]
    if turned:
        cuts = [(first, last) for last, first in cuts]
    scored = [(_likeness(first, last, address), cut) for cut, (first, last) in enumerate(cuts)]
    if address and max(score for score, _ in scored) < _BOTH and (other := _turned(words, address, turned)):
        return other
    best, cut = max(scored, key=lambda pair: pair[0])
    if best > 0 and sum(score == best for score, _ in scored) == 1:
        return cuts[cut]
    if turned:
        return cuts[0]
    return cuts[_usual_cut(words) - 1]


def _turned(words: Sequence[str], address: str, turned: bool) -> tuple[str, str] | None:
    """The names in the other order where only so the address bears them out: "Muster Max", max.muster."""
    for cut in range(1, len(words)):
        last, first = " ".join(words[:cut]), " ".join(words[cut:])
        if turned:
            last, first = first, last
        if _likeness(first, last, address) == _BOTH and _likeness(last, first, address) != _BOTH:
            return first, last
    return None


def _usual_cut(words: Sequence[str]) -> int:
    """How many words are the first name: all but the last, or up to a "von"."""
    for cut in range(1, len(words) - 1):
        if words[cut].casefold() in _PARTICLES:
            return cut
    return len(words) - 1


def _likeness(first: str, last: str, address: str) -> int:
    """How well a mail address bears out a cut: 3 for both names, 1 for one of them."""
    parts = [_plain(part) for part in re.split(r"[._]", address.partition("@")[0])]
    if len(parts) < 2:  # noqa: PLR2004
        return 0
    one, other = _plain(first), _plain(last)
    begins, ends = parts[0] == one, parts[-1] == other
    return _BOTH if begins and ends else 1 if ends or begins else 0


def _plain(text: str) -> str:
    return _NOT_LETTERS.sub("", folded(text))


def without_salutation(name: str) -> tuple[str, str]:
    """A leading salutation and the name after it: ("Herr", "Max Muster")."""
    first, _, rest = name.partition(" ")
    return (first, rest.strip()) if rest and len(first) > 1 and salutation_of(first) else ("", name)


def place_of(text: str) -> dict[str, str]:
    """Postal code, city and perhaps state of "8010 Graz", "M1 1AE Manchester" or "Arlington, VA 22202"."""
    words = [word for word in re.split(r"[\s/;|]+", text.replace(",", " , ")) if word]
    numbered = [index for index, word in enumerate(words) if any(char.isdigit() for char in word)]
    if not numbered:
        return {"city": text} if text else {}
    first, last = numbered[0], numbered[-1]
    while last > first and not set(range(first, last)) <= set(numbered):
        last = max(index for index in numbered if index < last)
    dutch = last + 1 < len(words) and re.fullmatch(r"\d{4} [A-Z]{2}", " ".join(words[last : last + 2]))
    last += bool(dutch)
    if first and re.fullmatch(r"[A-Z]{1,2}", words[first - 1]) and first - 1 == 0:
        first -= 1
    code = " ".join(words[first : last + 1])
    rest = re.sub(r"\s+,", ",", " ".join(words[:first] + words[last + 1 :])).strip(" ,-\u2013")
    state = _STATE.match(rest)
    found = {"postal_code": _PREFIX.sub("", code), "city": state["city"] if state else rest}
    return found | ({"state": state["state"]} if state else {})


def address_of(text: str) -> dict[str, str]:
    """Street, postal code and city of an address in one cell."""
    parts = [part for part in re.split(r"\s*[,;|]\s*|\s+[-\u2013]\s+", text) if part]
    if len(parts) > 1:
        if len(parts) > 2 and any(char.isdigit() for char in parts[-2]) is False and _is_code(parts[-1]):  # noqa: PLR2004
            return {"street": ", ".join(parts[:-2])} | place_of(" ".join(parts[-2:]))
        return {"street": ", ".join(parts[:-1])} | place_of(parts[-1])
    cut = re.match(r"(?P<street>.*?\D\s*\d+\s?[a-zA-Z]?)\s+(?P<place>(?:[A-Z]{1,3}-)?\d{4,5}\s+\D.*)$", text)
    return {"street": cut["street"]} | place_of(cut["place"]) if cut else {"street": text}


def parts_of(names: Sequence[str], text: str) -> dict[str, str]:
    """The text for each of the fields that share a cell, and for further ones that are found in it."""
    found = (
        country_of(text) if "country" in names else address_of(text) if "street" in names else place_of(text)
    )
    return {name: found.get(name, "") for name in dict.fromkeys((*names, *found))}


def _is_code(text: str) -> bool:
    return any(char.isdigit() for char in text)


def country_of(text: str) -> dict[str, str]:
    """Country and state of "Germany / Bavaria" or "USA, Virginia"."""
    if forms.country_code(text):
        return {"country": text}
    parts = [part for part in _BETWEEN.split(text) if part]
    if len(parts) == 1 and re.fullmatch(r"[A-Z]{2}-[A-Z]{2,3}", text):
        parts = text.split("-")
    known = [part for part in parts if forms.country_code(part)]
    # Of "DE - GA" both may be countries: the first is meant, as in ISO 3166-2.
    country = next((part for part in known if len(part) > 3), known[0] if known else "")  # noqa: PLR2004
    if not country:
        return {"country": text}
    rest = [
        part for part in parts if part != country and forms.country_code(part) != forms.country_code(country)
    ]
    return {"country": country} | ({"state": ", ".join(rest)} if rest else {})
