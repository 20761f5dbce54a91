"""People who cannot get in, each for a cause of their own, and how they ask."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlite_utils import Database

from bot.domain.accounts import Account, AccountStatus, account_of
from bot.domain.approvals import Approval
from bot.domain.bounces import AddressState, Doubt
from bot.domain.conversations import Conversation
from bot.domain.diagnosis import Cause, Finding, Mend
from bot.domain.lifecycle import LifeState
from bot.domain.passwords import HowSet
from bot.domain.phone_codes import PhoneCode
from bot.domain.sessions import Session, Strength, Visitor
from bot.domain.tries import Tried, Tries
from bot.domain.trust import Verdict
from bot.services import accounts as opening
from bot.services import cases, diagnosis, email_changes, lifecycle, member_invitations, sessions
from bot.services.diagnosis import Asker
from bot.store import (
    accounts,
    bounces,
    credentials,
    organisations,
    passwords,
    phone_codes,
    phone_resets,
    tries,
)
from bot.store import lifecycle as lives
from bot.store import registration as registrations
from bot.store.database import transaction
from tests.cast import AVERY, CASEY, Office, a_case
from tests.forms import MARA, TOM
from tests.invited import invite
from tests.partners import begun, bounce
from tests.people import CountingHasher, hand_key, move_in

NEWCOMER = "newcomer@works.example.com"


@dataclass
class Town:
    """Mara, who is an administrator, and Tom have accounts; Amara is a partner."""

    office: Office
    db: Database
    mara: Account
    tom: Account
    amara: Account

    def findings(self, asker: Asker, topic: str | None = None) -> tuple[Finding, ...]:
        return diagnosis.diagnose(self.db, self.office.desk, asker, [topic], self.office.now)

    def causes(self, asker: Asker, topic: str | None = None) -> list[Cause]:
        return [one.cause for one in self.findings(asker, topic)]

    def signed_in(self, account: Account, strength: Strength = Strength.PHONE_OTP) -> Asker:
        return Asker.of_session(self.visitor(account, strength))

    def visitor(self, account: Account, strength: Strength = Strength.PHONE_OTP) -> Visitor:
        """Whose session has not ended yet, whatever has become of the account."""
        now, found = self.office.now, accounts.find(self.db, account.id)
        assert found is not None
        session = Session(account_id=found.id, strength=strength, made_at=now, seen_at=now)
        customer = organisations.get_customer(self.db, found)
        return Visitor(session=session, account=found, customer=customer, token="t")

    def mend(self, asker: Asker, question: str, topic: str | None = None) -> list[Mend]:
        with transaction(self.db):
            found = self.findings(asker, topic)
            told = diagnosis.mend(
                self.db, self.office.desk, asker, found, question=question, now=self.office.now
            )
        return [one.mend for one in told if one.mended and one.mend]


@pytest.fixture
def town(office: Office, db: Database) -> Town:
    office.bot = replace(office.bot, desk=replace(office.desk, hasher=CountingHasher()))
    mara, tom = move_in(db, office.desk, a_case(office), now=office.now)
    return Town(office, db, mara, tom, begun(db, office.desk, now=office.now))


def mailed(office: Office, address: str, verdict: Verdict = Verdict.PASSED) -> Asker:
    verified = verdict is Verdict.PASSED
    one = Conversation(
        id=1, address=address, name="N", subject="", lang="en", mail_id=1, created_at=office.now,
        verified=verified,
    )  # fmt: skip
    return Asker.of_conversation(one)


def locked(town: Town) -> None:
    lock = Tries(wrong=10, locked_until=town.office.now + timedelta(minutes=30))
    tries.put(town.db, town.tom.id, Tried.PASSWORD, lock, now=town.office.now)


def codes_locked(town: Town) -> None:
    lock = Tries(wrong=10, locked_until=town.office.now + timedelta(minutes=30))
    tries.put(town.db, town.tom.id, Tried.PHONE_CODE, lock, now=town.office.now)


def waiting(town: Town) -> None:
    accounts.move(
        town.db, town.tom.id, since=AccountStatus.ACTIVE, to=AccountStatus.WAITING, now=town.office.now
    )


def deactivated(town: Town) -> None:
    opening.deactivate(town.db, town.office.desk, town.tom, by=AVERY.id, now=town.office.now)


def twice(town: Town) -> None:
    """A colleague, too, has Tom's address."""
    case, user = cases.get_case(town.db, "C-1"), replace(TOM, first_name="Secretia")
    opening.open_one(
        town.db, town.office.desk, case, account_of(user, lang="en"), by="usher", now=town.office.now
    )


def nothing(_: Town) -> None:
    """As they moved in: nobody has accepted the terms, and no License Key is entered."""


def has_key(town: Town) -> None:
    hand_key(town.db, town.office.desk, town.tom, now=town.office.now)
    credentials.add(town.db, town.tom.id, key_id=1, now=town.office.now)


def has_phone(town: Town) -> None:
    has_key(town)
    phone = credentials.add_phone(town.db, town.tom.id, "+4942155500017", now=town.office.now)
    credentials.note_code(town.db, phone, now=town.office.now)
    sessions.begin(town.db, town.office.desk, town.tom, strength=Strength.PASSWORD, now=town.office.now)


def got_code(town: Town) -> None:
    has_phone(town)
    code = PhoneCode(phone_id=1, digits="123456", made_at=town.office.now - timedelta(minutes=3))
    phone_codes.add(town.db, town.office.desk.keyring, code, account_id=town.tom.id, session="s")


def reset_asked(town: Town) -> None:
    assert phone_resets.add(town.db, town.tom.id, now=town.office.now)


