"""Cases, their versions and their decisions."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.approvals import CaseDecision, Choice, Phase, RejectionReason, Voided, VoidReason
from bot.domain.case_steps import StepState
from bot.domain.cases import OPEN, Addition, Case, CaseStatus, Thread, case_id, case_ref, weighed
from bot.domain.mail import Address
from bot.domain.ris import Company, HeadingRead, Problem, ProblemKind, RisCase, Severity, User
from bot.domain.trust import Verdict
from bot.store.case_steps import STEP_AT
from bot.store.case_words import HEARD
from bot.store.database import among, count, instant, listed, maybe_instant, row, rows, text_of
from bot.store.turns import HELD_SINCE


def add(db: Database, case: Case, *, made_by: str, now: datetime) -> None:
    """Insert a case with its first version."""
    count(
        db,
        """insert into cases (id, status, version, content_hash, sponsor_name, sponsor_address, cc,
               authorised, verdict, evidence, lang, hands, thread, created_at, status_since, assigned_to)
           values (:id, :status, :version, :content_hash, :sponsor_name, :sponsor_address, :cc,
               :authorised, :verdict, :evidence, :lang, :hands, :thread, :created_at, :status_since, '')""",
        {**_columns(case), "created_at": text_of(now), "status_since": text_of(now)},
    )
    _add_version(db, case, made_by=made_by, now=now)


def revise(db: Database, case: Case, *, since: int, made_by: str, now: datetime) -> bool:
    """Store a newer version; False when the case moved on meanwhile (`since`: the version it replaces)."""
    moved = count(
        db,
        f"""update cases set status = :status, version = :version, content_hash = :content_hash, cc = :cc,
               authorised = :authorised, verdict = :verdict, evidence = :evidence, hands = :hands,
               thread = :thread, addition = :addition, status_since = :now, escalated_at = null
           where id = :id and version = :since
             and status in ({among(OPEN)})""",
        {**_columns(case), "since": since, "now": text_of(now)},
    )
    if moved:
        _add_version(db, case, made_by=made_by, now=now)
    return bool(moved)


def register(db: Database, case: Case, *, made_by: str, now: datetime) -> None:
    """Store what its organisation registered as the newest version; what was decided by a card stands."""
    sql = "update cases set version = :version where id = :id"
    count(db, sql, {"id": case.id, "version": case.version})
    _add_version(db, case, made_by=made_by, now=now)


def _add_version(db: Database, case: Case, *, made_by: str, now: datetime) -> None:
    count(
        db,
        """insert into case_versions
               (case_id, version, content_hash, company, users, ris, mail_id, made_by, made_at)
           values (:id, :version, :content_hash, :company, :users, :ris, :mail_id, :made_by, :now)""",
        {
            "id": case.id,
            "version": case.version,
            "content_hash": case.content_hash,
            "company": case.ris.company.name,
            "users": len(case.ris.users),
            "ris": json.dumps(case.ris, default=vars, ensure_ascii=False),
            "mail_id": case.mail_id,
            "made_by": made_by,
            "now": text_of(now),
        },
    )


def _columns(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "status": case.status,
        "version": case.version,
        "content_hash": case.content_hash,
        "sponsor_name": case.sponsor.name,
        "sponsor_address": case.sponsor.address,
        "cc": json.dumps(case.cc),
        "authorised": int(case.authorised),
        "verdict": case.verdict,
        "evidence": case.evidence,
        "lang": case.lang,
        "hands": json.dumps(sorted(case.hands)),
        "thread": json.dumps(asdict(case.thread)),
        "addition_of": case.addition.of if case.addition else None,
        "addition": json.dumps(asdict(case.addition)) if case.addition else "",
    }


def set_addition(db: Database, case: Case, *, since: str, now: datetime) -> bool:
    """Make a case an addition, or none; False when it is no longer what was seen (`since`: its hash)."""
    return bool(
        count(
            db,
            """update cases set addition_of = :addition_of, addition = :addition, status = :status,
                   content_hash = :content_hash, hands = :hands,
                   status_since = case when status = :status then status_since else :now end
               where id = :id and content_hash = :since""",
            {**_columns(case), "since": since, "now": text_of(now)},
        )
    )


def list_in(db: Database, status: CaseStatus) -> list[int]:
    """Every case in that state."""
    found = rows(db, "select id from cases where status = :status order by id", {"status": status})
    return [entry["id"] for entry in found]


def list_additions(db: Database, to: int, states: Collection[CaseStatus]) -> list[int]:
    """Additions to the organisation that began with that case, in one of those states."""
    inside, values = listed("status", sorted(states))
    sql = f"select id from cases where addition_of = :to and status in ({inside}) order by id"
    return [entry["id"] for entry in rows(db, sql, {**values, "to": to})]


def find_named(db: Database, ref: str) -> Case | None:
    """The case of that name, read as generously as `case_id` does."""
    number = case_id(ref)
    return find(db, number) if number is not None else None


def find(db: Database, case_id: int) -> Case | None:
    found = row(
        db,
        f"""select c.*, v.ris, v.mail_id, {STEP_AT} step, {HEARD} heard, {HELD_SINCE} turn_since
           from cases c
           join case_versions v on v.case_id = c.id and v.version = c.version
           left join turns t on t.case_id = c.id and t.until is null where c.id = :id""",
        {"id": case_id},
    )
    if found is None:
        return None
    return replace(_case(found, find_decision(db, case_id)), voided=tuple(list_voided(db, case_id)))


def find_stage(db: Database, case_id: int) -> tuple[CaseStatus, int] | None:
    """Where a case stands and with which version: all that is asked of many, again and again."""
    found = row(db, "select status, version from cases where id = :id", {"id": case_id})
    return (CaseStatus(found["status"]), found["version"]) if found else None


def move(
    db: Database,
    case_id: int,
    *,
    since: tuple[CaseStatus, ...],
    to: CaseStatus,
    content_hash: str,
    now: datetime,
) -> bool:
    """Compare, then swap: move a case on if it is where, and what, the caller saw."""
    states, values = listed("since", since)
    values |= {"to": to, "hash": content_hash, "now": text_of(now)}
    return bool(
        count(
            db,
            f"""update cases set status = :to, status_since = :now
                where id = :id and content_hash = :hash and status in ({states})""",
            {**values, "id": case_id},
        )
    )


def escalate(db: Database, case_id: int, *, now: datetime) -> None:
    """Let more people decide it: it has waited too long."""
    sql = "update cases set escalated_at = coalesce(escalated_at, :now) where id = :id"
    count(db, sql, {"id": case_id, "now": text_of(now)})


def set_belief(db: Database, case: Case) -> None:
    """Remember how far its sender is believed, and whom that gives a copy."""
    sql = "update cases set authorised = :authorised, verdict = :verdict, evidence = :evidence, cc = :cc"
    columns = _columns(case)
    values = {name: columns[name] for name in ("id", "authorised", "verdict", "evidence", "cc")}
    count(db, f"{sql} where id = :id", values)


def set_hands(db: Database, case_id: int, hands: Collection[str]) -> None:
    """Remember who had a hand in a case: they are not its second eye."""
    values = {"hands": json.dumps(sorted(hands)), "id": case_id}
    count(db, "update cases set hands = :hands where id = :id", values)


def add_decision(
    db: Database,
    case: Case,
    choice: Choice,
    *,
    by: str,
    now: datetime,
    reason: RejectionReason | None = None,
    note: str = "",
) -> int:
    """Record a decision about the case's newest version; return its number."""
    cursor = db.execute(
        """insert into decisions
               (case_id, choice, made_by, made_at, version, content_hash, phase, reason, note)
           values (:case_id, :choice, :by, :now, :version, :hash, 'decided', :reason, :note)
           returning id""",
        {
            "case_id": case.id,
            "choice": choice,
            "by": by,
            "now": text_of(now),
            "version": case.version,
            "hash": case.content_hash,
            "reason": reason,
            "note": note,
        },
    )
    return int(cursor.fetchone()[0])


