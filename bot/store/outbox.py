"""The outbox: effects queued in the deciding transaction; `claims` says who carries them out."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.outbox import Job, JobKind, JobStatus, NewJob
from bot.store.bounces import came_back_of
from bot.store.database import count, count_each, instant, listed, maybe_instant, row, rows, text_of

COLUMNS = """id, key, kind, stream, template, vals, secrets, status, attempts, unknowns, decision_id, case_id,
             recipient, message_id, automatic, released, error, created_at, next_at, sent_at"""

#: a case has few jobs, and so has a stream; a state or a kind may have thousands; SQLite, which counts none
#: of them, takes them for equal
OF_CASE = "indexed by outbox_by_case_and_state"
_OF_STREAM = "indexed by outbox_streams"

#: columns that are as they are in a job
_KEPT = ("key", "kind", "stream", "template", "decision_id", "case_id", "recipient", "message_id")


def add(db: Database, job: NewJob, *, sealed: str = "", now: datetime) -> bool:
    """Queue an effect; False when its key is there already. `sealed`: its secrets, encrypted."""
    tried = False
    if job.kind is JobKind.CASE_CARD:
        _replace_queued(db, job.stream)
        tried = _was_tried(db, job.stream)
    return bool(count(db, _INSERT, _values(job, sealed, text_of(now)) | {"attempts": int(tried)}))


def add_all(db: Database, jobs: Iterable[NewJob], *, now: datetime) -> int:
    """Queue many at once, none of which has secrets or is a card; how many had a key of their own."""
    moment = text_of(now)
    return count_each(db, _INSERT, [_values(job, "", moment) for job in jobs])


#: behind all that came, save what stands behind others of its case
_NEXT = "(select coalesce(max(id), 0) + 1 from outbox)"
#: so far behind the last of its case that others, which came or will come, go in between; NULL where none is
_AFTER_ITS_CASE = f"""max({_NEXT}, 20 + (
                  select place from outbox line indexed by outbox_of_case_in_line
                  where line.case_id = {{0}}case_id and line.kind = {{0}}kind and line.status = 'queued'
                  order by place desc limit 1))"""

_INSERT = f"""insert into outbox (key, kind, stream, template, vals, secrets, status, attempts, decision_id,
                  case_id, recipient, message_id, automatic, created_at, next_at, not_before, place)
              values (:key, :kind, :stream, :template, :vals, :secrets, 'queued', :attempts, :decision_id,
                  :case_id, :recipient, :message_id, :automatic, :now, :next_at, :not_before,
                  coalesce({_AFTER_ITS_CASE.format(":")}, {_NEXT}))
              on conflict do nothing"""


def _values(job: NewJob, sealed: str, now: str) -> dict[str, Any]:
    not_before = text_of(job.not_before) if job.not_before else None
    return {name: getattr(job, name) for name in _KEPT} | {
        "vals": json.dumps(job.values, ensure_ascii=False),
        "secrets": sealed,
        "attempts": 0,
        "automatic": int(job.automatic),
        "now": now,
        "next_at": not_before or now,
        "not_before": not_before,
    }


def list_mails_of_case(db: Database, case_id: int) -> dict[int, str]:
    """Every mail about a case, by its job, with its template."""
    sql = "select id, template from outbox where case_id = :id and kind = 'mail'"
    return {entry["id"]: entry["template"] for entry in rows(db, sql, {"id": case_id})}


def list_mails_from(db: Database, beginning: str, *, limit: int) -> list[Job]:
    """The newest mails whose keys begin so."""
    sql = f"""select {COLUMNS} from outbox where key >= :begins and key < :ends and kind = 'mail'
              order by id desc limit :limit"""
    values = {"begins": beginning, "ends": beginning + "\U0010ffff", "limit": limit}
    return [job_of(found) for found in rows(db, sql, values)]


def find_newest(db: Database, beginning: str) -> Job | None:
    """The newest whose key begins so."""
    sql = f"select {COLUMNS} from outbox where key >= :begins and key < :ends order by id desc limit 1"
    found = row(db, sql, {"begins": beginning, "ends": beginning + "\U0010ffff"})
    return job_of(found) if found else None


def list_beginning(db: Database, beginning: str) -> list[Job]:
    """All whose keys begin so, the oldest first."""
    sql = f"select {COLUMNS} from outbox where key >= :begins and key < :ends order by id"
    found = rows(db, sql, {"begins": beginning, "ends": beginning + "\U0010ffff"})
    return [job_of(entry) for entry in found]


def list_waiting(db: Database, beginning: str, *, to: str) -> list[Job]:
    """The mails to that address whose keys begin so and that have not gone yet, the oldest first."""
    sql = f"""select {COLUMNS} from outbox where key >= :begins and key < :ends and kind = 'mail'
              and recipient = :to and +status in ('queued', 'held', 'sending') order by id"""
    values = {"begins": beginning, "ends": beginning + "\U0010ffff", "to": to}
    return [job_of(found) for found in rows(db, sql, values)]


def find_last_direct(db: Database, to: str) -> Job | None:
    """The newest direct message that one person got."""
    sql = f"""select {COLUMNS} from outbox where stream = :stream and status = 'sent'
              order by id desc limit 1"""
    found = row(db, sql, {"stream": f"direct:{to}"})
    return job_of(found) if found else None


def list_in_line(db: Database, streams: Iterable[str], kind: JobKind = JobKind.CASE_CARD) -> set[str]:
    """Those streams where a card, or a note looked up then too (`kind`), stands in line, not tried yet."""
    inside, values = listed("stream", streams)
    found = rows(
        db,
        f"""select stream from outbox {_OF_STREAM}
            where stream in ({inside}) and status = 'queued' and kind = :kind and attempts = 0""",
        {**values, "kind": kind},
    )
    return {entry["stream"] for entry in found}


def _replace_queued(db: Database, stream: str) -> None:
    """Only cards: a note below the card waits in the same stream, and nothing newer says what it says."""
    count(
        db,
        f"""update outbox {_OF_STREAM} set status = 'replaced'
            where stream = :stream and status = 'queued' and kind = 'case_card'""",
        {"stream": stream},
    )


def _was_tried(db: Database, stream: str) -> bool:
    """Whether a card before this one may stand although nobody heard so: then its next try looks it up."""
    found = row(
        db,
        """select 1 from outbox where stream = :stream and kind = 'case_card' and attempts > 0
             and status in ('replaced', 'failed', 'unknown', 'discarded') limit 1""",
        {"stream": stream},
    )
    return found is not None


def move(db: Database, job_id: int, *, since: Sequence[JobStatus], to: JobStatus) -> bool:
    """Staff's hand on a job: release, retry or discard it if it is in one of those states; at once.

    A message for Slack keeps one attempt: it may stand already, so that its next try looks it up.
    """
    states, values = listed("since", since)
    values |= {"to": to}
    return bool(
        count(
            db,
            f"""update outbox set status = :to, next_at = created_at, not_before = null,
                 error = case when :to = 'queued' then '' else error end,
                 attempts = case when :to <> 'queued' then attempts when kind = 'mail' then 0 else 1 end,
                 unknowns = case when :to = 'queued' then 0 else unknowns end,
                 secrets = case when :to in ('discarded', 'replaced', 'told') then '' else secrets end,
                 released = case when status = 'held' then 1 else released end,
                 place = case when :to = 'queued'
                              then coalesce({_AFTER_ITS_CASE.format("outbox.")}, place) else place end
               where id = :id and status in ({states})""",
            {**values, "id": job_id},
        )
    )


def mark_went_out(db: Database, job_id: int, *, now: datetime) -> bool:
    """End the doubt about a mail that evidently went out."""
    return bool(
        count(
            db,
            """update outbox set status = 'sent', error = '', secrets = '', sent_at = :now
               where id = :id and status = 'unknown'""",
            {"id": job_id, "now": text_of(now)},
        )
    )


def hold_waiting(db: Database) -> list[Job]:
    """Hold every mail that was on its way when a backup was taken, and return them.

    What was for Slack goes on, after a look whether it stands there already.
    """
    count(
        db,
        """update outbox set status = 'queued', worker = '', lease_until = null, attempts = max(attempts, 1)
           where status in ('queued', 'sending') and kind <> 'mail'""",
    )
    found = rows(
        db,
        f"""update outbox set status = 'held', worker = '', lease_until = null
            where status in ('queued', 'sending') and kind = 'mail' returning {COLUMNS}""",
    )
    return [job_of(entry) for entry in sorted(found, key=lambda entry: entry["id"])]


def find(db: Database, job_id: int) -> Job | None:
    found = row(db, f"select {COLUMNS} from outbox where id = :id", {"id": job_id})
    return job_of(found) if found else None


def find_by_key(db: Database, key: str) -> Job | None:
    found = row(db, f"select {COLUMNS} from outbox where key = :key", {"key": key})
    return job_of(found) if found else None


def find_by_message_id(db: Database, message_id: str) -> Job | None:
    """The mail of that Message-ID, which is not empty."""
    sql = f"select {COLUMNS} from outbox where message_id = :message_id and message_id <> ''"
    found = row(db, sql, {"message_id": message_id})
    return job_of(found) if found else None


def list_jobs(db: Database, statuses: Sequence[JobStatus]) -> list[Job]:
    states, values = listed("status", statuses)
    found = rows(db, f"select {COLUMNS} from outbox where status in ({states}) order by id", values)
    return [job_of(entry) for entry in found]


def list_of_owner(db: Database, ref: str, *, email: str, earlier: Sequence[str]) -> list[Job]:
    """Texts and mails of that account ("A-7") to its owner, and to `email` what is of no account."""
    to, values = listed("recipient", [email, *earlier])
    found = rows(
        db,
        f"""select {COLUMNS} from outbox where (key glob :own and (kind = 'sms' or kind = 'mail'
            and recipient in ({to}))) or (kind = 'mail' and key not glob 'A-*' and recipient = :email)
            order by id""",
        {**values, "own": f"{ref}:*", "email": email},
    )
    return [job_of(entry) for entry in found]


def list_sealed(db: Database) -> list[str]:
    """The sealed secrets of everything that may still go out."""
    found = rows(
        db,
        """select secrets from outbox
           where secrets != '' and status in ('queued', 'sending', 'held', 'failed', 'unknown')""",
    )
    return [entry["secrets"] for entry in found]


def list_effects(db: Database, decision_id: int) -> list[Job]:
    found = rows(db, f"select {COLUMNS} from outbox where decision_id = :id order by id", {"id": decision_id})
    return [job_of(entry) for entry in found]


def list_states(db: Database, decision_ids: Iterable[int]) -> dict[int, list[tuple[JobStatus, int]]]:
    """How far each effect of these decisions has come, and how often it was tried.

    A mail that came back has failed.
    """
    states = {decision_id: list[tuple[JobStatus, int]]() for decision_id in decision_ids}
    inside, values = listed("id", map(str, states))
    sql = f"""select decision_id, iif(status = 'sent' and {came_back_of("outbox")}, 'failed', status) status,
                attempts from outbox where decision_id in ({inside})"""
    for found in rows(db, sql, values):
        states[found["decision_id"]].append((JobStatus(found["status"]), found["attempts"]))
    return states


def count_answers(db: Database, *, mailbox: str, case_id: int | None, since: datetime) -> tuple[int, int]:
    """How many automatic mails went, or are to go, to that mailbox and within that case since then.

    The mailbox by whichever of its sub-addresses: a robot may answer from a new one each time. What a
    sponsor hears about own cases is counted within each of them alone.
    """
    local, _, domain = mailbox.rpartition("@")
    others = """select count(*) from outbox
                where automatic = 1 and created_at >= :since
                  and not exists (select 1 from cases where id = case_id and authorised = 1)"""
    found = row(
        db,
        f"""select
             case when exists (select 1 from cases where id = :case_id and authorised = 1) then 0 else
               ({others} and recipient = :mailbox)
               + ({others} and recipient >= :tagged and recipient < :beyond
                   and substr(recipient, -length(:host)) = :host) end theirs,
             (select count(*) from outbox
              where automatic = 1 and created_at >= :since and case_id = :case_id) in_case""",
        {
            "mailbox": mailbox,
            "tagged": f"{local}+",
            "beyond": f"{local},",  # the sign after the plus: all that begins so lies between
            "host": f"@{domain}",
            "case_id": case_id,
            "since": text_of(since),
        },
    )
    return (found["theirs"], found["in_case"]) if found else (0, 0)


def find_next_due(db: Database, kinds: Sequence[JobKind]) -> datetime | None:
    """When the next queued job of those kinds is to be tried."""
    wanted, values = listed("kind", kinds)
    sql = f"select min(next_at) next_at from outbox where status = 'queued' and kind in ({wanted})"
    found = row(db, sql, values)
    return maybe_instant(found["next_at"]) if found else None


def job_of(found: Mapping[str, Any]) -> Job:
    """The job of a row with these columns."""
    return Job(
        **{name: found[name] for name in ("id", "attempts", "unknowns", "error", *_KEPT) if name != "kind"},
        kind=JobKind(found["kind"]),
        values=json.loads(found["vals"]),
        status=JobStatus(found["status"]),
        automatic=bool(found["automatic"]),
        released=bool(found["released"]),
        created_at=instant(found["created_at"]),
        next_at=instant(found["next_at"]),
        sent_at=maybe_instant(found["sent_at"]),
    )
