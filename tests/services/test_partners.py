"""Partners: each link, code and consent counts once, whatever is tried in whatever order."""

import sqlite3
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.accounts import Account
from bot.domain.consents import Consent
from bot.domain.errors import LinkExpired, LinkUnknown, NotStaff, Refusal
from bot.domain.events import EventTag
from bot.domain.invitation_files import Column, InviteFault
from bot.domain.partner_refusals import (
    AccountsOutside,
    InvitationsRest,
    InvitationUnsound,
    PartnerInvited,
    PartnerThere,
)
from bot.domain.password_refusals import TriesResting
from bot.domain.sessions import Strength, Visitor
from bot.domain.staff import Staff
from bot.ports import SharedFile
from bot.services import (
    activation,
    partner_activation,
    partner_authenticators,
    partner_invitations,
    recovery_codes,
    sessions,
)
from bot.store import accounts, consents
from bot.store.database import transaction
from tests import invited as people
from tests.authenticators import Phone
from tests.budget import examples
from tests.cast import AVERY, BLAKE, ELI, Office, an_office
from tests.contracts.racing import race
from tests.invited import PIA
from tests.partners import set_extranet
from tests.people import PASSWORD, CountingHasher

STEP = timedelta(seconds=30)
FILE = b"""E-Mail;Vorname;Nachname;Sprache;Rolle
max@rotor.example.org;Max;Muster;de;Gast
ida@rotor.example.org;;;;
"""


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return quick(an_office(tmp_path))


def quick(office: Office) -> Office:
    office.bot = replace(office.bot, desk=replace(office.desk, hasher=CountingHasher()))
    return office


def visit(office: Office, account: Account, strength: Strength = Strength.PASSWORD) -> Visitor:
    with office.connect() as db:
        with transaction(db):
            token = sessions.begin(db, office.desk, account, strength=strength, now=office.now)
        return sessions.get(db, office.desk, token, now=office.now)


def moved_in(office: Office) -> people.Pia:
    with office.connect() as db:
        return people.move_in(db, office.desk, office.tokens, now=office.now)


def take(office: Office, visitor: Visitor, code: str) -> type[Refusal] | None:
    try:
        with office.connect() as db:
            partner_authenticators.take(db, office.desk, visitor, code=code, now=office.now)
    except Refusal as refusal:
        return type(refusal)
    return None


@pytest.mark.slow
@settings(max_examples=examples(40), deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 1)), min_size=1, max_size=12))
def test_whatever_is_typed_when_each_step_of_the_app_is_taken_at_most_once(
    tmp_path_factory: pytest.TempPathFactory, typed: list[tuple[int, int]]
) -> None:
    """Codes of steps around now, in any order, as the clock goes on: none but a newer one is taken."""
    office = quick(an_office(tmp_path_factory.mktemp("office")))
    pia = moved_in(office)
    start = int(office.now.timestamp()) // 30
    taken = [start]
    for wait, near in typed:
        office.clock.wait(seconds=30 * wait)
        step = int(office.now.timestamp()) // 30 + near
        at = office.now + near * STEP
        refused = take(office, visit(office, pia.account), pia.phone.code(at))
        assert (refused is None) is (step > taken[-1]), (taken, step, refused)
        if refused is None:
            taken.append(step)


def test_of_many_who_try_one_code_at_once_one_gets_in_and_too_many_wrong_ones_lock(office: Office) -> None:
    pia = moved_in(office)
    office.clock.wait(seconds=30)
    code, visitors = pia.phone.code(office.now), [visit(office, pia.account) for _ in range(6)]
    done = race(*(partial(take, office, one, code) for one in visitors))
    assert done.count(None) == 1
    office.clock.wait(seconds=30)
    wrong = [take(office, visit(office, pia.account), pia.phone.wrong(office.now)) for _ in range(6)]
    assert wrong[-2:] == [TriesResting] * 2
    assert take(office, visit(office, pia.account), pia.phone.code(office.now)) is TriesResting
    office.clock.wait(minutes=16)
    assert take(office, visit(office, pia.account), pia.phone.code(office.now)) is None
    assert [job.values["words"]["why"] for job in office.jobs("partner_notice")] == ["codes_locked"]


