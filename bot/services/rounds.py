"""Tell which occasion of a daily or weekly round is due, and remember what is done."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.rounds import Occasion
from bot.services.desk import Desk
from bot.store import rounds
from bot.store.database import transaction


def find_due(db: Database, desk: Desk, name: str, occasion: Occasion, *, now: datetime) -> str | None:
    """The occasion that came and is not done; after a down-time only the last. None when there is none.

    A round that was never looked at begins with its next occasion. A clock that was put back is followed:
    what is then done again has the same name, under which nothing goes out twice.
    """
    latest, last = occasion(desk.policy.calendar_of_desk, now), rounds.find_last(db, name)
    if last is not None and (latest is None or latest == last):
        return None
    if last is None or (latest is not None and latest < last):
        note_done(db, name, latest or "")
        return None
    return latest


def note_done(db: Database, name: str, occasion: str) -> None:
    with transaction(db, locks=(f"round:{name}",)):
        rounds.note(db, name, occasion)
