"""A session lasts while somebody is there, and grows stronger by a factor only."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.accounts import AccountStatus
from bot.domain.errors import SignInNeeded
from bot.domain.sessions import IDLE, LONGEST, Strength, Visitor
from bot.services import accounts, sessions
from bot.store import accounts as kept
from bot.store.database import transaction
from tests.cast import AVERY, Office, a_case, an_office


def begun(folder: Path, *, status: AccountStatus = AccountStatus.ACTIVE) -> tuple[Office, str]:
    """Somebody who has just signed in."""
    office = an_office(folder)
    case = a_case(office)
    with office.connect() as db, transaction(db):
        account, *_ = accounts.open_all(db, office.desk, case, by=AVERY.id, now=office.now)
        kept.move(db, account.id, since=AccountStatus.WAITING, to=status, now=office.now)
        return office, sessions.begin(db, office.desk, account, strength=Strength.PASSWORD, now=office.now)


def visit(office: Office, token: str) -> Visitor:
    with office.connect() as db:
        return sessions.get(db, office.desk, token, now=office.now)


def is_over(office: Office, token: str) -> bool:
    try:
        visit(office, token)
    except SignInNeeded:
        return True
    return False


def test_it_ends_after_a_time_without_a_page_and_after_its_longest_however_busy(tmp_path: Path) -> None:
    office, token = begun(tmp_path)
    start = office.now
    while office.now - start < LONGEST:
        assert visit(office, token).session.made_at == start
        office.clock.at += IDLE - timedelta(seconds=1)
    assert is_over(office, token)

    (tmp_path / "idle").mkdir()
    idle, token = begun(tmp_path / "idle")
    idle.clock.at += IDLE
    assert is_over(idle, token)


def test_a_factor_changes_its_token_keeps_its_end_and_never_makes_it_weaker(tmp_path: Path) -> None:
    office, token = begun(tmp_path)
    before = visit(office, token)
    with office.connect() as db, transaction(db):
        strong = sessions.raise_strength(db, office.desk, before, to=Strength.MLOA_HARDWARE, now=office.now)
    with office.connect() as db, transaction(db):
        after = visit(office, strong)
        last = sessions.raise_strength(db, office.desk, after, to=Strength.PHONE_OTP, now=office.now)

    assert is_over(office, token)
    assert is_over(office, strong)
    assert visit(office, last).session == replace(before.session, strength=Strength.MLOA_HARDWARE)
    with office.connect() as db, transaction(db), pytest.raises(SignInNeeded):
        sessions.raise_strength(db, office.desk, before, to=Strength.PHONE_OTP, now=office.now)


def test_nobody_is_there_without_a_session_of_an_active_account(tmp_path: Path) -> None:
    office, token = begun(tmp_path, status=AccountStatus.DEACTIVATED)

    assert all(is_over(office, tried) for tried in (token, "", "a" * 43, "\udcff"))


def test_signing_out_ends_it_once(tmp_path: Path) -> None:
    office, token = begun(tmp_path)
    with office.connect() as db:
        sessions.end(db, token, now=office.now)
        sessions.end(db, token, now=office.now)

    assert is_over(office, token)
    assert [event.tag for event in office.events()].count("session:ended") == 1
    assert token not in str(office.path.read_bytes())
