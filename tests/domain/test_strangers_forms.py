"""Forms by strangers, made by seed: what is read is what was written, and only real faults are asked."""

import os

import pytest

from bot.domain.form_labels import meaning_of
from bot.domain.review import read_form
from bot.domain.ris import Severity
from tests.budget import examples
from tests.domain.strangers_forms import Stranger
from tests.domain.strangers_layouts import strange_form

pytestmark = pytest.mark.slow

_FIRST = int(os.environ.get("STRANGERS_FROM", "0"))  #: to try others than those of every day
_BATCH = 20


def differences(one: Stranger) -> list[str]:
    """Everything that was read otherwise than written, asked without need, or not asked."""
    cases = read_form(one.workbooks).cases
    if len(cases) != 1:
        return [f"{len(cases)} cases"]
    (case,) = cases
    found = [
        f"company · {name}: wanted {wanted!r}, found {read!r}"
        for name, wanted in vars(one.truth).items()
        if str(read := getattr(case.company, name)) != str(wanted) and (read or wanted)
    ]
    if case.users != tuple(one.users):
        found += [f"users: wanted {one.users}", f"users: found {list(case.users)}"]
    errors = [problem for problem in case.problems if problem.severity is Severity.ERROR]
    asked = {(str(problem.kind), problem.field, problem.user) for problem in errors}
    return (
        found
        + [f"asked: {fault}" for fault in asked - one.faults]
        + [f"not asked: {fault}" for fault in one.faults - asked]
    )


@pytest.mark.parametrize("batch", range(examples(40)))
def test_a_strangers_form_reads_back_as_it_was_written(batch: int) -> None:
    for seed in range(_FIRST + batch * _BATCH, _FIRST + (batch + 1) * _BATCH):
        one = strange_form(seed)
        wrong = differences(one)

        assert not wrong, "\n".join([f"seed {seed}: {one.lang}, {', '.join(one.traits)}", *wrong])


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("First", "first_name"),
        ("Last *", "last_name"),
        ("Name of customer", "company_name"),
        ("Kunde (Firma)", "company_name"),
        ("Zahl der Lizenzen", "seats"),
        ("Nutzerzahl", "seats"),
        ("Typ des Partners", "partner_type"),
        ("Requested tool", "application"),
        ("Diensthandy", "phone"),
        ("Telefonnummer des Ansprechpartners", "phone"),
        ("Berechtigungsstufe", "role"),
        ("City name", "city"),
        ("Name (last, first)", "full_name"),
        ("Name and surname", "full_name"),
    ],
)
def test_a_label_says_its_field_without_being_listed(label: str, field: str) -> None:
    meaning = meaning_of(label)

    assert (meaning.field, meaning.weight >= 1, meaning.coverage > 0.5) == (field, True, True)


@pytest.mark.parametrize("title", ["New customer form", "Required Information Spreadsheet (Kundendaten)"])
def test_a_title_is_no_label(title: str) -> None:
    assert not meaning_of(title).fields
