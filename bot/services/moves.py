"""Mails that are settled and still lie in the folder: which they are, and that they were moved."""

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from bot.domain.ledger import MailStatus
from bot.store import ledger
from bot.store.database import transaction


def list_to_move(
    db: Database, mailbox: str, uidvalidity: int, *, after: int = 0, limit: int
) -> dict[MailStatus, list[int]]:
    """UIDs above `after` of settled mails that still lie in the folder, by what became of them."""
    found: dict[MailStatus, list[int]] = {}
    for uid, status in ledger.list_unmoved(db, mailbox, uidvalidity, after=after, limit=limit):
        found.setdefault(status, []).append(uid)
    return found


def mark_moved(db: Database, mailbox: str, uidvalidity: int, uids: Sequence[int], *, now: datetime) -> None:
    """Note that these lie where settled mail belongs."""
    with transaction(db, locks=(f"mailbox:{mailbox}",)):
        ledger.mark_moved(db, mailbox, uidvalidity, uids, now)
