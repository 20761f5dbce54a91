"""What a sentence denies is taken out of it: "not locked", "ein neues Passwort brauche ich nicht"."""

import re

_STATE = (
    r"(?:lock\w*|block\w*|expir\w*|forgotten|gesperrt\w*|blockiert\w*|abgelaufen\w*|vergessen\w*"
    r"|password problem|passwortproblem|passwort problem)"
)
_LINKS = r"(?:yet|a|an|the|or|nor|and|oder|noch|und|weder|noch nicht)"
_NOT = r"(?:not|isn t|wasn t|hasn t|haven t|neither|nicht|weder|kein\w*|no)"
_DENIED_STATE = re.compile(rf"\b{_NOT} (?:{_LINKS} )*{_STATE}(?: (?:{_LINKS} )+{_STATE})*\b")
_THING = r"(?:password|passwort|kennwort|reset|unlock\w*|code|link|einladung|invitation)"
_NOT_NEEDED = re.compile(
    rf"\b(?:(?:do not|don t|dos not) (?:need|want) (?:\w+ ){{0,3}}{_THING}(?: reset)?"
    rf"|need no (?:\w+ ){{0,2}}{_THING}"
    rf"|{_THING} (?:\w+ ){{0,3}}(?:brauch\w*|benotig\w*) (?:\w+ ){{0,2}}nicht"
    rf"|(?:brauch\w*|benotig\w*) (?:\w+ ){{0,2}}kein\w* (?:\w+ ){{0,2}}{_THING})\b"
)
_NOT_THE_MATTER = re.compile(
    r"\b(?:that|this|it|das|dies|es|daran|darum) (?:\w+ ){0,2}(?:not|nicht)(?: \w+){0,2}"
    r"(?: (?:issu|problem|point|qustion|matter|frage|thema|liegt|geht))?$"
)
_MATTER = re.compile(r"issu|problem|point|qustion|matter|frage|thema|daran|darum")
_CLAUSE = re.compile(r"\s*[,;:.!?]+\s*|\s+-+\s+")
_FEWEST = 2  #: words that must be left


def without_denied(line: str) -> tuple[str, bool]:
    """The folded line (punctuation in it) without what it denies, and whether a state was denied."""
    kept: list[str] = []
    dismissed = False
    for clause in _CLAUSE.split(line):
        if _NOT_THE_MATTER.search(clause) and _MATTER.search(clause):
            kept.clear()  # what stood before it is what it speaks of
            dismissed = True
        elif clause and not _NOT_NEEDED.search(clause):
            kept.append(_DENIED_STATE.sub(" ", clause))
    left = " ".join(kept)
    if dismissed and not left:
        return "", True  # the whole sentence only says what is not asked
    return (left, _DENIED_STATE.search(line) is not None) if len(left.split()) >= _FEWEST else (line, False)
