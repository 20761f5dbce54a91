"""What only an addition may lack: nobody is asked for it before staff have said which it is."""

from dataclasses import replace

import pytest

from bot.domain.cases import Case, CaseStatus
from bot.domain.errors import NotReviewable
from bot.domain.letters import Letter
from bot.domain.mail import Address
from bot.domain.organisation_refusals import OrganisationUnsaid
from bot.domain.ris import Problem, ProblemKind, RisCase
from bot.rendering.cards import case_card
from bot.rendering.words import words
from bot.services import additions, cases, letters, nudges
from tests.cast import BLAKE, DANA, Office, a_case, a_submission
from tests.forms import COMPANY
from tests.services.test_additions import NEW, a_form, approve, not_same, same


def asked_about(*kinds: ProblemKind) -> tuple[Problem, ...]:
    return tuple(Problem(kind=kind) for kind in kinds)


def an_incomplete_addition(office: Office, *more: ProblemKind) -> Case:
    """Nobody of it is an administrator, and it names fewer seats than people."""
    a_form(office)
    approve(office, "C-1")
    problems = asked_about(ProblemKind.NO_ADMINISTRATOR, ProblemKind.SEATS_MISMATCH, *more)
    ris = RisCase(company=COMPANY, users=(NEW,), problems=problems)
    return a_case(office, replace(a_submission(sender=DANA), ris=ris))


def test_an_addition_needs_no_administrator_and_no_number_of_seats(office: Office) -> None:
    case = an_incomplete_addition(office)
    with office.connect() as db:
        card = cases.get_card(db, office.desk, "C-2", now=office.now)
    shown = str(case_card(card, words=words("en")).blocks)
    assert case.status is CaseStatus.IN_REVIEW  # nobody is asked for an administrator before staff have said
    assert [job.template for job in office.mails() if job.case_id == 2] == ["neutral_receipt"]
    assert "case_same_as" in shown
    assert "case_approve" not in shown
    assert "*Is it of an organization that its sponsor brought before?*" in shown
    with pytest.raises(OrganisationUnsaid):
        approve(office, "C-2")
    same(office, case)

    case = office.case("C-2")
    assert (case.status, case.ris.problems, case.ordered_seats) == (CaseStatus.IN_REVIEW, (), 1)
    assert office.job("receipt").values["words"]["addition_to"] == "C-1"
    assert approve(office, "C-2").status is CaseStatus.APPROVED


def test_what_else_is_missing_of_an_addition_is_still_asked(office: Office) -> None:
    same(office, an_incomplete_addition(office, ProblemKind.BAD_PHONE))

    case = office.case("C-2")
    assert case.status is CaseStatus.WAITING_FOR_SPONSOR
    assert [problem.kind for problem in case.ris.problems] == [ProblemKind.BAD_PHONE]


def test_told_apart_again_it_is_asked_for_all_that_a_first_form_needs(office: Office) -> None:
    same(office, an_incomplete_addition(office))
    not_same(office, office.case("C-2"))

    case = office.case("C-2")
    assert case.status is CaseStatus.WAITING_FOR_SPONSOR
    assert len(case.ris.problems) == 2
    assert len([job for job in office.jobs("ris_problems") if job.case_id == 2]) == 1


def test_of_no_known_organisation_it_is_asked_for_the_same(office: Office) -> None:
    not_same(office, an_incomplete_addition(office))

    assert office.case("C-2").status is CaseStatus.WAITING_FOR_SPONSOR
    (asked,) = [job for job in office.jobs("ris_problems") if job.case_id == 2]
    assert len(asked.values["words"]["problems"]) == 2


def test_what_only_an_addition_may_lack_is_asked_of_a_sponsor_who_never_brought_it(office: Office) -> None:
    an_incomplete_addition(office)
    problems = asked_about(ProblemKind.NO_ADMINISTRATOR)
    ris = RisCase(company=COMPANY, users=(NEW,), problems=problems)
    franca = Address(name="Franca", address="franca@second.example.org")
    case = a_case(office, replace(a_submission(sender=franca), ris=ris))

    assert case.status is CaseStatus.WAITING_FOR_SPONSOR


def problems_asked(office: Office) -> list[int]:
    return [len(job.values["words"]["problems"]) for job in office.jobs("ris_problems") if job.case_id == 2]


def test_once_the_organisation_is_gone_its_sponsor_can_still_be_asked(office: Office) -> None:
    case = an_incomplete_addition(office)
    with office.connect() as db:
        db.execute("update cases set status = 'withdrawn' where id = 1")
        shown = str(
            case_card(cases.get_card(db, office.desk, "C-2", now=office.now), words=words("en")).blocks
        )
        assert "case_alone" in shown
        for _ in range(2):
            seen = office.case("C-2").content_hash
            additions.ask_for_the_rest(db, office.desk, ref="C-2", seen=seen, by=BLAKE, now=office.now)

    assert case.status is CaseStatus.IN_REVIEW
    assert office.case("C-2").status is CaseStatus.WAITING_FOR_SPONSOR
    assert problems_asked(office) == [2]


def test_of_a_complete_case_there_is_no_rest(office: Office) -> None:
    case = a_form(office)
    with office.connect() as db, pytest.raises(NotReviewable):
        additions.ask_for_the_rest(
            db, office.desk, ref="C-1", seen=case.content_hash, by=BLAKE, now=office.now
        )


def test_while_staff_ask_something_else_nobody_is_reminded_of_what_nobody_asked(office: Office) -> None:
    an_incomplete_addition(office)
    with office.connect() as db:
        case = office.case("C-2")
        draft, _ = letters.begin(
            db, office.desk, Letter.QUESTION, ref="C-2", seen=case.content_hash, by=BLAKE, text="Which site?"
        )
        draft, *_ = letters.preview(db, office.desk, draft, by=BLAKE)
        assert letters.send(db, office.desk, draft, by=BLAKE, now=office.now)
    office.work()
    office.clock.wait(days=4)
    with office.connect() as db:
        nudges.nudge(db, office.desk, now=office.now)
    for job in office.jobs("nudge"):
        assert [one["problems"] for one in job.values["words"]["cases"]] == [[]]
    not_same(office, office.case("C-2"))

    assert problems_asked(office) == [2]
