"""Accounts that exist elsewhere: all of a file or nothing; mails wait for a click, one an account."""

import codecs
from datetime import date, timedelta

import pytest

from bot.domain.account_files import AccountFileFault, AccountRowFault, Column, DryRunFirst
from bot.domain.account_views import AccountAct
from bot.services import account_files, account_views, audit, lifecycle, lifecycle_gates, lifecycle_rounds
from bot.services.account_files import Looked
from bot.store import accounts
from bot.store.lifecycle import find
from tests.cast import AVERY, Office
from tests.invited import PIA, invite

HEAD = "User ID;Vorname;Nachname;E-Mail;Sprache;Rolle;Firma;Endet am"


def take(office: Office, text: str | bytes, *, dry: bool = False) -> Looked:
    content = text if isinstance(text, bytes) else text.encode()
    with office.connect() as db:
        looked = account_files.check(
            db, office.desk, office.bot.reader, name="p.csv", content=content, now=office.now
        )
        if dry:
            return looked
        return account_files.import_file(
            db, office.desk, office.bot.reader, name="p.csv", content=content, by="cli:anna", now=office.now
        )


def row(number: int, ends_on: date | str, **more: str) -> str:
    said = {"user_id": "", "email": f"ada{number}@works.example.com", "lang": "de", "role": "", **more}
    last = more.get("last", f"Lindqvist {number}")
    return f"{said['user_id']};Ada;{last};{said['email']};{said['lang']};{said['role']};Acme;{ends_on}"


def test_of_what_is_due_only_the_tightest_goes_and_only_after_one_click(office: Office) -> None:
    """Two are not due, one is at T-20, one at T-10, one ended five days ago: three mails, one click."""
    today = office.now.date()
    days = [today + timedelta(days=number) for number in (80, 60, 20, 10, -5)]
    file = (
        codecs.BOM_UTF8 + "\n".join([HEAD, *(row(number, day) for number, day in enumerate(days))]).encode()
    )
    assert take(office, file, dry=True).reading.fit
    looked = take(office, file)
    assert (looked.imported, looked.due, looked.reading.renamed) == (True, 3, 5)

    for minutes in (0, 1):
        office.clock.wait(minutes=minutes)
        with office.connect() as db:
            assert lifecycle_rounds.run(db, office.desk, now=office.now).waiting == 3
    office.work()
    assert office.mailer.sent == []
    (card,) = [one for one in office.chat.standing.values() if "wait for your yes" in one.text]
    assert "3 mails" in card.text
    assert "taken over" in str(card.blocks)

    with office.connect() as db:
        gate = lifecycle_gates.find_shut(db)
        assert gate is not None
        assert lifecycle_gates.let_go(db, office.desk, gate.id, seen=3, by=AVERY, now=office.now) == 3
        office.clock.wait(minutes=1)
        ran = lifecycle_rounds.run(db, office.desk, now=office.now)
        assert (dict(ran.told), ran.held, ran.waiting) == ({"validation": 1, "reminder": 2}, 1, 0)
        assert not lifecycle_rounds.run(db, office.desk, now=office.now).told
        ended = accounts.list_by_email(db, "ada4@works.example.com")[0]
        held = find(db, ended.id)
        tags = [one.tag for one in audit.export(db)]
    assert held is not None
    assert held.life.ends_on == today + timedelta(days=14)
    office.work()
    assert sorted(mail.to for mail in office.mailer.sent) == [
        f"ada{number}@works.example.com" for number in (2, 3, 4)
    ]
    assert tags[:2] == ["account:imported", "life_gate:shut"]
    office.clock.wait(days=40)  # what comes due later needs no click
    with office.connect() as db:
        assert lifecycle_rounds.run(db, office.desk, now=office.now).told["validation"] == 1  # type: ignore[index]


def test_a_gate_with_nothing_behind_it_asks_no_more(office: Office) -> None:
    assert take(office, f"{HEAD}\n{row(1, '2026-03-12')}").due == 1
    with office.connect() as db:
        account = accounts.list_by_email(db, "ada1@works.example.com")[0]
        account_views.act(
            db, office.desk, AccountAct.CLOSE, account_id=account.id, by="cli:anna", now=office.now
        )
        lifecycle_rounds.run(db, office.desk, now=office.now)
        assert lifecycle_gates.find_shut(db) is None


