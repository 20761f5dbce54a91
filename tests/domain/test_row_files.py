"""Files of rows of three kinds are read alike: no formula passes, and no column goes in silence."""

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import openpyxl
import pytest

from bot import policy
from bot.adapters.carriers import read_workbooks
from bot.domain.account_files import AccountRules, read_accounts
from bot.domain.invitation_files import InvitationReading, Known, read_invitations
from bot.domain.row_files import FileReading, TableFault
from bot.domain.sheets import SheetRefusal, Workbook
from bot.domain.vouchers import read_vouchers

TODAY = date(2026, 3, 2)
KNOWN = Known(roles={"guest": "guest"}, lang="en", role="guest")
RULES = AccountRules(
    clock=policy.load().clock_rules, today=TODAY, roles={"guest": "guest"}, own_addresses=frozenset()
)
HEADINGS = {
    "invitations": ("E-mail", "Vorname", "Nachname", "Telefon"),
    "accounts": ("E-mail", "Nachname", "Endet am", "Telefon"),
    "vouchers": ("Voucher", "License Key", "Expires", "Telefon"),
}


def books(*rows: tuple[str, ...]) -> tuple[Workbook, ...]:
    """As a program saves it that computes nothing: a formula has no stored value."""
    made, content = openpyxl.Workbook(), io.BytesIO()
    sheet = made.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    made.save(content)
    return tuple(read_workbooks("people.xlsx", content.getvalue()))


READERS: dict[str, Callable[[Sequence[Workbook]], FileReading[Any, Any, Any]]] = {
    "invitations": lambda found: read_invitations(found, KNOWN),
    "accounts": lambda found: read_accounts(found, RULES),
    "vouchers": lambda found: read_vouchers(found, today=TODAY),
}


def faults(reading: InvitationReading) -> list[tuple[int, str, str]]:
    return [(row.line, row.column, row.fault) for row in reading.bad]


def test_names_that_are_formulas_without_a_value_are_no_empty_names() -> None:
    formulas = ("uma@rotor.example.org", '="Uma"', '="Okafor"', "+49 30 1234")
    said = ("kai@rotor.example.org", "Kai", "Lund", "")
    reading = read_invitations(books(HEADINGS["invitations"], formulas, said), KNOWN)

    assert [row.invited.first_name for row in reading.good] == ["Kai"]
    assert faults(reading) == [(2, "first_name", "formula")]
    assert reading.left_out == ("Telefon",)
    assert not reading.fit


@pytest.mark.parametrize("kind", HEADINGS)
def test_a_row_of_nothing_but_formulas_is_not_passed_over(kind: str) -> None:
    reading = READERS[kind](books(HEADINGS[kind], ("=B9", "=C9", "=D9")))

    assert len(reading.bad) == 1
    assert ("formula" in str(reading.bad[0]), reading.good) == (True, ())


@pytest.mark.parametrize("kind", HEADINGS)
def test_a_file_with_headings_alone_says_which_it_did_not_know(kind: str) -> None:
    reading = READERS[kind](books(HEADINGS[kind], ("", "", "", "+49 30 1234")))

    assert (reading.fault, reading.left_out) == (TableFault.EMPTY, ("Telefon",))


@pytest.mark.parametrize("kind", HEADINGS)
def test_a_refused_file_says_no_more_than_that(kind: str) -> None:
    refused = Workbook(name="x", refusal=SheetRefusal.ENCRYPTED)
    reading = READERS[kind]([refused])

    assert (reading.refusal, reading.fault, reading.fit) == (SheetRefusal.ENCRYPTED, None, False)


@pytest.mark.parametrize("kind", HEADINGS)
def test_each_kind_has_the_faults_that_any_table_has(kind: str) -> None:
    twice = (*HEADINGS[kind], HEADINGS[kind][0])

    assert str(READERS[kind](books(twice, ("a", "b", "c", "d", "e"))).fault) == TableFault.TWICE
    assert str(READERS[kind]([*books(twice), *books(twice)]).fault) == TableFault.SEVERAL_SHEETS
    assert str(READERS[kind](books()).fault) == TableFault.EMPTY


def test_a_formula_that_stands_nowhere_is_passed_over() -> None:
    (book,) = books(HEADINGS["invitations"], ("kai@rotor.example.org", "Kai", "Lund"))
    odd = frozenset((book.sheets[0].name, cell) for cell in ("", "A", "7", "a9", "A٣", "A" * 99))
    reading = read_invitations([replace(book, formulas=odd)], KNOWN)

    assert (len(reading.good), reading.bad) == (1, ())
