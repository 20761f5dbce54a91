"""Whether a reply takes a case back: plainly, perhaps, or not; and what then stands in the way."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from bot.domain.approvals import Choice
from bot.domain.cases import BEFORE_LIVE, OPEN, STANDING, UNDER_WAY, Case, CaseStatus
from bot.domain.differences import brings_people, corrects
from bot.domain.outbox import JobStatus
from bot.domain.ris import RisCase


class Wish(StrEnum):
    """What a party's words ask for."""

    NONE = "none"
    UNCLEAR = "unclear"  # they speak of withdrawing; a person reads what is meant
    PLAIN = "plain"  # they say nothing else


LONGEST: Final = 600  #: characters; whoever writes more says more than that
MOST_NAMED: Final = 3  #: cases in one mail
_NAMED: Final = re.compile(r"\bC-(\d{1,9})\b", re.IGNORECASE)

_THING: Final = (
    r"(?:(?:this|the|our|my|that) (?:whole |entire )?)?"
    r"(?:case|order|request|form|ris|registration|onboarding|submission|application|it|this|all of it)"
)
_SACHE: Final = (
    r"(?:(?:diesen|den|unseren|meinen|diese|die|unsere|meine|dieses|das|unser|mein) (?:ganzen? )?)?"
    r"(?:fall|auftrag|antrag|vorgang|bestellung|anmeldung|registrierung|anfrage|formular|ris|das|dies|alles)"
)
_CASE: Final = r"(?: (?:(?:case|fall|vorgang) )?\(?c-?(\d{1,9})\)?)"


def _sentence(before: str, thing: str, after: str) -> str:
    """What is withdrawn may be named, by a word, by its number, by both or not at all."""
    return rf"{before}(?: {thing})?{_CASE}?{after}"


#: whole sentences, folded and without their end; anything beside them makes the wish unclear
_PLAIN: Final = re.compile(
    "|".join((
        _sentence(r"(?:please |kindly )?(?:withdraw|cancel)", _THING, r"(?: please| completely)?"),
        _sentence(
            r"(?:we|i)(?: would like to| want to| wish to| have to| must| need to| hereby)?"
            r" (?:withdraw|cancel)", _THING, ""),
        _sentence(r"bitte (?:stornieren|streichen|annullieren) sie", _SACHE, ""),
        _sentence(r"bitte", _SACHE, r" (?:stornieren|zurückziehen|annullieren)"),
        _sentence(r"bitte ziehen sie", _SACHE, r" zurück"),
        _sentence(
            r"(?:hiermit )?(?:wir|ich) (?:ziehen?|nehmen?)(?: hiermit)?", _SACHE, r"(?: hiermit)? zurück"),
        _sentence(r"hiermit (?:ziehen?|nehmen?) (?:wir|ich)", _SACHE, r" zurück"),
        _sentence(r"(?:hiermit )?(?:wir|ich) (?:stornieren?|annullieren?)(?: hiermit)?", _SACHE, ""),
        _sentence(r"hiermit (?:stornieren?|annullieren?) (?:wir|ich)", _SACHE, ""),
        _sentence(
            r"(?:wir|ich) (?:möchten?|wollen|will|müssen|muss)", _SACHE, r" (?:stornieren|zurückziehen)"),
    ))
)  # fmt: skip
#: what else a person writes without saying anything: a greeting with a name, thanks, regret, a farewell
_NAME: Final = r"(?: (?!(?:not|never|no|please|do|if|unless|nicht|kein\w*|bitte|wenn|falls)\b)[^\W\d]+)"
_POLITE: Final = re.compile(
    r"(?:(?:hello|hi|dear|good (?:morning|day|afternoon)|hallo|guten (?:tag|morgen)|moin"
    rf"|sehr geehrte[rns]?|liebe[rs]?){_NAME}{{0,3}}"
    r"|(?:many |kind )?thanks|thank you|vielen dank|danke|besten dank"
    r"|(?:sorry|we are sorry|entschuldigung|(?:es )?tut (?:uns|mir) leid)"
    r"(?: (?:for|für) (?:the|this|die|den) (?:trouble|inconvenience|umstände|aufwand))?"
    r"|(?:kind |best |warm )?regards|(?:mit )?(?:freundlichen|viele|besten?|liebe) grü(?:ß|ss)en?"
    r"|best|yours|cheers|mfg|vg)(?: (?:in advance|im voraus|very much))?"
)
_SPEAKS: Final = re.compile(
    r"\bwithdr(?:aw|ew)|\bcancel|\bretract|\bcall(?:ing)? off\b|\bstorn(?:o|ier)|\bannullier|\bwiderruf"
    r"|\bzurück(?:zieh|zuzieh|nehm|gezogen|genommen)|\b(?:zieh|nehm)\w*\b[^.!?]{0,120}\bzurück"
)
#: a single line break within a sentence is the mail program's: what stands on both sides belongs together
_SENTENCE_END: Final = re.compile(r"[!.;]+(?:\s+|$)|,\s*\n\s*|\n\s*\n\s*")


