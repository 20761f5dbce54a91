"""What an answer would change, and which answers stay with a person."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.answer_texts import Given
from bot.domain.case_answers import Doubt, Proposal, apply, judge, list_questions, meant, propose
from bot.domain.filling import Slot
from bot.domain.ris import Decision, Problem, ProblemKind, RisCase, Role
from bot.rendering.workbooks import ris_form
from tests import forms
from tests.budget import examples
from tests.domain.test_filling import DOUBTFUL
from tests.forms import COMPANY, MARA, TOM

#: 1 city, 2 country, 3 Mara's address, 4 nobody is administrator
ASKED = forms.case(
    ris_form(
        "en",
        replace(COMPANY, city="", country="Germoney"),
        [replace(MARA, email="mara.lindqvist@nordlicht.example,com", role=Role.USER), TOM],
    )
)


def proposed(*given: tuple[int, str], current: RisCase = ASKED) -> list[Proposal]:
    found = propose(ASKED, current, [Given(number=number, text=text) for number, text in given])
    return list(judge(apply(current, found), found))


def doubts(*given: tuple[int, str], current: RisCase = ASKED) -> list[Doubt | None]:
    return [one.doubt for one in proposed(*given, current=current)]


def test_the_questions_are_the_errors_in_their_order() -> None:
    assert [problem.field for problem in list_questions(ASKED)] == ["city", "country", "email", ""]


def test_every_answer_names_its_cell_with_old_and_new() -> None:
    city, country, email = proposed((1, "Hamburg"), (2, "Germany."), (3, "ja"))

    assert (city.slot, city.old, city.new) == (Slot("city"), "", ("Hamburg",))
    assert (country.slot, country.old, country.new) == (Slot("country"), "Germoney", ("Germany",))
    assert (email.slot, email.who) == (Slot("email", 0), "Mara Lindqvist")
    assert email.new == ("mara.lindqvist@nordlicht.example.com",)  # "yes" takes the suggestion


def test_all_answers_together_make_the_form_complete() -> None:
    found = proposed((1, "Hamburg"), (2, "Deutschland"), (3, "yes"), (4, "Tom Öztürk"))
    filled = apply(ASKED, found)

    assert filled.decision is Decision.COMPLETE
    assert filled.users[1].role == Role.ORGANIZATION_ADMINISTRATOR


@pytest.mark.parametrize(
    "said", ["tom.oeztuerk@nordlicht.example.com", "Bitte Tom Öztürk.", "Tom Öztürk, bitte"]
)
def test_the_administrator_is_named_by_address_or_name(said: str) -> None:
    (one,) = proposed((4, said))

    assert (one.slot, one.new) == (Slot("role", 1), (Role.ORGANIZATION_ADMINISTRATOR,))


def test_who_names_nobody_or_two_is_asked_again() -> None:
    assert doubts((4, "our boss"), current=ASKED) == [Doubt.NOBODY]
    assert doubts((4, "Mara Lindqvist or Tom Öztürk")) == [Doubt.NOBODY]


def test_a_value_that_is_not_right_yet_is_said_to_be_so() -> None:
    (one,) = proposed((2, "Atlantis"))

    assert one.applies
    assert one.still_open


@pytest.mark.parametrize("number", [5, 99, 999])
def test_a_number_out_of_range_answers_no_question(number: int) -> None:
    assert doubts((number, "Hamburg")) == [Doubt.NO_QUESTION]


def test_a_number_with_two_answers_is_doubtful_and_the_same_twice_is_one() -> None:
    assert doubts((1, "Hamburg"), (1, "Kiel")) == [Doubt.TWICE, Doubt.TWICE]
    assert doubts((1, "Hamburg"), (1, "Hamburg")) == [None]


def test_two_questions_about_one_cell_with_two_answers_are_doubtful() -> None:
    rival = Problem(kind=ProblemKind.DUPLICATE, field="city", cell="F3", found="Kiel")
    asked = replace(ASKED, problems=(rival, *ASKED.problems))
    found = propose(asked, asked, [Given(number=1, text="Kiel"), Given(number=2, text="Hamburg")])

    assert [one.doubt for one in found] == [Doubt.TWICE, Doubt.TWICE]


@pytest.mark.parametrize(
    "said",
    ["no", "Nein", "?", "which one?", "siehe Anhang", "n/a", "bitte löschen", "-", "word " * 30, "x" * 300],
)
def test_what_is_no_value_stays_words(said: str) -> None:
    assert doubts((1, said)) == [Doubt.NO_VALUE]


@pytest.mark.parametrize(
    "said", ["=1+1", '=HYPERLINK("http://evil.example")', "@SUM(A1)", "+cmd|' /C calc'!A0", "#REF!"]
)
def test_what_a_spreadsheet_would_run_never_goes_into_a_cell(said: str) -> None:
    assert doubts((1, said)) == [Doubt.WOULD_RUN]


def test_a_missing_list_of_users_is_no_single_value() -> None:
    ris = RisCase(company=COMPANY, problems=(Problem(kind=ProblemKind.MISSING, field="users"),))
    (one,) = propose(ris, ris, [Given(number=1, text="Anna Berg")])

    assert one.doubt is Doubt.NO_CELL


def test_an_answer_to_an_older_mail_counts_where_the_same_is_still_asked() -> None:
    newer = apply(ASKED, proposed((1, "Hamburg")))

    assert doubts((1, "Kiel"), (2, "Germany"), current=newer) == [Doubt.NO_LONGER_ASKED, None]


def test_an_answer_does_not_reach_another_person_in_the_same_cell() -> None:
    newer = replace(ASKED, users=(replace(ASKED.users[0], first_name="Anna"), ASKED.users[1]))

    assert doubts((3, "yes"), current=newer) == [Doubt.NO_LONGER_ASKED]


@pytest.mark.parametrize(
    "said",
    [
        "will follow", "Will follow soon.", "to follow", "see above", "as above", "see below",
        "See attached file", "TBD", "t.b.d.", "tbd (will follow)", "not yet known", "still open",
        "to be confirmed", "will be sent later",
        "folgt", "Folgt noch!", "folgt in Kürze", "siehe oben", "s.o.", "s. u.", "wie oben", "kommt noch",
        "Kommt später.", "wird nachgereicht", "reichen wir nach", "noch offen",
        "noch nicht bekannt", "siehe Anlage", "City: will follow", "n/a", "unknown, will follow",
    ],
)  # fmt: skip
def test_what_comes_later_or_stands_elsewhere_is_no_value(said: str) -> None:
    assert meant(said, Problem(kind=ProblemKind.MISSING, field="city")) == ""


@pytest.mark.parametrize(
    "said",
    [
        "Will",
        "Open Systems",
        "Folgt 3",
        "Above Street 5",
        "Known",
        "Klar",
        "Done",
        "Kommern",
        "Anhang 4",
        "Follow GmbH",
    ],
)
def test_a_value_that_only_sounds_like_it_is_one(said: str) -> None:
    assert meant(said, Problem(kind=ProblemKind.MISSING, field="street")) == said


def test_yes_takes_the_suggestion_where_there_is_one() -> None:
    assert meant("ja", Problem(kind=ProblemKind.MISSING, field="city")) == ""
    assert meant("Ja, stimmt.", Problem(kind=ProblemKind.MISSING, field="city", suggestion="Kiel")) == "Kiel"


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({1: "yes", 2: "Ja!"}, [("job_title", (), None), ("city", (), None)]),
        ({1: "It is the e-mail", 2: "Kiel"}, [(None, (), Doubt.NO_CELL), ("city", ("Kiel",), None)]),
        ({2: "nein"}, [("city", (), Doubt.NO_VALUE)]),
    ],
)
def test_a_doubtful_heading_is_confirmed_or_a_companys_value_given(
    answers: dict[int, str], expected: list[tuple[str | None, tuple[str, ...], Doubt | None]]
) -> None:
    given = [Given(number=number, text=text) for number, text in answers.items()]
    found = propose(DOUBTFUL, DOUBTFUL, given)

    assert [(one.slot and one.slot.field, one.new, one.doubt) for one in found] == expected
    assert len(apply(DOUBTFUL, found).problems) == 2 - sum(one.applies for one in found)


@pytest.mark.parametrize(
    ("field", "said", "value"),
    [
        ("postal_code", "Postal code: 10115.", "10115"),
        ("postal_code", "„10115“", "10115"),
        ("email", "It is anna@berg.example, sorry!", "anna@berg.example"),
        ("email", "<mailto:anna@berg.example>", "anna@berg.example"),
        ("email", "anna@a.example or anna@b.example", "anna@a.example or anna@b.example"),
        ("name", "Berg & Co.", "Berg & Co."),
        ("vat_id", "N/A", "N/A"),
        ("vat_id", "keine", "keine"),
    ],
)
def test_the_value_is_found_in_what_people_write_around_it(field: str, said: str, value: str) -> None:
    assert meant(said, Problem(kind=ProblemKind.MISSING, field=field)) == value


@settings(max_examples=examples(60), deadline=None)
@given(given_=st.lists(st.tuples(st.integers(1, 9), st.text(max_size=80)), max_size=8))
def test_no_answer_breaks_the_form(given_: list[tuple[int, str]]) -> None:
    found = proposed(*given_)
    filled = apply(ASKED, found)

    assert len(filled.users) == len(ASKED.users)
    assert all(one.doubt or one.slot for one in found)
