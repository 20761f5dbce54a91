"""A password that somebody has written into their words: noticed, and hidden where staff read them."""

import re
from typing import Final

HIDDEN: Final = "••••••"  #: in its place, however long it is

#: a number of something, which a rule about passwords names: "12-stellig", "90-day"
_COUNTED = (
    r"\d+[-\u2010-\u2013]?(?:stell|zeichen|buchstab|tag|täg|stund|stünd|woch|wöch|monat|jahr|mal|fach"
    r"|char|digit|sign|letter|day|hour|week|month|year|time|bit)\w*[^\w\s]*(?!\S)"
)
_NOT = rf"(?!\w+://|www\.|\S+@\S+\.\w|AADSTS\d|{_COUNTED})"  #: a link, an address, an error's code, or that
_NAME = r"\b(?:\w*passwor[dt]|\w*kennwort|passphrase|pw)"
#: what it opens: "for the file RIS.xlsx"; a User ID that is named there may be what "it" stands for
_ABOUT = r"(?!\w*(?:user|benutzer|account|konto|kennung|login)|id\b)[^\s?!:;,]*[^\s?!:;,.]"
_FOR = rf"\s+(?:for|to|of|für|zu|zum|zur|der|des)(?:\s+{_ABOUT}){{1,6}}?"
#: "my password is …", "Initialpasswort: …", "PW (neu): …", "the password for the file is …", "here is the
#: password. It's …"; what follows is one word with a digit and a letter, or a long number of its own
_TOLD = re.compile(
    rf"({_NAME}(?:\s*(?:\([^)\n]{{1,20}}\)\s*)?(?:(?:is|ist|lautet|war|was)\b\s*:?|[:=])"
    rf"|{_FOR}\s+(?:is|ist|lautet|war|was)\b\s*:?"
    rf"|(?:{_FOR})?[.!]\s+(?:it['\u2019]s|it is|es ist|es lautet|hier ist es|here it is)\b\s*:?)"
    r"\s*[\"'“„]?)"
    rf"{_NOT}(?:(?=\S*\d)(?=\S*[^\W\d_])\S{{6,}}|\d{{6,}}(?=[\s.,;!\"'“”]|$))",
    re.IGNORECASE,
)


def tells_password(text: str) -> bool:
    """Only what is likely: a line too few harms nobody, one too many teaches to read past it."""
    return bool(_TOLD.search(text))


def without_passwords(text: str) -> str:
    """The same words with HIDDEN where one stands."""
    return _TOLD.sub(rf"\1{HIDDEN}", text)