@pytest.mark.parametrize(
    ("bad", "column", "fault"),
    [
        (row(2, "2026-05-01", email="nobody"), Column.EMAIL, AccountRowFault.BAD_EMAIL),
        (row(2, "2026-05-01", email=""), Column.EMAIL, AccountRowFault.MISSING),
        (row(2, ""), Column.ENDS_ON, AccountRowFault.MISSING),
        (row(2, "soon"), Column.ENDS_ON, AccountRowFault.BAD_DATE),
        (row(2, "31.02.2026"), Column.ENDS_ON, AccountRowFault.BAD_DATE),
        (row(2, "2099-01-01"), Column.ENDS_ON, AccountRowFault.TOO_FAR),
        (row(2, "2025-12-01"), Column.ENDS_ON, AccountRowFault.OVER),
        (row(2, "2026-05-01", lang="fr"), Column.LANGUAGE, AccountRowFault.UNKNOWN_LANGUAGE),
        (row(2, "2026-05-01", role="king"), Column.ROLE, AccountRowFault.UNKNOWN_ROLE),
        (row(2, "2026-05-01", last="=cmd|' /C calc'!A0"), Column.LAST_NAME, AccountRowFault.FORMULA),
        (row(2, "2026-05-01", last="x" * 101), Column.LAST_NAME, AccountRowFault.TOO_LONG),
        (row(1, "2026-05-01"), Column.EMAIL, AccountRowFault.IN_FILE),
        (row(2, "2026-05-01", user_id="K7M3X9P2"), Column.USER_ID, AccountRowFault.IN_FILE),
        (row(3, "2026-05-01"), Column.EMAIL, AccountRowFault.THERE),
        (row(4, "2026-05-01", user_id="b4tz-6hwc"), Column.USER_ID, AccountRowFault.THERE),
    ],
)  # fmt: skip
def test_one_row_that_is_not_fit_keeps_the_whole_file_out(
    office: Office, bad: str, column: Column, fault: AccountRowFault
) -> None:
    assert take(office, f"{HEAD}\n{row(3, '2026-05-20', user_id='b4tz-6hwc')}").imported
    looked = take(office, "\n".join([HEAD, row(1, "20.05.2026", user_id="k7m3-x9p2"), bad]))

    assert not looked.imported
    assert [(one.line, one.column, one.fault) for one in looked.reading.bad] == [(3, column, fault)]
    with office.connect() as db:
        assert not accounts.list_by_email(db, "ada1@works.example.com")


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        (HEAD, AccountFileFault.EMPTY),
        ("Nachname;Endet am\nA;2026-05-01", AccountFileFault.NO_ADDRESSES),
        ("E-Mail;Endet am\na@b.example;2026-05-01", AccountFileFault.NO_NAMES),
        ("E-Mail;Nachname\na@b.example;A", AccountFileFault.NO_DAYS),
        ("E-Mail;Mail;Nachname;Ends on\na@b.example;a@b.example;A;2026-05-01", AccountFileFault.TWICE),
    ],
)
def test_a_file_that_says_too_little_is_refused_by_name(
    office: Office, file: str, fault: AccountFileFault
) -> None:
    assert take(office, file).reading.fault == fault


def test_people_share_an_address_and_an_end_follows_from_the_validation(office: Office) -> None:
    file = (
        "email,last name,validated on,language\n"
        "shared@works.example.com,Falkner,2026-02-20,\nshared@works.example.com,Okoye,2026-03-02,de"
    )
    assert take(office, file).due == 0
    with office.connect() as db:
        lives = [lifecycle.find(db, one.id) for one in accounts.list_by_email(db, "shared@works.example.com")]
    assert [(one.ends_on, one.validated_on) for one in lives if one] == [
        (date(2026, 5, 21), date(2026, 2, 20)), (date(2026, 5, 31), date(2026, 3, 2)),
    ]  # fmt: skip


def test_whoever_is_invited_gets_no_second_account_and_the_dry_run_says_so(office: Office) -> None:
    file = f"{HEAD}\n{row(1, '2026-05-01')}\n{row(2, '2026-05-01', email=PIA)}"
    with office.connect() as db:
        invite(db, office.desk, office.tokens, now=office.now)
    for dry in (True, False):
        looked = take(office, file, dry=dry)
        assert [(one.line, one.fault) for one in looked.reading.bad] == [(3, AccountRowFault.INVITED)]
        assert not looked.imported
    office.clock.wait(days=office.desk.policy.extranet.invitation_days + 1)
    assert take(office, file).imported


def test_only_what_was_looked_through_is_taken_over(office: Office) -> None:
    file, other = (f"{HEAD}\n{row(number, '2026-05-01')}" for number in (1, 2))
    assert take(office, file, dry=True).reading.fit
    with office.connect() as db, pytest.raises(DryRunFirst):
        account_files.import_file(
            db, office.desk, office.bot.reader, name="p.csv", content=other.encode(), by="x", now=office.now
        )


@pytest.mark.slow
def test_twenty_thousand_are_taken_over_in_one_go(office: Office) -> None:
    days = [office.now.date() + timedelta(days=number % 80) for number in range(20_000)]
    lines = (f"A{n};a{n}@x.example;{day}" for n, day in enumerate(days))
    looked = take(office, "\n".join(["name;mail;ends on", *lines]))
    assert (looked.imported, len(looked.reading.good)) == (True, 20_000)
