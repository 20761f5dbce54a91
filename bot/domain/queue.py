"""What waits at the desk: a line a case, whom it waits for, and which lines somebody wants to see."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.approvals import Approval, Phase, find_right
from bot.domain.case_steps import StepState
from bot.domain.cases import BALL, BallHolder, CaseStatus, ball_of, hands_in_registration
from bot.domain.conversations import Conversation
from bot.domain.errors import Refusal
from bot.domain.phone_resets import ResetCard
from bot.domain.staff import Act, Staff

OLD = timedelta(days=3)  #: who asks for what is old means at least this

#: states in which somebody decides, and what that is
_DECIDED_BY = {
    CaseStatus.IN_REVIEW: Act.REVIEW,
    CaseStatus.INVITED: Act.REGISTRATION,  # refused, and nobody was told
    CaseStatus.REGISTRATION_REVIEW: Act.REGISTRATION,
}


@dataclass(frozen=True, kw_only=True)
class QueueEntry:
    """An open case, or a decided one that is not carried out yet."""

    ref: str
    company: str
    status: CaseStatus
    since: datetime  #: whoever holds the ball has held it since then
    users: int
    phase: Phase | None = None
    step: StepState | None = None  #: how far the step is that it is at
    skip_by: str = ""  #: who asks to leave that out: a second has to agree
    heard: bool = False  #: somebody has written or was not told, and staff have to act
    unread: int = 0  #: mails in words with which nobody has dealt
    assigned_to: str = ""
    content_hash: str = ""
    hands: frozenset[str] = frozenset()  #: who submitted or changed it
    escalated: bool = False
    given: tuple[Approval, ...] = ()  #: to what it holds now

    @property
    def ball(self) -> BallHolder:
        return ball_of(self.status, self.phase, self.step, heard=self.heard)

    def waits_for(self, by: Staff) -> bool:
        """Whether that person may do the next step: take it in, decide about it, or lend a step a hand."""
        if self.ball is not BallHolder.DESK or not by.staff:
            return False
        if self.step is not None:
            second = self.skip_by not in ("", by.id) and by.may(Act.OVERRIDE)
            return second or self.step in (StepState.DESK, StepState.FAILED, StepState.SKIPPED)
        if self.status is CaseStatus.WAITING_FOR_SPONSOR or BALL[self.status] is BallHolder.NOBODY:
            return True  # its sponsor wrote, or somebody was not told: that is any staff's
        if self.status is CaseStatus.RECEIVED:
            return not by.had_a_hand(self.hands)
        act = _DECIDED_BY.get(self.status)
        return act is not None and self._decidable(act, by)

    def _decidable(self, act: Act, by: Staff) -> bool:
        hands = hands_in_registration(self.hands) if act is Act.REGISTRATION else self.hands
        try:
            find_right(
                act,
                ref=self.ref,
                hands=hands,
                by=by,
                escalated=self.escalated and act is Act.REVIEW,
                given=self.given if act is Act.REVIEW else (),
            )
        except Refusal:
            return False
        return True

    def approved_by(self, by: Staff) -> bool:
        """Whether their yes stands, and somebody else's is waited for."""
        return any(one.by == by.id for one in self.given)


#: what each word lets through
FILTERS: dict[str, Callable[[QueueEntry, Staff, datetime], bool]] = {
    "mine": lambda entry, me, _: entry.assigned_to == me.id,
    "desk": lambda entry, *_: entry.ball is BallHolder.DESK,
    "customer": lambda entry, *_: entry.ball is BallHolder.CUSTOMER,
    "sponsor": lambda entry, *_: entry.ball is BallHolder.SPONSOR,
    "unassigned": lambda entry, *_: not entry.assigned_to,
    "escalated": lambda entry, *_: entry.escalated,
    "old": lambda entry, _, now: now - entry.since >= OLD,
}


#: the same for questions whose turn is the desk's
ASKED: dict[str, Callable[[Conversation, Staff, datetime], bool]] = {
    "mine": lambda one, me, _: one.owner == me.id,
    "desk": lambda *_: True,
    "unassigned": lambda one, *_: not one.owner,
    "old": lambda one, _, now: now - (one.since or one.created_at) >= OLD,
}

#: the same for lost phones and apps that only the desk can decide, which are nobody's in particular
RESETS: dict[str, Callable[[ResetCard, datetime], bool]] = {
    "desk": lambda *_: True,
    "unassigned": lambda *_: True,
    "old": lambda one, now: now - one.reset.since >= OLD,
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which lines somebody wants to see: all filters, and every word in the company's name."""

    filters: tuple[str, ...] = ()
    company: tuple[str, ...] = ()
    page: int = 1

    @property
    def text(self) -> str:
        """The words that stand for it, without the page."""
        return " ".join((*self.filters, *self.company))

    def choose(self, entries: Sequence[QueueEntry], me: Staff, now: datetime) -> list[QueueEntry]:
        return [entry for entry in entries if self._fits(entry, me, now)]

    def choose_asked(self, asked: Sequence[Conversation], me: Staff, now: datetime) -> list[Conversation]:
        """The questions among them; they belong to no company, and none waits for a sponsor or customer."""
        if self.company or not ASKED.keys() >= set(self.filters):
            return []
        return [one for one in asked if all(ASKED[word](one, me, now) for word in self.filters)]

    def choose_resets(self, resets: Sequence[ResetCard], now: datetime) -> list[ResetCard]:
        """The lost phones and apps among them."""
        if not RESETS.keys() >= set(self.filters):
            return []
        return [
            one
            for one in resets
            if self._names(one.company) and all(RESETS[word](one, now) for word in self.filters)
        ]

    def _fits(self, entry: QueueEntry, me: Staff, now: datetime) -> bool:
        return all(FILTERS[word](entry, me, now) for word in self.filters) and self._names(entry.company)

    def _names(self, company: str) -> bool:
        name = company.casefold()
        return all(word in name for word in self.company)


def read_wanted(text: str) -> Wanted:
    """Read "desk old page 2": a number at the end is a page, an unknown word part of a company's name."""
    words = text.casefold().split()[:20]
    page = 1
    if words and words[-1].isascii() and words[-1].isdigit() and len(words[-1]) < 5:  # noqa: PLR2004
        page = max(1, int(words.pop()))
        if words and words[-1] == "page":
            words.pop()
    return Wanted(
        filters=tuple(dict.fromkeys(word for word in words if word in FILTERS)),
        company=tuple(word[:60] for word in words if word not in FILTERS),
        page=page,
    )
