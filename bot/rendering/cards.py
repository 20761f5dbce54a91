"""The card of a case, and its confirmation: functions take values and return blocks and the plain text."""

from collections.abc import Iterator, Sequence
from typing import Literal

from bot.domain.approvals import Phase
from bot.domain.cards import CaseCard
from bot.domain.case_steps import step_at
from bot.domain.cases import OVER, STANDING, Case, CaseStatus
from bot.domain.ris import Credential, Decision, Problem, RisCase, Severity, User
from bot.domain.trust import Verdict
from bot.rendering import (
    approving,
    blocks,
    case_steps,
    differences,
    letter_cards,
    modals,
    organisations,
    progress,
    quoting,
    registration,
)
from bot.rendering.blocks import Block, Card, safe
from bot.rendering.words import Words

SHOWN_USERS = 8
SHOWN_PROBLEMS = 6
_SAYS_YES = ("approve", "kind_ris")  #: whoever takes a stranger's form in may give the first of two approvals
MOST_FILES = 5  #: of those that were not taken for a RIS


def case_card(card: CaseCard, *, words: Words) -> Card:
    """The newest state of a case, with the buttons that this state offers."""
    return Card(
        text=_notification(card.case, words),
        blocks=[*_case(card, words), *progress.again(card, words), *_buttons(card, words)],
    )


def confirm_card(
    card: CaseCard, action: Literal["approve", "reject"], *, note: str = "", words: Words
) -> Card:
    """The current card for one pair of eyes, with only the button of the command they typed.

    `note`: what they typed behind it, which stands in the window of the rejection; an approval keeps none.
    """
    case = card.case
    if case.status is CaseStatus.REGISTRATION_REVIEW:
        return _confirm_registration(card, action, note, words)
    may = action in _ACTIONS.get(case.status, ()) and case.decision is None and card.may_decide
    ask = words.say("card.ask.confirm" if may else "card.ask.nothing")
    button = [_actions(card, (action,), words)] if may else []
    rejects = may and note and action == "reject"
    noted = modals.typed_note(button[0]["elements"][0], note, words) if rejects else []
    lost = _lost(action, note, words) if may and not noted else ()
    shown = [*_case(card, words), blocks.context(ask, *lost), *noted, *button]
    return Card(text=_notification(case, words), blocks=shown)


def _lost(action: Literal["approve", "reject"], note: str, words: Words) -> tuple[str, ...]:
    """That what was typed behind the command goes nowhere, and what does."""
    return (words.say(f"card.typed_note.lost.{action}"),) if note else ()


def _confirm_registration(
    card: CaseCard, action: Literal["approve", "reject"], note: str, words: Words
) -> Card:
    """What refuses it asks for words that go to people outside: a note is not taken for them."""
    found = registration.buttons(card, words, only=_REGISTRATION[action])
    lost = _lost(action, note, words) if found else ()
    ask = blocks.context(words.say("card.ask.confirm" if found else "card.ask.nothing"), *lost)
    return Card(text=_notification(card.case, words), blocks=[*_case(card, words), ask, *found])


def _notification(case: Case, words: Words) -> str:
    company, status = _company(case, words), words.status(case.status, case.ball)
    return quoting.slack(words.say("card.notification", ref=case.ref, company=company, status=status), 400)


def _company(case: Case, words: Words) -> str:
    return quoting.one_line(case.ris.company.name, 100) or words.say("card.nameless")


def _case(card: CaseCard, words: Words) -> list[Block]:
    case = card.case
    title = words.say("card.title", ref=case.ref, company=_company(case, words))
    return [
        blocks.header(title),
        blocks.section(_state(card, words)),
        *progress.approvals(card, words),
        *registration.shown(card, words),
        *case_steps.quoted(card, words),
        *progress.decision(card, words),
        *case_steps.shown(card, words),
        *progress.returned(card, words),
        *progress.voided(case, words),
        *letter_cards.open_questions(card, words),
        *organisations.shown(card, words),
        *_changes(card, words),
        blocks.fields(_facts(case, words)),
        *_users(case.ris.users, words),
        *_problems(case, words),
        *differences.headings(case.ris, words, shown=differences.SHOWN_HEADINGS, only_doubtful=True),
        blocks.context(*_origin(case, words)),
    ]


def _changes(card: CaseCard, words: Words) -> list[Block]:
    """Since the version before: what whoever decided to wait for it wants to see first."""
    if card.before is None:
        return []
    before, after = card.before, card.case.ris
    return differences.changes(before.ris, after, before.number, words, shown=differences.SHOWN_CHANGES)


