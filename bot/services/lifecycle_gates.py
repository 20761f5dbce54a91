"""More mails of the clock on one day than go by themselves: they wait for one click."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from sqlite_utils import Database

from bot.domain.approvals import check_is_staff
from bot.domain.events import EventTag
from bot.domain.lifecycle import ClockRules, Stage
from bot.domain.lifecycle_gates import Gate, GateCard, Waiting
from bot.domain.lifecycle_refusals import GateGrown, GateSettled
from bot.domain.note_names import NoteName
from bot.domain.staff import Staff
from bot.services.desk import Desk
from bot.services.lifecycle import PAGE, step_of
from bot.services.queueing import queue_note
from bot.store import events, outbox
from bot.store import lifecycle as lifecycle_store
from bot.store import lifecycle_gates as lifecycle_gate_store
from bot.store.database import transaction
from bot.store.lifecycle import Place
from bot.store.numbers import next_number

SHOWN = 10  #: people on the card


def keep_back(db: Database, rules: ClockRules, *, now: datetime, until: datetime) -> int:
    """How many accounts wait for somebody's yes; 0 where all that is due may go.

    After an import none goes without one, else so many a day. What was due when somebody let it go needs no
    other yes, and takes nothing from the day's number.
    """
    midnight, released = (
        rules.begins(rules.calendar.day_of(now)),
        lifecycle_gate_store.find_released(db, now=now),
    )
    used = lifecycle_store.count_told(db, since=midnight) - lifecycle_gate_store.count_released(
        db, since=midnight
    )
    left = max(rules.most_a_day - max(used, 0), 0)
    due = lifecycle_store.count_due(db, after=released, until=until)
    if (gate := lifecycle_gate_store.find_shut(db)) and gate.imported:
        left = 0
    if due > left:  # a quick look first: not everything that is due is a mail
        mails = _list_waiting(db, rules, after=released, now=now, until=until)
        if sum(1 for _ in islice(mails, left + 1)) > left:
            _ask(db, rules, now=now)
            return due
    forget(db, now=now)
    return 0


def _list_waiting(
    db: Database, rules: ClockRules, *, after: datetime | None, now: datetime, until: datetime
) -> Iterator[Waiting]:
    """Every mail that would go now, and has nobody's yes."""
    place = Place.after(after) if after else Place()
    while True:
        page, place = lifecycle_store.list_due(db, until=until, after=place, limit=PAGE)
        for row in page:
            step = step_of(row, rules, now=now, warn_until=until)
            if step.gives:
                yield Waiting(
                    account=row.account,
                    stage=step.gives,
                    ends_on=step.life.ends_on,
                    held=step.held is not None,
                )
        if len(page) < PAGE:
            return


def _ask(db: Database, rules: ClockRules, *, now: datetime) -> None:
    """One card, which is brought up to date once a day while it waits."""
    gate, today = lifecycle_gate_store.find_shut(db), rules.calendar.day_of(now).isoformat()
    if gate is not None and outbox.find_by_key(db, f"life gate:{gate.id}:{today}"):
        return
    with transaction(db, locks=("life_gates",)):
        gate = _shut(db, by="usher", imported=False, now=now)
        _show(db, gate, key=f"life gate:{gate.id}:{today}", now=now)


def shut_for_import(db: Database, *, by: str, now: datetime) -> None:
    """Accounts were taken over of which mails are due: all wait for one yes, in the caller's transaction."""
    gate = _shut(db, by=by, imported=True, now=now)
    number = next_number(db, "life_gate")
    _show(db, gate, key=f"life gate:{gate.id}:{number}:imported", now=now)


def _shut(db: Database, *, by: str, imported: bool, now: datetime) -> Gate:
    fresh = lifecycle_gate_store.find_shut(db) is None
    gate = lifecycle_gate_store.shut(db, imported=imported, now=now)
    if fresh:
        events.add(db, EventTag.LIFE_GATE_SHUT, f"life_gate:{gate.id}", actor=by, at=now)
    return gate


