"""Whose turn it was on each case, from when to when: who holds the ball."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.approvals import Phase
from bot.domain.case_steps import StepState
from bot.domain.cases import OPEN, BallHolder, CaseStatus, ball_of
from bot.store import case_words
from bot.store.case_steps import STEP_AT
from bot.store.case_words import NOT_READ, UNASKED, UNRELEASED, UNTOLD, Heard
from bot.store.database import count, instant, listed, maybe_instant, rows, text_of

#: states in which the desk is told that a case is its own again
_COMES_BACK = OPEN | {
    CaseStatus.PURCHASING,
    CaseStatus.PROVISIONING,
    CaseStatus.INVITED,
    CaseStatus.REGISTRATION_REVIEW,
    CaseStatus.LIVE,
    CaseStatus.REJECTED,
}


#: of a case called `c` and its open turn `t`: since when its holder has it, in whichever states
HELD_SINCE = """coalesce(
    (select max(o.until) from turns o where o.case_id = c.id and o.holder <> t.holder),
    (select min(o.since) from turns o where o.case_id = c.id),
    c.status_since)"""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One stretch of a case with the same holder in the same state; `until` None while it lasts."""

    case_id: int
    holder: BallHolder
    status: CaseStatus
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Change:
    """The turn went from one to another; `before` None at a case's first."""

    before: BallHolder | None
    holder: BallHolder
    status: CaseStatus
    unreleased: bool = False  #: a mail to its holder before waits for release, and has a note of its own
    step: StepState | None = None  #: how far the step is that it is at

    @property
    def comes_back(self) -> bool:
        """Whether a case is the desk's again: open, or a step or its decision's mail needs a hand."""
        return (
            self.holder is BallHolder.DESK
            and self.before not in (None, BallHolder.DESK)
            and self.status in _COMES_BACK
            and not self.unreleased
        )


def change_all(db: Database, case_ids: Iterable[int], *, now: datetime) -> dict[int, Change]:
    """Begin a new turn for each case whose holder or state is no longer that of its last one."""
    inside, values = listed("id", map(str, case_ids))
    found = rows(
        db,
        f"""select c.id, c.status, d.phase, {STEP_AT} step, t.id turn, t.holder, t.status turn_status
           from cases c
           left join decisions d on d.case_id = c.id and d.voided_at is null
           left join turns t on t.case_id = c.id and t.until is null
           where c.id in ({inside})""",
        values,
    )
    heard = case_words.list_heard(db, {entry["id"]: CaseStatus(entry["status"]) for entry in found})
    changes = {entry["id"]: _change(db, entry, heard.get(entry["id"], Heard()), now=now) for entry in found}
    return {case_id: change for case_id, change in changes.items() if change is not None}


def _change(db: Database, found: Mapping[str, Any], heard: Heard, *, now: datetime) -> Change | None:
    status, step = CaseStatus(found["status"]), StepState(found["step"]) if found["step"] else None
    phase = Phase(found["phase"]) if found["phase"] else None
    holder = ball_of(status, phase, step, heard=heard.at_all)
    if found["holder"] == holder and found["turn_status"] == status:
        return None
    if found["turn"] is not None:
        count(db, "update turns set until = :now where id = :id", {"id": found["turn"], "now": text_of(now)})
    _begin(db, found["id"], holder, status, text_of(now))
    before = BallHolder(found["holder"]) if found["holder"] else None
    # One that is at its first invitation is not invited yet, and is told of.
    unreleased = heard.unreleased or (status is CaseStatus.INVITED and step is StepState.DESK)
    return Change(before=before, holder=holder, status=status, unreleased=unreleased, step=step)


def _begin(db: Database, case_id: int, holder: BallHolder, status: str, since: str) -> None:
    count(
        db,
        "insert into turns (case_id, holder, status, since) values (:id, :holder, :status, :since)",
        {"id": case_id, "holder": holder, "status": status, "since": since},
    )


def list_between(db: Database, since: datetime, until: datetime) -> list[Turn]:
    """Every turn that lasted some time between the two, by case and time."""
    found = rows(
        db,
        """select case_id, holder, status, since, until from turns
           where since < :until and (until is null or until > :since) order by case_id, id""",
        {"since": text_of(since), "until": text_of(until)},
    )
    return [
        Turn(
            case_id=entry["case_id"],
            holder=BallHolder(entry["holder"]),
            status=CaseStatus(entry["status"]),
            since=instant(entry["since"]),
            until=maybe_instant(entry["until"]),
        )
        for entry in found
    ]


def begin_all(db: Database) -> None:
    """Begin a turn for every case that has none: whose it was before nobody wrote down."""
    found = rows(
        db,
        """select c.id, c.status, c.status_since, d.phase from cases c
           left join decisions d on d.case_id = c.id and d.voided_at is null
           where not exists (select 1 from turns t where t.case_id = c.id)""",
    )
    for entry in found:
        holder = ball_of(CaseStatus(entry["status"]), Phase(entry["phase"]) if entry["phase"] else None)
        _begin(db, entry["id"], holder, entry["status"], entry["status_since"])


def hand_over_answered(db: Database) -> None:
    """Cases whose answers waited for a click before that was the desk's turn: it is since they came."""
    found = rows(
        db,
        """select t.id turn, t.case_id, t.since, min(a.made_at) answered_at from turns t
           join case_answers a on a.case_id = t.case_id and a.state = 'open'
           where t.until is null and t.holder = 'sponsor' group by t.id""",
    )
    for entry in found:
        _hand_over(db, entry, max(entry["since"], entry["answered_at"]))


def hand_over_written(db: Database) -> None:
    """The same for those whose sponsor had written in words: since these came."""
    found = rows(
        db,
        f"""select t.id turn, t.case_id, t.since, (select min(note.created_at) {NOT_READ}) written_at
            from turns t join cases c on c.id = t.case_id
            where t.until is null and t.holder = 'sponsor'""",
    )
    for entry in found:
        if entry["written_at"]:
            _hand_over(db, entry, max(entry["since"], entry["written_at"]))


def hand_over_unasked(db: Database) -> None:
    """The same for those who were not asked or told, or not yet: since Usher last moved."""
    found = rows(
        db,
        f"""select t.id turn, t.case_id, t.since, c.status, (select max(at) from events) moved_at
            from turns t join cases c on c.id = t.case_id
            where t.until is null and t.holder in ('sponsor', 'customer')
              and ({UNASKED} or {UNTOLD} or {UNRELEASED})""",
    )
    for entry in found:
        moment = max(entry["since"], entry["moved_at"] or "")
        _hand_over(db, entry, moment, status=CaseStatus(entry["status"]))


def _hand_over(
    db: Database, entry: dict[str, Any], moment: str, *, status: CaseStatus = CaseStatus.WAITING_FOR_SPONSOR
) -> None:
    count(db, "update turns set until = :at where id = :id", {"id": entry["turn"], "at": moment})
    _begin(db, entry["case_id"], BallHolder.DESK, status, moment)


def hand_over_held(db: Database) -> None:
    """Cases of which a mail waits for release, or whose invited know nothing: since Usher last moved."""
    found = rows(
        db,
        """select c.id, (select max(at) from events) moved_at
           from cases c join turns t on t.case_id = c.id and t.until is null
           where t.holder <> 'desk' and (c.status = 'invited' or exists (
               select 1 from outbox held where held.case_id = c.id and held.status = 'held'))""",
    )
    if found and found[0]["moved_at"]:
        change_all(db, [entry["id"] for entry in found], now=instant(found[0]["moved_at"]))
