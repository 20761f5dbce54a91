"""Erasures that were asked for, and the rows of a person as erasing changes them."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.people import GONE_ADDRESS, OPEN_ERASURES, Erasure, ErasureState, Person
from bot.store.data_map import TABLES, list_treated
from bot.store.database import count, instant, listed, maybe_instant, row, rows, text_of, transaction
from bot.store.numbers import next_id
from bot.store.table_treatment import Erases, Treatment

AT_ONCE = 500  #: rows looked at in one go, and at most changed in one transaction
#: deleted in this order: what refers to others goes first
OF_ACCOUNT = (
    "phone_codes", "texts", "tries", "sessions", "password_drafts", "passwords", "security_answers",
    "recovery_codes", "credentials", "phones", "certificates", "prolongations", "life_notices",
    "life_moves", "lives", "partners", "consents",
)  # fmt: skip


def add(db: Database, *, sealed: str, digest: str, by: str, now: datetime, until: datetime) -> int:
    """Its number."""
    cursor = db.execute(
        f"""insert into erasures (id, state, sealed, digest, asked_by, asked_at, until)
           values ({next_id("erasures")}, 'asked', :sealed, :digest, :by, :now, :until)""",
        {"sealed": sealed, "digest": digest, "by": by, "now": text_of(now), "until": text_of(until)},
    )
    return int(cursor.lastrowid or 0)


def find(db: Database, erasure_id: int) -> Erasure | None:
    found = row(db, "select * from erasures where id = :id", {"id": erasure_id})
    return _erasure(found) if found else None


def list_in(db: Database, *states: ErasureState) -> list[Erasure]:
    """Those in one of the states, the oldest first."""
    inside, values = listed("state", states)
    found = rows(db, f"select * from erasures where state in ({inside}) order by id", values)
    return [_erasure(one) for one in found]


def agree_first(db: Database, erasure_id: int, *, by: str, right: str, now: datetime) -> bool:
    """Compare, then swap; False where it is not waiting for a first yes."""
    sql = """update erasures set state = 'agreed', first_by = :by, first_right = :right, first_at = :now
             where id = :id and state = 'asked'"""
    return bool(count(db, sql, {"id": erasure_id, "by": by, "right": right, "now": text_of(now)}))


def agree_second(db: Database, erasure_id: int, *, by: str, right: str, now: datetime) -> bool:
    """Compare, then swap: the mails that came by now are looked through, later ones are not."""
    sql = """update erasures set state = 'running', second_by = :by, second_right = :right, second_at = :now,
               last_mail = (select coalesce(max(id), 0) from mails)
             where id = :id and state = 'agreed'"""
    return bool(count(db, sql, {"id": erasure_id, "by": by, "right": right, "now": text_of(now)}))


def end(db: Database, erasure_id: int, state: ErasureState, *, by: str, now: datetime) -> bool:
    """It is over, and who it was about is forgotten; False where it was over before."""
    since = (ErasureState.RUNNING,) if state is ErasureState.DONE else OPEN_ERASURES
    inside, values = listed("since", since)
    sql = f"""update erasures set state = :state, sealed = '', ended_at = :now, ended_by = :by
              where id = :id and state in ({inside})"""
    return bool(count(db, sql, {**values, "id": erasure_id, "state": state, "by": by, "now": text_of(now)}))


def list_sources(db: Database, erasure: Erasure, *, limit: int) -> list[tuple[int, str]]:
    """The next raw mails to be looked through, each with the case or question that it is about."""
    found = rows(
        db,
        """select m.id, m.subject_ref from mail_sources s join mails m on m.id = s.mail_id
           where s.mail_id > :place and s.mail_id <= :last order by s.mail_id limit :limit""",
        {"place": erasure.place, "last": erasure.last_mail, "limit": limit},
    )
    return [(one["id"], one["subject_ref"]) for one in found]


def drop_sources(db: Database, erasure: Erasure, mails: list[int], *, place: int) -> None:
    """Raw mails go, and where the next look begins is kept with that."""
    gone = sum(count(db, "delete from mail_sources where mail_id = :id", {"id": one}) for one in mails)
    sql = "update erasures set place = :place, dropped = dropped + :gone where id = :id"
    count(db, sql, {"id": erasure.id, "place": place, "gone": gone})


def blank_account(db: Database, account_id: int, *, now: datetime) -> bool:
    """Nothing of its owner is left but ids, in the caller's transaction; False where that is so already.

    Its row stays: a number that stands in the trail is never anybody else's.
    """
    blanked = count(
        db,
        """update accounts set erased_at = :now, status = 'deactivated', salutation = '', first_name = '',
             last_name = '', email = :gone, phones = '[]', job_title = '', password = '',
             password_set_at = null
           where id = :id and erased_at is null""",
        {"id": account_id, "now": text_of(now), "gone": GONE_ADDRESS},
    )
    values = {"id": account_id, "now": text_of(now), "gone": GONE_ADDRESS}
    for table in OF_ACCOUNT:
        count(db, f"delete from {table} where account_id = :id", {"id": account_id})
    count(db, "delete from authenticators where person = :person", {"person": f"account:{account_id}"})
    count(
        db,
        """update email_changes set old = :gone, new = :gone, ended_at = coalesce(ended_at, :now)
           where account_id = :id""",
        values,
    )
    count(db, "update member_invitations set email = :gone where account_id = :id", values)
    count(
        db,
        """update partner_invitations set email = :gone, first_name = '', last_name = '', draft = '',
             ended_at = coalesce(ended_at, :now) where account_id = :id or closed_id = :id""",
        values,
    )
    sql = "update links set expires_at = :now where subject = :ref and expires_at > :now"
    count(db, sql, {"ref": f"A-{account_id}", "now": text_of(now)})
    return bool(blanked)


def blank_invitations(db: Database, address: str, *, now: datetime) -> None:
    """Whom somebody invited, or who asked, at an address that is theirs alone; open ones are over."""
    values = {"address": address, "gone": GONE_ADDRESS, "now": text_of(now)}
    for sql in (
        """update member_invitations set email = :gone, ended_at = coalesce(ended_at, :now)
           where email = :address""",
        """update partner_invitations set email = :gone, first_name = '', last_name = '', draft = '',
             ended_at = coalesce(ended_at, :now) where email = :address""",
        """update partner_requests set email = :gone, name = '', company = '',
             state = case when state = 'asked' then 'refused' else state end where email = :address""",
        "update email_changes set new = :gone where new = :address",
        "update email_changes set old = :gone where old = :address",
    ):
        used = {name: value for name, value in values.items() if f":{name}" in sql}
        count(db, sql, used)


def drop_address(db: Database, address: str) -> None:
    """What came back from an address, and that it is doubtful."""
    count(db, "delete from bounces where recipient = :address", {"address": address})
    count(db, "delete from doubtful_addresses where address = :address", {"address": address})


def walk(db: Database, table: str, person: Person, *, where: str = "") -> Iterator[dict[str, Any]]:
    """The rows of a table that name somebody, each with `_was`, as it stands, and `_rowid`; only looks."""
    treatment, after = TABLES[table], 0
    columns = ", ".join([*treatment.personal, *(("mail_id",) if "mail_id" in treatment.columns else ())])
    more = f"and {where}" if where else ""
    while True:
        found = rows(
            db,
            f"""select rowid as _rowid, {columns} from {table} where rowid > :after {more}
                order by rowid limit :limit""",
            {"after": after, "limit": AT_ONCE},
        )
        if not found:
            return
        after = found[-1]["_rowid"]
        for one in found:
            was = {name: one[name] for name in treatment.personal}
            if person.may_be_in(_text(was)) and (now := redacted(person, treatment, was)) != was:
                yield {**now, "_was": was, "_rowid": one["_rowid"]}


def _text(was: Mapping[str, Any]) -> str:
    return "\n".join(str(value) for value in was.values() if value)


def redacted(person: Person, treatment: Treatment, was: Mapping[str, Any]) -> dict[str, Any]:
    """A row's personal columns without somebody, JSON as JSON."""
    values = treatment.values.split()
    read = {name: json.loads(text) if name in values and text else text for name, text in was.items()}
    kept = person.redact(read)
    return {
        name: was[name]
        if kept[name] == read[name]
        else json.dumps(kept[name], ensure_ascii=False)
        if name in values
        else kept[name]
        for name in was
    }


