"""All phones lost and no code left: two eyes, a cooling time in which anybody warned can stop it, once."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.domain.accounts import Account, AccountStatus, account_of
from bot.domain.approvals import Approval
from bot.domain.errors import CodeMissing, NotApprover, Refusal
from bot.domain.member_refusals import AdministratorsOnly, MemberUnknown
from bot.domain.outbox import JobKind
from bot.domain.phone_reset_refusals import (
    AdministratorsFirst,
    AgreedBefore,
    AgreeingNeedsOtp,
    NoPhoneToLose,
    NotIndependent,
    OwnReset,
    PhoneResetsRest,
    ResetOpen,
    ResetSettled,
    ResetUnknown,
)
from bot.domain.phone_resets import PhoneReset, ResetState, list_eyes
from bot.domain.ris import Role
from bot.domain.sessions import Strength, Visitor
from bot.domain.staff import Staff
from bot.rendering.words import words
from bot.services import accounts as opening
from bot.services import audit, cases, member_invitations, members, phone_reset_desk, phone_resets, sessions
from bot.store import accounts, credentials
from bot.store import phone_resets as store
from bot.store.database import transaction
from tests.authenticators import enrolled
from tests.cast import AVERY, BLAKE, CASEY, Office, a_case
from tests.people import move_in
from tests.services.mail_ends import given_up, sent
from tests.services.test_credentials import NUMBERS, Home

DAY = 24


class House(Home):
    """The first of its people has a phone; who is an administrator, a test says."""

    def __init__(self, folder: Path, administrators: int) -> None:
        super().__init__(folder)
        desk, now = self.office.desk, self.office.now
        with self.office.connect() as db, transaction(db):
            case = cases.get_case(db, "C-1")
            for name in ("Ada", "Bo"):
                user = replace(case.ris.users[1], first_name=name, email=f"{name.lower()}@kunde.example.org")
                one = opening.open_one(db, desk, case, account_of(user, lang="en"), by="usher", now=now)
                accounts.move(db, one.id, since=AccountStatus.WAITING, to=AccountStatus.ACTIVE, now=now)
            self.people = accounts.list_of_organisation(db, case.id)
            for number, one in enumerate(self.people):
                rank = Role.ORGANIZATION_ADMINISTRATOR if 0 < number <= administrators else Role.USER
                accounts.set_role(db, one.id, rank)
                if rank is Role.ORGANIZATION_ADMINISTRATOR:
                    self.give_phone(db, one)
        self.registered()
        self.anna = self.people[0]

    def give_phone(self, db: Database, one: Account) -> None:
        phone = credentials.add_phone(db, one.id, f"+49151123456{one.id:02}", now=self.office.now)
        credentials.note_code(db, phone, now=self.office.now)

    def strong(self, number: int) -> Visitor:
        """Signed in with a code."""
        by = self.visit(number)
        return replace(by, session=replace(by.session, strength=Strength.PHONE_OTP))

    def add_administrator(self, by: int, way: str) -> int:
        """One more, by the hand of another: its number."""
        desk, now, made_by = self.office.desk, self.office.now, self.people[by]
        role, email = Role.ORGANIZATION_ADMINISTRATOR, f"{way}{by}@private.example.net"
        with self.office.connect() as db:
            user = cases.get_case(db, "C-1").ris.users[1]
            new = replace(account_of(user, lang="en"), email=email, role=role, first_name=way)
            if way == "invited":
                member_invitations.invite(db, desk, email=email, role=role, by=made_by, now=now)
                member_invitations.join(db, desk, self.office.tokens[-1], new, sent="", now=now)
            else:
                made = members.create(db, desk, replace(new, role=Role.USER), by=made_by, now=now)
                members.set_role(db, desk, account_id=made.id, role=role, by=made_by, now=now)
            one = accounts.list_by_email(db, email)[0]
            with transaction(db):
                accounts.move(db, one.id, since=AccountStatus.WAITING, to=AccountStatus.ACTIVE, now=now)
                self.give_phone(db, one)
        self.people.append(replace(one, status=AccountStatus.ACTIVE))
        return len(self.people) - 1

    def ask(self) -> PhoneReset:
        with self.office.connect() as db:
            return phone_resets.ask(db, self.office.desk, self.visit(), now=self.office.now)

    def agree(self, number: int, *, reset_id: int = 1) -> PhoneReset:
        return self.agree_as(self.strong(number), reset_id=reset_id)

    def agree_as(self, by: Visitor, *, reset_id: int = 1) -> PhoneReset:
        with self.office.connect() as db:
            return phone_resets.agree(
                db, self.office.desk, account_id=self.anna.id, reset_id=reset_id, by=by, now=self.office.now
            )

    def refuse(self, number: int) -> PhoneReset:
        with self.office.connect() as db:
            return phone_resets.refuse(
                db, self.office.desk, account_id=self.anna.id, reset_id=1, by=self.visit(number),
                now=self.office.now,
            )  # fmt: skip

    def decide(self, by: Staff, code: str, seen: ResetState = ResetState.AGREED) -> PhoneReset:
        with self.office.connect() as db:
            return phone_reset_desk.agree(
                db, self.office.desk, reset_id=1, seen=seen, by=by, code=code, now=self.office.now
            )

    def stop(self, token: str) -> PhoneReset:
        with self.office.connect() as db:
            return phone_resets.stop(db, self.office.desk, token, now=self.office.now)

    def look(self, **later: float) -> PhoneReset:
        """What has become of it when the clock has looked, so much later."""
        self.wait(**later)
        with self.office.connect() as db:
            phone_resets.carry_out(db, self.office.desk, now=self.office.now)
            found = store.find(db, 1)
        assert found
        return found

    def count_phones(self) -> int:
        with self.office.connect() as db:
            return len(credentials.get(db, self.anna.id).phones)

    def told(self) -> list[str]:
        return [job.values["words"]["state"] for job in self.office.jobs("phone_reset")]

    def send_all(self) -> None:
        self.office.work(kinds=(JobKind.MAIL, JobKind.SMS))


@pytest.fixture
def found(tmp_path: Path) -> Callable[[int], House]:
    return lambda administrators: House(tmp_path, administrators)


def refused(act: Callable[[], object]) -> type[Refusal] | None:
    try:
        act()
    except Refusal as refusal:
        return type(refusal)
    return None


def token_in(text: str) -> str:
    return text.partition("/phone-reset/")[2].split()[0].strip("<>)")


def test_two_administrators_a_day_and_the_phones_are_gone_once(found: Callable[[int], House]) -> None:
    house = found(2)
    open_session = house.visit()
    house.ask()
    assert house.agree(1).state is ResetState.AGREED
    assert house.agree(2).state is ResetState.COOLING
    house.send_all()

    assert house.texter.sent[-1][0] == "+4930901820"
    assert "/phone-reset/" in house.texter.sent[-1][1]
    wished = [
        (job.recipient, job.values["words"]["first"]) for job in house.office.jobs("phone_reset_wished")
    ]
    first, second = house.people[1], house.people[2]
    assert wished == [(first.email, ""), (second.email, ""), (second.email, first.name)]
    assert house.look(hours=DAY - 0.01).state is ResetState.COOLING
    assert house.look(hours=0.02, days=3).state is ResetState.DONE  # the clock was down meanwhile
    assert house.look(minutes=1).state is ResetState.DONE
    assert house.count_phones() == 0
    assert house.told() == ["asked", "cooling", "done"]
    with house.office.connect() as db:
        assert audit.verify(db).broken_at is None
        with pytest.raises(Refusal):
            sessions.get(db, house.office.desk, open_session.token, now=house.office.now)
        assert credentials.get(db, house.anna.id).registered_at  # no new License Key
    visitor = house.visit()
    phone = house.add(visitor, NUMBERS[1])
    assert house.take(visitor, phone, house.send(visitor, phone))


def test_nobody_is_both_eyes_nor_one_on_their_own_nor_on_strangers(found: Callable[[int], House]) -> None:
    house = found(2)
    with house.office.connect() as db:
        elsewhere = move_in(
            db, house.office.desk, a_case(house.office, company="Other AG"), now=house.office.now
        )
        with transaction(db):
            accounts.set_role(db, elsewhere[0].id, Role.ORGANIZATION_ADMINISTRATOR)
            accounts.set_role(db, house.anna.id, Role.ORGANIZATION_ADMINISTRATOR)
            accounts.set_email(db, elsewhere[0].id, "mallory@elsewhere.example.org")
    house.people += elsewhere
    house.ask()
    acts: tuple[tuple[Callable[[], object], type[Refusal] | None], ...] = (
        (house.ask, ResetOpen),
        (lambda: house.agree(0), OwnReset),
        (lambda: house.refuse(0), OwnReset),
        (lambda: house.agree(3), AdministratorsOnly),
        (lambda: house.agree(house.people.index(elsewhere[0])), MemberUnknown),
        (lambda: house.agree(1, reset_id=2), ResetUnknown),
        (lambda: house.decide(AVERY, "", ResetState.ASKED), AdministratorsFirst),
        (lambda: house.agree(1), None),
        (lambda: house.agree(1), AgreedBefore),
        (lambda: house.decide(AVERY, ""), AdministratorsFirst),
        (lambda: house.refuse(1), None),  # on second thoughts
        (lambda: house.agree(2), ResetSettled),
    )
    assert [refused(act) for act, _ in acts] == [wanted for _, wanted in acts]
    assert house.told() == ["asked", "refused"]
    assert house.count_phones() == 1


def test_one_mailbox_is_one_person_however_many_accounts_it_has(found: Callable[[int], House]) -> None:
    house = found(3)
    anna, first, twin, other = house.people[:4]
    with house.office.connect() as db:
        people = accounts.list_of_organisation(db, anna.organisation)
    people = [replace(one, email=first.email) if one.id == twin.id else one for one in people]
    yes = Approval(by=f"account:{first.id}", right_of=f"account:{first.id}", at=house.office.now)

    asked = PhoneReset(id=1, account_id=anna.id, state=ResetState.ASKED, asked_at=house.office.now)

    def ids(asker: Account, *given: Approval) -> list[int]:
        reset = replace(asked, given=given)
        return [one.id for one in list_eyes(asker, people, reset, makers={}, late=())]

    assert ids(anna) == [first.id, twin.id, other.id]
    assert ids(anna, yes) == [other.id]
    assert ids(replace(anna, email=first.email)) == [other.id]


def test_an_administrator_agrees_only_with_a_code(found: Callable[[int], House]) -> None:
    house = found(2)
    house.ask()

    assert refused(lambda: house.agree_as(house.visit(1))) is AgreeingNeedsOtp
    assert house.agree(1).state is ResetState.AGREED


@pytest.mark.parametrize("way", ["invited", "created"])
def test_a_second_mailbox_of_the_first_eye_is_no_second_eye(found: Callable[[int], House], way: str) -> None:
    house = found(2)
    puppet = house.add_administrator(1, way)
    its_own, twin = house.add_administrator(puppet, "created"), house.add_administrator(1, "twin")
    house.wait(seconds=1)
    house.ask()
    house.agree(puppet)

    for number in (1, its_own, twin):
        assert refused(lambda: house.agree(number)) is NotIndependent  # noqa: B023 - called at once
    assert house.agree(2).state is ResetState.COOLING


def test_nobody_becomes_an_eye_once_it_is_asked_for_and_none_is_of_the_askers_making(
    found: Callable[[int], House],
) -> None:
    house = found(1)
    with house.office.connect() as db, transaction(db):
        accounts.set_role(db, house.anna.id, Role.ORGANIZATION_ADMINISTRATOR)
    house.people[0] = house.anna = replace(house.anna, role=Role.ORGANIZATION_ADMINISTRATOR)
    hers = house.add_administrator(0, "created")
    house.wait(seconds=1)
    house.ask()
    house.wait(seconds=1)
    late = house.add_administrator(1, "created")

    for number in (hers, late):
        assert refused(lambda: house.agree(number)) is NotIndependent  # noqa: B023 - called at once
    house.agree(1)
    assert len(house.office.jobs("phone_reset_note")) == 1  # the desk is the second eye


@pytest.mark.parametrize("way", ["mail", "text", "phone"])
def test_its_owner_stops_it_by_any_channel_in_the_last_second(
    found: Callable[[int], House], way: str
) -> None:
    house = found(2)
    house.ask()
    with house.office.connect() as db:
        (phone,) = credentials.get(db, house.anna.id).phones
    house.agree(1)
    house.agree(2)
    house.send_all()
    text = house.texter.sent[-1][1]
    mail = [one for one in house.office.mailer.sent if "/phone-reset/" in one.text][-1].text
    house.look(hours=DAY - 0.1)
    house.wait(hours=0.1)  # it is due, and the clock has not looked yet
    if way == "phone":
        visitor = house.visit()
        house.take(visitor, phone.id, house.send(visitor, phone.id))
    else:
        said = text if way == "text" else mail
        assert house.stop(token_in(said)).state is ResetState.STOPPED
        assert refused(lambda: house.stop(token_in(text))) is ResetSettled

    assert house.look(days=9).state is ResetState.STOPPED
    assert house.told() == ["asked", "cooling", "stopped"]
    assert house.count_phones() == 1


def test_it_cools_only_from_when_its_owner_was_told(found: Callable[[int], House]) -> None:
    house = found(2)
    house.ask()
    house.agree(1)
    house.agree(2)
    assert house.look(hours=DAY * 2).state is ResetState.COOLING  # the mail is held, or its server away
    house.send_all()

    assert house.look(hours=DAY - 0.01).state is ResetState.COOLING
    assert house.look(hours=0.02).state is ResetState.DONE


@pytest.mark.parametrize(
    ("administrators", "yes", "mail", "said"),
    [
        (1, (CASEY,), sent, "The present address was told by mail"),
        (0, (AVERY, CASEY), given_up, "could not be told by mail"),
    ],
    ids=["second eye, told", "both eyes, a dead mailbox"],
)
def test_where_no_administrator_is_left_the_desk_is_the_eye(
    found: Callable[[int], House],
    administrators: int,
    yes: tuple[Staff, ...],
    mail: Callable[[Office, str], None],
    said: str,
) -> None:
    house = found(administrators)
    phones = {who.id: enrolled(house.office, who) for who in (AVERY, CASEY)}
    house.ask()
    for number in range(administrators):
        assert not house.office.jobs("phone_reset_note")
        house.agree(number + 1)
    assert len(house.office.jobs("phone_reset_note")) == 1
    house.look(minutes=1)
    assert len(house.office.jobs("phone_reset_note")) == 1  # a card is posted once
    seen = ResetState.AGREED if administrators else ResetState.ASKED
    assert refused(lambda: house.decide(BLAKE, "", seen)) is NotApprover
    assert refused(lambda: house.decide(AVERY, "", seen)) is CodeMissing
    asker = replace(AVERY, email=house.anna.email)
    assert refused(lambda: house.decide(asker, "", seen)) is OwnReset
    for who in yes:
        house.decide(who, phones[who.id].code(house.office.now), seen)
        house.wait(seconds=30)
        again = phones[who.id].code(house.office.now)
        assert refused(lambda: house.decide(who, again, ResetState.AGREED)) is not None  # noqa: B023
        seen = ResetState.AGREED
    house.wait(hours=2)
    mail(house.office, ":cooling")
    house.office.work()
    card = next(one for one in house.office.chat.standing.values() if one.key == "card:R-1")
    assert said in str(card.blocks)

    assert house.look(hours=DAY - 0.01).state is ResetState.COOLING
    assert house.look(hours=0.02).state is ResetState.DONE


def test_its_owner_reads_when_it_ends_and_who_did_not_decide(found: Callable[[int], House]) -> None:
    def mailed() -> str:
        house.send_all()
        to_anna = (one.text for one in house.office.mailer.sent if one.to == house.anna.email)
        return " ".join(list(to_anna)[-1].split())

    house = found(1)
    reset = house.ask()
    ends = words("en", house.office.desk.policy.desk.zone).instant(reset.lapses_at)
    assert f"If two have not agreed by {ends}, the request ends" in mailed()
    house.agree(1)
    house.look(days=7)

    assert re.search("Nobody at .* decided in time .* speak with (?!your Org)", mailed())


def test_it_lapses_and_is_not_asked_for_without_end(found: Callable[[int], House]) -> None:
    house = found(2)
    with house.office.connect() as db, pytest.raises(NoPhoneToLose):
        phone_resets.ask(db, house.office.desk, house.visit(3), now=house.office.now)
    house.ask()
    assert house.look(days=7).state is ResetState.LAPSED
    assert not house.office.jobs("phone_reset")[-1].values["words"]["by_desk"]
    for _ in range(3):
        house.ask()
        with house.office.connect() as db, transaction(db):
            phone_resets.stop_by_factor(db, house.office.desk, house.anna.id, now=house.office.now)

    assert refused(house.ask) is PhoneResetsRest
