"""Recovery codes stand in for lost phones: each once, tries are counted first, the next set voids them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.domain.credential_refusals import ChangeNeedsOtp, NoCredential, RecoveryCodeRefused
from bot.domain.errors import Refusal
from bot.domain.outbox import JobKind
from bot.domain.password_refusals import TriesResting
from bot.domain.recovery_codes import MADE, fold_code
from bot.domain.sessions import Strength, Visitor
from bot.services import recovery_codes, sessions
from tests.services.test_credentials import NUMBERS, Home

WRONG = "22222-22222-22222"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def make(home: Home, visitor: Visitor) -> tuple[str, ...]:
    with home.office.connect() as db:
        return recovery_codes.make(db, home.office.desk, visitor, now=home.office.now)


def take(home: Home, visitor: Visitor, text: str) -> Visitor:
    with home.office.connect() as db:
        token = recovery_codes.take(db, home.office.desk, visitor, code=text, now=home.office.now)
        return sessions.get(db, home.office.desk, token, now=home.office.now)


def refused(home: Home, visitor: Visitor, text: str) -> type[Refusal] | None:
    try:
        take(home, visitor, text)
    except Refusal as refusal:
        return type(refusal)
    return None


def test_each_code_opens_once_in_its_owners_account_and_is_told_on_every_channel(home: Home) -> None:
    strong, _ = home.registered()
    codes = make(home, strong)
    assert len(set(codes)) == MADE
    for between in (" ", "", "\u2011", "\u2013"):
        assert all(fold_code(code.upper().replace("-", between)) == code for code in codes)
    with home.office.connect() as db:
        kept = str([*db.query("select * from recovery_codes"), *db.query("select * from events")])
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)
    assert refused(home, home.visit(1), codes[0]) is RecoveryCodeRefused

    weak = home.visit()
    used = take(home, weak, f" {codes[0].upper()} ")
    assert used.session.strength is Strength.PHONE_OTP
    assert used.token != weak.token
    assert refused(home, home.visit(), codes[0]) is RecoveryCodeRefused
    home.office.work(kinds=(JobKind.SMS,))
    told = [job.values["words"]["why"] for job in home.office.jobs("credential_notice")]
    assert told == ["phone_added", "codes_made", "code_used"]
    assert home.texter.sent[-1][0] == "+4930901820"
    assert "recovery code was used" in home.texter.sent[-1][1]
    assert home.add(used, NUMBERS[1])
    newer = make(home, used)
    assert refused(home, home.visit(), codes[1]) is RecoveryCodeRefused
    assert refused(home, home.visit(), newer[1]) is None


def test_whoever_has_the_password_only_makes_none(home: Home) -> None:
    with pytest.raises(NoCredential):
        make(home, home.visit(1))
    early = home.visit()
    home.enter(early)
    with pytest.raises(ChangeNeedsOtp):  # there is no phone yet that could be lost
        make(home, early)
    phone = home.add(early)
    home.take(early, phone, home.send(early, phone))
    with pytest.raises(ChangeNeedsOtp):
        make(home, home.visit())


def test_guessing_rests_after_five_and_its_owner_hears_of_it(home: Home) -> None:
    strong, _ = home.registered()
    codes = make(home, strong)
    said = [refused(home, home.visit(), WRONG) for _ in range(6)]
    said.append(refused(home, home.visit(), codes[0]))
    said.append(refused(home, home.visit(), "no code at all"))  # costs no try

    assert said == [*[RecoveryCodeRefused] * 5, TriesResting, TriesResting, RecoveryCodeRefused]
    assert home.office.jobs("credential_notice")[-1].values["words"]["why"] == "codes_locked"
    home.wait(hours=1)
    assert refused(home, home.visit(), codes[0]) is None


def test_of_many_who_enter_the_same_code_at_once_one_gets_in(home: Home) -> None:
    strong, _ = home.registered()
    code = make(home, strong)[0]
    visitors = [home.visit() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda visitor: refused(home, visitor, code), visitors))

    assert said.count(None) == 1
