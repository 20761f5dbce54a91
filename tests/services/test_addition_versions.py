"""Newer versions of an addition: its questions, its answers and its workbook are those of an addition."""

import io
from dataclasses import replace
from functools import cache

import openpyxl
import pytest

from bot.domain.cases import Case, CaseStatus
from bot.domain.ris import ProblemKind, Role, User
from bot.rendering.workbooks import ris_form
from bot.services import additions, approvals, case_answers
from bot.services.marking import mark_version
from tests.cast import AVERY, BLAKE, Office, a_mail
from tests.forms import COMPANY, TOM, sound_form
from tests.outside import PlainMarker

NEW = replace(TOM, first_name="Nora", last_name="Vogt", email="nora.vogt@nordlicht.example.com")


@cache
def a_form(*users: User) -> tuple[str, bytes]:
    """Nobody of it is an administrator, and it names one seat for all."""
    return "More people.xlsx", ris_form("en", replace(COMPANY, seats=1), users)


def a_phone(number: str) -> User:
    return replace(NEW, phones=(number,), role=Role.USER)


TWO = (replace(TOM, email="second@nordlicht.example.com"), a_phone("call me"))


@pytest.fixture
def added(office: Office) -> Office:
    """C-2 is an addition to C-1, and its second version lacks a phone; the first lacked two things more."""
    office.take(a_mail(files=[("RIS.xlsx", sound_form())]))
    first = office.case("C-1")
    office.take(a_mail(files=[a_form(*TWO)]))
    with office.connect() as db:
        approvals.approve(db, office.desk, ref="C-1", seen=first.content_hash, by=AVERY, now=office.now)
        seen = office.case("C-2").content_hash
        additions.confirm_same(db, office.desk, ref="C-2", other="C-1", seen=seen, by=BLAKE, now=office.now)
    office.work()
    reply(office, files=[a_form(TWO[0], a_phone("ask Mara"))])
    return office


def reply(office: Office, *, text: str = "", files: list[tuple[str, bytes]] | None = None) -> str:
    message_id = next(job.message_id for job in reversed(office.jobs("ris_problems")) if job.case_id == 2)
    return office.take(a_mail(text=text or "Hello", files=files or [], answers=message_id)).subject_ref


def case(office: Office) -> Case:
    return office.case("C-2")


def test_a_newer_version_is_asked_only_what_an_addition_lacks(added: Office) -> None:
    assert (case(added).version, case(added).status) == (2, CaseStatus.WAITING_FOR_SPONSOR)
    assert len(added.job("ris_problems").values["words"]["problems"]) == 1


def test_an_answer_counts_by_the_numbers_of_the_mail_it_answers(added: Office) -> None:
    reply(added, text="1. +49 30 23125099")
    with added.connect() as db:
        (proposal,) = case_answers.get_note(db, added.desk, 1).answers.proposals
        assert proposal.slot is not None
        assert (proposal.slot.field, proposal.slot.user) == ("phones", 1)
        case_answers.take_over(db, added.desk, ref="C-2", number=1, by=BLAKE, now=added.now)

    assert (case(added).version, case(added).status) == (3, CaseStatus.IN_REVIEW)


def test_the_same_file_once_more_is_no_newer_version(added: Office) -> None:
    reply(added, files=[a_form(TWO[0], a_phone("ask Mara"))])

    assert case(added).version == 2
    assert added.job("ris_problems").values["words"]["unchanged"]


def test_its_sender_gets_their_own_workbook_with_what_an_addition_lacks(added: Office) -> None:
    with added.connect() as db:
        form = mark_version(db, added.desk, PlainMarker(), case_id=2, version=2, lang="en")

    assert form is not None
    assert form.own
    said = [problem.kind for problem in case(added).ris.problems if problem.severity == "error"]
    assert said == [ProblemKind.BAD_PHONE]
    assert remarked(form.file.content) == 1


def remarked(content: bytes) -> int:
    """How many cells have a comment of ours."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return sum(cell.comment is not None for sheet in book for row in sheet for cell in row)


def test_told_apart_again_it_is_asked_for_all_that_a_first_form_lacks(added: Office) -> None:
    with added.connect() as db:
        additions.deny_same(
            db, added.desk, ref="C-2", other="C-1", seen=case(added).content_hash, by=BLAKE, now=added.now
        )

    kinds = {problem.kind for problem in case(added).ris.problems}
    assert {ProblemKind.BAD_PHONE, ProblemKind.NO_ADMINISTRATOR, ProblemKind.SEATS_MISMATCH} <= kinds
