"""Find somebody by an address or User ID, and gather all that is kept about them (GDPR, 15 and 20)."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.accounts import Account, AccountStatus, fold_user_id
from bot.domain.cases import OPEN, STANDING, CaseStatus, case_ref
from bot.domain.events import EventTag
from bot.domain.members import is_last_administrator
from bot.domain.people import ErasurePlan, Person, Trace, Wait, Warn, digest_of, fold
from bot.domain.people_refusals import NobodyFound, PeopleShareAddress
from bot.domain.registration import clean
from bot.domain.review_values import typed_address
from bot.ports import Reader
from bot.services import profile, sources
from bot.services.accounts import list_named
from bot.services.desk import Desk
from bot.store import accounts, cases, conversations, erasures, events, people
from bot.store.data_map import TABLES
from bot.store.database import transaction
from bot.store.table_treatment import Erases

#: a case that somebody decides or carries out: nobody in it is erased
BUSY = (OPEN | STANDING) - {CaseStatus.LIVE}
_MOST_SHOWN = 80


def find(db: Database, name: str) -> Person:
    """Whom a User ID or an address means; raise NobodyFound, or PeopleShareAddress for an address of several.

    All accounts of the same address and name are one person's.
    """
    typed = clean(name)
    named = list_named(db, typed)
    if not named and fold_user_id(typed):
        raise NobodyFound(name=typed[:_MOST_SHOWN])
    address = named[0].email.lower() if named else typed_address(typed)
    if len({fold(one.name) for one in named}) > 1:
        raise PeopleShareAddress(user_ids=", ".join(one.user_id for one in named))
    written = people.list_names(db, address) if "@" in address else []
    if not named and not written and not ("@" in address and people.is_known(db, address)):
        raise NobodyFound(name=typed[:_MOST_SHOWN])
    return _person(db, address, named, written)


def _person(db: Database, address: str, named: list[Account], written: list[str]) -> Person:
    there = accounts.list_by_email(db, address)
    own = [one for one in there if not named or fold(one.name) == fold(named[0].name)]
    others = {fold(one.name) for one in there} | set(map(fold, people.list_people_of_forms(db, address)))
    shared = bool(named) and bool(others - {fold(named[0].name)})
    ids = tuple(one.id for one in own)
    return Person(
        address=address,
        names=(own[0].name,) if shared else tuple(written),
        phones=tuple(people.list_phones(db, ids)),
        accounts=ids,
        shared=shared,
    )


def plan(db: Database, desk: Desk, person: Person) -> ErasurePlan:
    """What erasing them would do; changes nothing and looks only where there is an index, or little."""
    found, own = people.list_cases(db, person), [accounts.find(db, one) for one in person.accounts]
    there = [one for one in own if one is not None]
    refs = tuple(case_ref(number) for number, _, _ in found)
    facts = {
        "there": [(one.id, one.name) for one in accounts.list_by_email(db, person.address)],
        "accounts": [(one.id, one.status, one.role, one.email) for one in there],
        "cases": found,
        "questions": people.list_conversations(db, person),
        "invitations": [
            people.list_rows(db, table, person, "id", by="email")
            for table in ("partner_invitations", "partner_requests", "member_invitations")
        ],
    }
    return ErasurePlan(
        person=person,
        user_ids=tuple(one.user_id for one in there),
        cases=refs,
        waits=tuple(_waits(desk, found, there)),
        warnings=tuple(_warnings(db, person, there)),
        digest=digest_of(facts),
    )


def _waits(desk: Desk, found: list[tuple[int, str, int]], own: list[Account]) -> Iterator[tuple[Wait, str]]:
    held = desk.policy.retention.kept.holds
    for number, status, _ in found:
        if CaseStatus(status) in BUSY:
            yield Wait.OPEN_CASE, case_ref(number)
    of_accounts = {one.ref for one in own} | {case_ref(one.organisation) for one in own if one.organisation}
    for ref in sorted(held & ({case_ref(number) for number, _, _ in found} | of_accounts)):
        yield Wait.LEGAL_HOLD, ref


def _warnings(db: Database, person: Person, own: list[Account]) -> Iterator[tuple[Warn, str]]:
    for one in own:
        if one.organisation and is_last_administrator(
            one, accounts.list_of_organisation(db, one.organisation)
        ):
            yield Warn.LAST_ADMINISTRATOR, case_ref(one.organisation)
        if one.status is AccountStatus.ACTIVE:
            yield Warn.ACTIVE, one.user_id
    if person.shared:
        yield Warn.SHARED, person.address
    elif len(set(map(fold, person.names))) > 1:
        yield Warn.SEVERAL_NAMES, ", ".join(person.names)


def count_traces(db: Database, person: Person) -> tuple[Trace, ...]:
    """How many rows of each table erasing would change or drop; raw mails are looked through only then."""
    found = {table: _count(db, table, person) for table in TABLES}
    return tuple(Trace(table=table, many=many) for table, many in found.items() if many)


def _count(db: Database, table: str, person: Person) -> int:
    held = TABLES[table]
    if held.erases is Erases.ACCOUNT or (
        held.erases is Erases.TOMB and table in ("accounts", "email_changes")
    ):
        return erasures.count_of_accounts(db, table, person.accounts)
    if held.erases in (Erases.NOTHING, Erases.SELF, Erases.RAW) or table in ("findables", "case_marks"):
        return 0
    own = erasures.count_of_accounts(db, table, person.accounts) if held.erases is Erases.FACTOR else 0
    return own + sum(1 for _ in erasures.walk(db, table, person))


def export(
    db: Database, desk: Desk, person: Person, *, reader: Reader | None, by: str, now: datetime
) -> dict[str, Any]:
    """All of it, section by section, for JSON; that somebody looked stands in the trail.

    `reader` None: mails without what they say.
    """
    own = [one for one in (accounts.find(db, number) for number in person.accounts) if one]
    found = people.list_cases(db, person)
    numbers, asked = [number for number, _, _ in found], people.list_conversations(db, person)
    told = {
        "about": {"address": person.address, "names": list(person.names), "shared_address": person.shared},
        "accounts": [profile.export(db, one, now=now) for one in own],
        "cases": [_case(db, number, person) for number in numbers],
        "questions": [_question(db, number) for number in asked],
        "mails": [
            _mail(db, desk, one, reader, person) for one in people.list_mails(db, person, numbers, asked)
        ],
        "sent": people.list_sent(db, person),
        "bounces": [
            *people.list_rows(db, "bounces", person, "recipient", "status", "detail", "at", by="recipient"),
            *people.list_rows(db, "doubtful_addresses", person, "address", "state", "since", by="address"),
        ],
        "invitations": _invitations(db, person),
        "orders": people.list_rows(db, "purchase_orders", person, "number", "contact", by="lower(contact)"),
        "history": [
            {"at": one.at, "what": one.tag, "about": one.subject, "by": one.actor, "data": dict(one.data)}
            for one in events.list_about(db, _subjects(db, person, own, numbers, asked))
        ],
    }
    with transaction(db):
        for about in [f"account:{one.id}" for one in own] or ["person:without_account"]:
            events.add(db, EventTag.PERSON_EXPORTED, about, actor=by, at=now)
    return told


def _subjects(
    db: Database, person: Person, own: Iterable[Account], cases_of: list[int], asked: list[int]
) -> list[str]:
    invited = people.list_rows(db, "partner_invitations", person, "id", by="email")
    return [
        *(f"partner_invitation:{one['id']}" for one in invited),
        *(f"account:{one.id}" for one in own),
        *(f"case:{number}" for number in cases_of),
        *(f"conversation:{number}" for number in asked),
    ]


def _case(db: Database, number: int, person: Person) -> dict[str, Any]:
    """Where they stand in a case, and nobody else of it."""
    case = cases.find(db, number)
    if case is None:
        return {"case": case_ref(number)}
    rows = [
        vars(one) for one in case.ris.users if person.is_row(one.email, f"{one.first_name} {one.last_name}")
    ]
    company = case.ris.company
    contact = person.is_row(company.contact_email, company.contact_name)
    return {
        "case": case.ref,
        "company": company.name,
        "status": case.status,
        "came": case.created_at,
        "is_sponsor": person.is_row(case.sponsor.address, case.sponsor.name),
        "gets_copies": person.address in case.cc and not person.shared,
        "contact": {"name": company.contact_name, "phone": company.contact_phone} if contact else None,
        "rows": rows,
    }


def _question(db: Database, number: int) -> dict[str, Any]:
    asked = conversations.find(db, number)
    return (
        {"question": asked.ref, "at": asked.created_at, "subject": asked.subject, "words": asked.words}
        if asked
        else {}
    )


def _mail(
    db: Database, desk: Desk, found: dict[str, Any], reader: Reader | None, person: Person
) -> dict[str, Any]:
    """A mail; what it says where they wrote it, for in others' mails others' words stand."""
    told = {**found, "raw": bool(found["raw"])}
    raw = sources.find_readable(db, desk, found["id"]) if found["raw"] and reader else None
    if raw is None or reader is None or found["sender"] != person.address:
        return told
    mail, _ = reader.read_mail(raw)
    files = [{"name": one.name, "type": one.type, "size": one.size} for one in mail.attachments]
    return told | {"subject": mail.subject, "text": mail.quoted_text or mail.text, "attachments": files}


def _invitations(db: Database, person: Person) -> list[dict[str, Any]]:
    columns = {
        "partner_invitations": (
            "email",
            "first_name",
            "last_name",
            "lang",
            "role",
            "made_at",
            "until",
            "ended_at",
        ),
        "partner_requests": ("email", "name", "company", "lang", "asked_at", "state"),
        "member_invitations": ("email", "role", "lang", "made_at", "until", "ended_at"),
    }
    return [
        {"kind": table, **one}
        for table, names in columns.items()
        for one in people.list_rows(db, table, person, *names, by="email")
    ]


def has_mails(db: Database, person: Person) -> bool:
    """Whether the raw mail is kept of any that `export` shows."""
    numbers = [number for number, _, _ in people.list_cases(db, person)]
    return any(
        one["raw"] for one in people.list_mails(db, person, numbers, people.list_conversations(db, person))
    )


def plain_of(told: dict[str, Any]) -> dict[str, Any]:
    """The same of nothing but what JSON has, instants in ISO 8601."""
    plain: dict[str, Any] = json.loads(json.dumps(told, default=_written, ensure_ascii=False))
    return plain


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