def save(db: Database, table: str, found: Mapping[str, Any]) -> bool:
    """Write a row of `walk` back, in the caller's transaction; False where it is no longer as it was."""
    was = found["_was"]
    sets = ", ".join(f"{name} = :{name}" for name in was)
    same = " and ".join(f"{name} is :was_{name}" for name in was)
    values = {name: found[name] for name in was} | {f"was_{name}": value for name, value in was.items()}
    sql = f"update {table} set {sets} where rowid = :rowid and {same}"
    return bool(count(db, sql, {**values, "rowid": found["_rowid"]}))


def count_of_accounts(db: Database, table: str, accounts: tuple[int, ...]) -> int:
    """How many rows of a table are about those accounts."""
    if table == "authenticators":
        inside, values = listed("id", (f"account:{number}" for number in accounts))
    else:
        inside, values = listed("id", map(str, accounts))
    column = {"accounts": "id", "authenticators": "person"}.get(table, "account_id")
    found = row(db, f"select count(*) as n from {table} where {column} in ({inside})", values)
    return int(found["n"]) if found else 0


def scrub(db: Database, person: Person) -> None:
    """Take somebody out of every table that is walked, in short transactions; repeating it does no harm."""
    for table, _ in (*list_treated(Erases.WALK), *list_treated(Erases.FACTOR)):
        for batch in batches(walk(db, table, person)):
            with transaction(db):
                for found in batch:
                    save(db, table, found)


def batches(found: Iterator[dict[str, Any]], size: int = 100) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for one in found:
        batch.append(one)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _erasure(found: Mapping[str, Any]) -> Erasure:
    kept = (
        "id", "sealed", "digest", "asked_by", "first_by", "first_right", "second_by", "last_mail", "place",
        "dropped", "ended_by",
    )  # fmt: skip
    columns: dict[str, Any] = {name: found[name] for name in kept}
    return Erasure(
        **columns,
        state=ErasureState(found["state"]),
        asked_at=instant(found["asked_at"]),
        until=instant(found["until"]),
        first_at=maybe_instant(found["first_at"]),
        ended_at=maybe_instant(found["ended_at"]),
    )


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped. A consent may go once its account is blanked."""
    db.executescript("""
        create table erasures (
            id integer primary key autoincrement,
            state text not null,
            sealed text not null,
            digest text not null,
            asked_by text not null,
            asked_at text not null,
            until text not null,
            first_by text not null default '',
            first_right text not null default '',
            first_at text,
            second_by text not null default '',
            second_right text not null default '',
            second_at text,
            last_mail integer not null default 0,
            place integer not null default 0,
            dropped integer not null default 0,
            ended_at text,
            ended_by text not null default ''
        );
        create index erasures_open on erasures (state) where state in ('asked', 'agreed', 'running');
        alter table accounts add column erased_at text;
        drop trigger consents_go_with_their_account;
        create trigger consents_go_with_their_account before delete on consents
            when exists (select 1 from accounts where id = old.account_id and erased_at is null)
            begin select raise(abort, 'a consent goes only with its account'); end;
    """)
