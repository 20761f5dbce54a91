"""Mails that wait are read and decided about a few at a time; what is wrong with one costs only that one."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from sqlite_utils import Database

from bot.domain.intake import Understood
from bot.domain.ledger import MailStatus
from bot.domain.mail import Kind
from bot.ports import ReadMail
from bot.services import intake
from bot.services.desk import Desk
from handlers.mail import loop as mail_loop
from tests.cast import Office, a_mail
from tests.handlers.conftest import until
from tests.handlers.test_mail_loop import form_mail, ledger, running, settled
from tests.outside import Faults

pytestmark = pytest.mark.slow


def test_a_poison_mail_in_a_batch_costs_only_itself(office: Office) -> None:
    office.reader.poison = b"Poison"
    for number in range(1, 6):
        office.record(
            a_mail(subject="Poison" if number == 3 else "Hello", message_id=f"<{number}@example.org>")
        )
    with running(office):
        until(lambda: settled(office, 5))

    assert [row.status for row in ledger(office)] == ["done", "done", "set_aside", "done", "done"]
    assert len(office.jobs("question_note")) == 4


@pytest.mark.parametrize("many", [1, 5])
def test_a_full_disk_at_the_decision_is_no_mails_fault_either(
    office: Office, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    faults = Faults()
    faults.then(*[None] * (many - 1), full)
    decide = intake.ACTIONS[Kind.RIS]

    def decide_unless_full(*args: Any) -> str:  # noqa: ANN401 - as an action has it
        faults.happen()
        return decide(*args)

    monkeypatch.setitem(intake.ACTIONS, Kind.RIS, decide_unless_full)
    for _ in range(many):
        office.record(form_mail())
    with running(office):
        until(lambda: settled(office, many))

    assert [(row.status, row.attempts) for row in ledger(office)] == [(MailStatus.DONE, 0)] * many


def test_what_was_read_together_is_decided_about_in_one_commit(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_loop, "TOGETHER", 2)
    seen = list[int]()
    decide = intake.ACTIONS[Kind.RIS]

    def decide_and_look(*args: Any) -> str:  # noqa: ANN401 - as an action has it
        ref = decide(*args)
        seen.append(len(office.jobs("receipt")))
        return ref

    monkeypatch.setitem(intake.ACTIONS, Kind.RIS, decide_and_look)
    for _ in range(5):
        office.record(form_mail())
    with running(office):
        until(lambda: settled(office, 5))

    assert seen == [0, 0, 2, 2, 4]


def test_forms_of_many_rows_are_decided_about_by_themselves(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few bytes may hold thousands of users: eight such mails would hold up every writer, and a stop."""
    book = next(iter(office.reader.read_mail(form_mail())[1]))
    monkeypatch.setattr(mail_loop, "TOGETHER_ROWS", 2 * sum(len(sheet.rows) for sheet in book.sheets))
    together = list[int]()
    decide = intake.decide

    def decide_and_count(db: Database, desk: Desk, mails: Sequence[Understood], *, now: datetime) -> object:
        together.append(len(mails))
        return decide(db, desk, mails, now=now)

    monkeypatch.setattr(intake, "decide", decide_and_count)
    for _ in range(5):
        office.record(form_mail())
    with running(office):
        until(lambda: settled(office, 5))

    assert together == [2, 2, 1]


def test_of_two_alike_that_are_decided_about_together_one_is_a_duplicate(office: Office) -> None:
    form = form_mail()
    for raw in (form, form, form_mail()):
        office.record(raw)
    with running(office):
        until(lambda: settled(office, 3))

    assert [row.status for row in ledger(office)] == ["done", "duplicate", "done"]
    assert [row.subject_ref for row in ledger(office)] == ["C-1", "C-1", "C-2"]
    assert len(office.jobs("receipt")) == 2


def test_a_mail_whose_decision_raises_costs_only_itself(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide = intake.ACTIONS[Kind.QUESTION]

    def stumble(db: Database, desk: Desk, understood: Understood, now: datetime) -> str:
        ref = decide(db, desk, understood, now)
        if understood.mail.subject == "Poison":
            raise ValueError("a bug")
        return ref

    monkeypatch.setitem(intake.ACTIONS, Kind.QUESTION, stumble)
    for number in range(1, 6):
        subject = "Poison" if number == 3 else "Hello"
        office.record(a_mail(subject=subject, message_id=f"<{number}@example.org>"))
    with running(office):
        until(lambda: settled(office, 5))

    assert [(row.status, row.attempts) for row in ledger(office)] == [
        ("done", 0),
        ("done", 0),
        ("set_aside", 3),
        ("done", 0),
        ("done", 0),
    ]
    assert len(office.jobs("question_note")) == 4
    assert [row.subject_ref for row in ledger(office)] == ["Q-1", "Q-2", "", "Q-3", "Q-4"]


def test_the_next_mails_are_read_while_the_first_are_decided_about(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_loop, "TOGETHER", 2)
    read_mails, batches = office.reader.read_mails, list[int]()

    def read_when_the_first_are_settled(raws: Sequence[bytes]) -> list[ReadMail]:
        if batches:
            until(lambda: settled(office, 2))
        batches.append(len(raws))
        return read_mails(raws)

    office.reader.read_mails = read_when_the_first_are_settled  # type: ignore[method-assign]
    for _ in range(5):
        office.record(form_mail())
    with running(office):
        until(lambda: settled(office, 5))

    assert batches == [2, 2, 1]


def test_large_mails_are_read_and_decided_about_by_themselves(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_loop, "TOGETHER_BYTES", 5_000)
    sizes: list[int] = []
    read_mails = office.reader.read_mails

    def note(raws: Sequence[bytes]) -> list[ReadMail]:
        sizes.append(sum(map(len, raws)))
        return read_mails(raws)

    office.reader.read_mails = note  # type: ignore[method-assign]
    for length in (2_000, 2_000, 2_000, 20_000, 100, 100):
        office.record(a_mail(text="word " * (length // 5)))
    with running(office):
        until(lambda: settled(office, 6))

    assert len(sizes) == 4
    assert [size > 5_000 for size in sizes] == [False, False, True, False]
