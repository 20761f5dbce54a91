"""Be away: name who decides meanwhile, and come back."""

from datetime import datetime

from sqlite_utils import Database

from bot.store import absences


def list_stood_for(db: Database, deputy: str, *, now: datetime) -> tuple[str, ...]:
    """Whose rights somebody has at this moment because they are away."""
    return tuple(dict.fromkeys(absence.person for absence in absences.list_of_deputy(db, deputy, now=now)))