def find_decision(db: Database, case_id: int) -> CaseDecision | None:
    """The decision that stands."""
    sql = "select * from decisions where case_id = :id and voided_at is null"
    found = row(db, sql, {"id": case_id})
    return _decision(found) if found else None


def list_voided(db: Database, case_id: int) -> list[CaseDecision]:
    """Decisions that were taken back, oldest first."""
    sql = "select * from decisions where case_id = :id and voided_at is not null order by id"
    return [_decision(found) for found in rows(db, sql, {"id": case_id})]


def void_decision(
    db: Database, decision_id: int, *, by: str, why: str, now: datetime, note: str = ""
) -> bool:
    """Take a decision back; False when somebody else did."""
    return bool(
        count(
            db,
            """update decisions set voided_at = :now, voided_by = :by, voided_why = :why, voided_note = :note
               where id = :id and voided_at is null""",
            {"id": decision_id, "by": by, "why": why, "note": note, "now": text_of(now)},
        )
    )


def _decision(found: Mapping[str, Any]) -> CaseDecision:
    return CaseDecision(
        id=found["id"],
        choice=Choice(found["choice"]),
        by=found["made_by"],
        at=instant(found["made_at"]),
        version=found["version"],
        content_hash=found["content_hash"],
        phase=Phase(found["phase"]),
        reason=RejectionReason(found["reason"]) if found["reason"] else None,
        note=found["note"],
        voided=_voided(found) if found["voided_at"] else None,
    )