def _state(card: CaseCard, words: Words) -> str:
    case = card.case
    since = words.moment(case.held_since)
    status = words.status(case.status, case.ball)
    line = words.say(f"card.state.{case.ball}", status=status, since=since)
    if case.assigned_to:
        who = words.person(case.assigned_to, slack=True)
        line += "\n" + words.say("card.assigned", who=who)
    if case.escalated and case.decision is None:
        line += "\n" + words.say("card.escalated")
    if card.lacks_a_word:
        line += "\n" + words.say("card.say_first")
    line += "".join(f"\n{said}" for said in unheard(card, words))
    if card.open_answers and case.decision is None:
        line += "\n" + words.say("answers.waiting", count=card.open_answers)
    if card.unread and case.decision is None:
        line += "\n" + words.say("card.unread", count=card.unread)
    return line


def unheard(card: CaseCard, words: Words) -> Iterator[str]:
    """Which mail to somebody outside did not go, or waits for release: that is the desk's to see to."""
    case = card.case
    if card.unasked:
        yield words.say("card.unasked")
    if card.unreleased:
        yield words.say(f"card.unreleased.{_UNRELEASED.get(case.status, 'decided')}")
    at = step_at(card.steps)
    if at is not None and at.awaits_release:
        yield words.say("card.unreleased.step", step=words.say(f"step.{at.name}"))
    if card.unmailed:
        yield words.say("card.unmailed", count=card.unmailed)
    if case.is_uninvited:
        yield words.say(f"card.uninvited.{case.step}")
    if case.decision is not None and case.decision.phase is Phase.FAILED:
        yield words.say("card.undelivered")


#: which mail it is that waits for release
_UNRELEASED = {
    CaseStatus.WAITING_FOR_SPONSOR: "asked",
    CaseStatus.INVITED: "refused",
    CaseStatus.LIVE: "told",
    CaseStatus.WITHDRAWN: "told",
}


def _facts(case: Case, words: Words) -> list[str]:
    company = case.ris.company
    contact = ", ".join(filter(None, (company.contact_name, company.contact_email, company.contact_phone)))
    facts = {
        words.field("country"): words.country(company.country),
        words.field("application"): company.application,
        words.field("seats"): "" if company.seats is None else str(company.seats),
        words.field("purchase_order"): company.purchase_order,
        words.field("vat_id"): company.vat_id,
        words.say("card.contact"): contact,
    }
    return [
        words.say("card.field", label=label, value=safe(value, 300) or words.say("card.none"))
        for label, value in facts.items()
    ]


def _users(users: Sequence[User], words: Words) -> list[Block]:
    if not users:
        return []
    heading = words.say("card.users", number=len(users))
    lines = (_user(user, words) for user in users)
    return [blocks.listing(heading, lines, words, shown=SHOWN_USERS, of=len(users))]


def _user(user: User, words: Words) -> str:
    none = words.say("card.none")
    return words.say(
        "card.user",
        name=safe(f"{user.first_name} {user.last_name}", 80) or none,
        email=safe(user.email, 120) or none,
        role=safe(words.role(user.role), 80) or none,
        credential=safe(words.choice(Credential, user.credential), 40) or none,
    )


def _problems(case: Case, words: Words) -> list[Block]:
    shown = []
    for severity, key in ((Severity.ERROR, "card.errors"), (Severity.WARNING, "card.advice")):
        found = [problem for problem in case.ris.problems if problem.severity is severity]
        if found:
            heading = words.say(key, number=len(found))
            lines = (problem_line(problem, case.ris, words) for problem in found)
            shown.append(blocks.listing(heading, lines, words, shown=SHOWN_PROBLEMS, of=len(found)))
    return shown


def problem_line(problem: Problem, ris: RisCase, words: Words) -> str:
    """Where it stands in the form, and what is wrong there."""
    place, sentence = words.place(problem, ris), words.problem(problem)
    return words.say("card.problem", place=safe(place, 120), sentence=safe(sentence, 320))


