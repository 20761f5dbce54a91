"""Cases that wait for somebody, as lines: who holds the ball since when, and who has said yes so far."""

import json
from collections import defaultdict

from sqlite_utils import Database

from bot.domain.approvals import UNFINISHED, Approval, Phase
from bot.domain.case_steps import StepState
from bot.domain.cases import IN_QUEUE, CaseStatus, case_ref
from bot.domain.queue import QueueEntry
from bot.store.case_steps import SKIP_BY, STEP_AT
from bot.store.case_words import HEARD, IS_OPEN, NOT_READ, STANDS_LATER, UNACTIVATED
from bot.store.database import among, instant, rows
from bot.store.turns import HELD_SINCE

#: of a case called `c`: it waits for somebody. A union, so that each part reads its own index
IN_LINE = f"""c.id in (select id from cases where status in ({among(IN_QUEUE)})
    union select case_id from decisions where voided_at is null and phase in ({among(UNFINISHED)})
    union select case_id from outbox where {UNACTIVATED}
    union select told.case_id from outbox told join cases c on c.id = told.case_id where {STANDS_LATER})"""


def list_queue(db: Database, *, limit: int) -> list[QueueEntry]:
    """Cases that wait for somebody, the longest waiting first."""
    found = rows(
        db,
        f"""select c.id, c.status, {STEP_AT} step, {SKIP_BY} skip_by, {HEARD} heard,
                  c.assigned_to, c.content_hash,
                  case when {IS_OPEN} then (select count(*) {NOT_READ}) else 0 end unread,
                  c.hands, c.escalated_at, v.company, v.users,
                  d.phase, {HELD_SINCE} held_since
           from cases c
           join case_versions v on v.case_id = c.id and v.version = c.version
           left join turns t on t.case_id = c.id and t.until is null
           left join decisions d on d.case_id = c.id and d.voided_at is null
           where {IN_LINE}
           order by held_since, c.id limit :limit""",
        {"limit": limit},
    )
    given = _given(db)
    return [
        QueueEntry(
            ref=case_ref(entry["id"]),
            company=entry["company"],
            status=CaseStatus(entry["status"]),
            since=instant(entry["held_since"]),
            users=entry["users"],
            phase=Phase(entry["phase"]) if entry["phase"] else None,
            step=StepState(entry["step"]) if entry["step"] else None,
            skip_by=entry["skip_by"] or "",
            heard=bool(entry["heard"]),
            unread=entry["unread"],
            assigned_to=entry["assigned_to"],
            content_hash=entry["content_hash"],
            hands=frozenset(json.loads(entry["hands"])),
            escalated=entry["escalated_at"] is not None,
            given=tuple(given[entry["id"]]),
        )
        for entry in found
    ]


def _given(db: Database) -> dict[int, list[Approval]]:
    """Every first yes that waits for a second one, by case."""
    found = rows(
        db,
        """select a.case_id, a.made_by, a.right_of, a.made_at from approvals a
           join cases c on c.id = a.case_id and c.content_hash = a.content_hash
           where c.status = 'in_review' order by a.id""",
    )
    given: dict[int, list[Approval]] = defaultdict(list)
    for entry in found:
        one = Approval(by=entry["made_by"], right_of=entry["right_of"], at=instant(entry["made_at"]))
        given[entry["case_id"]].append(one)
    return given
