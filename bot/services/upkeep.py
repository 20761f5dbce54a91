"""Upkeep: what the operator's pages and commands read about the whole house."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from bot.domain.cases import CaseStatus
from bot.domain.ledger import MailStatus
from bot.domain.outbox import JobStatus
from bot.domain.retention import Swept
from bot.store import alarms, cases, database, ledger, migrations, outbox_figures, retention


@dataclass(frozen=True, kw_only=True)
class Figures:
    """How much there is of everything; states without any are there with 0."""

    mails: dict[str, int]
    jobs: dict[str, int]
    cases: dict[str, int]
    oldest_queued_at: datetime | None
    last_mail_at: datetime | None
    open_alarms: int
    swept: list[Swept]  #: what the newest night of the retention did


def figures(db: Database, *, now: datetime) -> Figures:
    """Count mails, jobs and cases by their state; find the job that has waited longest and the last mail."""
    return Figures(
        mails=dict.fromkeys(map(str, MailStatus), 0) | dict(ledger.count_by_status(db)),
        jobs=dict.fromkeys(map(str, JobStatus), 0) | dict(outbox_figures.count_by_status(db)),
        cases=dict.fromkeys(map(str, CaseStatus), 0) | dict(cases.count_by_status(db)),
        oldest_queued_at=outbox_figures.find_oldest_queued(db, now),
        last_mail_at=ledger.find_last_arrival(db, now),
        open_alarms=len(alarms.list_open(db)),
        swept=retention.list_swept(db),
    )


def trouble(exc: Exception) -> str:
    """What the machine did to the database, with the mend; "" for any other error."""
    return database.trouble(exc)


def is_locked(exc: Exception) -> bool:
    """Whether another process holds the database: whoever asks again at once waits in vain once more."""
    return database.is_locked(exc)


def why_stumbled(exc: Exception) -> str:
    """Why a part stumbled, as `/readyz` says it: without the error's own words, which may be a stranger's."""
    return trouble(exc) or f"stumbled ({type(exc).__name__}) and tries again"


def find_trouble(path: Path) -> str:
    """What keeps the database from being written to, with the mend; "" when nothing does."""
    return database.find_trouble(path)


def list_pending_migrations(db: Database) -> list[str]:
    """What this database lacks to be of this version; reads only."""
    return migrations.list_pending(db)