def _origin(case: Case, words: Words) -> tuple[str, ...]:
    sender = safe(f"{case.sponsor.name} <{case.sponsor.address}>".strip(), 200)
    # Who sent it is known where the check passed: then only that they are no sponsor keeps it waiting.
    unknown = "card.no_sponsor" if case.verdict is Verdict.PASSED else "card.not_authorised"
    standing = words.say("card.authorised" if case.authorised else unknown)
    verdict = words.say(f"card.sender.{case.verdict}", evidence=evidence_of(case.evidence, words))
    opened = words.moment(case.created_at)
    read, others = case.ris.headings, case.ris.passed_over or case.ris.unopened
    return (
        words.say("card.sponsor", sender=sender, authorised=standing),
        verdict,
        words.say("card.version", version=case.version, opened=opened),
        *([words.say("headings.read", number=len(read))] if read else []),
        *([chosen(case.ris, words)] if others else []),
    )


def unopened(files: Sequence[str], words: Words) -> str:
    """Files that nobody has opened, the first few by name."""
    names = ", ".join(words.say("card.file", name=safe(name, 60)) for name in files[:MOST_FILES])
    return words.say("card.unopened", count=len(files), names=names)


def chosen(ris: RisCase, words: Words) -> str:
    """Which of several spreadsheets was read, and why not the others."""
    others = ", ".join(words.say("card.file", name=safe(name, 60)) for name in ris.passed_over[:MOST_FILES])
    read = words.say("card.chosen", name=safe(ris.source, 120), others=others) if others else ""
    closed = unopened(ris.unopened, words) if ris.unopened else ""
    return " ".join(filter(None, (read, closed)))


def evidence_of(evidence: str, words: Words) -> str:
    return safe(evidence, 300) or words.say("card.none")


#: what a state lets the desk do
_ACTIONS: dict[CaseStatus, tuple[str, ...]] = {
    CaseStatus.RECEIVED: ("kind_ris", "kind_not_ris"),
    CaseStatus.IN_REVIEW: ("approve", "alone", "reject", "ask", "reply", "read", "kind_not_ris"),
    CaseStatus.WAITING_FOR_SPONSOR: ("answered", "reject", "ask", "reply", "read", "kind_not_ris"),
}
#: what the words of a command decide while a registration waits
_REGISTRATION = {"approve": "registration_approve", "reject": "registration_refuse"}
_STYLES = {"approve": "primary", "reject": "danger", "kind_ris": "primary"}


def style_of(case: Case, name: str) -> str:
    """How a button of a case looks; where the sender check failed, none invites."""
    return "" if name == "kind_ris" and case.verdict is Verdict.FAILED else _STYLES.get(name, "")


def _buttons(card: CaseCard, words: Words) -> list[Block]:
    case = card.case
    if card.steps and case.status in STANDING:
        return step_buttons(card, words)
    names = _ACTIONS.get(case.status, ())
    if case.status in OVER:
        return [_actions(card, ("open",), words)]
    if case.decision or not names or not card.may_decide:
        return []
    wanted = {
        "answered": card.questions,
        "read": card.unread,
        "approve": not card.lacks_a_word,
        "alone": card.lacks_a_word,
    }
    idle = {name for name, reason in wanted.items() if not reason}
    names = (*(name for name in names if name not in idle), "assign", "open")
    return [*_ask(card, words), *organisations.buttons(card, words), _actions(card, names, words)]


def _ask(card: CaseCard, words: Words) -> list[Block]:
    """Before a form is taken in: what that means, and whose approval it may be already."""
    if card.case.status is not CaseStatus.RECEIVED:
        return []
    said = words.say("card.ask.received")
    if card.why_second and not card.why_code and card.case.ris.decision is Decision.COMPLETE:
        said = f"{said} {words.say('card.ask.first')}"
    return [blocks.context(said)]


def step_buttons(card: CaseCard, words: Words) -> list[Block]:
    """What a case that was approved asks of a person."""
    return [*registration.buttons(card, words), *case_steps.buttons(card, words)]


def _actions(card: CaseCard, names: Sequence[str], words: Words) -> Block:
    """The block's id carries the hash of what is shown: a click decides about that and nothing else."""
    case = card.case
    elements = [
        blocks.button(
            words.say(f"card.{name}"),
            action=name if name.startswith("kind_") else f"case_{name}",
            value=f"{case.ref} {card.unread_to}" if name == "read" else case.ref,
            style=style_of(case, name),
        )
        for name in names
    ]
    for name, element in zip(names, elements, strict=True):
        if card.unread and name in _SAYS_YES:
            element.update(approving.read_first(card, name, words))
        if name == "kind_not_ris" and case.status is not CaseStatus.RECEIVED:
            element.update(approving.close_first(case, words))
    return {
        "type": "actions",
        "block_id": approving.row_id("", case.content_hash, offer=card.offer, read_to=card.unread_to),
        "elements": elements,
    }
