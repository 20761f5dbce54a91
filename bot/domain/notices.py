"""Notices: when it is time to tell somebody that something waits for them, and what they are told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum

from bot.domain.cases import BallHolder, Case, CaseStatus, case_ref
from bot.domain.phone_resets import ResetCard
from bot.domain.working_time import Calendar

#: no mail that nobody waits for comes before or after office hours, whatever the hours of its reader
_MAILS_FROM, _MAILS_UNTIL = time(9), time(17)


class NoticeKind(StrEnum):
    """What the desk is told in a case's thread."""

    REMINDER = "reminder"  # it waits for a decision
    ESCALATION = "escalation"  # it has waited too long: more people may decide it
    STANDSTILL = "standstill"  # the sponsor has not answered, and was asked often enough


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """The newest version of an open case in the hands of one party, since that party has both."""

    turn: int  #: the row of `turns`
    case_id: int
    version: int
    since: datetime
    given: int  #: how many of the notices about it are given or passed over
    #: when the newest mail went that asks its sponsor for what is open, or the first to whom it invites
    asked: datetime | None = None

    @property
    def ref(self) -> str:
        return case_ref(self.case_id)

    @property
    def subject(self) -> str:
        """Under which its notices are unique: a new turn and a new version are waited for anew."""
        return f"turn:{self.turn}:{self.version}"


@dataclass(frozen=True, kw_only=True)
class StillOpen:
    """What a nudge asks after: the entries that a case lacks, and what staff asked."""

    case: Case
    subject: str  #: as `Waiting` has it
    asked_at: datetime
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class WaitingNote:
    """A notice in the thread of a case, with those whom it calls."""

    kind: NoticeKind
    ref: str
    status: CaseStatus
    since: datetime
    after: int  #: working hours of the desk; of a standstill, working days outside
    people: tuple[str, ...] = ()  #: Slack ids
    names: tuple[str, ...] = ()  #: of the same
    quiet: bool = False  #: it is late: they are named without a ping
    added: bool = False  #: they are those whom the escalation adds
    uninvited: bool = False  #: whoever is invited now knows nothing of it


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A case that stands still."""

    ref: str
    company: str
    holder: BallHolder
    status: CaseStatus
    since: datetime
    assigned_to: str = ""  #: a Slack id; where it is shown, a name


@dataclass(frozen=True, kw_only=True)
class StandingRequest:
    """A lost phone or app that waits for the desk, since when."""

    card: ResetCard
    since: datetime


@dataclass(frozen=True, kw_only=True)
class StandingNote:
    """What stands still, longest first; `more` cases beyond what is shown."""

    shown: tuple[Standing, ...]
    more: int = 0
    lost: tuple[StandingRequest, ...] = ()


def hours_reached(calendar: Calendar, since: datetime, hours: Sequence[int], *, now: datetime) -> int:
    """How many of those spans of working hours have passed; they grow."""
    return sum(now >= calendar.after_hours(since, timedelta(hours=one)) for one in hours)


def days_reached(calendar: Calendar, since: datetime, days: Sequence[int], *, now: datetime) -> int:
    """How many of those numbers of working days have passed: each from the morning of its last day on."""
    today = calendar.day_of(now)
    return sum(today >= calendar.days_later(since, one) for one in days)


def is_mailing_time(calendar: Calendar, now: datetime) -> bool:
    """Whether a mail that nobody waits for may go there: on a working day between nine and five."""
    return replace(calendar, opens=_MAILS_FROM, closes=_MAILS_UNTIL).is_working(now)
