"""A certificate is somebody's credential and nobody has registered it: the desk hears, once, and sees it."""

from dataclasses import replace

import pytest
from sqlite_utils import Database

from bot.domain.accounts import Account, AccountStatus
from bot.domain.credential_refusals import CertificateOfNoUse, CertificateRefused
from bot.domain.ris import Credential
from bot.domain.security_questions import Given, Question
from bot.domain.sessions import Session, Strength, Visitor
from bot.rendering.account_cards import account_card
from bot.rendering.words import words
from bot.services import account_views, activation, certificates, supply_checks
from bot.services import accounts as opening
from bot.store import accounts, organisations
from bot.store import certificates as store
from bot.store.database import transaction
from tests.cast import AVERY, Office, a_case
from tests.partners import begun
from tests.people import PASSWORD, CountingHasher

SUBJECT = "CN=Tom,O=Example"


@pytest.fixture
def office(office: Office) -> Office:
    office.bot = replace(office.bot, desk=replace(office.desk, hasher=CountingHasher()))
    return office


def activated(office: Office, db: Database, credential: Credential, *, known: bool = False) -> Account:
    """The first of a new organisation has activated the account, with that credential."""
    case = a_case(office)
    case = replace(case, ris=replace(case.ris, users=(replace(case.ris.users[0], credential=credential),)))
    with transaction(db):
        (made,) = opening.open_all(db, office.desk, case, by=AVERY.id, now=office.now)
    if known:
        certificates.register(
            db, office.desk, user_id=made.user_id, subject=SUBJECT, by="cli:anna", now=office.now
        )
    token = office.tokens[-1]
    draft, _ = activation.choose_password(db, office.desk, token, PASSWORD, now=office.now)
    given = [Given(str(one), f"answer {number} to it") for number, one in enumerate(list(Question)[:3])]
    assert activation.complete(db, office.desk, token, draft, given, now=office.now)[0]
    found = accounts.find(db, made.id)
    assert found is not None
    return found


def notes(office: Office) -> list[str]:
    office.work()
    return [
        str(one.blocks) for one in office.chat.standing.values() if "is to be registered" in str(one.blocks)
    ]


def seen(office: Office, db: Database, account: Account) -> str:
    view = account_views.look_up(db, office.desk, account.user_id, by=AVERY.id, now=office.now)
    return str(account_card(view, words=words("en")).blocks)


def test_the_desk_is_told_how_to_register_it_and_sees_it_until_that_is_done(
    office: Office, db: Database
) -> None:
    account = activated(office, db, Credential.MLOA_HARDWARE)
    command = f"usher accounts certificate {account.user_id}"

    (note,) = notes(office)
    assert command in note
    assert account.name in note
    assert command in seen(office, db, account)
    (check,) = supply_checks.look_for_certificates(db, by_proxy=True)
    assert (check.well, account.user_id in check.sentence) == (False, True)
    assert "CLIENT_CERT" not in check.mend
    assert "CLIENT_CERT" in next(supply_checks.look_for_certificates(db, by_proxy=False)).mend

    certificates.register(
        db, office.desk, user_id=account.user_id, subject=SUBJECT, by="cli:anna", now=office.now
    )
    assert "hardware certificate is registered" in seen(office, db, account)
    assert next(supply_checks.look_for_certificates(db, by_proxy=True)).well
    assert len(notes(office)) == 1


@pytest.mark.parametrize(
    ("credential", "known"), [(Credential.PHONE_OTP, False), (Credential.MLOA_HARDWARE, True)]
)
def test_nothing_is_told_where_nothing_is_wanted(
    office: Office, db: Database, credential: Credential, known: bool
) -> None:
    activated(office, db, credential, known=known)

    assert notes(office) == []
    assert next(supply_checks.look_for_certificates(db, by_proxy=True)).well


def test_what_was_registered_before_its_note_went_is_not_told(office: Office, db: Database) -> None:
    account = activated(office, db, Credential.MLOA_HARDWARE)
    certificates.register(
        db, office.desk, user_id=account.user_id, subject=SUBJECT, by="cli:anna", now=office.now
    )

    assert notes(office) == []
    assert account.status is AccountStatus.ACTIVE


def test_its_owner_and_the_desk_hear_of_each_that_is_registered_or_taken_away(
    office: Office, db: Database
) -> None:
    account = activated(office, db, Credential.PHONE_OTP)
    office.work()
    for change in (certificates.register, certificates.register, certificates.drop, certificates.drop):
        change(db, office.desk, user_id=account.user_id, subject=SUBJECT, by="cli:anna", now=office.now)
    office.work()

    told = [str(one.blocks) for one in office.chat.standing.values() if "cli:anna" in str(one.blocks)]
    mails = [job for job in office.jobs("credential_notice") if job.recipient == account.email]
    assert [job.values["words"]["why"] for job in mails] == ["certificate_added", "certificate_removed"]
    assert ["registered an FIS" in note for note in told] == [True, False]
    assert all(account.user_id in note for note in told)


def test_a_partner_is_given_none_and_one_that_is_there_strengthens_nothing(
    office: Office, db: Database
) -> None:
    partner = begun(db, office.desk, number=2222, now=office.now)
    with pytest.raises(CertificateOfNoUse):
        certificates.register(
            db, office.desk, user_id=partner.user_id, subject=SUBJECT, by="cli:anna", now=office.now
        )
    with transaction(db):
        store.add(db, SUBJECT, partner.id, by="cli:anna", now=office.now)
    customer = organisations.get_customer(db, partner)
    session = Session(
        account_id=partner.id, strength=Strength.PASSWORD, made_at=office.now, seen_at=office.now
    )
    visitor = Visitor(account=partner, customer=customer, session=session, token="")
    with pytest.raises(CertificateRefused):
        certificates.take(db, office.desk, visitor, subject=SUBJECT, now=office.now)
