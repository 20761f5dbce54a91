"""Hidden sheets: never silently lost, and never counted twice."""

from tests.domain.hands import HEADINGS, MARA, MARA_ROW, TOM_ROW, USERS, beside, only_case, sheet
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