def test_a_form_makes_one_account_however_often_it_is_sent(office: Office) -> None:
    with office.connect() as db:
        token = people.invite(db, office.desk, office.tokens, now=office.now)

    def send() -> bool:
        try:
            with office.connect() as db:
                done = people.submit(db, office.desk, token, lang="de", now=office.now)
        except (LinkUnknown, LinkExpired):
            return False
        return bool(done.sent)

    assert sorted(race(*[send] * 4)) == [False] * 3 + [True]
    with office.connect() as db:
        (account,) = accounts.list_by_email(db, PIA)
        assert len(consents.list_of_account(db, account.id)) == len(Consent)
    assert (account.lang, len(office.jobs("partner_password"))) == ("de", 1)


def test_the_way_to_the_password_acts_once_and_only_with_a_code_of_its_own_draft(office: Office) -> None:
    with office.connect() as db:
        desk, now = office.desk, office.now
        token, _ = people.register(db, desk, office.tokens, now=now)
        drafts = [activation.choose_password(db, desk, token, PASSWORD, now=now)[0] for _ in range(2)]
        phones = [
            Phone(partner_activation.get_enrolment(db, desk, token, draft, now=now).secret)
            for draft in drafts
        ]
        assert phones[0] != phones[1]
        assert not partner_activation.complete(db, desk, token, drafts[0], phones[1].code(now), now=now)
        with pytest.raises(LinkUnknown):  # the other programme's second step
            activation.get_with_draft(db, token, drafts[0], now=now)
        assert partner_activation.complete(db, desk, token, drafts[0], phones[0].code(now), now=now)
        for draft, phone in zip(drafts, phones, strict=True):
            with pytest.raises((LinkUnknown, LinkExpired)):
                partner_activation.complete(db, desk, token, draft, phone.code(now), now=now)
        kept = "".join(db.conn.iterdump())
    assert not any(phone.secret in kept for phone in phones)


def test_answers_are_added_and_never_changed(office: Office) -> None:
    pia = moved_in(office)
    with office.connect() as db:
        before = consents.list_of_account(db, pia.account.id)
        for sql in ("update consents set agreed = 0", "delete from consents"):
            with pytest.raises(sqlite3.IntegrityError, match="consent"):
                db.conn.execute(sql)
        consents.add(db, pia.account.id, replace(before[3], agreed=True))
        after = consents.list_of_account(db, pia.account.id)
    assert after[:-1] == before
    assert [one.agreed for one in after if one.consent is Consent.MARKETING] == [False, True]


def test_another_app_takes_the_place_of_a_lost_one_and_ends_every_other_session(office: Office) -> None:
    pia = moved_in(office)
    strong = visit(office, pia.account, Strength.PHONE_OTP)
    with office.connect() as db:
        codes = recovery_codes.make(db, office.desk, strong, now=office.now)
        weak = visit(office, pia.account)
        token = recovery_codes.take(db, office.desk, weak, code=codes[0], now=office.now)
        used = sessions.get(db, office.desk, token, now=office.now)
        offered = partner_authenticators.offer(office.desk, used)
        assert partner_authenticators.offer(office.desk, used) == offered
        phone = Phone(offered.secret)
        token = partner_authenticators.replace(
            db, office.desk, used, code=phone.code(office.now), current=PASSWORD, now=office.now
        )
        after = sessions.get(db, office.desk, token, now=office.now)
        with pytest.raises(Refusal):
            sessions.get(db, office.desk, strong.token, now=office.now)
    assert partner_authenticators.offer(office.desk, after) != offered
    office.clock.wait(seconds=30)
    assert take(office, visit(office, pia.account), pia.phone.code(office.now)) is not None
    assert take(office, visit(office, pia.account), phone.code(office.now)) is None
    told = [job.values["words"]["why"] for job in office.jobs("partner_notice")]
    assert told == ["codes_made", "code_used", "app_changed"]


# Who invites whom


