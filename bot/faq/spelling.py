"""Mends a word that is one slip away from a known one: "acount", "abgelaufn"."""

from collections.abc import Iterable
from functools import lru_cache

from bot.faq.lexicon import of_word

SHORTEST = 4  #: letters of a word that is mended; in shorter ones a slip makes another word
_LONGEST = 24


class Spelling:
    """Known words by what is left of them when one letter is taken away: equal rests are one slip apart."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = frozenset(known)
        self._rests: dict[str, str] = {}
        for word in sorted(self._known):
            for rest in _rests(word):
                self._rests.setdefault(rest, word)
        self.mend = lru_cache(maxsize=20_000)(self._mend)

    def _mend(self, word: str) -> str:
        """The known word that was meant, or the word as it is."""
        if word in self._known or word.isdigit() or not SHORTEST <= len(word) <= _LONGEST or of_word(word):
            return word
        return next((self._rests[rest] for rest in (word, *_rests(word)) if rest in self._rests), word)


def _rests(word: str) -> list[str]:
    """The word itself and what is left without each of its letters."""
    return [word, *(word[:at] + word[at + 1 :] for at in range(len(word)))]
