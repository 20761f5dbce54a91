"""The steps of approved cases."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.approvals import Approval
from bot.domain.case_steps import AT, CaseStep, StepName, StepState
from bot.store.bounces import came_back_of
from bot.store.database import among, count, instant, listed, row, rows, text_of
from bot.store.outbox import OF_CASE

#: by this mail somebody was invited who was not; what went to them before leads nowhere any more
_ANEW = f"""(select max(anew.id) from outbox anew {OF_CASE} where anew.case_id = c.id
    and anew.template = 'invitation' and json_extract(anew.vals, '$.words.why') in ('first', 'instead'))"""


def _invites(mail: str) -> str:
    """Mails to whoever is invited now."""
    return f"""from outbox {mail} {OF_CASE} join registrations r on r.case_id = {mail}.case_id
        where {mail}.case_id = c.id and {mail}.kind = 'mail' and {mail}.recipient = r.email
          and {mail}.template in ('invitation', 'registration_refused')
          and {mail}.id >= coalesce({_ANEW}, 0)"""


def _is_lost(mail: str) -> str:
    """One in whose place another came counts as lost too: that other one is looked at beside it."""
    return f"({mail}.status in ('held', 'failed', 'discarded', 'replaced') or {came_back_of(mail)})"


#: the link of an earlier one had run out when the newer one was written: by that alone nobody registers
_RAN_OUT = """(newer.template = 'invitation' and newer.created_at >= (select max(l.expires_at) from links l
    where l.purpose = 'registration' and l.subject = 'C-' || c.id and l.created_at = earlier.created_at))"""
#: of a case called `c` whose steps are behind it: whoever is invited now knows nothing of it, for their mail
#: waits for release, did not go, or came back
_UNINVITED = f"""case when c.status = 'invited' then (
    select iif(newer.status = 'held', 'desk', 'failed') {_invites("newer")} and {_is_lost("newer")}
      and not exists (select 1 {_invites("earlier")} and not {_is_lost("earlier")} and {_RAN_OUT} is not 1)
    order by newer.id desc limit 1) end"""
#: of a case called `c`: how far the step is that it is at; null where it is at none. An invitation that was
#: skipped is nobody's outside: the desk gets it to them.
STEP_AT = f"""coalesce((select state from case_steps at where at.case_id = c.id
    and (at.state in ({among(AT)})
        or (at.state = 'skipped' and at.name = 'invitation' and c.status = 'invited'))
    order by at.place limit 1), {_UNINVITED})"""


#: of a case called `c`: who asks to leave out the step that it is at; null where nobody does
SKIP_BY = f"""(select k.made_by from step_skips k
    join case_steps at on at.case_id = k.case_id and at.name = k.name and at.tries = k.tries
    where k.case_id = c.id and at.state in ({among(AT)}) limit 1)"""
_STEPS = """select s.*, k.made_by skip_by, k.reason skip_reason from case_steps s
    left join step_skips k on k.case_id = s.case_id and k.name = s.name and k.tries = s.tries"""


def lay(db: Database, case_id: int, names: Sequence[StepName], *, now: datetime) -> None:
    """All of them waiting, and no others, whatever an approval that was taken back has left.

    How often each was begun is counted on: by that what was begun before is told from what is begun now.
    """
    kept, values = listed("name", names)
    sql = f"delete from case_steps where case_id = :case_id and name not in ({kept})"
    count(db, sql, {**values, "case_id": case_id})
    for place, name in enumerate(names):
        count(
            db,
            """insert into case_steps (case_id, place, name, state, since)
               values (:case_id, :place, :name, 'waiting', :now)
               on conflict (case_id, name) do update set place = :place, state = 'waiting', since = :now,
                   reason = '', number = '', url = '', made_by = ''""",
            {"case_id": case_id, "place": place, "name": name, "now": text_of(now)},
        )


def find(db: Database, case_id: int, name: StepName) -> CaseStep | None:
    sql = f"{_STEPS} where s.case_id = :case_id and s.name = :name"
    found = row(db, sql, {"case_id": case_id, "name": name})
    return _step(found) if found else None


def list_of_case(db: Database, case_id: int) -> list[CaseStep]:
    """In the order in which they are taken."""
    found = rows(db, f"{_STEPS} where s.case_id = :id order by s.place", {"id": case_id})
    return [_step(entry) for entry in found]


def list_in(db: Database, name: StepName, state: StepState) -> list[CaseStep]:
    """Everywhere, the longest first."""
    sql = f"{_STEPS} where s.name = :name and s.state = :state order by s.since, s.case_id"
    return [_step(entry) for entry in rows(db, sql, {"name": name, "state": state})]


def move(
    db: Database,
    case_id: int,
    name: StepName,
    *,
    since: Sequence[StepState],
    to: StepState,
    now: datetime,
    reason: str = "",
    number: str = "",
    url: str = "",
    by: str = "",
) -> bool:
    """Compare, then swap; each beginning counts as a try."""
    states, values = listed("since", since)
    return bool(
        count(
            db,
            f"""update case_steps set state = :to, since = :now, reason = :reason, number = :number,
                  url = :url, made_by = :by, tries = tries + case when :to = 'running' then 1 else 0 end
                where case_id = :case_id and name = :name and state in ({states})""",
            {
                **values,
                "case_id": case_id,
                "name": name,
                "to": to,
                "now": text_of(now),
                "reason": reason,
                "number": number,
                "url": url,
                "by": by,
            },
        )
    )


def set_reason(db: Database, case_id: int, name: StepName, reason: str) -> bool:
    """Say why a running step is not done yet; False where that was said."""
    sql = """update case_steps set reason = :reason
             where case_id = :case_id and name = :name and state = 'running' and reason <> :reason"""
    return bool(count(db, sql, {"case_id": case_id, "name": name, "reason": reason}))


def name_stopped(db: Database, case_id: int, name: StepName, *, number: str, url: str) -> bool:
    """Say of a step that was stopped what it has made all the same; False where it was not stopped."""
    sql = """update case_steps set number = :number, url = :url
             where case_id = :case_id and name = :name and state = 'stopped'"""
    return bool(count(db, sql, {"case_id": case_id, "name": name, "number": number, "url": url}))


def find_skip(db: Database, case_id: int, name: StepName) -> Approval | None:
    """Who has asked to leave the step out, since it was last begun."""
    found = row(
        db,
        """select k.made_by, k.right_of, k.made_at from step_skips k
           join case_steps s on s.case_id = k.case_id and s.name = k.name and s.tries = k.tries
           where k.case_id = :case_id and k.name = :name""",
        {"case_id": case_id, "name": name},
    )
    if found is None:
        return None
    return Approval(by=found["made_by"], right_of=found["right_of"], at=instant(found["made_at"]))


def ask_skip(db: Database, step: CaseStep, asked: Approval, *, reason: str) -> None:
    """Remember who wants the step left out, and why, as long as it is not begun again."""
    count(
        db,
        """insert into step_skips (case_id, name, tries, made_by, right_of, made_at, reason)
           values (:case_id, :name, :tries, :by, :right_of, :at, :reason)
           on conflict (case_id, name) do update set tries = :tries, made_by = :by, right_of = :right_of,
               made_at = :at, reason = :reason""",
        {
            "case_id": step.case_id,
            "name": step.name,
            "tries": step.tries,
            "by": asked.by,
            "right_of": asked.right_of,
            "at": text_of(asked.at),
            "reason": reason,
        },
    )


def _step(found: Mapping[str, Any]) -> CaseStep:
    return CaseStep(
        case_id=found["case_id"],
        name=StepName(found["name"]),
        state=StepState(found["state"]),
        since=instant(found["since"]),
        tries=found["tries"],
        reason=found["reason"],
        number=found["number"],
        url=found["url"],
        by=found["made_by"],
        skip_by=found["skip_by"] or "",
        skip_reason=found["skip_reason"] or "",
    )


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped."""
    db.executescript("""
        create table case_steps (
            case_id integer not null references cases (id) on delete cascade,
            place integer not null,
            name text not null,
            state text not null,
            since text not null,
            tries integer not null default 0,
            reason text not null default '',
            number text not null default '',
            url text not null default '',
            made_by text not null default '',
            primary key (case_id, name)
        );
        create table step_skips (
            case_id integer not null references cases (id) on delete cascade,
            name text not null,
            tries integer not null,
            made_by text not null,
            right_of text not null,
            made_at text not null,
            reason text not null,
            primary key (case_id, name)
        );
        create index outbox_by_case_and_state on outbox (case_id, template, status)
            where case_id is not null;
        create index open_steps on case_steps (name, state) where state not in ('done', 'skipped', 'stopped');
    """)
