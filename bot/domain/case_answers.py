"""Answers in words to a case's questions: what each would change, and what of it needs a person first."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from bot.domain import forms
from bot.domain import review_values as values
from bot.domain.answer_texts import Given
from bot.domain.filling import COMPANY, Slot, fill, slot_of, value_at
from bot.domain.forms import plain
from bot.domain.mail import Address
from bot.domain.review import APPLICATIONS
from bot.domain.ris import Problem, ProblemKind, RisCase, Role, Severity
from bot.domain.trust import Verdict

MOST_PROPOSALS: Final = 200  #: of one mail; more answers than that stay words
LONGEST_VALUE: Final = 200
_MOST_WORDS: Final = 12  #: more of them are a sentence, not what belongs into a cell


class Doubt(StrEnum):
    """Why an answer changes nothing by a click and stays with a person."""

    NO_QUESTION = "no_question"  # no question had that number
    NO_LONGER_ASKED = "no_longer_asked"  # a newer version of the form has settled or moved it
    TWICE = "twice"  # the number stands there several times, with different answers
    NO_VALUE = "no_value"  # a question, a sentence, "no", or nothing
    NO_CELL = "no_cell"  # no single value can mend it
    NOBODY = "nobody"  # names nobody of the form, or more than one
    WOULD_RUN = "would_run"  # a spreadsheet program would run it


class AnswersState(StrEnum):
    OPEN = "open"
    APPLIED = "applied"  # open -> staff took them over
    DISCARDED = "discarded"  # open -> staff dropped them
    OVERTAKEN = "overtaken"  # open -> the case has a newer version


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """One answer: what stands in its cell now and what would stand there."""

    number: int  #: of the question in the mail that was answered
    answer: str  #: as the sender wrote it
    slot: Slot | None = None
    who: str = ""  #: the user's name, where the cell is one of theirs
    old: str = ""
    new: tuple[str, ...] = ()  #: several only for phones; none where a heading is confirmed
    doubt: Doubt | None = None
    still_open: bool = False  #: by the same rules it is not right yet: applied all the same, and asked again

    @property
    def applies(self) -> bool:
        return self.doubt is None


@dataclass(frozen=True, kw_only=True)
class AnsweringMail:
    """What has to be known of a mail once its answers are taken over, perhaps days later."""

    mail_id: int  #: the ledger's row
    sender: Address
    message_id: str
    subject: str
    thread_ids: tuple[str, ...]
    verdict: Verdict
    evidence: str


@dataclass(frozen=True, kw_only=True)
class CaseAnswers:
    """The answers of one mail, as staff were shown them."""

    id: int
    case_id: int
    version: int  #: of the case that they would change, and no other
    asked: int  #: the version whose questions the mail listed that they answer
    mail: AnsweringMail
    proposals: tuple[Proposal, ...]
    state: AnswersState
    made_at: datetime
    settled_by: str = ""
    settled_at: datetime | None = None


def list_questions(ris: RisCase) -> tuple[Problem, ...]:
    """What a sponsor is asked, in the order of the numbers, which begin with 1."""
    return tuple(problem for problem in ris.problems if problem.severity is Severity.ERROR)


def propose(asked: RisCase, current: RisCase, given: Sequence[Given]) -> tuple[Proposal, ...]:
    """What these answers to the questions of `asked` would change in `current`, the newest version."""
    answers = list({(one.number, one.text): one for one in given if one.text}.values())[:MOST_PROPOSALS]
    times = Counter(one.number for one in answers)
    questions = _Questions(asked=asked, current=current, times=times)
    found = [_propose(questions, one) for one in answers]
    taken = Counter(one.slot for one in found if one.applies)
    return tuple(
        replace(one, doubt=Doubt.TWICE) if one.applies and taken[one.slot] > 1 else one for one in found
    )


def judge(filled: RisCase, proposals: Sequence[Proposal]) -> tuple[Proposal, ...]:
    """Note which of the new values the rules do not take either; `filled`: the form with all of them."""
    return tuple(replace(one, still_open=_is_open(filled, one)) if one.applies else one for one in proposals)


def apply(
    current: RisCase,
    proposals: Sequence[Proposal],
    *,
    applications: Sequence[str] = APPLICATIONS,
    own_addresses: Collection[str] = (),
) -> RisCase:
    """The form with every answer in its cell that needs no person first."""
    changed = {one.slot: one.new for one in proposals if one.applies and one.slot}
    return fill(current, changed, applications=applications, own_addresses=own_addresses)


class _Questions:
    """What was asked, what of it still is, and how often each number was answered."""

    def __init__(self, *, asked: RisCase, current: RisCase, times: Mapping[int, int]) -> None:
        self.current = current
        self.times = times
        self.asked = list_questions(asked)
        self._open = frozenset(list_questions(current))
        self._asked_of = asked

    def stands(self, problem: Problem) -> bool:
        """Whether the same is still asked, of the same person."""
        same = _name(self._asked_of, problem.user) == _name(self.current, problem.user)
        return same and problem in self._open


def _propose(questions: _Questions, given: Given) -> Proposal:
    proposal = Proposal(number=given.number, answer=given.text)
    if given.number > len(questions.asked):
        return replace(proposal, doubt=Doubt.NO_QUESTION)
    problem = questions.asked[given.number - 1]
    if not questions.stands(problem):
        return replace(proposal, doubt=Doubt.NO_LONGER_ASKED)
    if problem.kind is ProblemKind.NO_ADMINISTRATOR:
        proposal = _named_administrator(questions.current, proposal)
    elif problem.kind is ProblemKind.DOUBTFUL:
        proposal = _about_heading(questions.current, problem, proposal)
    else:
        proposal = _new_value(questions.current, problem, proposal)
    return replace(proposal, doubt=Doubt.TWICE) if questions.times[given.number] > 1 else proposal


def _new_value(current: RisCase, problem: Problem, proposal: Proposal) -> Proposal:
    slot = slot_of(problem, current)
    if slot is None:
        return replace(proposal, doubt=Doubt.NO_CELL)
    old = problem.found or value_at(current, slot)
    return _filled_in(current, slot, old, meant(proposal.answer, problem), proposal)


def _about_heading(current: RisCase, problem: Problem, proposal: Proposal) -> Proposal:
    """A doubtful heading is confirmed, or its field of the company gets another value; a column cannot."""
    if _is_yes(proposal.answer):
        return replace(proposal, slot=slot_of(problem, current), old=problem.found)
    if problem.field not in COMPANY:
        return replace(proposal, doubt=Doubt.NO_CELL)
    slot = Slot(problem.field)
    return _filled_in(current, slot, value_at(current, slot), meant(proposal.answer, problem), proposal)


def _filled_in(current: RisCase, slot: Slot, old: str, said: str, proposal: Proposal) -> Proposal:
    proposal = replace(proposal, slot=slot, who=_name(current, slot.user), old=old)
    if not said:
        return replace(proposal, doubt=Doubt.NO_VALUE)
    new = _phones(said) if slot.field == "phones" else (said,)
    runs = any(values.would_run(one) or values.is_error_value(one) for one in new)
    return replace(proposal, new=new, doubt=Doubt.WOULD_RUN if runs else None)


def _named_administrator(current: RisCase, proposal: Proposal) -> Proposal:
    """The answer names a person of the form, who becomes the Organization Administrator."""
    words = plain(proposal.answer.replace(",", " "))
    address = _address_in(proposal.answer).lower()
    named = [
        number
        for number, user in enumerate(current.users)
        if (user.email and user.email.lower() == address)
        or (user.last_name and f" {plain(f'{user.first_name} {user.last_name}')} " in f" {words} ")
    ]
    if len(named) != 1:
        return replace(proposal, doubt=Doubt.NOBODY)
    slot = Slot("role", named[0])
    old = value_at(current, slot)
    return replace(
        proposal, slot=slot, who=_name(current, named[0]), old=old, new=(Role.ORGANIZATION_ADMINISTRATOR,)
    )


def _name(ris: RisCase, user: int | None) -> str:
    if user is None or not user < len(ris.users):
        return ""
    person = ris.users[user]
    return f"{person.first_name} {person.last_name}".strip()


def _is_open(filled: RisCase, proposal: Proposal) -> bool:
    """Whether the rules still ask about that cell."""
    slot = proposal.slot
    if slot is None or slot.heading:
        return False
    return any(
        problem.user == slot.user
        and problem.field == slot.field
        and (slot.field != "phones" or problem.found in proposal.new)
        for problem in list_questions(filled)
    )


_YES: Final = frozenset(
    {
        "yes", "y", "yep", "correct", "that is correct", "right", "ok", "okay", "confirmed", "exactly",
        "true", "yes please", "yes that is correct", "ja", "j", "ja bitte", "stimmt", "das stimmt", "richtig",
        "korrekt", "passt", "genau", "bestätigt", "ja stimmt", "ja genau", "ja richtig",
    }
)  # fmt: skip
#: as `plain` says it
_NO_VALUE: Final = frozenset(
    {
        "", "-", "\u2013", "x", "n/a", "no", "none", "unknown", "later", "open", "attached", "remove",
        "delete", "please remove", "please delete", "ditto", "nein", "keine", "unbekannt", "weiss nicht",
        "später", "offen", "anbei", "löschen", "streichen", "bitte löschen", "bitte streichen", "dito",
    }
)  # fmt: skip
#: that it comes another time, or stands somewhere else
_ELSEWHERE: Final = re.compile(
    r"(?:(?:it|this|we|i|is|are|will|wird|werden|das|die|wir|ich|please|bitte|still|noch) )*"
    r"(?:tb[acd]|t\.b\.[acd]|follows?|to follow|coming|comes?"
    r"|(?:to )?be (?:sent|provided|supplied|announced|confirmed|determined|defined|decided)"
    r"|(?:send|provide|supply) (?:it|this)|not (?:yet )?(?:known|available|clear|decided)"
    r"|open|unknown|missing"
    r"|(?:see|as|like|same as|cf\.?) (?:the )?"
    r"(?:above|below|before|(?:attached )?(?:file|form|e?-?mail|sheet)|attached|attachment)"
    r"|folg(?:t|en)|komm(?:t|en)|nach(?:gereicht|geliefert|gesendet)|reichen? (?:ich|wir)|ergänzt"
    r"|nicht (?:bekannt|klar)|unklar|offen|unbekannt|zu klären"
    r"|(?:siehe|s\.?|wie|vgl\.?) ?(?:im |in der )?(?:oben|unten|anhang|anlage|e?-?mail|datei|formular)"
    r"|s\. ?[ou])"
    r"(?: (?:later|soon|shortly|asap|separately|yet|tomorrow|noch|nach|später|bald|in kürze|separat|morgen))*"
)
_QUOTES: Final = "\"'`\u201c\u201d\u201e\u201a\u2018\u2019«»"
#: fields whose values never end in a full stop
_TYPED: Final = frozenset(
    {"postal_code", "city", "country", "vat_id", "seats", "role", "credential", "partner_type", "application"}
)
_LABELS: Final[Mapping[str, frozenset[str]]] = {
    field.name: frozenset(
        plain(word)
        for same in (*forms.COMPANY_FIELDS, *forms.USER_FIELDS)
        if same.name == field.name
        for word in (same.label.en, same.label.de)
    )
    for field in (*forms.COMPANY_FIELDS, *forms.USER_FIELDS)
}


def meant(answer: str, problem: Problem) -> str:
    """The value in an answer: "yes" takes the suggestion; "" where it holds none."""
    text = answer.strip().strip(_QUOTES).strip()
    if _is_yes(text):
        return problem.suggestion
    applicable = problem.field == "vat_id" and values.is_not_applicable(text)
    label, colon, rest = text.partition(":")
    if colon and plain(label) in _LABELS.get(problem.field, ()):
        text = rest.strip().strip(_QUOTES)
    if text.endswith("?") or (_is_no_value(text) and not applicable):
        return ""
    if problem.field in {"email", "contact_email"}:
        text = _address_in(text)
    elif problem.field in _TYPED:
        text = text.rstrip(" .;,")
    long = len(text) > LONGEST_VALUE or len(text.split()) > _MOST_WORDS
    return "" if long else text


def _is_no_value(text: str) -> bool:
    parts = [plain(part) for part in re.split(r"[,;!()]", text)]
    return all(part in _NO_VALUE or _ELSEWHERE.fullmatch(part) for part in parts)


def _is_yes(answer: str) -> bool:
    return plain(re.sub(r"[,!.]+", " ", answer.strip(_QUOTES))) in _YES


def _address_in(text: str) -> str:
    """The only address in a sentence, or the text as it is."""
    words = (values.written_address(word.strip("<>()[].,;" + _QUOTES)) for word in text.split())
    addresses = {word for word in words if "@" in word and values.is_address(word)}
    return addresses.pop() if len(addresses) == 1 else text


def _phones(text: str) -> tuple[str, ...]:
    """Several numbers in one answer, where each of its parts may be one."""
    parts = [part.strip() for part in re.split(r"[,;]|\b(?:und|and|or|oder)\b", text)]
    several = 1 < len(parts) <= forms.MOST_PHONES and all(sum(map(str.isdigit, one)) > 5 for one in parts)  # noqa: PLR2004 - no number has fewer digits
    return tuple(parts) if several else (text,)
