"""Letters of the desk where mails wait for release: what is said, and what crosses them."""

from pathlib import Path

import pytest

from bot.domain.cases import CaseStatus
from bot.domain.outbox import JobStatus
from bot.services import outbox
from tests.cast import BLAKE, Office, a_mail, an_office
from tests.services.test_letters import MORE_SEATS, SOUND, ask, open_numbers


@pytest.fixture
def holding(tmp_path: Path) -> Office:
    office = an_office(tmp_path, delivery="hold")
    office.take(a_mail(subject="A new customer", files=[SOUND]))
    ask(office)
    office.work()
    return office


def test_a_question_on_hold_says_so_on_the_card_until_it_went(holding: Office) -> None:
    job = holding.job("desk_question")
    assert job.status is JobStatus.HELD
    assert "its mail: *waits for release*" in holding.chat.texts()

    with holding.connect() as db:
        outbox.release(db, job.id, by=BLAKE.id, now=holding.now)
    holding.work()

    (card,) = [m for m in holding.chat.standing.values() if m.key == "card:C-1"]
    assert "Which site?" in str(card.blocks)
    assert "its mail:" not in str(card.blocks)


def test_a_question_that_is_discarded_was_not_asked_and_the_case_is_back(holding: Office) -> None:
    ask(holding, "And which seats?")
    holding.work()
    first, second = holding.jobs("desk_question")
    with holding.connect() as db:
        outbox.discard(db, first.id, by=BLAKE.id, now=holding.now)
        assert holding.case("C-1").status is CaseStatus.WAITING_FOR_SPONSOR
        assert open_numbers(holding) == [3]
        outbox.discard(db, second.id, by=BLAKE.id, now=holding.now)
    holding.work()

    assert holding.case("C-1").status is CaseStatus.IN_REVIEW
    assert open_numbers(holding) == []
    assert "Question 1, 2 was not asked" in holding.chat.texts()


def test_words_that_cross_a_question_on_hold_do_not_answer_it(holding: Office) -> None:
    receipt = holding.job("receipt")
    holding.take(a_mail(text="By the way: we are on holiday.", answers=receipt.message_id))

    assert open_numbers(holding) == [1, 2]
    assert holding.case("C-1").status is CaseStatus.WAITING_FOR_SPONSOR


def test_a_newer_form_that_crosses_it_is_complete_and_waits_all_the_same(holding: Office) -> None:
    receipt = holding.job("receipt")
    holding.take(a_mail(text="More seats.", answers=receipt.message_id, files=[MORE_SEATS]))

    case = holding.case("C-1")
    assert (case.version, case.status) == (2, CaseStatus.WAITING_FOR_SPONSOR)
    assert [job.template for job in holding.mails()] == ["receipt", "desk_question", "receipt"]


def test_a_mail_that_did_not_go_is_told_nowhere(holding: Office) -> None:
    assert not holding.jobs("mail_note")