def read_wish(text: str, *, case_id: int, subject: str = "", sender: str = "") -> Wish:
    """Whether a party takes that case back; plain only by a sentence we know, and nothing else beside it.

    A question, a condition, another case's number, a single person or any further sentence is unclear: a
    person reads it. `sender`: their display name, with which they may sign.
    """
    folded = re.sub(r"[ \t\u00a0]+", " ", text.casefold().replace("\r", "")).strip()
    if not _SPEAKS.search(folded[: LONGEST * 20]):
        return Wish.NONE
    if len(folded) > LONGEST or "?" in folded:
        return Wish.UNCLEAR
    sentences = [" ".join(part.split()).strip(" ,-–") for part in _SENTENCE_END.split(folded)]  # noqa: RUF001
    told = [_PLAIN.fullmatch(part) for part in sentences if not _says_nothing(part, sender.casefold())]
    if not told:
        return Wish.UNCLEAR
    named = [number for found in told if found for number in found.groups() if number]
    numbers = {int(number) for number in (*named, *re.findall(r"\bC-(\d{1,9})\b", subject))}
    plain = all(told) and numbers <= {case_id}
    return Wish.PLAIN if plain else Wish.UNCLEAR


def list_named(text: str) -> list[int]:
    """The cases that a mail names, in its order; one that names many is about something else."""
    numbers = list(dict.fromkeys(int(number) for number in _NAMED.findall(text[: LONGEST * 20])))
    return numbers if len(numbers) <= MOST_NAMED else []


def _says_nothing(part: str, sender: str) -> bool:
    """Polite words, the sender's own name, or both."""
    words = [word for word in re.split(r"[\s,]+", part) if word]
    while words and words[-1] in sender.split():
        words.pop()
    return not words or _POLITE.fullmatch(" ".join(words)) is not None


class Irrevocable(StrEnum):
    """What of a decision cannot be called back; it is said to the sponsor and to staff."""

    CONFIRMATION_SENT = "confirmation_sent"  # the order confirmation went out; it counts no more
    KEYS_VOID = "keys_void"  # License Keys went out; they are worth nothing any more
    MADE = "made"  # a provisioning case or a site stands outside, or may: staff hear which, and close it
    MAY_HAVE_GONE = "may_have_gone"  # it is on its way, or nobody knows whether it arrived


def list_irrevocable(effects: Sequence[JobStatus], *, keys_void: bool = False) -> tuple[Irrevocable, ...]:
    """What cannot be called back of a decision: of its mails by their states, and of its keys."""
    found = []
    if {JobStatus.SENT, JobStatus.TOLD} & set(effects):
        found.append(Irrevocable.CONFIRMATION_SENT)
    if {JobStatus.SENDING, JobStatus.UNKNOWN} & set(effects):
        found.append(Irrevocable.MAY_HAVE_GONE)
    if keys_void:
        found.append(Irrevocable.KEYS_VOID)
    return tuple(found)


#: mails that were not sent, and are not when their decision is taken back
UNSENT: Final = (JobStatus.QUEUED, JobStatus.HELD, JobStatus.FAILED)


def may_be_withdrawn(case: Case) -> bool:
    """Open, or approved and not live: what was rejected or withdrawn is nobody's order."""
    return case.status in OPEN | BEFORE_LIVE


def may_be_reopened(case: Case) -> bool:
    """Whether its decision may be taken back for a newer form."""
    return _is_decided(case) and case.status in UNDER_WAY | {CaseStatus.REJECTED}


def may_be_corrected(case: Case, newer: RisCase) -> bool:
    """Whether a newer form corrects what was decided, by taking it back or, once it is late, by hand.

    Of an approved case a form that may as well say who joins is an order of its own; once the customer is
    invited, any with somebody new.
    """
    if may_be_reopened(case):
        return case.status is CaseStatus.REJECTED or corrects(case.ris, newer)
    return _is_decided(case) and case.status in STANDING and not brings_people(case.ris, newer)


def _is_decided(case: Case) -> bool:
    return case.decision is not None and case.decision.choice in (Choice.APPROVED, Choice.REJECTED)
