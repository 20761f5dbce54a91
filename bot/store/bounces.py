"""What came back of our mails, and which addresses are in doubt because of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.bounces import WENT_OUT, AddressState, Doubt, Returned
from bot.domain.events import EventTag
from bot.domain.mail import BounceReport
from bot.domain.outbox import JobStatus
from bot.store import events
from bot.store.database import count, instant, listed, row, rows, text_of


def add(
    db: Database,
    job_id: int,
    recipient: str,
    report: BounceReport,
    *,
    hard: bool,
    mail_id: int,
    now: datetime,
) -> bool:
    """Keep what a report says of one mail and recipient; False when that was known already."""
    return bool(
        count(
            db,
            """insert into bounces (job_id, recipient, gave_up, hard, status, detail, mail_id, at)
               values (:job_id, :recipient, :gave_up, :hard, :status, :detail, :mail_id, :now)
               on conflict do nothing""",
            {
                "job_id": job_id,
                "recipient": recipient,
                "gave_up": int(report.gave_up),
                "hard": int(hard),
                "status": report.status,
                "detail": report.detail,
                "mail_id": mail_id,
                "now": text_of(now),
            },
        )
    )


def came_back(db: Database, job_id: int) -> bool:
    """Whether a mail server has given that mail up."""
    sql = "select 1 from bounces where job_id = :id and (gave_up = 1 or hard = 1) limit 1"
    return row(db, sql, {"id": job_id}) is not None


def came_back_of(mail: str) -> str:
    """The same in SQL, of a row of the outbox called so; whoever got a copy does not count."""
    return f"""exists (select 1 from bounces back where back.job_id = {mail}.id
        and back.recipient = {mail}.recipient and back.gave_up = 1)"""


def is_lost(db: Database, job_id: int) -> bool:
    """Whether the mail went out and came back from whom it was to."""
    sql = f"select 1 from outbox mail where id = :id and status = 'sent' and {came_back_of('mail')}"
    return row(db, sql, {"id": job_id}) is not None


def list_of_case(db: Database, case_id: int) -> dict[int, tuple[Returned, ...]]:
    """What came back of a case's mails, by job; of a recipient the last word only."""
    return _list(db, "o.case_id = :case_id", {"case_id": case_id})


def list_of_job(db: Database, job_id: int) -> tuple[Returned, ...]:
    """The same of one mail."""
    return _list(db, "o.id = :job_id", {"job_id": job_id}).get(job_id, ())


def _list(db: Database, condition: str, values: Mapping[str, Any]) -> dict[int, tuple[Returned, ...]]:
    found = rows(
        db,
        f"""select b.* from bounces b join outbox o on o.id = b.job_id
            where {condition} order by b.job_id, b.recipient, b.gave_up""",
        values,
    )
    last = {
        (entry["job_id"], entry["recipient"]): Returned(
            recipient=entry["recipient"],
            gave_up=bool(entry["gave_up"]),
            status=entry["status"],
            at=instant(entry["at"]),
            said=entry["detail"],
        )
        for entry in found
    }
    by_job: dict[int, tuple[Returned, ...]] = {}
    for (job_id, _), returned in last.items():
        by_job[job_id] = (*by_job.get(job_id, ()), returned)
    return by_job


def count_soft(db: Database, recipient: str, *, since: datetime) -> int:
    """How many mails to that address came back since then for a reason that may pass."""
    found = row(
        db,
        """select count(distinct job_id) n from bounces
           where recipient = :recipient and hard = 0 and at >= :since""",
        {"recipient": recipient, "since": text_of(since)},
    )
    return int(found["n"]) if found else 0


def find_doubt(db: Database, address: str) -> Doubt | None:
    found = row(db, "select * from doubtful_addresses where address = :address", {"address": address})
    if found is None:
        return None
    return Doubt(
        address=found["address"],
        state=AddressState(found["state"]),
        since=instant(found["since"]),
        probe=found["probe"],
    )


def keep_doubt(db: Database, doubt: Doubt) -> None:
    count(
        db,
        """insert into doubtful_addresses (address, state, since, probe)
           values (:address, :state, :since, :probe)
           on conflict (address) do update set state = :state, since = :since, probe = :probe""",
        {"address": doubt.address, "state": doubt.state, "since": text_of(doubt.since), "probe": doubt.probe},
    )


def drop_doubt(db: Database, address: str, *, since: tuple[AddressState, ...] = tuple(AddressState)) -> bool:
    """Call an address good again; False when it was not in one of those states."""
    doubt = find_doubt(db, address)
    if doubt is None or doubt.state not in since:
        return False
    return bool(count(db, "delete from doubtful_addresses where address = :address", {"address": address}))


def list_given_up(db: Database, addresses: Iterable[str]) -> set[str]:
    """Those of the addresses that were given up."""
    inside, values = listed("address", addresses)
    sql = f"select address from doubtful_addresses where address in ({inside}) and state = :state"
    return {entry["address"] for entry in rows(db, sql, {**values, "state": AddressState.GIVEN_UP})}


def is_given_up(db: Database, address: str) -> bool:
    doubt = find_doubt(db, address)
    return doubt is not None and doubt.state is AddressState.GIVEN_UP


def may_have_gone(db: Database, job_id: int, status: JobStatus) -> bool:
    """Whether a mail went, or may have: of an earlier try nobody may know, whatever became of it since."""
    if status in WENT_OUT:
        return True
    return bool(events.list_tagged(db, [f"job:{job_id}"], [EventTag.JOB_UNKNOWN]))
