"""Effects on their way out: their states, and when they are tried again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.domain.approvals import Phase


class JobKind(StrEnum):
    MAIL = "mail"
    CASE_CARD = "case_card"  # posted once, then updated; one in line shows the newest state
    SMS = "sms"  # a text to a phone; it never repeats, and never goes late
    STEP = "step"  # one step of an approved case; its template is the step's name
    CALL_OFF = "call_off"  # outside systems hear that a case has ended
    NOTE = "note"  # a message posted once: a question, a mail set aside, a held mail, an alarm


class JobStatus(StrEnum):
    QUEUED = "queued"
    HELD = "held"  # DELIVERY=hold, or not among the addresses of a rehearsal: staff release or discard it
    SENDING = "sending"  # queued -> claimed by a worker until its lease ends
    SENT = "sent"  # sending -> the other side took it
    FAILED = "failed"  # sending -> refused for good, or tried too often; shown
    UNKNOWN = "unknown"  # sending -> lost after the last byte twice; shown to a person
    #: queued, tried before -> a newer state of the same card was queued; sending -> it is true no more
    REPLACED = "replaced"
    DISCARDED = "discarded"  # queued, held, failed or unknown -> staff dropped it
    TOLD = "told"  # discarded, failed or unknown -> staff told its reader otherwise


MAX_ATTEMPTS = 12
#: longer than the slowest single effect (a mail server may think for two minutes after the final dot)
LEASE = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Job:
    """One effect. `values` choose its words; `secrets` were sealed at rest and are wiped once sent."""

    id: int
    key: str  #: unique for ever: the same effect is queued once
    kind: JobKind
    stream: str  #: one in flight per stream, in order
    template: str
    values: Mapping[str, Any]
    secrets: Mapping[str, str | list[str]] = field(default_factory=dict, repr=False)
    status: JobStatus
    attempts: int = 0
    unknowns: int = 0  #: how often its outcome was unknown
    decision_id: int | None = None  #: the decision whose effect it is
    case_id: int | None = None
    recipient: str = ""
    message_id: str = ""
    automatic: bool = False  #: an answer no person asked for: capped, and said so in its header
    released: bool = False  #: staff let it go out of hold
    error: str = ""
    created_at: datetime
    next_at: datetime
    sent_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class NewJob:
    """An effect to queue; see Job. Its secrets travel beside it, sealed."""

    key: str
    kind: JobKind
    stream: str
    template: str
    values: Mapping[str, Any]
    decision_id: int | None = None
    case_id: int | None = None
    recipient: str = ""
    message_id: str = ""
    automatic: bool = False
    not_before: datetime | None = None


#: no failure puts the next try off for longer, whatever the other side asks for
LONGEST_WAIT = timedelta(hours=1)


def back_off(attempts: int, *, jitter: float) -> timedelta:
    """How long to wait after the n-th failed attempt: 2 s doubling to 30 min, plus up to half of it.

    `jitter` is a random number from 0 to 1.
    """
    seconds = min(2.0 ** min(attempts, 20), 1800.0)
    return timedelta(seconds=seconds * (1 + jitter / 2))


#: no refused log-in puts the next one off for longer
LONGEST_REST = timedelta(minutes=15)


def rest_after(refusals: int) -> timedelta:
    """How long to log in no more after the n-th refusal in a row: 1 minute, doubling up to LONGEST_REST."""
    return min(timedelta(minutes=2.0 ** min(refusals - 1, 20)), LONGEST_REST)


def patience(waited: timedelta, *, jitter: float) -> timedelta:
    """How long until a side that takes nothing is asked again: half of what was waited, 2 s to a minute."""
    seconds = min(max(waited.total_seconds() / 2, 2.0), 60.0)
    return timedelta(seconds=seconds * (1 + jitter / 2))


def phase_of(effects: Sequence[tuple[JobStatus, int]]) -> Phase:
    """How far a decision is carried out, by each effect's state and attempts; one without effects is done.

    In the place of what was replaced another is counted.
    """
    states = {status for status, _ in effects} - {JobStatus.REPLACED}
    if states & {JobStatus.FAILED, JobStatus.UNKNOWN, JobStatus.DISCARDED}:
        return Phase.FAILED
    if states <= {JobStatus.SENT, JobStatus.TOLD}:
        return Phase.DONE
    begun = any(attempts or status is JobStatus.SENT for status, attempts in effects)
    return Phase.EXECUTING if begun else Phase.DECIDED