def test_mails_to_partners_come_from_the_programme_and_what_comes_back_goes_to_the_mailbox(
    office: Office,
) -> None:
    sender = {"sender_name": "Extranet", "sender_address": "Partner-Extranet@desk.example.com"}
    extranet = office.desk.policy.extranet.model_copy(update=sender)
    policy = office.desk.policy.model_copy(update={"extranet": extranet})
    office.bot = replace(office.bot, desk=replace(office.desk, policy=policy))
    with office.connect() as db:
        token = people.invite(db, office.desk, office.tokens, now=office.now)
    office.work()
    with office.connect() as db:
        people.submit(db, office.desk, token, now=office.now)
    office.work()

    ours = office.desk.mail_from.address
    mails = [mail for mail in office.mailer.sent if mail.to == PIA]
    assert len(mails) == 3
    for mail in mails:
        assert (mail.sender.name, mail.sender.address) == ("Extranet", "partner-extranet@desk.example.com")
        assert (mail.reply_to, mail.envelope) == (ours, ours)


def test_an_address_is_invited_once_by_staff_and_within_the_cap(office: Office) -> None:
    def invite(email: str, by: Staff = AVERY, **said: str) -> type[Refusal] | None:
        try:
            with office.connect() as db:
                given = {Column.EMAIL: email} | {Column(name): text for name, text in said.items()}
                partner_invitations.invite(db, office.desk, given, by=by, now=office.now)
        except Refusal as refusal:
            return type(refusal)
        return None

    assert invite("Max@Rotor.example.org", BLAKE) is None
    assert invite("max@rotor.example.org") is PartnerInvited
    assert invite("eve@rotor.example.org", ELI) is NotStaff
    assert invite("max@") is InvitationUnsound
    assert invite(office.desk.mail_from.address.upper()) is InvitationUnsound
    assert invite("ida@rotor.example.org", role="king") is InvitationUnsound
    assert invite("ida@rotor.example.org", first_name="=1+1") is InvitationUnsound
    moved_in(office)
    assert invite(PIA) is PartnerThere
    office.clock.wait(days=31)
    assert invite("max@rotor.example.org") is None
    for name, value, refusal in (
        ("invitations_a_day", 1, InvitationsRest),
        ("accounts", "outside", AccountsOutside),
    ):
        set_extranet(office, **{name: value})
        assert invite("uma@rotor.example.org") is refusal


def test_of_a_file_everybody_is_invited_or_nobody(office: Office) -> None:
    def give(content: bytes, seen: str = "") -> partner_invitations.Looked:
        file = SharedFile(name="partners.csv", content=content)
        desk, reader, now = office.desk, office.bot.reader, office.now
        with office.connect() as db:
            if not seen:
                return partner_invitations.look(
                    db, desk, reader, name=file.name, content=content, lang="en", role="guest", now=now
                )
            return partner_invitations.invite_all(
                db, desk, reader, file, seen=seen, lang="en", role="guest", by=AVERY, now=now
            )

    bad = give(FILE + b"max@rotor.example.org;;;;\numa@;;;;\nria@rotor.example.org;;;fr;\n")
    assert [(row.line, row.fault, row.other) for row in bad.reading.bad] == [
        (4, InviteFault.IN_FILE, 2), (5, InviteFault.BAD_EMAIL, 0), (6, InviteFault.UNKNOWN_LANGUAGE, 0),
    ]  # fmt: skip
    assert not give(FILE, seen=bad.digest).invited
    assert office.jobs("partner_invitation") == []
    assert give(FILE, seen=give(FILE).digest).invited
    mails = [(job.recipient, job.values["lang"]) for job in office.jobs("partner_invitation")]
    assert mails == [("max@rotor.example.org", "de"), ("ida@rotor.example.org", "en")]
    again = give(FILE, seen=give(FILE).digest)
    assert (again.invited, {row.fault for row in again.reading.bad}) == (False, {InviteFault.INVITED})
    trail = [event.tag for event in office.events() if event.tag == EventTag.PARTNERS_INVITED]
    assert len(trail) == 1
