"""New values in single cells of a reviewed form, judged by the same rules; all else stays where it was."""

import random
from dataclasses import replace

import pytest

from bot.domain.filling import Slot, fill, slot_of, value_at
from bot.domain.ris import HeadingRead, Problem, ProblemKind, RisCase, Role, Severity
from bot.rendering.workbooks import ris_form
from tests import forms
from tests.forms import COMPANY, MARA, TOM, sound_form, with_cells

#: what people write into cells, right, wrong and hostile
ENTRIES = (
    "", "=1+1", "foo", "N/A", "Germoney", "x@y,de", "030 23125 001", "info@gmail.com", "5 seats", "1", "9999",
    "mara.lindqvist@nordlicht.example.com", "@x", "#REF!", "Organization Admin", "Vertriebspartner", "+4930",
)  # fmt: skip


def spoiled(seed: int) -> RisCase:
    """Our form with a few cells overwritten."""
    rng = random.Random(seed)
    lang = rng.choice(("en", "de"))
    company, users = ("Company", "Users") if lang == "en" else ("Firma", "Benutzer")
    cells = {(company, f"C{rng.randint(4, 20)}"): rng.choice(ENTRIES) for _ in range(rng.randint(0, 4))}
    cells |= {
        (users, f"{rng.choice('ABCDEFGHIJ')}{rng.randint(7, 9)}"): rng.choice(ENTRIES)
        for _ in range(rng.randint(0, 4))
    }
    return forms.case(with_cells(sound_form(lang), cells))


@pytest.mark.parametrize(
    "seed", [*range(8), *(pytest.param(more, marks=pytest.mark.slow) for more in range(8, 40))]
)
def test_a_form_into_which_nothing_is_filled_is_the_same(seed: int) -> None:
    ris = spoiled(seed)

    assert fill(ris, {}) == ris


def test_an_answer_settles_its_problem_and_no_other() -> None:
    company = replace(COMPANY, city="", country="Germoney")
    ris = forms.case(ris_form("en", company, [MARA, TOM]))
    filled = fill(ris, {Slot("country"): ["Germany"]})

    assert filled.company.country == "DE"
    assert [problem.field for problem in filled.problems] == ["city"]
    assert filled.problems[0] in ris.problems  # with its sheet, cell and row


def test_a_value_that_is_still_wrong_is_a_problem_in_the_same_cell() -> None:
    ris = forms.case(ris_form("en", COMPANY, [replace(MARA, email="mara@"), TOM]))
    asked, still = ris.problems[0], fill(ris, {Slot("email", 0): ["mara at nordlicht"]}).problems[0]

    assert (still.kind, still.cell, still.row, still.found) == (
        ProblemKind.BAD_EMAIL, asked.cell, asked.row, "mara at nordlicht",
    )  # fmt: skip


def test_one_of_several_phones_is_mended_and_the_others_stay() -> None:
    user = replace(MARA, phones=("+493023125010", "12"))
    ris = forms.case(ris_form("en", COMPANY, [user, TOM]))
    slot = slot_of(ris.problems[0], ris)
    assert slot == Slot("phones", 0, 1)

    assert fill(ris, {slot: ["0151 23456789"]}).users[0].phones == ("+493023125010", "+4915123456789")


def test_a_missing_phone_may_be_answered_with_two() -> None:
    ris = forms.case(ris_form("en", COMPANY, [replace(MARA, phones=()), TOM]))
    filled = fill(ris, {Slot("phones", 0): ["030 23125010", "+49 151 23456789"]})

    assert filled.users[0].phones == ("+493023125010", "+4915123456789")
    assert filled.problems == ()


def test_the_second_value_of_a_field_is_gone_once_it_was_answered() -> None:
    ris = RisCase(
        company=COMPANY,
        users=(MARA, TOM),
        problems=(
            Problem(kind=ProblemKind.DUPLICATE, field="city", sheet="S", cell="F3", row=3, found="Kiel"),
        ),
    )

    assert fill(ris, {}).problems == ris.problems
    assert fill(ris, {Slot("city"): ["Kiel"]}) == replace(
        ris, company=replace(COMPANY, city="Kiel"), problems=()
    )


READ = (
    HeadingRead(field="job_title", label="Bereich", sheet="S", cell="H6", sure=False),
    HeadingRead(field="city", label="Sitz", sheet="S", cell="A4", sure=False),
)
DOUBTS = tuple(
    Problem(kind=ProblemKind.DOUBTFUL, field=one.field, sheet="S", cell=one.cell, found=one.label)
    for one in READ
)
DOUBTFUL = RisCase(company=COMPANY, users=(MARA, TOM), problems=DOUBTS, headings=READ)


def test_a_doubtful_heading_is_asked_until_it_is_confirmed() -> None:
    confirmed = fill(DOUBTFUL, {slot_of(DOUBTS[0], DOUBTFUL) or Slot(""): ()})

    assert fill(DOUBTFUL, {}) == DOUBTFUL
    assert fill(DOUBTFUL, {Slot("street"): ["Am Kai 1"]}).problems == DOUBTS
    assert confirmed == replace(
        DOUBTFUL, problems=DOUBTS[1:], headings=(replace(READ[0], sure=True), READ[1])
    )


def test_a_new_value_settles_the_doubt_about_a_companys_heading() -> None:
    filled = fill(DOUBTFUL, {Slot("city"): ["Kiel"]})

    assert (filled.company.city, filled.problems) == ("Kiel", DOUBTS[:1])


def test_macros_stay_noted() -> None:
    macros = Problem(kind=ProblemKind.MACROS, severity=Severity.WARNING)
    ris = RisCase(company=COMPANY, users=(MARA, TOM), problems=(macros,))

    assert fill(ris, {}).problems == (macros,)


def test_a_problem_of_the_form_as_a_whole_has_no_cell() -> None:
    ris = RisCase(company=COMPANY, users=(replace(MARA, role=Role.USER),))

    assert slot_of(Problem(kind=ProblemKind.NO_ADMINISTRATOR), ris) is None
    assert slot_of(Problem(kind=ProblemKind.MISSING, field="users"), ris) is None
    assert value_at(ris, Slot("seats")) == "2"
