"""The measure itself: what counts as right, and that each difference is named."""

import copy
from typing import Any

import pytest

from tests.scoring import Score, score

TRUTH: dict[str, Any] = {
    "file": "a.eml",
    "decision": "incomplete",
    "also_accept": [],
    "cases": [
        {
            "company": {"name": "Nordlicht Werke", "city": "Hamburg", "seats": 2, "state": None},
            "users": [
                {"first_name": "Mara", "email": "mara@a.example", "phones": ["+493023125010"], "row": 4},
                {"first_name": "Tom", "email": "tom@a.example", "phones": [], "row": 5},
            ],
            "problems": [
                {"kind": "missing", "field": "phones", "row": 5, "user": 1, "severity": "error"},
                {"kind": "no_administrator", "field": None, "row": None, "user": None, "severity": "error"},
            ],
        }
    ],
}
VALUES = 10  #: three of the company, four of Mara, three of Tom


def changed(**what: object) -> dict[str, Any]:
    """The truth as a prediction, with a few things of its only case replaced."""
    said = copy.deepcopy(TRUTH) | {"reason": None}
    for name, value in what.items():
        if name in {"decision", "cases", "also_accept"}:
            said[name] = value
        else:
            said["cases"][0][name] = value
    return said


def scored(said: dict[str, Any], truth: dict[str, Any] = TRUTH) -> Score:
    return score([truth], {"a.eml": said})


def test_what_equals_the_labels_is_wholly_right() -> None:
    result = scored(changed())

    assert (result.decisions, result.differences) == (1.0, [])
    assert (result.fields.wanted, result.fields.found, result.fields.right) == (VALUES,) * 3
    assert (result.problems.precision, result.problems.recall) == (1.0, 1.0)


def test_a_file_without_a_prediction_is_wrong_in_everything() -> None:
    result = score([TRUTH], {})

    assert (result.decisions, result.fields.recall, result.problems.recall) == (0.0, 0.0, 0.0)


def test_nothing_is_nothing_however_it_is_written() -> None:
    company = TRUTH["cases"][0]["company"] | {"state": "", "website": None, "street": "  "}

    assert scored(changed(company=company)).differences == []


def test_a_wrong_value_costs_precision_and_recall_and_a_lost_one_recall_only() -> None:
    company = TRUTH["cases"][0]["company"]
    wrong = scored(changed(company=company | {"city": "Bremen"}))
    lost = scored(changed(company=company | {"city": ""}))
    invented = scored(changed(company=company | {"state": "HH"}))

    assert (wrong.fields.precision, wrong.fields.recall) == (0.9, 0.9)
    assert (lost.fields.precision, lost.fields.recall) == (1.0, 0.9)
    assert (invented.fields.precision, invented.fields.recall) == (10 / 11, 1.0)
    assert wrong.differences == ["a.eml: company · city: wanted 'Hamburg', found 'Bremen'"]


def test_users_are_matched_by_row_and_then_by_address() -> None:
    mara, tom = TRUTH["cases"][0]["users"]
    moved = scored(changed(users=[tom | {"row": None}, mara | {"email": "m@a.example"}]))

    assert [line.partition(": ")[2] for line in moved.differences] == [
        "user mara@a.example · email: wanted 'mara@a.example', found 'm@a.example'",
        "user tom@a.example · row: wanted 5, found None",
    ]


def test_a_user_too_few_or_too_many_is_named_and_counted() -> None:
    mara, tom = TRUTH["cases"][0]["users"]
    fewer = scored(changed(users=[mara]))
    more = scored(changed(users=[mara, tom, {"first_name": "Total", "row": 9}]))

    assert fewer.differences == ["a.eml: user tom@a.example: wanted 'is there', found 'nobody'"]
    assert fewer.fields.recall == 0.7
    assert more.differences == ["a.eml: user 9: wanted 'nobody', found 'is there'"]
    assert more.fields.precision == 10 / 12


@pytest.mark.parametrize("change", [{"kind": "bad_phone"}, {"field": "email"}, {"row": 6}, {"user": 0}])
def test_a_problem_is_right_only_in_kind_field_row_and_user(change: dict[str, Any]) -> None:
    one, other = TRUTH["cases"][0]["problems"]
    result = scored(changed(problems=[one | change, other]))

    assert (result.problems.precision, result.problems.recall) == (0.5, 0.5)
    assert len(result.differences) == 2


def test_advice_that_the_labels_lack_costs_nothing_but_an_error_does() -> None:
    known = TRUTH["cases"][0]["problems"]
    more = {"kind": "one_phone", "field": "phones", "row": 4, "user": 0, "severity": "warning"}

    assert scored(changed(problems=[*known, more])).problems.precision == 1.0
    assert scored(changed(problems=[*known, more | {"severity": "error"}])).problems.precision == 2 / 3


def test_advice_that_the_labels_have_is_wanted() -> None:
    truth = copy.deepcopy(TRUTH)
    truth["cases"][0]["problems"].append(
        {"kind": "free_mail", "field": "email", "row": 4, "user": 0, "severity": "warning"}
    )

    assert scored(changed(), truth).problems.recall == 2 / 3


def test_a_lone_vat_check_digit_is_right_either_way() -> None:
    vat = {"kind": "bad_vat_id", "field": "vat_id", "row": 3, "user": None, "severity": "error"}
    truth = changed(problems=[vat], also_accept=["complete"])
    strict = changed(problems=[vat])

    assert scored(changed(problems=[], decision="complete"), truth).differences == []
    assert scored(changed(problems=[vat]), truth).differences == []
    assert scored(changed(problems=[]), strict).problems.recall == 0.0


def test_another_honest_decision_is_right_and_its_case_is_not_held_against_it() -> None:
    nothing = {"file": "a.eml", "decision": "not_a_ris", "also_accept": ["incomplete"], "cases": []}
    read = scored(changed(), nothing)
    sure = scored(changed(), nothing | {"also_accept": []})

    assert (read.decisions, read.fields.precision) == (1.0, 1.0)
    assert (sure.decisions, sure.fields.precision, sure.problems.precision) == (0.0, 0.0, 0.0)


def test_a_refusal_is_right_with_one_of_its_reasons() -> None:
    truth = {"file": "a.eml", "decision": "refused", "reason": "corrupt|unsupported", "cases": []}
    said = {"decision": "refused", "reason": "corrupt", "cases": []}

    assert scored(said, truth).differences == []
    assert scored(said | {"reason": "too_large"}, truth).differences == [
        "a.eml: decision: wanted 'refused corrupt|unsupported', found 'refused too_large'"
    ]
    assert scored(said | {"reason": "too_large"}, truth).decisions == 0.0


def test_two_companies_are_matched_by_name_in_any_order() -> None:
    one = TRUTH["cases"][0]
    other = copy.deepcopy(one)
    other["company"]["name"] = "Ostwind"
    truth = changed(cases=[one, other])

    assert scored(changed(cases=[other, one]), truth).differences == []
    misread = copy.deepcopy(other)
    misread["company"]["name"] = "Ostwnd"
    assert len(scored(changed(cases=[misread, one]), truth).differences) == 1


def test_the_table_names_all_three() -> None:
    table = scored(changed()).table().splitlines()

    assert [line.split()[0] for line in table] == ["precision", "decisions", "fields", "problems"]
