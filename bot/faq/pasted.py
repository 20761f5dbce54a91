"""What was pasted into a message and is not asked by its sender: quotations, our own articles, waste."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cache

from bot.faq import articles
from bot.faq.folding import fold

_MARKS = '"\u201c\u201d\u201e\u00ab\u00bb'
_QUOTED = re.compile(f"[{_MARKS}][^{_MARKS}]{{80,2000}}[{_MARKS}]")
#: "the text below …" and "… is only a copy" in one sentence say that nothing from there on is asked
_PLACE = re.compile(
    r"\b(?:below|underneath|beneath|rest|following|pasted|attached|unten\w*|untere\w*|darunter|drunter|folgende\w*"
    r"|nachstehend\w*|angehangt\w*|beigefugt\w*|eingefugt\w*)\b"
)
_IDLE = re.compile(
    r"\b(?:ignor\w*|disregard|never mind|clipboard|by (?:mistake|accident)|accidental\w*|proofread"
    r"|translat\w*|grammar|for your (?:files|archive)|aus versehen|versehentlich|nicht (?:be)?achten"
    r"|zwischenablage|ubersetz\w*|korrektur\w*|grammatik|zur ablage|kopiert)\b"
)
_NUMBER = re.compile(r"\d+")  # the policy fills them in
_JINJA = re.compile(r"\{[{%].*?[%}]\}")
_GRAM = 10  #: characters that have to agree in a row
_SHORTEST = 60  #: characters; a shorter sentence may be anybody's
_SHARE = 0.7


def without_quotations(text: str) -> str:
    """Leave out what stands in quotation marks and is longer than a message on a screen."""
    return _QUOTED.sub(" ", text)


def asked(sentences: Sequence[str]) -> list[str]:
    """The sentences up to one that says that the rest is idle, without those of our articles."""
    kept: list[str] = []
    for sentence in sentences:
        folded = fold(sentence)
        if not _is_ours(folded):
            kept.append(sentence)
        if _PLACE.search(folded) and _IDLE.search(folded):
            break
    return kept


def _is_ours(folded: str) -> bool:
    """Whether it stands in an article; a question stands in none."""
    if len(folded) < _SHORTEST or folded.endswith("?"):
        return False
    grams = _grams(folded)
    found = Counter(number for gram in grams for number in _bodies().get(gram, ()))
    return max(found.values(), default=0) >= _SHARE * len(grams)


@cache
def _bodies() -> Mapping[str, Sequence[int]]:
    """The numbers of the articles in whose text a piece stands."""
    held: dict[str, list[int]] = defaultdict(list)
    told = (article for both in articles.load().values() for article in both.values())
    for number, article in enumerate(told):
        for gram in _grams(fold(_JINJA.sub(" ", article.body))):
            held[gram].append(number)
    return held


def _grams(folded: str) -> frozenset[str]:
    line = " ".join(_NUMBER.sub(" ", folded).split())
    return frozenset(line[at : at + _GRAM] for at in range(max(1, len(line) - _GRAM + 1)))
