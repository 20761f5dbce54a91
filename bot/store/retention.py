"""What has been kept for long enough, class by class: what is found, and what is done to each of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlite_utils import Database

from bot.domain.cases import OPEN, STANDING, CaseStatus
from bot.domain.people import GONE, GONE_ADDRESS
from bot.domain.retention import DataClass, Swept
from bot.store import erased_jobs
from bot.store.database import count, instant, row, rows, text_of

_BUSY: Final = ", ".join(f"'{one}'" for one in sorted((OPEN | STANDING) - {CaseStatus.LIVE}))
#: the clock's proof of a delivered warning lies in the outbox, as long as its cycle runs
_OF_RUNNING_CYCLE: Final = """o.key glob 'A-*:life:*' and exists (select 1 from lives l
    where l.account_id = cast(substr(o.key, 3) as integer) and l.state <> 'closed'
      and o.key glob 'A-' || l.account_id || ':life:' || l.cycle || ':*')"""
#: whoever got a License Key is told when it becomes void, as long as nobody has used it
_OF_UNUSED_KEYS: Final = """select m.outbox_key from key_mails m join license_keys k on k.id = m.key_id
    where k.used_at is null and k.voided_at is null"""
#: "Send me a new link" looks up in an old one whose it was, as long as they are waited for
_OF_WHOM_WE_WAIT_FOR: Final = """case purpose
    when 'registration' then exists (select 1 from cases where status = 'invited'
        and id = cast(substr(subject, 3) as integer))
    when 'activation' then exists (select 1 from accounts where status = 'waiting'
        and id = cast(substr(subject, 3) as integer))
    when 'joining' then exists (select 1 from member_invitations where ended_at is null and email <> :gone
        and id = cast(substr(subject, 3) as integer))
    when 'partner_invitation' then exists (select 1 from partner_invitations i
        left join accounts a on a.id = i.account_id
        where i.id = cast(substr(subject, 3) as integer) and i.email <> :gone
          and (i.ended_at is null or a.status = 'waiting'))
    else 0 end"""
_HELD_CASE: Final = "select value from json_each(:cases)"
_HELD_ACCOUNT: Final = "select value from json_each(:accounts)"


@dataclass(frozen=True)
class Rule:
    """`find` selects `id` of what is older than `:before`, at most `:limit`; `changes` are done to each."""

    find: str
    changes: tuple[str, ...]


def _dropped(table: str, at: str, more: str = "", *, key: str = "rowid") -> Rule:
    """Rows of a table that go as they are; `key` tells them apart."""
    find = f"select {key} as id from {table} where {at} < :before {more} limit :limit"
    return Rule(find, (f"delete from {table} where {key} = :id",))


#: classes whose rows need no more than SQL; `services/retention.py` has the others
RULES: Final[Mapping[DataClass, tuple[Rule, ...]]] = {
    DataClass.MAILS: (
        Rule(
            f"""select m.id from mail_sources s join mails m on m.id = s.mail_id
                where m.received_at < :before and m.status in ('done', 'duplicate')
                  and not exists (select 1 from case_versions v join cases c on c.id = v.case_id
                      where v.mail_id = m.id and (c.status in ({_BUSY}) or c.id in ({_HELD_CASE})))
                  and not exists (select 1 from cases c
                      where m.subject_ref like 'C-%' and c.id = cast(substr(m.subject_ref, 3) as integer)
                        and (c.status in ({_BUSY}) or c.id in ({_HELD_CASE})))
                limit :limit""",
            (
                "delete from mail_sources where mail_id = :id",
                "update mails set sender = '', form_of = '', error = '' where id = :id",
            ),
        ),
    ),
    DataClass.OUTBOX: (
        Rule(
            f"""select o.id from outbox o
                where o.created_at < :before and o.kind in ('mail', 'sms', 'note')
                  and o.status in ('sent', 'discarded', 'replaced', 'told') and o.stream not like 'erased:%'
                  and not exists (select 1 from cases c
                      where c.id = o.case_id and (c.status in ({_BUSY}) or c.id in ({_HELD_CASE})))
                  and not (o.key like 'A-%' and cast(substr(o.key, 3) as integer) in ({_HELD_ACCOUNT}))
                  and o.key not in ({_OF_UNUSED_KEYS}) and not ({_OF_RUNNING_CYCLE}) limit :limit""",
            (erased_jobs.EMPTIES,),
        ),
    ),
    DataClass.BOUNCES: (
        Rule(
            f"""select b.rowid as id from bounces b join outbox o on o.id = b.job_id
                where b.at < :before and not ({_OF_RUNNING_CYCLE}) limit :limit""",
            ("delete from bounces where rowid = :id",),
        ),
        _dropped("doubtful_addresses", "since"),
    ),
    DataClass.INVITATIONS: (
        Rule(
            """select id from partner_invitations
               where coalesce(ended_at, until) < :before and email <> :gone limit :limit""",
            (
                """update partner_invitations set email = :gone, first_name = '', last_name = '', draft = ''
                   where id = :id""",
            ),
        ),
        Rule(
            """select id from partner_requests
               where asked_at < :before and state <> 'asked' and email <> :gone limit :limit""",
            ("update partner_requests set email = :gone, name = '', company = '' where id = :id",),
        ),
        Rule(
            """select id from member_invitations
               where coalesce(ended_at, until) < :before and email <> :gone limit :limit""",
            ("update member_invitations set email = :gone where id = :id",),
        ),
        Rule(
            """select id from email_changes
               where coalesce(ended_at, until) < :before and new <> :gone limit :limit""",
            ("update email_changes set old = :gone, new = :gone where id = :id",),
        ),
    ),
    DataClass.TRACES: (
        _dropped("sessions", "seen_at", key="hash"),
        _dropped("password_drafts", "made_at", key="token"),
        _dropped("phone_codes", "made_at"),
        _dropped("texts", "at"),
        _dropped("tries", "at", "and coalesce(locked_until, '') < :before", key="account_id || ' ' || what"),
        _dropped("links", "expires_at", f"and not ({_OF_WHOM_WE_WAIT_FOR})"),
        _dropped("payloads", "coalesce(done_at, received_at)"),
        _dropped("views", "day", key="case_id || ' ' || viewer || ' ' || day"),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Holds:
    """Cases and accounts that a legal hold keeps whole, by their numbers."""

    cases: tuple[int, ...] = ()
    accounts: tuple[int, ...] = ()


def find(db: Database, rule: Rule, *, before: datetime, holds: Holds, limit: int) -> list[Any]:
    """What of a rule is due now; only looks."""
    values = {
        "before": text_of(before),
        "limit": limit,
        "gone": GONE_ADDRESS,
        "cases": json.dumps(holds.cases),
        "accounts": json.dumps(holds.accounts),
    }
    return [one["id"] for one in rows(db, rule.find, _used(rule.find, values))]


def change(db: Database, rule: Rule, numbers: list[Any]) -> None:
    """Do it to each, in the caller's transaction."""
    for sql in rule.changes:
        for number in numbers:
            values = {"id": number, "gone": GONE_ADDRESS, "empty": erased_jobs.EMPTY}
            count(db, sql, _used(sql, values))


