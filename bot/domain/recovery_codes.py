"""Recovery codes: a set of codes, each good once, that stand in for an account's phones when all are lost."""

import hashlib

from bot.domain.refs import signs_of

MADE = 8  #: of a set
PURPOSE = "recovery code"  #: of the keyed hash under which they lie in the database
#: no vowels, so that no code spells anything, and nothing that is read as another sign
_SIGNS = "23456789bcdfghjkmnpqrstvwxz"
_GROUP, _GROUPS = 5, 3  #: 27 signs, 15 times: 71 bits


def make_code(token: str) -> str:
    """A code of a random token, such as "k7m3x-9p2b4-tz6hw"."""
    number = int.from_bytes(hashlib.sha256(token.encode()).digest())
    signs = ""
    for _ in range(_GROUP * _GROUPS):
        number, sign = divmod(number, len(_SIGNS))
        signs += _SIGNS[sign]
    return _grouped(signs)


def fold_code(text: str) -> str:
    """As it is looked up, whatever case somebody types, with or without hyphens and spaces; "" for none."""
    signs = signs_of(text[:60])
    whole = len(signs) == _GROUP * _GROUPS and all(sign in _SIGNS for sign in signs)
    return _grouped(signs) if whole else ""


def _grouped(signs: str) -> str:
    return "-".join(signs[at : at + _GROUP] for at in range(0, len(signs), _GROUP))
