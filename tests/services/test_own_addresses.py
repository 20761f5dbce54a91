"""The desk's own addresses are nobody's: no form, answer or page takes one for a person's."""

import pytest

from bot.domain.cases import CaseStatus
from bot.domain.ris import Problem
from tests.cast import DESK_ADDRESS, Office, a_mail
from tests.forms import sound_form, with_cells
from tests.services.test_case_answers import reply, take_over
from tests.services.test_marked_forms import attached, sent

EVERY_OWN = (DESK_ADDRESS, "support@desk.example.com", "Support+1@Desk.example.com")


def submit(office: Office, cells: dict[tuple[str, str], object]) -> None:
    office.take(a_mail(files=[("RIS Nordlicht.xlsx", with_cells(sound_form(), cells))]))


def problems(office: Office) -> list[Problem]:
    return list(office.case("C-1").ris.problems)


@pytest.mark.parametrize("own", EVERY_OWN)
def test_a_form_that_names_the_desk_itself_is_asked_about(office: Office, own: str) -> None:
    submit(office, {("Users", "D7"): own, ("Company", "B18"): own})
    office.work()
    asked = " ".join(office.mailer.sent[-1].text.split())

    assert [(one.kind, one.cell, one.severity) for one in problems(office)] == [
        ("own_address", "B18", "error"),
        ("own_address", "D7", "error"),
    ]
    assert office.case("C-1").status is CaseStatus.WAITING_FOR_SPONSOR
    assert "is an address of our support desk" in asked


def test_an_answer_in_words_cannot_bring_one_in(office: Office) -> None:
    submit(office, {("Users", "D7"): "mara.lindqvist"})
    office.work()
    reply(office, f"1. {DESK_ADDRESS}")
    take_over(office)

    assert [(one.kind, one.cell) for one in problems(office)] == [("own_address", "D7")]


@pytest.mark.slow
def test_the_senders_own_file_comes_back_marked(office: Office) -> None:
    submit(office, {("Users", "D7"): DESK_ADDRESS})

    assert attached(sent(office)).name == "RIS Nordlicht.xlsx"
