"""Meet a mailbox and record what is in it, before anything is done about it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from sqlite_utils import Database

from bot.domain.events import EventTag
from bot.domain.ledger import Cursor, MailStatus
from bot.domain.mail import FetchedMail
from bot.services import sources
from bot.services.desk import Desk
from bot.store import events, ledger
from bot.store.database import transaction

FAMILIAR = 20  #: one would do: the highest number that a snapshot's server gave again is another mail's


def begin(
    db: Database, mailbox: str, uidvalidity: int, *, now: datetime, started: datetime | None = None
) -> Cursor:
    """Meet the mailbox: return how far it is recorded by the numbers that it has now.

    A new one counts from `started`, when the desk began to ask for it: the server may have been away since.
    """
    with transaction(db, locks=(f"mailbox:{mailbox}",)):
        known = ledger.find_mailbox(db, mailbox)
        if known is None:
            ledger.start_mailbox(db, mailbox, uidvalidity=uidvalidity, last_uid=0, now=started or now)
        elif known.uidvalidity != uidvalidity:
            ledger.renumber_mailbox(db, mailbox, uidvalidity)
            tag, before = EventTag.MAILBOX_RENUMBERED, known.uidvalidity
            events.add(db, tag, "mailbox", actor="usher", at=now, before=before, after=uidvalidity)
        return _get(db, mailbox)


def _get(db: Database, mailbox: str) -> Cursor:
    known = ledger.find_mailbox(db, mailbox)
    if known is None:
        raise LookupError(mailbox)
    return known


def has_begun(db: Database, mailbox: str) -> bool:
    """Whether the mailbox was ever open to this desk."""
    return ledger.find_mailbox(db, mailbox) is not None


def note_look(db: Database, mailbox: str, cursor: Cursor, uids: Sequence[int]) -> Cursor:
    """Note what was there when the numbering was first seen: what gets a higher number came later."""
    if cursor.looked_to is not None:
        return cursor
    newest = max(uids, default=cursor.last_uid)
    with transaction(db, locks=(f"mailbox:{mailbox}",)):
        ledger.note_look(db, mailbox, uidvalidity=cursor.uidvalidity, newest=newest)
    return replace(cursor, looked_to=newest)


def list_familiar(db: Database, mailbox: str, cursor: Cursor, uids: Sequence[int]) -> list[int]:
    """Numbers among these by which `compare` sees whether they still stand for the mails that we know."""
    return sorted(ledger.list_newest_known(db, mailbox, cursor.uidvalidity, uids, limit=FAMILIAR))


def compare(
    db: Database,
    mailbox: str,
    cursor: Cursor,
    uids: Sequence[int],
    familiar: Sequence[FetchedMail],
    *,
    next_uid: int,
    now: datetime,
) -> tuple[Cursor, list[int]]:
    """Compare all that lies in the folder with the ledger: the cursor, and what has no row.

    Once a session, for a number below the cursor may show late, or come again: a server that was put back to
    a snapshot counts on from there (`next_uid`), under the same UIDVALIDITY. Then all is met anew. It may
    have given as many numbers again before we look: then `familiar` ones, as listed now, are other mails.
    """
    if _is_put_back(db, mailbox, cursor, familiar, next_uid):
        validity = cursor.uidvalidity
        with transaction(db, locks=(f"mailbox:{mailbox}",)):
            ledger.retire_numbers(db, mailbox, validity)
            tag = EventTag.MAILBOX_RENUMBERED
            events.add(db, tag, "mailbox", actor="usher", at=now, before=validity, after=validity)
        cursor = replace(cursor, last_uid=0, looked_to=None)
    cursor = note_look(db, mailbox, cursor, uids)
    return cursor, ledger.list_unrecorded(db, mailbox, cursor.uidvalidity, uids)


def _is_put_back(
    db: Database, mailbox: str, cursor: Cursor, familiar: Sequence[FetchedMail], next_uid: int
) -> bool:
    """By either alone a mail counts as the same: some servers change a mail's date, others its size.

    Of one that the server would not list neither is known. A next number below that of a mail that is still
    there is nonsense: servers that say so count on all the same.
    """
    uids = [mail.uid for mail in familiar]
    known = ledger.list_newest_known(db, mailbox, cursor.uidvalidity, uids, limit=len(uids))
    same = set()
    for mail in familiar:
        size, received_at = known[mail.uid]
        if mail.size == size or mail.received_at == received_at:
            same.add(mail.uid)
        elif min(mail.size, size) > 1:
            return True
    return 0 < next_uid <= cursor.last_uid and not any(uid >= next_uid for uid in same)


def record(
    db: Database, desk: Desk, mailbox: str, uidvalidity: int, batch: Sequence[FetchedMail], *, now: datetime
) -> list[int]:
    """Commit a batch with its raw bytes, sealed, before anything is done about it; return the new rows.

    Mail older than the first start is recorded without its bytes and never acted on. A batch that does not
    ascend is refused: the cursor would pass over what is still to come.
    """
    if any(later.uid <= earlier.uid for earlier, later in pairwise(batch)):
        raise ValueError("mails out of order")
    added = []
    batch = [sources.seal(desk, fetched) for fetched in batch]
    with transaction(db, locks=(f"mailbox:{mailbox}",)):
        known = _get(db, mailbox)
        for fetched in batch:
            old = fetched.received_at < known.old_before(fetched.uid)
            status = MailStatus.OLD if old else MailStatus.RECORDED
            number = ledger.add(db, mailbox, uidvalidity, fetched, status=status, now=now)
            if number is not None:
                added.append(number)
        if batch:
            ledger.advance_mailbox(db, mailbox, uidvalidity=uidvalidity, last_uid=batch[-1].uid)
    return added
