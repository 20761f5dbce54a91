"""Where somebody is found, by their address or their accounts; only looks."""

from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from bot.domain.people import Person
from bot.store.data_map import TABLES, list_treated
from bot.store.database import listed, row, rows
from bot.store.erasures import redacted
from bot.store.table_treatment import Erases, Treatment

#: looked up in ways of their own
_NO_CASE = frozenset({"conversations", "case_marks", "findables"})


def list_names(db: Database, address: str) -> list[str]:
    """Every name that stands beside an address in lower case, as it is written, the accounts' first."""
    found = rows(
        db,
        """select first_name || ' ' || last_name as name from accounts where email = :address
           union all select json_extract(ris, '$.company.contact_name') from case_versions
             where instr(lower(ris), :address)
               and lower(json_extract(ris, '$.company.contact_email')) = :address
           union all select sponsor_name from cases where sponsor_address = :address
           union all select name from conversations where address = :address
           union all select first_name || ' ' || last_name from partner_invitations where email = :address
           union all select name from partner_requests where email = :address""",
        {"address": address},
    )
    written = [one["name"] or "" for one in found] + list_people_of_forms(db, address)
    return list(dict.fromkeys(name for one in written if (name := " ".join(one.split()))))


def list_people_of_forms(db: Database, address: str) -> list[str]:
    """The names of those who stand with that address in a form, in any of its versions."""
    found = rows(
        db,
        """select distinct
             json_extract(u.value, '$.first_name') || ' ' || json_extract(u.value, '$.last_name') as name
           from case_versions v, json_each(v.ris, '$.users') u
           where instr(lower(v.ris), :address) and lower(json_extract(u.value, '$.email')) = :address""",
        {"address": address},
    )
    return [str(one["name"]) for one in found if one["name"].strip()]


def list_phones(db: Database, accounts: tuple[int, ...]) -> list[str]:
    """The numbers that the owners of accounts have entered."""
    inside, values = listed("id", map(str, accounts))
    found = rows(db, f"select number from phones where account_id in ({inside}) order by id", values)
    return [str(one["number"]) for one in found]


def is_known(db: Database, address: str) -> bool:
    """Whether anything is kept under an address in lower case."""
    found = row(
        db,
        """select exists (select 1 from mails where sender = :address)
             or exists (select 1 from outbox where recipient = :address)
             or exists (select 1 from bounces where recipient = :address)
             or exists (select 1 from doubtful_addresses where address = :address)
             or exists (select 1 from member_invitations where email = :address)
             or exists (select 1 from partner_invitations where email = :address)
             or exists (select 1 from registrations where email = :address)
             or exists (select 1 from email_changes where :address in (old, new))
             or exists (select 1 from purchase_orders where lower(contact) = :address)
             or exists (select 1 from cases where instr(lower(cc), '"' || :address || '"')) as known""",
        {"address": address},
    )
    return bool(found and found["known"])


def list_cases(db: Database, person: Person) -> list[tuple[int, str, int]]:
    """Cases in which they stand, by their number, with status and version."""
    numbers: set[int] = set()
    for table, treatment in list_treated(Erases.CASE):
        if table not in _NO_CASE:
            numbers |= _cases_in(db, table, treatment, person)
    inside, values = listed("id", map(str, sorted(numbers)))
    found = rows(db, f"select id, status, version from cases where id in ({inside}) order by id", values)
    return [(one["id"], one["status"], one["version"]) for one in found]


def _cases_in(db: Database, table: str, treatment: Treatment, person: Person) -> set[int]:
    case = "id" if table == "cases" else "case_id"
    columns = ", ".join(treatment.personal)
    text = " || ' ' || ".join(f"coalesce({name}, '')" for name in treatment.personal)
    sql = f"select {case} as _case, {columns} from {table} where instr(lower({text}), :address)"
    return {
        one["_case"]
        for one in rows(db, sql, {"address": person.address})
        if redacted_of(table, person, one) != _personal(treatment, one)
    }


def redacted_of(table: str, person: Person, found: Mapping[str, Any]) -> dict[str, Any]:
    treatment = TABLES[table]
    return redacted(person, treatment, _personal(treatment, found))


def _personal(treatment: Treatment, found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: found[name] for name in treatment.personal}


def list_conversations(db: Database, person: Person) -> list[int]:
    """Questions that they asked."""
    sql = "select id, address, name from conversations where address = :address order by id"
    found = rows(db, sql, {"address": person.address})
    return [one["id"] for one in found if person.is_row(one["address"], one["name"])]


def list_rows(db: Database, table: str, person: Person, *columns: str, by: str) -> list[dict[str, Any]]:
    """Rows of a table whose address (`by`) is theirs alone; () where they share it."""
    if person.shared:
        return []
    sql = f"select {', '.join(columns)} from {table} where {by} = :address order by rowid"
    return rows(db, sql, {"address": person.address})


def list_mails(
    db: Database, person: Person, cases: list[int], conversations: list[int]
) -> list[dict[str, Any]]:
    """Mails that they sent, or that made a case or question of theirs; whether the raw one is kept."""
    in_cases, values = listed("case", map(str, cases))
    asked, more = listed("asked", map(str, conversations))
    sender = "" if person.shared else "m.sender = :address or"
    return rows(
        db,
        f"""select m.id, m.received_at, m.kind, m.sender, s.mail_id is not null as raw
            from mails m left join mail_sources s on s.mail_id = m.id
            where {sender} m.id in (select mail_id from case_versions where case_id in ({in_cases}))
              or m.id in (select mail_id from conversations where id in ({asked})) order by m.id""",
        {**values, **more, **({} if person.shared else {"address": person.address})},
    )


def list_sent(db: Database, person: Person) -> list[dict[str, Any]]:
    """Mails and texts to them, without words: those are in the mails they have."""
    to = person.phones if person.shared else (person.address, *person.phones)
    inside, values = listed("to", to)
    return rows(
        db,
        f"""select kind, template, recipient, status, created_at, sent_at from outbox
            where recipient in ({inside}) and kind in ('mail', 'sms') order by id""",
        values,
    )
