"""A message as its sender's own sentences, and the windows of them in which a question may stand."""

import re
from collections.abc import Iterable, Sequence

from bot.domain.own_words import own_words
from bot.faq.parts import inquires
from bot.faq.pasted import asked, without_quotations

LONGEST = 6_000  #: characters that are searched; a question stands at the beginning
MOST_SENTENCES = 25
WIDEST = 3  #: sentences in one window …
_WIDE_UP_TO = 12  #: … of a message of so many; of a longer one two, so that its work has an end

_SUBJECT = re.compile(r"\s*(?:subject|betreff)\s*:[ \t]*(.*)(?:\n|$)", re.IGNORECASE)
_ANSWERED = re.compile(r"^(?:\s*(?:re|aw|antw|fwd?|wg|wtr)\s*:)+\s*", re.IGNORECASE)
#: a line that begins so is a sentence of its own below one that asks, and always where it wishes something:
#: in a folded one these words have no capital
_BEGUN = re.compile(
    r"(?<![,:;])[^\S\n]*\n\s*(?=(?:(Please|Bitte)|How|Where|What|Who|When|Which|Why|Can|Could|May|Must|Should"
    r"|Do|Does|Did|Is|Are|Wie|Wo|Was|Wer|Wem|Wen|Wann|Welche\w*|Warum|Wieso|Kann|Können|Darf|Dürfen|Muss"
    r"|Müssen|Ist|Sind|Gibt)\b)"
)
_END = re.compile(r"(?<=[.!?])\s+|\s*\n\s*\n\s*|\s*\n\s*(?=[-*\u2022\d])")
_FOLDED = re.compile(r"\s*\n\s*")
_ABBREVIATED = re.compile(
    r"\b(?:nr|bzw|ca|e\.g|i\.e|z\. ?b|ust-idnr|ust\.-idnr|no|inc|mr|ms|mrs|dr)\.\s", re.IGNORECASE
)
_GREETING = re.compile(
    r"\s*(?:hi|hello|hallo|hey|dear|liebe[rs]?|sehr geehrte[rs]?|good (?:morning|afternoon|evening|day)"
    r"|guten (?:morgen|tag|abend)|moin|servus|gr(?:ü|ue)(?:ß|ss) (?:gott|sie))\b"
    r"(?:[^\S\n]+(?:team|support|all|everyone|zusammen|there|sir or madam|damen und herren)){0,2}"
    r"(?:(?:[^\S\n]+[\w.-]+){0,4}[^\S\n]*[,!]|\s*[.]?$)\s*",
    re.IGNORECASE,
)


def sentences(text: str) -> list[str]:
    """The sender's own, in order; a mail's subject, where one stands in front, is the first."""
    subject = ""
    if headed := _SUBJECT.match(text):
        subject, text = headed[1], text[headed.end() :]
    own = without_quotations(own_words(text, subject)[:LONGEST])
    parts = [_ANSWERED.sub("", subject), *_split(own)]
    said = (_GREETING.sub("", _FOLDED.sub(" ", part), count=1).strip() for part in parts)
    return asked([part for part in said if any(map(str.isalnum, part))][:MOST_SENTENCES])


def subject(text: str) -> str:
    """A mail's subject as the sentence that it is, "" where there is none."""
    headed = _SUBJECT.match(text)
    return _GREETING.sub("", _ANSWERED.sub("", headed[1]), count=1).strip() if headed else ""


def _split(own: str) -> list[str]:
    lines = own.split("\n")
    # A short line of its own is a sentence: nobody folds lines so early.
    rejoined = "\n".join(line if len(line) > 50 else f"{line}\n" for line in lines)  # noqa: PLR2004
    shielded = _ABBREVIATED.sub(lambda found: found[0].replace(". ", " "), rejoined)
    return [question for sentence in _END.split(shielded) for question in _questions(sentence)]


def _questions(sentence: str) -> Iterable[str]:
    begin = 0
    for at in _BEGUN.finditer(sentence):
        if at[1] or inquires(_FOLDED.sub(" ", sentence[begin : at.start()])):
            yield sentence[begin : at.start()]
            begin = at.end()
    yield sentence[begin:]


def windows(count: int) -> Sequence[range]:
    """The runs of one to three of so many sentences, as ranges of their numbers."""
    widest = WIDEST if count <= _WIDE_UP_TO else WIDEST - 1
    widths = range(1, min(widest, count) + 1)
    return [range(start, start + width) for width in widths for start in range(count - width + 1)]
