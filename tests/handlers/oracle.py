"""What may be in the database after anything: reckoned from its rows alone, by rules written a second time.

Nothing here asks the program who may do what: groups, deputies, escalation and hands are read as they stand.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlite_utils import Database

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The rules under which the people act."""

    approvers: frozenset[str]
    added: frozenset[str]  #: by an escalation
    second_above: int | None
    second_if_unverified: bool

    def needed(self, case: Row, seats: int) -> int:
        many = self.second_above is not None and seats > self.second_above
        return 2 if many or (self.second_if_unverified and not case["authorised"]) else 1


@dataclass(frozen=True, kw_only=True)
class Act:
    """Somebody did something, looking at content of those hashes."""

    by: str
    seen: Collection[str]
    at: datetime


@dataclass(kw_only=True)
class Oracle:
    """Looks after each act at what is new, and says what should not be."""

    policy: Policy
    full: frozenset[str]  #: members who are no guests
    senders: dict[str, str]  #: people by the address from which they send
    seats: int
    decided: set[int] = field(default_factory=set)
    approved: set[int] = field(default_factory=set)
    senders_of: dict[int, set[str]] = field(default_factory=dict)  #: everyone who sent a version of a case

    def look(self, db: Database, act: Act) -> Iterator[str]:
        """What should not be, after that act."""
        cases = {row["id"]: row for row in db.query("select * from cases")}
        for number, case in cases.items():
            person = self.senders.get(case["sponsor_address"])
            self.senders_of.setdefault(number, set()).update({person} if person else ())
        yield from self._standing(db)
        for row in db.query("select * from approvals order by id"):
            if row["id"] not in self.approved:
                self.approved.add(row["id"])
                yield from self._is_theirs(db, row, cases[row["case_id"]], act)
        for row in db.query("select * from decisions order by id"):
            if row["id"] not in self.decided:
                self.decided.add(row["id"])
                yield from self._is_rightful(db, row, cases[row["case_id"]], act)

    def _standing(self, db: Database) -> Iterator[str]:
        sql = "select case_id from decisions where voided_at is null group by case_id having count(*) > 1"
        for row in db.query(sql):
            yield f"C-{row['case_id']} has several decisions that stand"

    def _rights(self, db: Database, case: Row, act: Act) -> set[str]:
        """Whose rights they have on that case at this moment, and may use."""
        by, stamp = act.by, act.at.strftime("%Y-%m-%dT%H:%M:%S.%f")
        away = db.query("select * from absences where deputy = ?", [by])
        stood_for = {
            row["person"]
            for row in away
            if row["since"][:26] <= stamp < row["until"][:26] and row["ended_at"] is None
        }
        owners = self.policy.approvers | (self.policy.added if case["escalated_at"] else frozenset())
        sent = self.senders_of.get(case["id"], set())
        if by not in self.full or by in sent:
            return set()
        return {one for one in {by, *stood_for} if one in owners and one in self.full and one not in sent}

    def _is_theirs(self, db: Database, row: Row, case: Row, act: Act) -> Iterator[str]:
        """A yes is of whoever acted, by a right of theirs, to what they saw."""
        if row["made_by"] != act.by:
            yield f"a yes of {row['made_by']} while {act.by} acted"
        if row["content_hash"] not in act.seen:
            yield f"{act.by} said yes to what they did not see"
        if row["right_of"] not in self._rights(db, case, act):
            yield f"{act.by} said yes by the right of {row['right_of']}, which they have not"

    def _is_rightful(self, db: Database, row: Row, case: Row, act: Act) -> Iterator[str]:
        if row["made_by"] != act.by:
            yield f"a decision of {row['made_by']} while {act.by} acted"
        if row["content_hash"] not in act.seen:
            yield f"{act.by} decided about what they did not see"
        if not self._rights(db, case, act):
            yield f"{act.by} decided without a right"
        if row["choice"] != "approved":
            return
        given = list(
            db.query(
                "select * from approvals where case_id = ? and content_hash = ?",
                [row["case_id"], row["content_hash"]],
            )
        )
        needed = self.policy.needed(case, self.seats)
        for what in ("made_by", "right_of"):
            if len({one[what] for one in given}) < needed:
                yield f"C-{row['case_id']} needs {needed} and has {len(given)} ({what})"
        if {one["made_by"] for one in given} & {
            one["right_of"] for one in given if one["right_of"] != one["made_by"]
        }:
            yield "somebody approved, and their deputy in their place"