def reset_agreed(town: Town) -> None:
    reset, now = phone_resets.add(town.db, town.tom.id, now=town.office.now), town.office.now
    for who in (AVERY, CASEY):
        assert reset is not None
        yes = Approval(by=who.id, right_of=who.id, at=now)
        reset = phone_resets.agree(town.db, reset, yes, due_at=now + timedelta(hours=24))


def address_changes(town: Town) -> None:
    email_changes.open_change(
        town.db, town.office.desk, town.tom, "tom.new@kunde.example.org", now=town.office.now
    )


def mail_status(status: str) -> Callable[[Town], None]:
    def put(town: Town) -> None:
        town.db.conn.execute("update outbox set status = ? where recipient = ?", [status, town.tom.email])

    return put


def came_back(town: Town) -> None:
    job, *_ = [one for one in town.office.jobs("activation") if one.recipient == town.tom.email]
    bounce(town.db, job.key, now=town.office.now)


def given_up(town: Town) -> None:
    doubt = Doubt(address=town.tom.email, state=AddressState.GIVEN_UP, since=town.office.now, probe="p")
    bounces.keep_doubt(town.db, doubt)


def new_password(town: Town) -> None:
    passwords.swap(
        town.db, town.tom.id, "new", since=accounts.find_password(town.db, town.tom.id), how=HowSet.CHANGE,
        keep=24, now=town.office.now - timedelta(hours=5),
    )  # fmt: skip


def life(state: LifeState, *, days: int) -> Callable[[Town], None]:
    def become(town: Town) -> None:
        found = lifecycle.find(town.db, town.amara.id)
        assert found is not None
        town.office.clock.wait(days=days)
        lives.save_all(town.db, [(replace(found, state=state), None)])

    return become


def joining(town: Town) -> None:
    member_invitations.invite(
        town.db, town.office.desk, email=NEWCOMER, role="user", by=town.mara, now=town.office.now
    )


def partner_invited(town: Town) -> None:
    invite(town.db, town.office.desk, town.office.tokens, email=NEWCOMER, now=town.office.now)


def mara_registers(town: Town) -> None:
    """As before the accounts of her organisation were made."""
    town.db.conn.execute("update accounts set email = 'gone@kunde.example.org'")
    registrations.invite(town.db, 1, MARA.email.lower(), now=town.office.now)
    town.db.conn.execute("update cases set status = 'invited' where id = 1")


def registering(status: str) -> Callable[[Town], None]:
    def put(town: Town) -> None:
        now = town.office.now
        registrations.invite(town.db, 1, NEWCOMER, now=now)
        town.db.conn.execute(
            "update registrations set submitted_at = ? where case_id = 1", [f"{now:%Y-%m-%dT%H:%M:%S.%f}Z"]
        )
        town.db.conn.execute("update cases set status = ? where id = 1", [status])

    return put


TOM_, AMARA, NEW = TOM.email.lower(), "amara1@works.example.com", NEWCOMER
LOGIN = None  #: any question

#: what befell whom; what a mail that asks anything, or this, is told first
STATES: dict[str, tuple[Callable[[Town], None], str, str | None, Cause]] = {
    "several": (twice, TOM_, LOGIN, Cause.SEVERAL),
    "deactivated": (deactivated, TOM_, LOGIN, Cause.DEACTIVATED),
    "closed": (life(LifeState.CLOSED, days=200), AMARA, LOGIN, Cause.CLOSED),
    "expired": (life(LifeState.EXPIRED, days=102), AMARA, LOGIN, Cause.EXPIRED),
    "in_review": (registering("registration_review"), NEW, LOGIN, Cause.IN_REVIEW),
    "to_register": (registering("invited"), NEW, LOGIN, Cause.TO_REGISTER),
    "joining": (joining, NEW, "no-activation-email", Cause.INVITED),
    "invited": (partner_invited, NEW, "no-credentials-email", Cause.INVITED),
    "waiting": (waiting, TOM_, "no-activation-email", Cause.NOT_ACTIVATED),
    "locked": (locked, TOM_, "account-locked", Cause.LOCKED),
    "codes_locked": (codes_locked, TOM_, "otp-code-expired", Cause.CODES_LOCKED),
    "no_app": (nothing, AMARA, "mfa-passcode-where", Cause.NO_APP),
    "reset_asked": (reset_asked, TOM_, "otp-phone-numbers", Cause.RESET_WAITS),
    "reset_agreed": (reset_agreed, TOM_, "otp-phone-numbers", Cause.RESET_COOLS),
    "terms": (nothing, TOM_, LOGIN, Cause.TERMS),
    "no_key": (nothing, TOM_, "enter-licence-key", Cause.NO_KEY),
    "no_phone": (has_key, TOM_, "otp-phone-numbers", Cause.NO_PHONE),
    "weak": (has_phone, TOM_, "not-logged-in-with-otp", Cause.WEAK_SESSION),
    "code": (got_code, TOM_, "otp-code-expired", Cause.CODE_OLD),
    "back": (came_back, TOM_, "no-activation-email", Cause.MAIL_BACK),
    "failed": (mail_status("failed"), TOM_, "no-activation-email", Cause.MAIL_GIVEN_UP),
    "given_up": (given_up, TOM_, "no-activation-email", Cause.MAIL_GIVEN_UP),
    "held": (mail_status("held"), TOM_, "no-activation-email", Cause.MAIL_HELD),
    "address": (address_changes, TOM_, "forgot-email-or-zip", Cause.ADDRESS_COOLS),
    "password": (new_password, TOM_, "password-change-within-24h", Cause.PASSWORD_YOUNG),
    "ending": (nothing, AMARA, "account-expiry-revalidation", Cause.ENDING),
    "endless": (nothing, TOM_, "resend-prolongation-link", Cause.ENDLESS),
    "sound": (nothing, TOM_, "reset-password", Cause.SOUND),
}
