"""By what a case's organisation and people are found again: marks in an index, and who was told apart."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence

from sqlite_utils import Database

from bot.domain.accounts import Account, Customer
from bot.domain.cases import OPEN, STANDING, CaseStatus
from bot.domain.organisations import KNOWN, Mark, MarkKind, host_first, marks_of, name_of
from bot.store import partners
from bot.store.cases import ris_of
from bot.store.database import count, count_each, listed, row, rows

AT_ONCE = 500  #: values looked up in one statement
MOST = 500  #: matches looked at for one statement, the newest: a domain may be that of thousands


def set_marks(db: Database, case_id: int, marks: Iterable[Mark]) -> None:
    """Put these in place of the case's older ones."""
    count(db, "delete from case_marks where case_id = :id", {"id": case_id})
    count_each(
        db,
        """insert into case_marks (kind, value, case_id, detail)
           values (:kind, :value, :id, :detail) on conflict do nothing""",
        [{"kind": mark.kind, "value": mark.value, "detail": mark.detail, "id": case_id} for mark in marks],
    )


def mark_all(db: Database) -> None:
    """Mark every case that has no marks yet, by its newest version."""
    found = rows(
        db,
        """select c.id, v.ris from cases c join case_versions v on v.case_id = c.id and v.version = c.version
           where not exists (select 1 from case_marks m where m.case_id = c.id)""",
    )
    for entry in found:
        set_marks(db, entry["id"], marks_of(ris_of(json.loads(entry["ris"]))))


def put_hosts_first(db: Database) -> None:
    """People's addresses as `host_first` writes them; the older kind had them as they are."""
    db.conn.create_function("host_first", 1, host_first, deterministic=True)
    count(
        db,
        """update or ignore case_marks set kind = 'people', value = host_first(value)
           where kind = 'person'""",
    )


def find_alike(db: Database, marks: Collection[Mark], *, of: int) -> list[tuple[int, Mark]]:
    """Marks of known organisations that are like these, each beside the case the organisation began with.

    `of`: the case whose they are. Others count that are older, so that of two alike the later is the
    addition; and whatever stands already, though it came later.
    """
    found: list[tuple[int, Mark]] = []
    states, named = listed("status", sorted(KNOWN))
    standing, also = listed("standing", sorted(STANDING))
    for kind in MarkKind:
        wanted = sorted({mark.value for mark in marks if mark.kind is kind and mark.value})
        for values in _batches(wanted):
            inside, parameters = listed("value", values)
            entries = rows(
                db,
                f"""select coalesce(c.addition_of, c.id) organisation, m.value, m.detail
                    from case_marks m join cases c on c.id = m.case_id
                    where m.kind = :kind and m.value in ({inside}) and coalesce(c.addition_of, c.id) <> :of
                      and c.status in ({states}) and (m.case_id < :of or c.status in ({standing}))
                    order by m.case_id desc limit :most""",
                {**named, **also, **parameters, "kind": kind, "of": of, "most": MOST},
            )
            found += [
                (entry["organisation"], Mark(kind, entry["value"], entry["detail"])) for entry in entries
            ]
    return found


def _batches(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]


def list_vat_ids(db: Database, organisation: int) -> list[Mark]:
    """The VAT ids by which an organisation is known, over all of its cases."""
    return _marks_of_organisation(db, organisation, MarkKind.VAT_ID)


def list_people(db: Database, organisation: int) -> list[Mark]:
    """Who is there: the people of the case it began with, and of its additions that were approved."""
    return _marks_of_organisation(db, organisation, MarkKind.PERSON)


def follow_address(db: Database, account: Account, new: str) -> None:
    """Whom a form has brought is known by another address from now on, too; whoever else is there is not."""
    of = Mark(MarkKind.PERSON, host_first(account.email), name_of(account))
    count(
        db,
        """insert into case_marks (kind, value, case_id, detail)
           select m.kind, :new, m.case_id, m.detail from case_marks m join cases c on c.id = m.case_id
           where m.kind = :kind and m.value = :old and m.detail = :name
             and coalesce(c.addition_of, c.id) = :organisation
           on conflict do nothing""",
        {
            "kind": of.kind,
            "old": of.value,
            "name": of.detail,
            "new": host_first(new),
            "organisation": account.organisation,
        },
    )


def list_knowing(db: Database, address: str) -> list[int]:
    """Cases in which somebody is known by that address, whether their form has it or not."""
    sql = "select distinct case_id from case_marks where kind = :kind and value = :value order by case_id"
    found = rows(db, sql, {"kind": MarkKind.PERSON, "value": host_first(address)})
    return [entry["case_id"] for entry in found]


def _marks_of_organisation(db: Database, organisation: int, kind: MarkKind) -> list[Mark]:
    standing, named = listed("status", sorted(STANDING))
    found = rows(
        db,
        f"""select m.value, m.detail from case_marks m join cases c on c.id = m.case_id
            where m.kind = :kind and (c.id = :id or (c.addition_of = :id and c.status in ({standing})))""",
        {**named, "kind": kind, "id": organisation},
    )
    return [Mark(kind, entry["value"], entry["detail"]) for entry in found]


def find_name(db: Database, case_id: int) -> tuple[str, CaseStatus] | None:
    """A case's company as written, and where it stands."""
    found = row(
        db,
        """select v.company, c.status from cases c
           join case_versions v on v.case_id = c.id and v.version = c.version where c.id = :id""",
        {"id": case_id},
    )
    return (found["company"], CaseStatus(found["status"])) if found else None


def get_customer(db: Database, account: Account) -> Customer:
    """What its people call themselves, and what they are subscribed to; not the whole of a large form."""
    if not account.organisation:
        own = partners.find(db, account.id)
        company, country = (own.company, own.country) if own else ("", "")
        return Customer(id=0, name=company, application="", country=country)
    (found,) = rows(
        db,
        """select v.company, json_extract(v.ris, '$.company.application') application,
             json_extract(v.ris, '$.company.country') country from cases c
           join case_versions v on v.case_id = c.id and v.version = c.version where c.id = :id""",
        {"id": account.organisation},
    )
    return Customer(
        id=account.organisation,
        name=found["company"],
        application=found["application"] or "",
        country=found["country"] or "",
    )


def tell_apart(db: Database, case_id: int, other_id: int) -> None:
    """Remember that staff said that these two are not the same."""
    sql = "insert into cases_told_apart (case_id, other_id) values (:id, :other) on conflict do nothing"
    count(db, sql, {"id": case_id, "other": other_id})


def put_together(db: Database, case_id: int, other_id: int) -> None:
    """Forget that they were told apart, on whichever's card."""
    sql = "delete from cases_told_apart where :id in (case_id, other_id) and :other in (case_id, other_id)"
    count(db, sql, {"id": case_id, "other": other_id})


def list_told_apart(db: Database, case_id: int) -> frozenset[int]:
    """Of which cases it is none, whichever's card said so."""
    sql = """select case_id + other_id - :id other from cases_told_apart where :id in (case_id, other_id)"""
    return frozenset(entry["other"] for entry in rows(db, sql, {"id": case_id}))


def list_open_with(db: Database, mark: Mark) -> list[int]:
    """Undecided cases that have exactly that mark, and are not said to be additions, oldest first."""
    states, named = listed("status", sorted(OPEN))
    sql = f"""select m.case_id from case_marks m join cases c on c.id = m.case_id
              where m.kind = :kind and m.value = :value and c.status in ({states}) and c.addition_of is null
              order by m.case_id"""
    found = rows(db, sql, {**named, "kind": mark.kind, "value": mark.value})
    return [entry["case_id"] for entry in found]
