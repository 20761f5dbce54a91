"""Watch the mailbox: IDLE only wakes, the sync is by UID, and what is settled is moved in batches."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import inf
from threading import Event, Lock
from typing import TypeVar

import structlog
from sqlite_utils import Database

from bot.bootstrap import Bot
from bot.domain.errors import Copied, LogInRefused, PermanentFailure, SettingsFault, TransientFailure, trace
from bot.domain.ledger import ASIDE_FOLDER, DONE_FOLDER, Cursor, LedgerMail, MailStatus
from bot.domain.mail import FetchedMail
from bot.domain.outbox import LONGEST_REST, back_off, rest_after
from bot.ports import Failure, Mailbox, ReadMail
from bot.services import intake, mailboxes, moves, sources, upkeep

log = structlog.get_logger("mail")
T = TypeVar("T")
_Read = tuple[LedgerMail, ReadMail | None]  #: a recorded mail, and what was read of it with others

BATCH = 100  #: UIDs a move
FETCHED = 25  #: mails a fetch and a commit: what is in memory several times while it arrives
HELD_BYTES = 4_000_000  #: of them
TOGETHER = 12  #: mails read in one go, in memory several times on their way to a child and back, and settled
TOGETHER_BYTES = 600_000  #: of them
TOGETHER_ROWS = (
    2_000  #: of their workbooks: while they are settled, who else writes waits, and so does a stop
)
WAIT = 30.0  #: seconds; the mailbox is polled this often even when IDLE is silent
LATEST = datetime.max.replace(tzinfo=UTC)
FOLDERS = {
    MailStatus.DONE: DONE_FOLDER,
    MailStatus.DUPLICATE: DONE_FOLDER,
    MailStatus.SET_ASIDE: ASIDE_FOLDER,
}


class MailLoop:
    """One thread's work; `run` returns soon after `stop`."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._stopping = Event()
        self._lock = Lock()
        self._mailbox: Mailbox | None = None
        self._failures = 0
        self._refusals = 0  # of the log-in, in a row
        self._tries_at: datetime | None = None  # when it is tried again after one
        self._is_stuck = False  # a turn that took mails in did not come to its end
        self._move_refusals = 0  # in a row
        self._moves_at: datetime | None = None  # when moving is tried again after one
        self._unmoved: Failure | None = None  # why some mail is not moved
        self._refused_to = 0  # the last number of the batch of which none was moved
        self._started = bot.clock.now()

    def stop(self) -> None:
        self._stopping.set()
        with self._lock:
            if self._mailbox is not None:
                self._mailbox.wake()

    def run(self) -> None:
        """Hold a session with the server; after a failure come back later and later, with jitter.

        One mailbox for all of them: it knows over which mails the server stumbled.
        """
        try:
            self._run()
        finally:
            with self._lock:
                mailbox, self._mailbox = self._mailbox, None
            if mailbox is not None:
                mailbox.close()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                if self._rest():
                    self._work_on_recorded()
                else:
                    self._session(self._open_mailbox())
            except (TransientFailure, PermanentFailure) as exc:
                self._note_failure(exc)
                self._work_on_recorded()
            except Exception as exc:  # noqa: BLE001 - the door: a locked database or a full disk passes
                self._stumble(exc)
            self._pause()

    def _stumble(self, exc: Exception) -> None:
        if not upkeep.trouble(exc):
            log.error("mail door stumbled", trace=trace(exc))  # without the message
        self._report_failure(upkeep.why_stumbled(exc))

    def _work_on_recorded(self) -> None:
        """What is in the ledger is worked on whether or not the server is there."""
        try:
            self._work()
        except Exception as exc:  # noqa: BLE001 - the door, as in `run`
            log.error("mail door stumbled", trace=trace(exc))  # noqa: TRY400

    def _pause(self) -> None:
        self._failures += 1
        wait = back_off(self._failures, jitter=self._bot.random.random()).total_seconds() / 2
        rest = self._rest()
        self._stopping.wait(min(wait, 60.0, rest.total_seconds() if rest else 60.0))

    def _rest(self) -> timedelta:
        """For how long no log-in is tried, so that its account is not locked."""
        return self._left_to(self._tries_at)

    def _left_to(self, moment: datetime | None) -> timedelta:
        """Nothing once the clock was put back: no rest is as long as that."""
        rest = moment - self._bot.clock.now() if moment else timedelta(0)
        return rest if timedelta(0) < rest <= LONGEST_REST else timedelta(0)

    def _note_failure(self, exc: Failure) -> None:
        if isinstance(exc, LogInRefused):
            self._refusals += 1
            self._tries_at = self._bot.clock.now() + rest_after(self._refusals)
        else:
            self._tries_at = None
        self._report_failure(str(exc), needs_person=isinstance(exc, PermanentFailure))

    def check(self) -> None:
        """Log in and look for the folder once, before anything starts.

        Raise SettingsFault for what only a person can mend, while the desk is being set up. A server that
        is away may come back; and where mail was taken in before, an expired secret costs the mailbox
        alone: the other doors open, one of which tells staff.
        """
        mailbox = self._bot.open_mailbox()
        try:
            mailbox.open()
        except PermanentFailure as exc:
            with self._bot.connect() as db:
                if not mailboxes.has_begun(db, self._bot.settings.imap_folder):
                    raise SettingsFault(str(exc)) from None
            self._note_failure(exc)
        except TransientFailure as exc:
            self._note_failure(exc)
        finally:
            mailbox.close()

    def _open_mailbox(self) -> Mailbox:
        with self._lock:
            self._mailbox = self._mailbox or self._bot.open_mailbox()
            return self._mailbox

    def _session(self, mailbox: Mailbox) -> None:
        uidvalidity = mailbox.open()
        self._sync(mailbox, uidvalidity, opened=True)
        while not self._stopping.is_set():
            if not self._is_stuck:
                self._report_well()  # not before: a session that opens may still take nothing in
            self._is_stuck = True
            self._work()
            self._move_aside(mailbox, uidvalidity)
            self._is_stuck = False
            self._failures = 0
            self._report_well()
            mailbox.wait(WAIT)
            self._sync(mailbox, uidvalidity)

    def _sync(self, mailbox: Mailbox, uidvalidity: int, *, opened: bool = False) -> None:
        """Record everything above the cursor, batch by batch, before anything is done about it.

        Once a session, as it is `opened`, also what lies below and has no row.
        """
        name = self._bot.settings.imap_folder
        now = self._bot.clock.now
        with self._bot.connect() as db:
            cursor = mailboxes.begin(db, name, uidvalidity, now=now(), started=self._started)
            uids = mailbox.uids_after(0 if opened else cursor.last_uid)
            if opened:
                cursor, uids = self._compare(db, mailbox, cursor, uids)
            for start in range(0, len(uids), FETCHED):
                numbers = uids[start : start + FETCHED]
                fetched = mailbox.fetch(numbers, old_before=cursor.old_before(numbers[-1]))
                for batch in _batches(fetched, FETCHED, HELD_BYTES, lambda mail: len(mail.raw)):
                    added = mailboxes.record(db, self._bot.desk, name, uidvalidity, batch, now=now())
                    log.info("mails recorded", mails=len(added))

    def _compare(
        self, db: Database, mailbox: Mailbox, cursor: Cursor, uids: Sequence[int]
    ) -> tuple[Cursor, list[int]]:
        name, now = self._bot.settings.imap_folder, self._bot.clock.now()
        familiar = mailboxes.list_familiar(db, name, cursor, uids)
        listed: list[FetchedMail] = []
        try:
            for mail in mailbox.fetch(familiar, old_before=LATEST) if familiar else ():  # not a byte of them
                listed.append(mail)  # noqa: PERF402 - what came before a refusal counts
        except TransientFailure as exc:
            log.warning(
                "known mails are not listed", error=str(exc)
            )  # a line that is cut shows with the next command
        return mailboxes.compare(db, name, cursor, uids, listed, next_uid=mailbox.next_uid(), now=now)

    def _work(self) -> None:
        while not self._stopping.is_set():
            with self._bot.connect() as db:
                waiting = intake.list_waiting(db, limit=BATCH)
                if not waiting:
                    return
                for _ in work_on(self._bot, db, waiting):
                    if self._stopping.is_set():
                        return

    def _move_aside(self, mailbox: Mailbox, uidvalidity: int) -> None:
        """Move what is settled; a server that refuses is asked more and more rarely, and mail goes on."""
        if self._left_to(self._moves_at):
            return
        self._unmoved = self._move_settled(mailbox, uidvalidity)
        if self._unmoved:
            self._move_refusals += 1
            self._moves_at = self._bot.clock.now() + rest_after(self._move_refusals)
            log.warning("mails not moved", reason=str(self._unmoved))
        else:
            self._move_refusals, self._moves_at = 0, None

    def _move_settled(self, mailbox: Mailbox, uidvalidity: int) -> Failure | None:
        """Say why those stay behind that the server does not move.

        Once it moves none of a batch, the next one is asked for at the next look. What was copied is not
        asked for again; that it stays as well is said until a mail is moved.
        """
        name = self._bot.settings.imap_folder
        left: dict[int, Failure] = {}
        batch: list[int] = []
        with self._bot.connect() as db:
            for found in self._list_settled(db, uidvalidity):
                for status, uids in found.items():
                    left |= mailbox.move(uids, FOLDERS[status])
                    there = [uid for uid in uids if uid not in left or isinstance(left[uid], Copied)]
                    moves.mark_moved(db, name, uidvalidity, there, now=self._bot.clock.now())
                batch = [uid for uids in found.values() for uid in uids]
                if left.keys() >= set(batch):
                    self._refused_to = max(batch)
                    break
            else:
                self._refused_to = 0
        if not batch and isinstance(self._unmoved, Copied):
            return self._unmoved
        return moves.told_together(left)

    def _list_settled(self, db: Database, uidvalidity: int) -> Iterator[dict[MailStatus, list[int]]]:
        """Batches of what is to be moved: from behind the one that was refused last, and once around."""
        name = self._bot.settings.imap_folder
        for after, until in ((self._refused_to, inf), (0, self._refused_to)):
            last = after
            while last < until and (
                found := moves.list_to_move(db, name, uidvalidity, after=last, limit=BATCH)
            ):
                yield found
                last = max(max(uids) for uids in found.values())

    def _report_well(self) -> None:
        self._refusals = 0
        self._tries_at = None
        if self._unmoved:
            needs_person = isinstance(self._unmoved, PermanentFailure)
            self._report(f"new mail is taken in, but {self._unmoved}", well=False, needs_person=needs_person)
        else:
            self._report("connected; new mail is taken in", well=True)

    def _report_failure(self, reason: str, *, needs_person: bool = False) -> None:
        self._report(reason, well=False, needs_person=needs_person)
        log.warning("mailbox unreachable", reason=reason)

    def _report(self, sentence: str, *, well: bool, needs_person: bool = False) -> None:
        now = self._bot.clock.now()
        self._bot.health.report(
            "mailbox", sentence, well=well, now=now, needs_person=needs_person, tries_at=self._tries_at
        )