def _voided(found: Mapping[str, Any]) -> Voided:
    return Voided(
        at=instant(found["voided_at"]),
        by=found["voided_by"],
        why=VoidReason(found["voided_why"]),
        note=found["voided_note"],
    )


def was_begun(db: Database, decision_id: int) -> bool:
    """Whether a decision has ever left its first phase."""
    found = row(db, "select phase from decisions where id = :id", {"id": decision_id})
    return found is not None and found["phase"] != Phase.DECIDED


def list_behind(db: Database) -> list[int]:
    """Decisions that are being carried out although nothing of them waits or goes any more.

    Some of them, by chance: a bug over these must not keep all others from their turn.
    """
    found = rows(
        db,
        """select d.id from decisions d
           where d.phase = :executing and d.voided_at is null
             and exists (select 1 from outbox gone where gone.decision_id = d.id and +gone.status = 'sent')
             and not exists (select 1 from outbox waits where waits.decision_id = d.id
                             and +waits.status in ('queued', 'held', 'sending'))
           order by random() limit 200""",
        {"executing": Phase.EXECUTING},
    )
    return [int(entry["id"]) for entry in found]


def was_voided(db: Database, decision_id: int) -> bool:
    """Whether that decision was taken back."""
    sql = "select 1 from decisions where id = :id and voided_at is not null"
    return row(db, sql, {"id": decision_id}) is not None


def set_phase(db: Database, decision_ids: Iterable[int], phase: Phase) -> list[int]:
    """Move the phase of decisions; return the cases for which that changed anything."""
    inside, values = listed("id", map(str, decision_ids))
    moved = rows(
        db,
        f"""update decisions set phase = :phase
            where id in ({inside}) and phase <> :phase and voided_at is null returning case_id""",
        {**values, "phase": phase},
    )
    return sorted(int(entry["case_id"]) for entry in moved)


def list_standing(db: Database, mail_id: int) -> list[str]:
    """Names of the cases of which that mail made a version, and which were not withdrawn."""
    found = rows(
        db,
        """select distinct c.id from case_versions v join cases c on c.id = v.case_id
           where v.mail_id = :mail_id and c.status <> 'withdrawn' order by c.id""",
        {"mail_id": mail_id},
    )
    return [case_ref(entry["id"]) for entry in found]


def count_by_status(db: Database) -> list[tuple[str, int]]:
    found = rows(db, "select status, count(*) n from cases group by status order by status")
    return [(entry["status"], entry["n"]) for entry in found]


def _case(found: Mapping[str, Any], decision: CaseDecision | None) -> Case:
    thread = json.loads(found["thread"])
    addition = _addition(found["addition"])
    return Case(
        id=found["id"],
        status=CaseStatus(found["status"]),
        version=found["version"],
        content_hash=found["content_hash"],
        ris=weighed(ris_of(json.loads(found["ris"])), addition),
        sponsor=Address(name=found["sponsor_name"], address=found["sponsor_address"]),
        cc=tuple(json.loads(found["cc"])),
        authorised=bool(found["authorised"]),
        verdict=Verdict(found["verdict"]),
        evidence=found["evidence"],
        lang=found["lang"],
        hands=frozenset(json.loads(found["hands"])),
        thread=Thread(
            message_id=thread["message_id"], references=tuple(thread["references"]), subject=thread["subject"]
        ),
        mail_id=found["mail_id"],
        created_at=instant(found["created_at"]),
        status_since=instant(found["status_since"]),
        assigned_to=found["assigned_to"],
        escalated=found["escalated_at"] is not None,
        decision=decision,
        addition=addition,
        step=StepState(found["step"]) if found["step"] else None,
        heard=bool(found["heard"]),
        turn_since=maybe_instant(found["turn_since"]),
    )


def _addition(stored: str) -> Addition | None:
    if not stored:
        return None
    addition = json.loads(stored)
    return Addition(**{**addition, "known": tuple(addition["known"])})


def ris_of(stored: Mapping[str, Any]) -> RisCase:
    """Read back what `asdict` made of a RisCase."""
    return RisCase(
        company=Company(**stored["company"]),
        users=tuple(User(**{**user, "phones": tuple(user["phones"])}) for user in stored["users"]),
        problems=tuple(
            Problem(
                **{
                    **problem,
                    "kind": ProblemKind(problem["kind"]),
                    "severity": Severity(problem["severity"]),
                }
            )
            for problem in stored["problems"]
        ),
        headings=tuple(HeadingRead(**heading) for heading in stored.get("headings", ())),
        source=stored.get("source", ""),
        passed_over=tuple(stored.get("passed_over", ())),
        unopened=tuple(stored.get("unopened", ())),
    )