def _used(sql: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if f":{name}" in sql}


def list_cases(db: Database, *, before: datetime, holds: Holds, limit: int) -> list[int]:
    """Cases that ended without an organisation, and still name people."""
    sql = f"""select id from cases where status in ('rejected', 'withdrawn') and status_since < :before
              and sponsor_address <> :gone and id not in ({_HELD_CASE}) limit :limit"""
    values = {
        "before": text_of(before),
        "gone": GONE_ADDRESS,
        "cases": json.dumps(holds.cases),
        "limit": limit,
    }
    return [one["id"] for one in rows(db, sql, values)]


def forget_people(db: Database, case_id: int) -> None:
    """A case without its people and its words, in the caller's transaction; dates, roles and seats stay."""
    sql = "select version, ris from case_versions where case_id = :id"
    for found in rows(db, sql, {"id": case_id}):
        ris = json.dumps(_without_people(json.loads(found["ris"])), ensure_ascii=False)
        sql = "update case_versions set ris = :ris where case_id = :id and version = :version"
        count(db, sql, {"ris": ris, "id": case_id, "version": found["version"]})
    for sql in (
        """update cases set sponsor_name = '', sponsor_address = :gone, cc = '[]', hands = '[]',
             evidence = '', thread = '{"message_id": "", "references": [], "subject": ""}' where id = :id""",
        "update case_questions set text = :words where case_id = :id",
        "delete from case_answers where case_id = :id",
        "delete from case_clippings where case_id = :id",
        "update decisions set note = '', voided_note = '' where case_id = :id",
        "update step_skips set reason = :words where case_id = :id",
        "update registrations set email = :gone, draft = '', message = '' where case_id = :id",
        """update seats set holder = json_object('name', :words, 'email', :gone)
           where case_id = :id and holder <> ''""",
    ):
        count(db, sql, _used(sql, {"id": case_id, "gone": GONE_ADDRESS, "words": GONE}))


