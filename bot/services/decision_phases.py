"""How far a decision is carried out: its phase follows its effects."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import partial

from sqlite_utils import Database

from bot.domain.approvals import Phase
from bot.domain.events import EventTag
from bot.domain.outbox import phase_of
from bot.services.queueing import queue_case_cards
from bot.store import cases, events, outbox
from bot.store.database import attempt, transaction
from bot.store.events import NewEvent

Heard = Callable[[int, Exception], None]  #: hears of a bug in what follows for one decision


def follow(db: Database, decision_id: int | None, *, now: datetime) -> None:
    """Bring one decision's phase up to its effects, in the caller's transaction; None stands for none."""
    if decision_id is not None:
        follow_all(db, [decision_id], now=now)


def follow_all(db: Database, decision_ids: Collection[int], *, now: datetime) -> None:
    """The same for many; their cards say so. What was begun stays begun."""
    reached = defaultdict[Phase, list[int]](list)
    for decision_id, effects in outbox.list_states(db, decision_ids).items():
        phase = phase_of(effects)
        if phase is Phase.DECIDED:  # or again: what waits has been released, or is tried anew
            phase = Phase.EXECUTING if cases.was_begun(db, decision_id) else phase
        reached[phase].append(decision_id)
    for phase, ids in reached.items():
        case_ids = cases.set_phase(db, ids, phase)
        if not case_ids:
            continue
        changed = [
            NewEvent(tag=EventTag.DECISION_PHASE_CHANGED, subject=f"case:{case_id}", data={"phase": phase})
            for case_id in case_ids
        ]
        events.add_all(db, changed, actor="usher", at=now)
        queue_case_cards(db, case_ids, now=now)


def follow_each(db: Database, decision_ids: Sequence[int], *, now: datetime, heard: Heard) -> None:
    """The same in a transaction of its own, in which a bug over one decision costs no other."""
    if not decision_ids:
        return
    with transaction(db):
        together = attempt(db, partial(follow_all, db, decision_ids, now=now))
        if together is None:
            return
        bugs = {one: attempt(db, partial(follow, db, one, now=now)) for one in decision_ids}
        alone = {one: bug for one, bug in bugs.items() if bug is not None}
        for one, bug in (alone or {decision_ids[0]: together}).items():
            heard(one, bug)


def catch_up(db: Database, *, now: datetime, heard: Heard) -> None:
    """Follow those of which everything has gone, and whose worker was killed before it said so."""
    # A look without the write lock: mostly there is none.
    follow_each(db, cases.list_behind(db), now=now, heard=heard)
