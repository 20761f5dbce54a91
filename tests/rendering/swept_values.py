"""Cases, findings and notes on which everything stands that may, for the sweep of cards."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from bot.domain.account_views import AccountNote
from bot.domain.approvals import Approval, Choice, Grave, Phase, SecondReason
from bot.domain.cards import (
    CaseCard,
    CaseView,
    CorrectionNote,
    Effect,
)
from bot.domain.cases import BallHolder, CaseStatus, CaseVersion
from bot.domain.events import HistoryStep
from bot.domain.finding import Findings, Found, Subject, Value
from bot.domain.letters import OpenQuestion
from bot.domain.notices import NoticeKind, Standing, WaitingNote
from bot.domain.outbox import JobStatus
from bot.domain.programmes import Programme
from bot.domain.report import Decisions, Report, Week, WeekFigures
from bot.domain.ris import HeadingRead, Problem, ProblemKind
from bot.domain.staff import Member
from bot.rendering import (
    account_samples,
    samples,
    sender_notes,
)
from bot.rendering.blocks import Block, Card
from handlers.slack.commands import COMMANDS
from tests.rendering import test_cards as shown
from tests.rendering import test_letter_cards as letters
from tests.rendering.likeness import alike_card
from tests.rendering.poison import MARK, poisoned

ENGLISH = shown.ENGLISH
FACTS = ("version", "status", "reason", "who", "number", "code", "right_of", "note")
AT = datetime(2024, 9, 12, 8, 31, 9, tzinfo=UTC)


def a_full_case() -> CaseCard:
    """A card on which everything stands that may stand on one before its decision."""
    kinds = tuple(
        Problem(kind=kind, field="email", user=0, found="x", suggestion="x") for kind in ProblemKind
    )
    headings = (HeadingRead(field="email", label="x", sheet="x", cell="x", sure=False),)
    card = alike_card()
    ris = replace(card.case.ris, problems=kinds, headings=headings, source="x", passed_over=("x",))
    before = replace(ris, users=(), company=replace(ris.company, name="x", city="x"), problems=())
    version = CaseVersion(number=1, content_hash="c0ffee", ris=before, made_by="mail:41", made_at=AT)
    return replace(
        card,
        case=replace(card.case, ris=ris, version=2, assigned_to="U0BLAKE"),
        before=version,
        given=(Approval(by="U0AVERY", right_of="U0CASEY", at=AT),),
        why_second=tuple(SecondReason),
        why_code=tuple(Grave),
        questions=(OpenQuestion(number=1, text="x", asked_by="U0AVERY", asked_at=AT, mail=JobStatus.SENT),),
        deciders=("x",),
        open_answers=2,
        returned=(Effect(template="receipt", state=JobStatus.SENT, at=AT, error="x"),),
    )


def a_decided_case() -> CaseCard:
    case = samples.decided_case(choice=Choice.REJECTED, phase=Phase.FAILED)
    effects = tuple(Effect(template="rejection", state=state, at=AT, error="x") for state in JobStatus)
    full = a_full_case()
    case = replace(case, ris=full.case.ris, voided=samples.withdrawn_case().voided)
    return replace(full, case=case, effects=effects, likenesses=())


def a_view(card: CaseCard) -> CaseView:
    case = card.case
    version = CaseVersion(number=2, content_hash="c0ffee", ris=case.ris, made_by="answers:3", made_at=AT)
    versions = tuple((number, AT) for number in range(150, 0, -1))
    return CaseView(
        case=case, shown=version, before=card.before, versions=versions, clippings=(letters.clipping("x"),)
    )


FINDINGS = Findings(
    typed="x",
    found=tuple(
        Found(ref=ref, title="x", at=AT, status=status, matched=tuple(Value(one, "x") for one in Subject))
        for ref, status in (("C-7", CaseStatus.IN_REVIEW), ("Q-3", None))
    )
    * 10,
    pages=9,
    total=99,
    capped=True,
    left_out=True,
)
STANDING = Standing(
    ref="C-7", company="x", holder=BallHolder.SPONSOR, status=CaseStatus.IN_REVIEW, since=AT, assigned_to="x"
)
WAITING = WaitingNote(
    kind=NoticeKind.REMINDER,
    ref="C-7",
    status=CaseStatus.IN_REVIEW,
    since=AT,
    after=8,
    people=("U0AVERY",) * 40,
    names=("x",) * 40,
)
REPORT = Report(
    week=Week(AT.date()),
    until=None,
    this=WeekFigures(came=1),
    before=WeekFigures(),
    deciders=(Decisions(by="x"),) * 200,
)
MONEY = {"minor": 1, "available": 2, "currency": "EUR", "left": 3, "below": 5}
SAID = "<@U0AVERY0001> approved C-7."  #: sentences of ours come there ready
EVERY_WORD = tuple(COMMANDS)


def a_step(tag: str, text: str) -> HistoryStep:
    return HistoryStep(at=AT, tag=tag, actor=MARK + text, data=dict.fromkeys(FACTS, text), mail="receipt")


def stranger(text: str) -> Member:
    return Member(id="U0NOBODY01", name=MARK + text, email=text)


def accounts_told(note: Callable[..., Card], text: str) -> list[Card | Block]:
    """A note about a customer's account, and about a partner's."""
    person = account_samples.account(samples.decided_case(), at=AT)
    people = (person, replace(person, programme=Programme.EXTRANET, organisation=0))
    about = (poisoned(AccountNote(account=one, company="x"), text) for one in people)
    return [note(one, words=ENGLISH) for one in about]


def correction(note: CorrectionNote, text: str) -> Card:
    return sender_notes.correction_note(poisoned(note, text), words=ENGLISH)
