"""Hidden sheets: never silently lost, and never counted twice."""

import pytest

from bot.domain import forms
from bot.domain.review_finding import find_forms
from bot.domain.ris import User
from bot.domain.sheets import CellValue
from tests.domain.hands import (
    HEADINGS,
    MARA,
    MARA_ROW,
    TOM,
    TOM_ROW,
    USERS,
    beside,
    only_case,
    sheet,
    workbook,
)
from tests.domain.test_form_layouts import is_ours


def test_users_on_a_hidden_sheet_alone_are_read_like_hidden_rows() -> None:
    is_ours(only_case(sheet(beside()), sheet(USERS, "U", hidden=True)))


def test_people_on_a_hidden_sheet_beside_others_are_asked_for() -> None:
    case = only_case(
        sheet(beside()), sheet([HEADINGS, MARA_ROW], "U"), sheet([HEADINGS, TOM_ROW], "V", hidden=True)
    )

    assert [user.email for user in case.users] == [MARA.email]
    assert [(p.kind, p.field, p.sheet) for p in case.problems if p.severity == "error"] == [
        ("doubtful", "email", "V")
    ]


def test_a_hidden_copy_of_the_same_people_is_passed_over() -> None:
    is_ours(only_case(sheet(beside()), sheet(USERS, "U"), sheet(USERS, "Old", hidden=True)))


@pytest.mark.parametrize("lang", ["en", "de"])
def test_so_it_is_with_our_own_labels(lang: str) -> None:
    headings = [getattr(field.label, lang) for field in forms.USER_FIELDS]

    def people(*users: User) -> list[list[CellValue]]:
        return [
            headings,
            *([str(getattr(user, field.name, "")) for field in forms.USER_FIELDS] for user in users),
        ]

    labels = [[getattr(field.label, lang), f"x {field.name}"] for field in forms.COMPANY_FIELDS]
    asked, copied, alone = (
        find_forms(workbook(sheet(labels, "C"), *sheets))[0]
        for sheets in (
            (sheet(people(MARA), "U"), sheet(people(MARA, TOM), "Old", hidden=True)),
            (sheet(people(MARA, TOM), "U"), sheet(people(TOM), "Old", hidden=True)),
            (sheet(people(MARA, TOM), "Old", hidden=True),),
        )
    )

    assert [user.cell("email").text for user in asked.users] == [MARA.email]
    assert [(read.label, read.sheet, read.sure) for read in asked.headings] == [(TOM.email, "Old", False)]
    assert (len(copied.users), copied.headings) == (2, ())
    assert [user.sheet for user in alone.users] == ["Old", "Old"]