def _show(db: Database, gate: Gate, *, key: str, now: datetime) -> None:
    card = f"life gate:{gate.id}"
    values = {"gate_id": gate.id}
    if outbox.find_by_key(db, card) is None:
        queue_note(db, NoteName.LIFE_GATE, key=card, values=values, now=now, stream=card)
    queue_note(db, NoteName.LIFE_GATE, key=key, values=values, now=now, stream=card, instead_of=card)


def forget(db: Database, *, now: datetime) -> None:
    """So many are due no longer: what is left goes by itself."""
    gate = lifecycle_gate_store.find_shut(db)
    if gate is None:
        return
    with transaction(db, locks=("life_gates",)):
        if lifecycle_gate_store.settle(db, gate.id, by="usher", released=0, now=now):
            _settled(db, gate, by="usher", mails=0, now=now)


def find_shut(db: Database) -> Gate | None:
    """The one that is shut now."""
    return lifecycle_gate_store.find_shut(db)


def let_go(db: Database, desk: Desk, gate_id: int, *, seen: int, by: Staff, now: datetime) -> int:
    """Staff's click on a card that has shown so many; see `open_gate`. Raise NotStaff or GateGrown besides.

    A yes is to no more than was seen: where more wait by now, the card shows them first.
    """
    check_is_staff(by)
    many = get_card(db, desk, gate_id, now=now).many
    if many > seen:
        with transaction(db, locks=("life_gates",)):
            number = next_number(db, "life_gate")
            _show(db, _get(db, gate_id), key=f"life gate:{gate_id}:{number}:grown", now=now)
        raise GateGrown(many=many)
    return open_gate(db, desk, gate_id, by=by.id, now=now)


def _get(db: Database, gate_id: int) -> Gate:
    """Raise GateSettled where there is none."""
    gate = lifecycle_gate_store.find(db, gate_id)
    if gate is None:
        raise GateSettled(by="")
    return gate


def open_gate(
    db: Database, desk: Desk, gate_id: int, *, by: str, now: datetime, until: datetime | None = None
) -> int:
    """Let everything go that waits now, at the clock's next look; how many mails. Raise GateSettled.

    `until`: of a look that warns of what is due by then.
    """
    until = max(now, until or now)
    after = lifecycle_gate_store.find_released(db, now=now)
    mails = sum(1 for _ in _list_waiting(db, desk.policy.clock_rules, after=after, now=now, until=until))
    with transaction(db, locks=("life_gates",)):
        gate = lifecycle_gate_store.find(db, gate_id)
        if gate is None or not lifecycle_gate_store.settle(db, gate_id, by=by, released=mails, now=now):
            raise GateSettled(by=gate.settled_by if gate else "")
        _settled(db, gate, by=by, mails=mails, now=now)
    return mails


def _settled(db: Database, gate: Gate, *, by: str, mails: int, now: datetime) -> None:
    events.add(db, EventTag.LIFE_GATE_OPENED, f"life_gate:{gate.id}", actor=by, at=now, mails=mails)
    _show(db, gate, key=f"life gate:{gate.id}:{next_number(db, 'life_gate')}:settled", now=now)


def get_card(db: Database, desk: Desk, gate_id: int, *, now: datetime) -> GateCard:
    """A gate as it is now, with what waits behind it; raise GateSettled where there is none."""
    gate, rules = _get(db, gate_id), desk.policy.clock_rules
    counts, held, first, today = Counter[Stage](), 0, list[Waiting](), rules.calendar.day_of(now)
    since = today
    if gate.settled_at is None:
        after = lifecycle_gate_store.find_released(db, now=now)
        for one in _list_waiting(db, rules, after=after, now=now, until=now):
            counts[one.stage] += 1
            held += one.held
            first += [one] if len(first) < SHOWN else []
            if not one.held:  # its end moves, and its day with it
                since = min(since, rules.calendar.day_of(rules.due(one.stage, one.ends_on)))
    return GateCard(
        gate=gate,
        most=rules.most_a_day,
        counts=counts,
        held=held,
        first=tuple(first),
        since=since,
        behind=(today - since).days,
    )