def work_on(bot: Bot, db: Database, rows: Sequence[LedgerMail]) -> Iterator[MailStatus]:
    """Decide about recorded mails, a few whenever the next status is asked for."""
    if len(rows) == 1:
        yield from _settle(bot, db, [(rows[0], None)])
        return
    for read in _read_ahead(bot, rows):
        for together in _batches(read, TOGETHER, TOGETHER_ROWS, _rows_of):
            yield from _settle(bot, db, together)


def _rows_of(mail: _Read) -> int:
    """How much there is to decide about; what could not be read with others comes alone."""
    read = mail[1]
    return sum(len(sheet.rows) for book in read[1] for sheet in book.sheets) if read else TOGETHER_ROWS + 1


def _read_ahead(bot: Bot, rows: Sequence[LedgerMail]) -> Iterator[list[_Read]]:
    """Read mails in batches, the next one while these are decided about."""
    with ThreadPoolExecutor(1, "mail-reader") as reader:
        batches = [*_batches(rows, TOGETHER, TOGETHER_BYTES, lambda row: row.size), []]
        coming = reader.submit(_read_together, bot, batches[0])
        for batch, following in pairwise(batches):
            read = coming.result()
            coming = reader.submit(_read_together, bot, following)
            yield list(zip(batch, read, strict=True))


