"""What cases, questions and invitations are called, as people type it: C-7, "c7", "#7", with any dash."""

import re

#: hyphens and dashes of every length, and the minus: keyboards and editors make one of the other
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-")


def read_ref(text: str, sign: str) -> int | None:
    """The number behind that sign (a pattern), in capitals or not; None when it is no such name."""
    # What stands around a name in a sentence, or marks it up, is not of it.
    named = rf"[^\w#-]*{sign}([0-9]{{1,9}})(['\u2019]s)?\W*"
    found = re.fullmatch(named, text.translate(_DASHES).strip("_"), re.IGNORECASE)
    return int(found[1]) if found else None


def read_number(text: str) -> int | None:
    """Of "7" and "#7", which tell the number and not of what."""
    return read_ref(text, "[#-]?")
