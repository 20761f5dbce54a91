"""Registrations of organisations: the invited person, their draft, and what the desk decided."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.approvals import Choice
from bot.domain.registration import Draft, RefusalReason, Registration, RegistrationDecision, Stage
from bot.store.database import count, instant, maybe_instant, row, rows, text_of


def invite(db: Database, case_id: int, email: str, *, now: datetime) -> None:
    """An invitation is written; what an earlier one of that case led to is forgotten."""
    count(
        db,
        """insert into registrations (case_id, email, stage, mailed_at) values (:id, :email, 'invited', :now)
           on conflict (case_id) do update set email = :email, stage = 'invited', mailed_at = :now,
               draft = '', submitted_at = null, seal = '', choice = null""",
        {"id": case_id, "email": email, "now": text_of(now)},
    )


def find(db: Database, case_id: int) -> Registration | None:
    found = row(db, "select * from registrations where case_id = :id", {"id": case_id})
    return _registration(found) if found else None


def list_invited(db: Database, email: str) -> list[int]:
    """Cases that wait for the registration of whoever has that address, the newest first."""
    found = rows(
        db,
        """select r.case_id from registrations r join cases c on c.id = r.case_id
           where r.email = :email and c.status = 'invited' order by r.case_id desc""",
        {"email": email},
    )
    return [int(entry["case_id"]) for entry in found]


def find_in_review(db: Database, email: str) -> datetime | None:
    """Since when what somebody of that address submitted waits for the desk; None where nothing does."""
    found = row(
        db,
        """select r.submitted_at from registrations r join cases c on c.id = r.case_id
           where r.email = :email and c.status = 'registration_review' order by r.case_id desc limit 1""",
        {"email": email},
    )
    return maybe_instant(found["submitted_at"]) if found else None


def note_mailed(db: Database, case_id: int, *, now: datetime) -> None:
    """A link to it is in another mail."""
    sql = "update registrations set mailed_at = :now where case_id = :id"
    count(db, sql, {"id": case_id, "now": text_of(now)})


def put_draft(db: Database, case_id: int, draft: Draft, stage: Stage) -> bool:
    """Keep what was typed; False when it is with the desk already."""
    return bool(
        count(
            db,
            """update registrations set draft = :draft, stage = :stage
               where case_id = :id and stage <> 'submitted'""",
            {"id": case_id, "draft": json.dumps(dict(draft), ensure_ascii=False), "stage": stage},
        )
    )


def submit(db: Database, case_id: int, seal: str, *, now: datetime) -> bool:
    """Compare, then swap; what the desk decided about an earlier submission stands in the trail."""
    return bool(
        count(
            db,
            """update registrations set stage = 'submitted', submitted_at = :now, seal = :seal, choice = null
               where case_id = :id and stage = 'check'""",
            {"id": case_id, "seal": seal, "now": text_of(now)},
        )
    )


def decide(db: Database, case_id: int, seal: str, made: RegistrationDecision) -> bool:
    """Compare, then swap: the first decision about a submission wins. A refused one is a draft again."""
    stage = Stage.SUBMITTED if made.choice is Choice.APPROVED else Stage.FORM
    return bool(
        count(
            db,
            """update registrations set stage = :stage, choice = :choice, made_by = :by, right_of = :right_of,
                   made_at = :at, reason = :reason, message = :message, outside = :outside
               where case_id = :id and seal = :seal and choice is null""",
            {
                "id": case_id,
                "seal": seal,
                "stage": stage,
                "choice": made.choice,
                "by": made.by,
                "right_of": made.right_of,
                "at": text_of(made.at),
                "reason": made.reason or "",
                "message": made.message,
                "outside": int(made.outside),
            },
        )
    )


def retract(db: Database, case_id: int, seal: str) -> None:
    """A refusal of which nobody was told is decided anew; as of every earlier one, the trail keeps it."""
    sql = "update registrations set choice = null where case_id = :id and seal = :seal and choice = :refused"
    count(db, sql, {"id": case_id, "seal": seal, "refused": Choice.REJECTED})


def _registration(found: Mapping[str, Any]) -> Registration:
    return Registration(
        case_id=found["case_id"],
        email=found["email"],
        stage=Stage(found["stage"]),
        draft=json.loads(found["draft"]) if found["draft"] else {},
        mailed_at=instant(found["mailed_at"]),
        submitted_at=maybe_instant(found["submitted_at"]),
        seal=found["seal"],
        decision=_decision(found) if found["choice"] else None,
    )


def _decision(found: Mapping[str, Any]) -> RegistrationDecision:
    return RegistrationDecision(
        choice=Choice(found["choice"]),
        by=found["made_by"],
        right_of=found["right_of"],
        at=instant(found["made_at"]),
        reason=RefusalReason(found["reason"]) if found["reason"] else None,
        message=found["message"],
        outside=bool(found["outside"]),
    )


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped. Whoever was invited before can register, too."""
    db.executescript("""
        create table registrations (
            case_id integer primary key references cases (id) on delete cascade,
            email text not null,
            stage text not null,
            draft text not null default '',
            mailed_at text not null,
            submitted_at text,
            seal text not null default '',
            choice text,
            made_by text not null default '',
            right_of text not null default '',
            made_at text,
            reason text not null default '',
            message text not null default '',
            outside integer not null default 0
        );
        create index registrations_by_email on registrations (email);
        insert into registrations (case_id, email, stage, mailed_at)
            select o.case_id, o.recipient, 'invited', max(o.created_at) from outbox o
            where o.template = 'invitation' and o.case_id is not null
              and o.status not in ('replaced', 'discarded') group by o.case_id;
        insert into case_steps (case_id, place, name, state, since)
            select c.id, 2, 'accounts', 'waiting', c.status_since from cases c
            where c.addition_of is not null and c.status in ('approved', 'purchasing', 'provisioning')
              and exists (select 1 from case_steps s where s.case_id = c.id);
    """)
