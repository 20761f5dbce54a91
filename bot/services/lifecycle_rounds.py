"""The look of the clock at every account that is due: warn, end, close, hold; once, however late it comes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlite_utils import Database

from bot.domain import lifecycle
from bot.domain.addressees import owner_of
from bot.domain.events import EventTag
from bot.domain.lifecycle import ClockRules, LifeStep, Move, Moved, Stage
from bot.domain.lifecycle_refusals import DayTooFar
from bot.domain.note_names import NoteName
from bot.domain.outbox import NewJob
from bot.services import lifecycle_gates
from bot.services.desk import Desk
from bot.services.lifecycle import step_of
from bot.services.lifecycle_mails import TEMPLATES
from bot.services.queueing import mail_job, queue_note
from bot.store import events, outbox, rounds, sessions
from bot.store import lifecycle as lifecycle_store
from bot.store.database import transaction
from bot.store.events import Data, NewEvent
from bot.store.lifecycle import Place, Row
from bot.store.numbers import next_number

BATCH = 500  #: accounts in one transaction, which holds up whoever else writes for some 50 ms
_RULES = "life rules"  #: what is kept beside the rounds: the rules by which `next_at` was reckoned


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What one look did; `waiting`: how many mails are due, and wait for somebody's yes."""

    told: Counter[Stage] = field(default_factory=Counter)
    held: int = 0
    closed: int = 0
    waiting: int = 0


def run(
    db: Database, desk: Desk, *, now: datetime, warn_until: datetime | None = None, agreed: bool = False
) -> Ran:
    """Do all that is due, batch by batch; nothing of it where more mails are due than go by themselves.

    `warn_until`: warnings that are due by then go now; raise DayTooFar where that would use up both of an
    account. `agreed`: somebody has just let all of it go. Where accounts are kept elsewhere the clock stands:
    its links would lead nowhere.
    """
    if not desk.policy.extranet.keeps_accounts:
        return Ran()
    rules, until = desk.policy.clock_rules, max(now, warn_until or now)
    if until > now and until > rules.ends(last := rules.last_ahead(now)):
        raise DayTooFar(last=last.isoformat())
    _follow_rules(db, rules, now=now)
    if not lifecycle_store.count_due(db, after=None, until=until):
        lifecycle_gates.forget(db, now=now)
        return Ran()
    if not agreed and (waiting := lifecycle_gates.keep_back(db, rules, now=now, until=until)):
        return Ran(waiting=waiting)
    told, held, closed, place = Counter[Stage](), 0, 0, Place()
    while True:
        with transaction(db, locks=("lives",)):
            page, place = lifecycle_store.list_due(db, until=until, after=place, limit=BATCH)
            steps = [(row, step_of(row, rules, now=now, warn_until=until)) for row in page]
            _take(db, desk, steps, now=now)
        told.update(step.gives for _, step in steps if step.gives)
        held += sum(step.held is not None for _, step in steps)
        closed += sum(step.closes for _, step in steps)
        if len(page) < BATCH:
            return Ran(told=told, held=held, closed=closed)


def _take(db: Database, desk: Desk, steps: Sequence[tuple[Row, LifeStep]], *, now: datetime) -> None:
    """Write down a batch, in the caller's transaction."""
    taken = [step for _, step in steps]
    lifecycle_store.save_all(db, [(step.life, step.next_at) for step in taken])
    lifecycle_store.note_all(
        db,
        [
            *((step.life, stage, False) for step in taken for stage in step.skips),
            *((step.life, step.gives, True) for step in taken if step.gives),
        ],
        at=now,
    )
    outbox.add_all(db, [_mail(desk, row, step.gives, step) for row, step in steps if step.gives], now=now)
    happened = [event for step in taken for event in _events(step)]
    events.add_all(db, happened, actor="usher", at=now)
    for step in taken:
        if step.gives is Stage.EXPIRED:
            sessions.drop_all(db, step.life.account_id)
    _tell_held(db, [step for step in taken if step.held], now=now)


def _mail(desk: Desk, row: Row, stage: Stage, step: LifeStep) -> NewJob:
    """Its words are put together when it goes: a batch is quick, and the outbox keeps nobody's name."""
    words = {"account_id": row.account.id, "cycle": step.life.cycle, "stage": stage}
    return mail_job(
        desk,
        TEMPLATES[stage],
        owner_of(row.account),
        key=lifecycle_store.job_key(step.life, stage),
        words=words,
    )


def _events(step: LifeStep) -> list[NewEvent]:
    life, found = step.life, list[NewEvent]()
    subject = f"account:{life.account_id}"
    if step.held:
        moved: Data = {"cycle": life.cycle, "why": str(step.held), "ends_on": life.ends_on.isoformat()}
        found.append(NewEvent(tag=EventTag.LIFE_HELD, subject=subject, data=moved))
    if step.gives:
        tag = EventTag.LIFE_EXPIRED if step.gives is Stage.EXPIRED else EventTag.LIFE_TOLD
        told: Data = {"cycle": life.cycle, "stage": str(step.gives)}
        found.append(NewEvent(tag=tag, subject=subject, data=told))
    if step.closes:
        found.append(NewEvent(tag=EventTag.LIFE_CLOSED, subject=subject, data={"cycle": life.cycle}))
    return found


def _tell_held(db: Database, held: Sequence[LifeStep], *, now: datetime) -> None:
    """The desk hears of each once: of all that a batch held, in one message."""
    for step in held:
        moved = Moved(at=now, by="usher", how=Move.HELD, ends_on=step.life.ends_on, reason=str(step.held))
        lifecycle_store.add_move(db, step.life.account_id, moved)
    if held:
        lives = [[step.life.account_id, str(step.held), step.life.ends_on.isoformat()] for step in held]
        key = f"life hold:{next_number(db, 'life_hold')}"
        queue_note(db, NoteName.LIFE_HOLD, key=key, values={"lives": lives}, now=now)


def _follow_rules(db: Database, rules: ClockRules, *, now: datetime) -> None:
    """Where the policy has changed, reckon anew when each account is to be looked at; promises hold."""
    if rounds.find_last(db, _RULES) == rules.digest:
        return
    last = 0
    while True:
        with transaction(db, locks=("lives",)):
            page = lifecycle_store.list_after(db, last, limit=BATCH)
            lives = [row.life for row in page]
            lifecycle_store.promise_all(
                db, [(life, life.back_until(rules)) for life in lives if life.notices]
            )
            looks = [(life, lifecycle.find_next_look(life, rules)) for life in lives]
            lifecycle_store.save_all(db, [(life, max(at, now) if at else None) for life, at in looks])
            if len(page) < BATCH:
                rounds.note(db, _RULES, rules.digest)
                return
        last = page[-1].account.id
