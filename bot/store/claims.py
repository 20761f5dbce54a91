"""Claims of due effects: won under a lease, each ended once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.outbox import LONGEST_WAIT, Job, JobKind, JobStatus
from bot.store.database import count, listed, row, rows, text_of
from bot.store.outbox import COLUMNS, job_of

#: due, the first of its stream, and none of that under way
_FIRST = """status = 'queued' and next_at <= :now
            and not exists (select 1 from outbox where stream = job.stream and status = 'sending')
            and not exists (
                select 1 from outbox where stream = job.stream and status = 'queued' and id < job.id)"""
_DUE = f"select id, place from outbox job indexed by outbox_in_line where kind = {{kind}} and {_FIRST}"


def list_due(db: Database, *, kinds: Sequence[JobKind], limit: int, now: datetime) -> list[int]:
    """Due jobs of those kinds, the head of each stream only, by their places.

    The many of one case stand so far apart that others go in between, and what vanished with its worker,
    which it may have killed, or what nobody took stands behind all that came until then. A look without the
    write lock: thousands behind one that waits, to the same reader, are passed over one by one.
    """
    # Each kind in the order of its index, which is left as soon as enough are found, however many wait.
    in_order = " union all ".join(_DUE.format(kind=f":kind_{number}") for number in range(len(kinds)))
    _, values = listed("kind", kinds)
    found = rows(
        db, f"{in_order} order by place limit :limit", {**values, "now": text_of(now), "limit": limit}
    )
    return [entry["id"] for entry in found]


def claim_jobs(
    db: Database,
    worker: str,
    *,
    kinds: Sequence[JobKind],
    lease: timedelta,
    limit: int,
    now: datetime,
    seen: Sequence[int] = (),
) -> list[tuple[Job, str]]:
    """Win due jobs of those kinds by their places, each with its sealed secrets; inside a transaction.

    Nobody else gets them until the lease ends. `seen`: what `list_due` found before the transaction; it is
    looked anew where somebody was faster with all of them.
    """
    won = _claim_each(db, worker, seen, lease=lease, now=now) if seen else []
    return won or _claim_each(
        db, worker, list_due(db, kinds=kinds, limit=limit, now=now), lease=lease, now=now
    )


def _claim_each(
    db: Database, worker: str, due: Sequence[int], *, lease: timedelta, now: datetime
) -> list[tuple[Job, str]]:
    """Win what still is due and the first of its stream."""
    ids, values = listed("id", map(str, due))
    found = rows(
        db,
        f"""update outbox set status = 'sending', worker = :worker, lease_until = :until,
                attempts = attempts + 1
            where id in (select id from outbox job where id in ({ids}) and {_FIRST})
            returning {COLUMNS}, place""",
        {**values, "worker": worker, "until": text_of(now + lease), "now": text_of(now)},
    )
    tried_in = sorted(found, key=lambda entry: (entry["place"], entry["id"]))
    return [(job_of(entry), entry["secrets"]) for entry in tried_in]


def settle(
    db: Database,
    job: Job,
    worker: str,
    status: JobStatus,
    *,
    now: datetime,
    next_at: datetime | None = None,
    error: str = "",
    unknown: bool = False,
    counts: bool = True,
) -> bool:
    """End a claim; False when the lease had ended and the job is no longer this worker's.

    The count of attempts tells this claim from a later one by a worker of the same name: a restarted
    container has its host name and process id again.
    """
    return bool(
        count(
            db,
            """update outbox set status = :status, error = :error, worker = '', lease_until = null,
                 unknowns = unknowns + :unknown, attempts = attempts - :uncounted,
                 place = case when :unknown or :uncounted then (select max(id) + 1 from outbox)
                              else place end,
                 next_at = coalesce(:next_at, next_at),
                 sent_at = case when :status = 'sent' then :now else sent_at end,
                 secrets = case when :status in ('sent', 'discarded', 'replaced') then ''
                                when kind = 'sms' and :status <> 'queued' then '' else secrets end
               where id = :id and status = 'sending' and worker = :worker and attempts = :attempts""",
            {
                "id": job.id,
                "worker": worker,
                "attempts": job.attempts,
                "status": status,
                "error": error,
                "unknown": int(unknown),
                "uncounted": int(not counts),
                "next_at": text_of(next_at) if next_at else None,
                "now": text_of(now),
            },
        )
    )


def give_back(db: Database, job: Job, worker: str) -> bool:
    """End a claim that was not used: the job is to be tried at once, as it was before."""
    return bool(
        count(
            db,
            """update outbox set status = 'queued', worker = '', lease_until = null,
                 next_at = coalesce(not_before, created_at), attempts = attempts - 1
               where id = :id and status = 'sending' and worker = :worker and attempts = :attempts""",
            {"id": job.id, "worker": worker, "attempts": job.attempts},
        )
    )


def make_due(db: Database, kinds: Sequence[JobKind], now: datetime) -> int:
    """Try now whatever is to be tried later; what was put off on purpose waits until then."""
    wanted, values = listed("kind", kinds)
    return count(
        db,
        f"""update outbox set next_at = max(:now, coalesce(not_before, :now))
            where status = 'queued' and next_at > :now and kind in ({wanted})
              and (not_before is null or not_before < next_at)""",
        {**values, "now": text_of(now)},
    )


#: to be tried at once (then `next_at` is `created_at`), or later than anything is, by a time yet to come
_AHEAD = """status = 'queued' and next_at > :now and (not_before is null or not_before < next_at)
            and (next_at = created_at or next_at > :latest)"""


def has_ahead(db: Database, kinds: Sequence[JobKind], now: datetime) -> bool:
    """Whether something waits for a time to which the clock, which was put back, has yet to come."""
    wanted, values = listed("kind", kinds)
    values |= {"now": text_of(now), "latest": text_of(now + LONGEST_WAIT)}
    return row(db, f"select 1 from outbox where {_AHEAD} and kind in ({wanted}) limit 1", values) is not None


def make_ahead_due(db: Database, kinds: Sequence[JobKind], now: datetime) -> int:
    """Try that now, and nothing else: whatever failed waits on."""
    wanted, values = listed("kind", kinds)
    values |= {"now": text_of(now), "latest": text_of(now + LONGEST_WAIT)}
    then = "max(:now, coalesce(not_before, :now))"
    return count(db, f"update outbox set next_at = {then} where {_AHEAD} and kind in ({wanted})", values)


def list_late(db: Database, now: datetime) -> list[str]:
    """Workers that hold a claim whose lease has ended."""
    sql = "select distinct worker from outbox where status = 'sending' and lease_until < :now order by worker"
    return [str(found["worker"]) for found in rows(db, sql, {"now": text_of(now)})]


def list_claims(db: Database, worker: str, *, ended: datetime | None = None) -> list[tuple[Job, str]]:
    """Jobs that worker has claimed, in the order in which it tries them, each with what names its claim.

    With `ended` those alone whose lease has ended by then.
    """
    found = rows(
        db,
        f"""select {COLUMNS}, lease_until from outbox where status = 'sending' and worker = :worker
              and (:ended is null or lease_until < :ended)
            order by lease_until, place, id""",
        {"worker": worker, "ended": text_of(ended) if ended else None},
    )
    return [(job_of(entry), entry["lease_until"]) for entry in found]
