"""A desk whose case was approved and supplied: its seats, its License Keys, and everywhere one might leak."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot import policy
from bot.domain.cases import Case
from bot.domain.license_keys import (
    KEY,
    VOUCHER,
    Holder,
    KeyVoided,
    SealedKey,
    Seat,
    fold_key,
    shape_of,
    tail_of,
)
from bot.domain.outbox import Job, JobKind
from bot.domain.ris import Credential, Role, User
from bot.domain.staff import Staff
from bot.services import approvals, cases, license_keys, purchasing
from bot.services.desk import Desk
from bot.store import license_keys as key_store
from bot.store import seats as seat_store
from bot.store.database import transaction
from tests.cast import AVERY, BLAKE, Office, a_case, a_submission, an_office
from tests.forms import MARA, TOM

KEYS = tuple(f"UXQ{number}-7H2K-PM9D-W4T{number}" for number in range(1, 10))
NADIA = Holder(name="Nadia Brandt", email="nadia.brandt@nordlicht.example.com")
YUSUF = Holder(name="Yusuf Acar", email="yusuf.acar@nordlicht.example.com")
#: what goes out here; steps are carried out by tests of their own
MAILS_AND_NOTES = (JobKind.MAIL, JobKind.NOTE, JobKind.CASE_CARD)


def a_desk(
    folder: Path, *, keys_to: str = "users", key_url: str = "", code: bool = False, **changes: str
) -> Office:
    """A desk with that policy for keys; `code`: whether moving one asks for a code."""
    text = policy.SHIPPED.read_text(encoding="utf-8")
    text = re.sub(r'(?m)^keys_to = "\w+"', f'keys_to = "{keys_to}"', text)
    text = re.sub(r'(?m)^key_url = ""', f'key_url = "{key_url}"', text)
    if not code:
        text = re.sub(r"(?m)^step_up = \[.*?\]", "step_up = []", text)
    own = folder / "keys.toml"
    own.write_text(text, encoding="utf-8")
    return an_office(folder, usher_config=str(own), **changes)


def stock(office: Office, keys: Sequence[str] = KEYS) -> None:
    with office.connect() as db:
        lay_stock(db, office.desk, keys, now=office.now)


def lay_stock(db: Database, desk: Desk, keys: Sequence[str], *, now: datetime) -> None:
    """Vouchers as the import lays them."""
    ring = desk.keyring
    sealed = [
        SealedKey(
            voucher_mark=ring.sign(VOUCHER, f"V{key}"),
            voucher_sealed=ring.seal(VOUCHER, f"V-{key}"),
            key_mark=ring.sign(KEY, fold_key(key)),
            key_sealed=ring.seal(KEY, key),
            tail=tail_of(key),
            shape=shape_of(key),
            credential=Credential.PHONE_OTP,
            expires_on=None,
        )
        for key in keys
    ]
    with transaction(db):
        key_store.add_all(db, sealed, by="U0AVERY0001", now=now)


def supply(db: Database, desk: Desk, ref: str, *, now: datetime) -> None:
    """Give an approved case its keys and mail them, unless its steps have done so."""
    with transaction(db):
        case = cases.get_case(db, ref)
        purchasing.issue(db, desk, case, now=now)
        license_keys.mail_keys(db, desk, case, now=now)


def approved(
    office: Office, *, seats: int = 2, lang: str = "en", users: Sequence[User] = (MARA, TOM), **more: str
) -> Case:
    """A case that was approved, its seats laid and supplied from stock; nothing is mailed yet."""
    submission = a_submission(lang=lang)
    company = replace(
        submission.ris.company, seats=seats, application="ForumPass", name="Nordlicht Werke GmbH", **more
    )
    case = a_case(
        office, replace(submission, ris=replace(submission.ris, company=company, users=tuple(users)))
    )
    with office.connect() as db:
        approvals.approve(db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY, now=office.now)
        with transaction(db):
            purchasing.issue(db, office.desk, cases.get_case(db, case.ref), now=office.now)
    work(office)
    return office.case(case.ref)


def mail_keys(office: Office, case: Case) -> int:
    with office.connect() as db, transaction(db):
        return license_keys.mail_keys(db, office.desk, case, now=office.now)


def work(office: Office) -> None:
    office.work(kinds=MAILS_AND_NOTES)


def seats_of(office: Office, case: Case) -> list[Seat]:
    with office.connect() as db:
        return seat_store.list_of_case(db, case.id)


def seat_of(office: Office, case: Case, name: str) -> Seat:
    return next(seat for seat in seats_of(office, case) if seat.holder and name in seat.holder.name)


def user(first: str, last: str, email: str, role: Role = Role.USER) -> User:
    return replace(TOM, first_name=first, last_name=last, email=email, role=role)


def traces(office: Office, key: str) -> list[str]:
    """Where a whole key stands in the clear: any column of any table, any message to Slack, any event."""
    ways = (key, fold_key(key), key.replace("-", " "))
    found = []
    with office.connect() as db:
        for table in db.table_names():
            for row in db[table].rows:
                text = json.dumps(row, default=str, ensure_ascii=False)
                found += [f"table {table}" for way in ways if way.lower() in text.lower()]
    told = repr(office.chat.standing) + repr(office.chat.letters)
    found += ["slack" for way in ways if way.lower() in told.lower()]
    return found


# What is done with them


def key_of(seat: Seat) -> int:
    assert seat.key is not None
    return seat.key.id


def hand_over(
    office: Office,
    seat: Seat,
    to: Holder = NADIA,
    *,
    by: Staff = AVERY,
    code: str = "",
) -> Seat:
    with office.connect() as db:
        return license_keys.hand_over(
            db, office.desk, seat_id=seat.id, seen=seat.seal, to=to, by=by, now=office.now, code=code
        )


def send_again(office: Office, seat: Seat, *, by: Staff = BLAKE) -> None:
    with office.connect() as db:
        license_keys.send_again(db, office.desk, seat_id=seat.id, by=by, now=office.now)


def void(
    office: Office, seat: Seat, *, by: Staff = AVERY, why: KeyVoided = KeyVoided.EXPOSED, code: str = ""
) -> None:
    with office.connect() as db:
        license_keys.void(
            db,
            office.desk,
            key_id=key_of(seat),
            seen=seat.seal,
            why=why,
            by=by,
            now=office.now,
            code=code,
        )


def use(office: Office, seat: Seat, by: Staff | None = None) -> None:
    with office.connect() as db:
        license_keys.mark_used(db, key_id=key_of(seat), now=office.now, by=by)


def sent_to(office: Office, address: str) -> list[str]:
    """Their mails' words, wherever the lines break."""
    return [" ".join(mail.text.split()) for mail in office.mailer.sent if mail.to == address]


def key_jobs(office: Office) -> list[Job]:
    return [job for job in office.mails() if "key" in job.template]


# Desks for tests of a key's life


@pytest.fixture
def supplied(tmp_path: Path) -> Office:
    made = a_desk(tmp_path)
    stock(made)
    return made


@pytest.fixture
def case(supplied: Office) -> Case:
    """C-1: Mara, who is the administrator, and Tom; nothing is mailed yet."""
    return approved(supplied)


@pytest.fixture
def mailed(supplied: Office, case: Case) -> Case:
    """The same, and both have their keys."""
    mail_keys(supplied, case)
    work(supplied)
    return case