def _without_people(ris: dict[str, Any]) -> dict[str, Any]:
    kept = {"role", "credential", "sheet", "row"}
    users = [
        {
            name: value if name in kept else [] if isinstance(value, list) else ""
            for name, value in user.items()
        }
        for user in ris["users"]
    ]
    contact = dict.fromkeys(("contact_name", "contact_email", "contact_phone"), "")
    problems = [{**one, "found": "", "suggestion": ""} for one in ris["problems"]]
    return {**ris, "users": users, "company": {**ris["company"], **contact}, "problems": problems}


def list_questions(db: Database, *, before: datetime, limit: int) -> list[int]:
    """Questions that still say who asked."""
    sql = "select id from conversations where created_at < :before and address <> :gone limit :limit"
    found = rows(db, sql, {"before": text_of(before), "gone": GONE_ADDRESS, "limit": limit})
    return [one["id"] for one in found]


def forget_question(db: Database, conversation_id: int) -> None:
    """That somebody asked, and when, stays."""
    sql = """update conversations set address = :gone, name = '', subject = '', words = '', thread = '{}',
                 slack_user = '' where id = :id"""
    count(db, sql, {"id": conversation_id, "gone": GONE_ADDRESS})


def list_closed(db: Database, *, before: datetime, holds: Holds, limit: int) -> list[int]:
    """Accounts that were closed before then, and still say whose they were."""
    sql = f"""select a.id from accounts a
              where a.erased_at is null and (a.status = 'deactivated' or exists (
                    select 1 from lives l where l.account_id = a.id and l.state = 'closed'))
                and a.id not in ({_HELD_ACCOUNT})
                and coalesce(a.organisation, 0) not in ({_HELD_CASE})
                and coalesce((select max(e.at) from events e where e.subject = 'account:' || a.id
                    and e.tag in ('account:deactivated', 'life:closed')), a.made_at) < :before
              limit :limit"""
    values = {
        "before": text_of(before), "limit": limit,
        "cases": json.dumps(holds.cases), "accounts": json.dumps(holds.accounts),
    }  # fmt: skip
    return [one["id"] for one in rows(db, sql, values)]


def note(db: Database, swept: Swept) -> None:
    """What the newest night did to a class of data, in the caller's transaction."""
    count(
        db,
        """insert into sweeps (data, many, all_gone, at) values (:data, :many, :all_gone, :at)
           on conflict (data) do update set many = :many, all_gone = :all_gone, at = :at""",
        {"data": swept.data, "many": swept.many, "all_gone": int(swept.all_gone), "at": text_of(swept.at)},
    )


def list_swept(db: Database) -> list[Swept]:
    """The newest night of each class."""
    return [
        Swept(
            data=DataClass(one["data"]),
            many=one["many"],
            all_gone=bool(one["all_gone"]),
            at=instant(one["at"]),
        )
        for one in rows(db, "select * from sweeps order by data")
    ]


def is_busy(db: Database, case_id: int) -> bool:
    """Whether a case is decided or carried out at this time."""
    sql = f"select 1 from cases where id = :id and status in ({_BUSY})"
    return row(db, sql, {"id": case_id}) is not None


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped."""
    db.executescript("""
        create table sweeps (
            data text primary key,
            many integer not null,
            all_gone integer not null,
            at text not null
        );
        create index case_versions_by_mail on case_versions (mail_id);
    """)
