"""Which of several spreadsheets is the RIS, and that the others are named."""

from dataclasses import replace

from bot.domain.filling import fill
from bot.domain.review import read_form
from bot.domain.sheets import SheetRefusal, Workbook
from bot.rendering.cards import chosen
from bot.rendering.words import words
from tests.domain.hands import USERS, Row, beside, sheet, workbook

PRICES: list[Row] = [("Article", "Qty", "Unit price"), ("Licence pack", 1, 19.5), ("Licence pack", 2, 39.0)]


def test_the_ris_is_read_and_what_else_came_along_is_named() -> None:
    ris = workbook(sheet(beside()), sheet(USERS, "U"), name="Customer.xlsx")
    prices = workbook(sheet(PRICES), name="Price list.xlsx")
    locked = Workbook(name="Locked.xlsx", refusal=SheetRefusal.ENCRYPTED)

    (case,) = read_form([prices, ris, locked]).cases

    assert (case.source, case.passed_over) == ("Customer.xlsx", ("Price list.xlsx", "Locked.xlsx"))
    assert fill(case, {}) == case  # kept when answers in words are taken over
    assert chosen(case, words("en")) == (
        "Read from “Customer.xlsx”. Not taken for a RIS: “Price list.xlsx”, “Locked.xlsx” "
        "(too little in it that only a RIS asks for, or it cannot be read)."
    )


def test_what_was_not_opened_is_named_whatever_it_is_called() -> None:
    ris = workbook(sheet(beside()), sheet(USERS, "U"), name="RIS.xlsx")
    closed = [Workbook(name=name, refusal=SheetRefusal.UNOPENED) for name in ("RIS.xlsx", "inner.zip")]

    found = read_form([ris, *closed])
    (case,) = found.cases

    assert (case.passed_over, found.unopened) == ((), ("RIS.xlsx", "inner.zip"))
    assert fill(case, {}) == case
    assert chosen(case, words("en")) == (
        "*Not opened, 2 files*: “RIS.xlsx”, “inner.zip”. "
        "They came after too many others, packed within a zip, or as RAR or 7z."
    )


def test_files_that_could_not_be_read_are_listed_with_why_and_a_mails_own_words_are_no_file() -> None:
    ris = workbook(sheet(beside()), sheet(USERS, "U"), name="RIS.xlsx")
    closed = Workbook(name="More.rar", refusal=SheetRefusal.UNOPENED)
    locked = Workbook(name="Locked.xlsx", refusal=SheetRefusal.ENCRYPTED)
    body = Workbook(name="", refusal=SheetRefusal.TOO_LARGE)
    both = (("More.rar", SheetRefusal.UNOPENED), ("Locked.xlsx", SheetRefusal.ENCRYPTED))

    assert read_form([ris, closed, body, locked]).refused == both
    assert read_form([closed, locked]).refused == both
    assert read_form([ris]).refused == ()


def test_a_form_that_came_alone_needs_no_such_word() -> None:
    (case,) = read_form([workbook(sheet(beside()), sheet(USERS, "U"), name="Customer.xlsx")]).cases

    assert case.passed_over == ()


def test_the_name_of_a_file_changes_no_decision() -> None:
    (case,) = read_form([workbook(sheet(beside()), sheet(USERS, "U"), name="Customer.xlsx")]).cases

    assert replace(case, source="Other.xlsx", passed_over=("x",)).content_hash() == case.content_hash()
