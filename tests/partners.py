"""Partners with active accounts whose clock goes, and mail that comes back."""

from dataclasses import replace
from datetime import date, datetime

from sqlite_utils import Database

from bot.domain.accounts import Account, AccountStatus, NewAccount, Origin
from bot.domain.mail import BounceReport
from bot.domain.programmes import Programme
from bot.domain.ris import Credential, Role
from bot.services import lifecycle
from bot.services.desk import Desk
from bot.store import accounts, bounces, outbox
from bot.store.database import transaction
from tests.cast import Office


def a_partner(db: Database, *, number: int = 1, lang: str = "en", now: datetime) -> Account:
    """An active account of the Extranet, in the caller's transaction."""
    new = NewAccount(
        salutation="", first_name="Amara", last_name=f"Falkner {number}", phones=(), job_title="Clerk",
        email=f"amara{number}@works.example.com", role=Role.USER, credential=Credential.PHONE_OTP, lang=lang,
        origin=Origin.INVITED,
    )  # fmt: skip
    made = accounts.add(db, new, user_id=f"b4tz-{number:04}", programme=Programme.EXTRANET, now=now)
    assert made is not None
    accounts.move(db, made.id, since=AccountStatus.WAITING, to=AccountStatus.ACTIVE, now=now)
    active = accounts.find(db, made.id)
    assert active is not None
    return active


def begun(
    db: Database, desk: Desk, *, number: int = 1, lang: str = "en", now: datetime, ends_on: date | None = None
) -> Account:
    """One whose clock begins now."""
    with transaction(db):
        account = a_partner(db, number=number, lang=lang, now=now)
        lifecycle.begin(db, desk, account, by="usher", now=now, ends_on=ends_on)
    return account


def set_extranet(office: Office, **changed: object) -> None:
    """Other settings of the programme, from now on."""
    policy = office.desk.policy
    own = policy.model_copy(update={"extranet": policy.extranet.model_copy(update=changed)})
    office.bot = replace(office.bot, desk=replace(office.desk, policy=own))


def bounce(db: Database, key: str, *, now: datetime) -> None:
    """The mail of that key comes back for good."""
    job = outbox.find_by_key(db, key)
    assert job is not None
    report = BounceReport(recipients=(job.recipient,), permanent=True, status="5.1.1")
    with transaction(db):
        bounces.add(db, job.id, job.recipient, report, hard=True, mail_id=1, now=now)
