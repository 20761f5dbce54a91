"""Two versions of a form, compared cell by cell."""

from dataclasses import replace

from bot.domain.differences import Change, compare
from bot.domain.ris import Problem, ProblemKind, RisCase, User
from tests.forms import COMPANY, MARA, TOM

BEFORE = RisCase(
    company=COMPANY, users=(replace(MARA, sheet="Users", row=7), replace(TOM, sheet="Users", row=8))
)


def test_the_same_form_has_no_differences() -> None:
    assert len(compare(BEFORE, BEFORE)) == 0


def test_a_companys_cells_are_told_with_old_and_new() -> None:
    after = replace(BEFORE, company=replace(COMPANY, city="Kiel", seats=5, state="SH"))

    assert compare(BEFORE, after).company == (
        Change(field="city", before="Hamburg", after="Kiel"),
        Change(field="state", before="", after="SH"),
        Change(field="seats", before="2", after="5"),
    )


def test_a_person_is_known_by_address_wherever_they_stand() -> None:
    after = replace(BEFORE, users=(BEFORE.users[1], replace(BEFORE.users[0], job_title="CTO", row=8)))
    (changed,) = compare(BEFORE, after).changed

    assert changed.user.first_name == "Mara"
    assert [change.field for change in changed.changes] == ["job_title"]  # another row is no change


def test_a_new_address_is_a_change_of_the_same_person() -> None:
    after = replace(BEFORE, users=(replace(BEFORE.users[0], email="m@new.example", row=9), BEFORE.users[1]))
    found = compare(BEFORE, after)

    assert [change.field for one in found.changed for change in one.changes] == ["email"]
    assert (found.added, found.removed) == ((), ())


def test_a_corrected_name_and_address_in_the_same_row_are_of_the_same_person() -> None:
    other = replace(BEFORE.users[0], first_name="Maren", email="maren@new.example")
    found = compare(BEFORE, replace(BEFORE, users=(other, BEFORE.users[1])))

    assert [change.field for change in found.changed[0].changes] == ["first_name", "email"]


def test_who_came_and_who_went_is_told() -> None:
    new = User(first_name="Nils", last_name="Neu", email="nils@nordlicht.example.com", sheet="Users", row=12)
    found = compare(BEFORE, replace(BEFORE, users=(BEFORE.users[0], new)))

    assert (found.added, found.removed) == ((new,), (BEFORE.users[1],))
    assert len(found) == 2


def test_two_people_with_one_address_are_two() -> None:
    twins = replace(BEFORE, users=(BEFORE.users[0], replace(BEFORE.users[1], email=MARA.email)))

    assert len(compare(twins, twins)) == 0


def test_questions_are_counted_as_settled_new_or_neither() -> None:
    city = Problem(kind=ProblemKind.MISSING, field="city", cell="C8")
    mail = Problem(kind=ProblemKind.MISSING, field="email", user=1, cell="E8")
    before = replace(BEFORE, problems=(city, mail))
    swapped = (BEFORE.users[1], BEFORE.users[0])
    still = replace(mail, kind=ProblemKind.BAD_EMAIL, user=0, cell="E7", found="x")
    fresh = Problem(kind=ProblemKind.NO_ADMINISTRATOR)
    found = compare(before, replace(BEFORE, users=swapped, problems=(still, fresh)))

    assert (found.solved, found.new) == (1, 1)


def test_what_was_asked_of_somebody_who_is_gone_is_settled() -> None:
    mail = Problem(kind=ProblemKind.BAD_EMAIL, field="email", user=1)
    found = compare(replace(BEFORE, problems=(mail,)), replace(BEFORE, users=BEFORE.users[:1]))

    assert (found.solved, found.new) == (1, 0)
