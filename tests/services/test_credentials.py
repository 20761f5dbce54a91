"""License Keys and phones work for their owner only, and a session gains strength by a code only."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.credential_refusals import (
    ChangeNeedsOtp,
    HasCredential,
    LastPhone,
    LicenseKeyRefused,
    LicenseKeysRest,
    NoCredential,
    PhoneCodeRefused,
    PhoneCodesRest,
    PhoneNotValid,
    PhonesFull,
    PhoneThere,
    PhoneUnknown,
    TextsRest,
)
from bot.domain.errors import PermanentFailure, Refusal, SignInNeeded, TransientFailure, UnknownOutcome
from bot.domain.license_keys import Holder, KeyState
from bot.domain.outbox import JobKind, JobStatus
from bot.domain.phone_codes import LASTS, MOST_TEXTS
from bot.domain.sessions import Strength, Visitor
from bot.services import credentials, members, phone_codes, sessions
from bot.services.phone_codes import Taken
from bot.store import accounts as kept
from bot.store import seats
from bot.store.database import transaction
from tests.budget import examples
from tests.cast import a_case, an_office
from tests.outside import FakeTexter
from tests.people import KEY, CountingHasher, hand_key, move_in

NUMBERS = ("+49 30 901820", "+4915112345678", "+4915123456789")


class Home:
    """A desk at which people have accounts, and the texts that went to their phones."""

    def __init__(self, folder: Path) -> None:
        self.office = an_office(folder)
        self.office.bot = replace(self.office.bot, desk=replace(self.office.desk, hasher=CountingHasher()))
        self.texter = FakeTexter()
        self.office.bot = replace(self.office.bot, texter=self.texter)
        case = a_case(self.office)
        with self.office.connect() as db:
            self.people = move_in(db, self.office.desk, case, now=self.office.now)
            hand_key(db, self.office.desk, self.people[0], now=self.office.now)

    def visit(self, number: int = 0) -> Visitor:
        with self.office.connect() as db:
            with transaction(db):
                account = self.people[number]
                token = sessions.begin(
                    db, self.office.desk, account, strength=Strength.PASSWORD, now=self.office.now
                )
            return sessions.get(db, self.office.desk, token, now=self.office.now)

    def enter(self, visitor: Visitor, key: str = KEY) -> None:
        with self.office.connect() as db:
            credentials.enter_key(db, self.office.desk, visitor, text=key, now=self.office.now)

    def add(self, visitor: Visitor, number: str = NUMBERS[0]) -> int:
        with self.office.connect() as db:
            return credentials.add_phone(db, visitor, text=number, now=self.office.now).id

    def send(self, visitor: Visitor, phone: int, lang: str = "en") -> str:
        """The digits that came to the phone."""
        with self.office.connect() as db:
            phone_codes.send(db, self.office.desk, visitor, phone_id=phone, lang=lang, now=self.office.now)
        self.office.work(kinds=(JobKind.SMS,))
        return next(word for word in self.texter.sent[-1][1].split() if word.isdigit())

    def take(self, visitor: Visitor, phone: int, digits: str) -> Taken:
        with self.office.connect() as db:
            return phone_codes.take(
                db, self.office.desk, visitor, phone_id=phone, text=digits, now=self.office.now
            )

    def registered(self, number: int = 0) -> tuple[Visitor, int]:
        """With one phone, in a session that is as strong as it makes it."""
        visitor = self.visit(number)
        self.enter(visitor)
        phone = self.add(visitor)
        taken = self.take(visitor, phone, self.send(visitor, phone))
        with self.office.connect() as db:
            return sessions.get(db, self.office.desk, taken.token, now=self.office.now), phone

    def wait(self, **span: float) -> None:
        self.office.clock.wait(**span)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def refused(act: Callable[[], object]) -> type[Refusal] | None:
    try:
        act()
    except Refusal as refusal:
        return type(refusal)
    return None


def test_a_license_key_works_once_and_in_its_owners_account_only(home: Home) -> None:
    owner, other = home.visit(0), home.visit(1)
    elsewhere = replace(owner, account=replace(owner.account, organisation=99))
    for visitor, key in ((other, KEY), (elsewhere, KEY), (owner, "QW7T-4XND-PC2R-9LK4"), (owner, "")):
        assert refused(lambda: home.enter(visitor, key)) is LicenseKeyRefused  # noqa: B023 - called at once
    assert refused(lambda: home.add(owner)) is NoCredential

    home.enter(owner, f" „{KEY.lower().replace('-', ' ')}“. ")
    with home.office.connect() as db:
        (state,) = [row["state"] for row in db.query("select state from license_keys")]

    assert state == KeyState.USED
    assert refused(lambda: home.enter(owner)) is HasCredential
    assert refused(lambda: home.enter(other)) is LicenseKeyRefused
    assert KEY not in str(home.office.path.read_bytes())


def test_a_shared_mailbox_is_no_shared_key(home: Home) -> None:
    anna, twin = home.people
    with home.office.connect() as db:
        kept.set_email(db, twin.id, anna.email)
        home.people = kept.list_of_organisation(db, anna.organisation)
        administrator = next(one for one in home.people if one.is_administrator)
        listed = members.list_members(db, administrator).members
        assert [one.account.id for one in listed if one.seat] == [anna.id]

    assert refused(lambda: home.enter(home.visit(1))) is LicenseKeyRefused
    assert refused(lambda: home.enter(home.visit(0))) is None


def test_a_holder_whose_name_is_nobodys_is_who_alone_has_that_address(home: Home) -> None:
    anna = home.people[0]
    with home.office.connect() as db:
        (seat,) = seats.list_held(db, anna.organisation)
        seats.hand_over(db, seat, Holder(name="A. typed by hand", email=anna.email))

    assert refused(lambda: home.enter(home.visit(0))) is None


def test_guessing_license_keys_rests_after_ten(home: Home) -> None:
    visitor = home.visit()
    said = [refused(lambda: home.enter(visitor, f"WRONG-{number}")) for number in range(11)]  # noqa: B023

    assert said == [LicenseKeyRefused] * 9 + [LicenseKeysRest] * 2
    assert refused(lambda: home.enter(visitor)) is LicenseKeysRest
    home.wait(hours=1)
    assert refused(lambda: home.enter(visitor)) is None


def test_phones_are_changed_after_a_code_only_and_one_remains(home: Home) -> None:
    strong, first = home.registered()
    weak, stranger = home.visit(0), home.visit(1)
    assert strong.session.strength is Strength.PHONE_OTP
    assert refused(lambda: home.add(weak, NUMBERS[1])) is ChangeNeedsOtp
    with home.office.connect() as db:
        now = home.office.now
        for visitor, phone, why in (
            (weak, first, ChangeNeedsOtp),
            (strong, first, LastPhone),
            (stranger, first, NoCredential),
        ):
            with pytest.raises(why):
                credentials.remove_phone(db, home.office.desk, visitor, phone_id=phone, now=now)
        credentials.remove_phone(db, home.office.desk, strong, phone_id=999, now=now)  # gone is gone
    second, third = home.add(strong, NUMBERS[1]), home.add(strong, NUMBERS[2])

    assert refused(lambda: home.send(weak, second)) is ChangeNeedsOtp
    assert refused(lambda: home.add(strong, NUMBERS[0])) is PhoneThere
    assert refused(lambda: home.add(strong, "+4915198765432")) is PhonesFull
    assert [refused(lambda: home.add(strong, text)) for text in ("", "12", "+49900123456")] == [  # noqa: B023
        PhoneNotValid
    ] * 3
    after = home.take(strong, second, home.send(strong, second))
    with home.office.connect() as db:
        strong = sessions.get(db, home.office.desk, after.token, now=home.office.now)
        credentials.remove_phone(db, home.office.desk, strong, phone_id=first, now=home.office.now)
        left = credentials.get(db, strong)
    assert [phone.id for phone in left.phones] == [second, third]
    assert [phone.id for phone in left.verified] == [second]
    notices = home.office.jobs("credential_notice")
    assert [job.values["words"]["why"] for job in notices] == ["phone_added", "phone_added", "phone_removed"]
    assert {job.recipient for job in notices} == {strong.account.email}
    assert NUMBERS[1] not in str([job.values for job in notices])


def test_a_code_of_another_persons_phone_or_session_opens_nothing(home: Home) -> None:
    _, phone = home.registered()
    mine, elsewhere, stranger = home.visit(0), home.visit(0), home.visit(1)
    digits = home.send(mine, phone)

    assert refused(lambda: home.take(elsewhere, phone, digits)) is PhoneCodeRefused
    assert refused(lambda: home.take(stranger, phone, digits)) is PhoneUnknown
    assert refused(lambda: home.send(stranger, phone)) is PhoneUnknown
    taken = home.take(mine, phone, digits)
    for old in (mine, replace(mine, token="made up")):
        with pytest.raises((SignInNeeded, PhoneCodeRefused)):
            home.take(old, phone, digits)
    with home.office.connect() as db, pytest.raises(SignInNeeded):
        sessions.get(db, home.office.desk, mine.token, now=home.office.now)
    assert taken.token != mine.token


def test_resend_repeats_in_its_first_minute_and_then_both_live_to_their_own_end(home: Home) -> None:
    _, phone = home.registered()
    visitor = home.visit()
    first = home.send(visitor, phone)
    home.wait(seconds=59)
    assert home.send(visitor, phone) == first
    home.wait(seconds=1)
    second = home.send(visitor, phone)
    assert second != first
    home.wait(seconds=59)
    with home.office.connect() as db:
        now = home.office.now
        newest = phone_codes.find_asked(db, home.office.desk, visitor, phone_id=phone, now=now).code
    assert newest
    assert newest.ends_at - now == timedelta(seconds=61)
    assert home.take(visitor, phone, first)


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "valid for another {} minutes"), ("de", "gilt noch {} Minuten")]
)
def test_a_text_says_how_long_its_code_lives_also_when_it_is_sent_again(
    home: Home, lang: str, said: str
) -> None:
    _, phone = home.registered()
    visitor = home.visit()
    for waited, left in ((0, "2:00"), (59, "1:01")):
        home.wait(seconds=waited)
        home.send(visitor, phone, lang)
        assert said.format(left) in home.texter.sent[-1][1]


@pytest.mark.parametrize(
    ("fault", "carried", "waited", "lost"),
    [
        (None, True, 0, False),
        (PermanentFailure("no such number"), True, 0, True),
        (TransientFailure("the gateway is down"), True, 0, True),
        (UnknownOutcome("it hung up"), True, 0, True),
        (None, False, 0, False),  # it is on its way: nothing is known yet
        (None, False, 30, True),  # nobody carries it
    ],
)
def test_a_page_knows_that_its_text_did_not_go_out(
    home: Home, fault: Exception | None, carried: bool, waited: int, lost: bool
) -> None:
    _, phone = home.registered()
    home.wait(minutes=3)
    visitor = home.visit()
    home.texter.faults.then(fault)
    with home.office.connect() as db:
        desk = home.office.desk
        phone_codes.send(db, desk, visitor, phone_id=phone, lang="en", now=home.office.now)
        if carried:
            for job in home.office.claim(kinds=(JobKind.SMS,)):
                home.office.carry_out(job)
        home.wait(seconds=waited)
        asked = phone_codes.find_asked(db, desk, visitor, phone_id=phone, now=home.office.now)
        assert (asked.seems_lost, asked.code is not None) == (lost, True)
        home.send(visitor, phone)  # and this one arrives
        asked = phone_codes.find_asked(db, desk, visitor, phone_id=phone, now=home.office.now)
        assert not asked.seems_lost


def test_guessing_rests_by_code_and_by_person_however_many_codes_there_are(home: Home) -> None:
    _, phone = home.registered()
    visitor = home.visit()
    digits = home.send(visitor, phone)
    wrong = "000000" if digits != "000000" else "111111"
    for _ in range(5):
        assert refused(lambda: home.take(visitor, phone, wrong)) is PhoneCodeRefused
    assert refused(lambda: home.take(visitor, phone, digits)) is PhoneCodeRefused  # its guesses are spent

    said = [refused(lambda: home.take(visitor, phone, wrong)) for _ in range(4)]
    assert said == [*[PhoneCodeRefused] * 3, PhoneCodesRest]
    again = home.visit()
    assert refused(lambda: home.send(again, phone)) is PhoneCodesRest
    assert home.office.jobs("credential_notice")[-1].values["words"]["why"] == "codes_locked"
    home.wait(minutes=30)
    again = home.visit()
    assert home.take(again, phone, home.send(again, phone))


def test_of_many_who_enter_the_same_code_at_once_one_gets_in(home: Home) -> None:
    _, phone = home.registered()
    visitor = home.visit()
    digits = home.send(visitor, phone)
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda _: refused(lambda: home.take(visitor, phone, digits)), range(8)))

    assert said.count(None) == 1


def test_texts_are_counted_whatever_becomes_of_their_phones(home: Home) -> None:
    strong, _ = home.registered()
    for _ in range(MOST_TEXTS - 1):
        phone = home.add(strong, NUMBERS[1])
        home.send(strong, phone)
        with home.office.connect() as db:
            credentials.remove_phone(db, home.office.desk, strong, phone_id=phone, now=home.office.now)
    phone = home.add(strong, NUMBERS[1])

    assert refused(lambda: home.send(strong, phone)) is TextsRest
    home.wait(hours=1)
    with home.office.connect() as db:
        assert phone_codes.send(db, home.office.desk, strong, phone_id=phone, lang="en", now=home.office.now)


def test_a_text_never_repeats_and_never_goes_late(home: Home) -> None:
    _, phone = home.registered()
    visitor = home.visit()
    sent = len(home.texter.sent)
    home.texter.faults.then(UnknownOutcome("the line was lost"))
    home.send(visitor, phone)
    home.office.work()
    assert len(home.texter.sent) == sent + 1
    with home.office.connect() as db:
        now = home.office.now
        phone_codes.send(db, home.office.desk, visitor, phone_id=phone, lang="de", now=now)
    home.wait(seconds=LASTS.total_seconds())
    home.office.work()
    jobs = home.office.jobs("phone_code")[-2:]

    assert len(home.texter.sent) == sent + 1
    assert [job.status for job in jobs] == [JobStatus.UNKNOWN, JobStatus.REPLACED]
    stored = str(home.office.path.read_bytes())
    assert all(text.split()[0] not in stored for _, text, _ in home.texter.sent if text.split()[0].isdigit())


ACTS = st.lists(
    st.tuples(
        st.sampled_from(("send", "newest", "older", "wrong", "other phone", "another session")),
        st.sampled_from((0, 1, 30, 59, 61)),
    ),
    min_size=4,
    max_size=14,
)


@pytest.mark.slow
@settings(max_examples=examples(15), deadline=None)
@given(acts=ACTS)
def test_a_code_is_taken_once_and_before_its_end_and_nothing_else_makes_a_session_stronger(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, int]]
) -> None:
    home = Home(tmp_path_factory.mktemp("home"))
    strong, phone = home.registered()
    other_phone = home.add(strong, NUMBERS[1])
    visitor, codes, taken = home.visit(), dict[str, object](), set[str]()
    for act, seconds in acts:
        home.wait(seconds=seconds)
        known = list(codes)
        digits = {"newest": known[-1:], "older": known[:1], "another session": known[-1:]}.get(act, [])
        try:
            if act == "send":
                codes.setdefault(home.send(visitor, phone), home.office.now + LASTS)
                continue
            typed = digits[0] if digits else "123456"
            asking = home.visit() if act == "another session" else visitor
            result = home.take(asking, other_phone if act == "other phone" else phone, typed)
        except SignInNeeded:
            break
        except Refusal:
            with home.office.connect() as db:
                met = sessions.get(db, home.office.desk, visitor.token, now=home.office.now)
                assert met.session.strength is Strength.PASSWORD
            continue
        assert act in {"newest", "older"}
        assert typed in codes
        assert typed not in taken
        taken.add(typed)
        with home.office.connect() as db:
            met = sessions.get(db, home.office.desk, result.token, now=home.office.now)
            assert met.session.strength is Strength.PHONE_OTP
        visitor = home.visit()
        codes = {}
