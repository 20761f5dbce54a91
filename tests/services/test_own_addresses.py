"""The desk's own addresses are nobody's: no form, answer or page takes one for a person's."""

import pytest

from bot.domain.account_files import AccountRowFault
from bot.domain.cases import Case, CaseStatus
from bot.domain.invitation_files import InviteFault
from bot.domain.license_keys import Holder
from bot.domain.registration_refusals import OwnAddress
from bot.domain.ris import Problem
from bot.services import partner_invitations
from tests.cast import DESK_ADDRESS, Office, a_mail
from tests.forms import sound_form, with_cells
from tests.license_keys import case, hand_over, mailed, seat_of, supplied
from tests.services.test_account_files import HEAD, row, take
from tests.services.test_case_answers import reply, take_over
from tests.services.test_marked_forms import attached, sent

__all__ = ["case", "mailed", "supplied"]  # pytest finds the fixtures here

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


def test_no_key_is_handed_to_the_desk(supplied: Office, mailed: Case) -> None:
    with pytest.raises(OwnAddress):
        hand_over(supplied, seat_of(supplied, mailed, "Tom"), Holder(name="Desk", email=DESK_ADDRESS))


def test_no_file_of_accounts_brings_one_in(office: Office) -> None:
    line = row(1, office.now.date(), email=DESK_ADDRESS)

    (bad,) = take(office, f"{HEAD}\n{line}", dry=True).reading.bad
    assert bad.fault is AccountRowFault.OWN_ADDRESS


def test_no_file_of_invitations_does_either(office: Office) -> None:
    with office.connect() as db:
        looked = partner_invitations.look(
            db, office.desk, office.bot.reader, name="p.csv", content=f"E-Mail\n{DESK_ADDRESS}\n".encode(),
            lang="en", role="partner", now=office.now,
        )  # fmt: skip

    assert [one.fault for one in looked.reading.bad] == [InviteFault.OURS]
