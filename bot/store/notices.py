"""What waits for whom, and which notices about it are given: each once for ever."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.cases import OPEN, BallHolder, CaseStatus, case_ref
from bot.domain.notices import Standing, Waiting
from bot.store.case_words import ASKS
from bot.store.database import count, instant, listed, maybe_instant, row, rows, text_of
from bot.store.outbox import OF_CASE
from bot.store.queue import IN_LINE

#: a newer version of the same turn is waited for since it came
_SINCE = "case when v.made_at > t.since then v.made_at else t.since end"
_OPEN_TURNS = """turns t join cases c on c.id = t.case_id
    join case_versions v on v.case_id = c.id and v.version = c.version"""
#: when the newest mail went that asks the sponsor for what is open
_ASKED = f"""(select max(coalesce(asks.sent_at, asks.created_at)) {ASKS}
    and asks.status in ('sent', 'unknown'))"""
#: when the first mail went to whoever is invited now
_INVITED = f"""(select min(coalesce(invites.sent_at, invites.created_at))
    from outbox invites {OF_CASE} join registrations r on r.case_id = invites.case_id
    where invites.case_id = c.id and invites.kind = 'mail' and invites.recipient = r.email
      and invites.template in ('invitation', 'registration_refused')
      and invites.status in ('sent', 'unknown'))"""
_SUBJECT = "'turn:' || t.id || ':' || c.version"


def make_tables(db: Database) -> None:
    db.executescript("""
        create table notices (
            subject text not null,
            step integer not null,
            case_id integer references cases (id) on delete cascade,
            at text not null,
            primary key (subject, step)
        ) without rowid;
        create index notices_by_case on notices (case_id);
        create index mails_by_subject on mails (subject_ref, kind, received_at) where subject_ref <> '';
    """)


def list_waiting(
    db: Database, holder: BallHolder, states: Collection[CaseStatus] = OPEN, *, additions: bool = True
) -> list[Waiting]:
    """Cases in those states whose turn it is, longest waiting first; with additions to others, or without.

    A sponsor or customer is waited for once the mail that asks or invites them has gone, and since then; a
    sponsor who writes without settling anything, since that.
    """
    inside, values = listed("status", sorted(states))
    found = rows(
        db,
        f"""select t.id turn, c.id case_id, c.version, {_SINCE} since,
                (select count(*) from notices n where n.subject = {_SUBJECT}) given,
                (select max(received_at) from mails m
                 where m.subject_ref = 'C-' || c.id and m.kind = 'reply') heard,
                case when :holder = 'sponsor' then {_ASKED} else {_INVITED} end asked
            from {_OPEN_TURNS}
            where t.until is null and t.holder = :holder
              and c.status in ({inside}) and (:additions or c.addition_of is null)
            order by t.since, c.id""",
        {**values, "holder": holder, "additions": additions},
    )
    waits = [_waiting(entry, holder) for entry in found]
    return [one for one in waits if one.asked or holder is BallHolder.DESK]


def _waiting(entry: dict[str, Any], holder: BallHolder) -> Waiting:
    heard, asked = maybe_instant(entry.pop("heard")), maybe_instant(entry["asked"])
    told = (asked, heard if holder is BallHolder.SPONSOR else None)
    moments = [instant(entry["since"]), *filter(None, told)]
    return Waiting(**{**entry, "since": max(moments), "asked": asked})


def still_waits(db: Database, subject: str) -> bool:
    """Whether that turn lasts, with that version."""
    sql = f"select 1 from {_OPEN_TURNS} where t.until is null and {_SUBJECT} = :subject and t.id = :turn"
    turn = subject.split(":")[1]
    return row(db, sql, {"subject": subject, "turn": int(turn)}) is not None


def is_next(db: Database, waiting: Waiting) -> bool:
    """Whether it still waits and no notice was given since it was listed."""
    sql = "select count(*) given from notices where subject = :subject"
    found = row(db, sql, {"subject": waiting.subject}) or {}
    return found["given"] == waiting.given and still_waits(db, waiting.subject)


def claim(db: Database, waiting: Waiting, step: int, *, now: datetime) -> bool:
    """Win the notice of that step, with those before it that were passed over; False when it is gone.

    To be called inside a transaction: somebody else may have given it, or the turn has ended meanwhile.
    """
    if not is_next(db, waiting):
        return False
    for one in range(waiting.given + 1, step + 1):
        add(db, waiting.subject, one, case_id=waiting.case_id, now=now)
    return True


def add(db: Database, subject: str, step: int, *, now: datetime, case_id: int | None = None) -> bool:
    """Note that a notice is given; False when that is noted already."""
    return bool(
        count(
            db,
            """insert into notices (subject, step, case_id, at) values (:subject, :step, :case_id, :now)
               on conflict do nothing""",
            {"subject": subject, "step": step, "case_id": case_id, "now": text_of(now)},
        )
    )


def list_standing(db: Database) -> list[Standing]:
    """Cases that wait for anybody, or for Usher, longest waiting first."""
    found = rows(
        db,
        f"""select c.id, v.company, t.holder, c.status, {_SINCE} since, c.assigned_to from {_OPEN_TURNS}
            where t.until is null and {IN_LINE} order by since, c.id""",
    )
    return [
        Standing(
            ref=case_ref(entry["id"]),
            company=entry["company"],
            holder=BallHolder(entry["holder"]),
            status=CaseStatus(entry["status"]),
            since=instant(entry["since"]),
            assigned_to=entry["assigned_to"],
        )
        for entry in found
    ]
