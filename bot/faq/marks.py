"""What makes a question one that is read before the others, by its own words in English and German."""

import re
from typing import Final

from bot.domain.conversations import Mark
from bot.domain.faq import Barrier
from bot.faq import guard

LONGEST: Final = 20_000  #: characters that are looked at
_SHOUTED = re.compile(r"!{3,}|[?!]{4,}")
_LETTERS = 40  #: of a message in capitals; a shorter one may be an abbreviation
_MOSTLY = 0.7


def find_marks(subject: str, text: str) -> tuple[Mark, ...]:
    """The marks of a question, by its sender's own words, the gravest first.

    Security and legal are what the guard stops for.
    """
    own = f"{subject}\n{text}"[:LONGEST]
    marks = {
        Mark.SECURITY: guard.speaks_of(Barrier.SECURITY, own),
        Mark.LEGAL: guard.speaks_of(Barrier.LEGAL, own),
        Mark.UPSET: guard.is_upset(own) or _SHOUTED.search(own) is not None or _is_shouted(text[:LONGEST]),
    }
    return tuple(mark for mark in Mark if marks[mark])


def _is_shouted(text: str) -> bool:
    letters = [sign for sign in text if sign.isalpha()]
    return len(letters) >= _LETTERS and sum(sign.isupper() for sign in letters) > _MOSTLY * len(letters)