def _batches(mails: Iterable[T], most: int, within: int, weight: Callable[[T], int]) -> Iterator[list[T]]:
    """Cut into as many as may be held at once; a mail that weighs more comes alone.

    Those that came before the line broke are a batch too: else a server that breaks it always would never
    get any further.
    """
    batch: list[T] = []
    size = 0
    try:
        for mail in mails:
            if batch and (len(batch) == most or size + weight(mail) > within):
                yield batch
                batch, size = [], 0
            batch.append(mail)
            size += weight(mail)
    except TransientFailure:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _read_together(bot: Bot, rows: Sequence[LedgerMail]) -> Sequence[ReadMail | None]:
    """Read all or none: what is wrong with one of them shows when each is read by itself."""
    if not rows:
        return []
    try:
        with bot.connect() as db:
            raw = [sources.get(db, bot.desk, row.id) for row in rows]
        return bot.reader.read_mails(raw)
    except Exception as exc:  # noqa: BLE001 - the door, as in `_settle`
        log.warning("mails not read together", trace=trace(exc))
        return [None] * len(rows)


def _settle(bot: Bot, db: Database, mails: Sequence[_Read]) -> Iterable[MailStatus]:
    """Understand recorded mails and decide about all or none; a bug in one of them costs only that one."""
    try:
        understood = [
            intake.understand(
                db, bot.desk, row, *(read or bot.reader.read_mail(sources.get(db, bot.desk, row.id)))
            )
            for row, read in mails
        ]
        statuses = intake.decide(db, bot.desk, understood, now=bot.clock.now())
        bot.bell.ring()  # its connection stays open for the mails that follow
    except (TransientFailure, PermanentFailure):
        raise
    except Exception as exc:
        if upkeep.trouble(exc):  # the machine's, not these mails'
            raise
        return _settle_after(bot, db, mails, exc)
    for one, status in zip(understood, statuses, strict=True):
        kind, reason = one.found.kind, one.found.reason
        log.info("mail settled", mail=one.row.id, kind=kind, reason=reason, status=status)
    return statuses


def _settle_after(bot: Bot, db: Database, mails: Sequence[_Read], exc: Exception) -> Iterable[MailStatus]:
    """One of them raised: each is settled by itself, and who raises alone is counted."""
    if len(mails) > 1:
        log.warning("mails not settled together", trace=trace(exc))
        return (status for mail in mails for status in _settle(bot, db, [mail]))
    ((row, _),) = mails
    log.error("mail raised", mail=row.id, trace=trace(exc))  # without the message
    error = f"{type(exc).__name__}: {exc}"
    return [intake.note_failure(db, bot.desk, row, error, now=bot.clock.now())]
