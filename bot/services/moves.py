"""Mails that are settled and still lie in the folder: which they are, and that they were moved."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlite_utils import Database

from bot.domain.errors import Copied, PermanentFailure, TransientFailure
from bot.domain.ledger import MailStatus
from bot.ports import Failure
from bot.store import ledger
from bot.store.database import transaction

REASONS: Final = 3  #: that are said of mails that stay, each once


def told_together(left: Mapping[int, Failure]) -> Failure | None:
    """Why mails stay: the one reason, or how many they are with each reason; one may want a person."""
    reasons = list(dict.fromkeys(map(str, left.values())))
    if len(reasons) <= 1:
        return next(iter(left.values()), None)
    more = f"; and {len(reasons) - REASONS} more" if len(reasons) > REASONS else ""
    sentence = f"{len(left)} mails are not moved: {'; '.join(reasons[:REASONS])}{more}"
    if all(isinstance(one, Copied) for one in left.values()):
        return Copied(sentence)
    is_for_a_person = any(isinstance(one, PermanentFailure) for one in left.values())
    return PermanentFailure(sentence) if is_for_a_person else TransientFailure(sentence)


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
