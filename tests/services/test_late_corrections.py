"""A corrected form once the customer is invited: told to a person, and never a second order by mistake."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.approvals import RejectionReason
from bot.domain.cases import CaseStatus
from bot.domain.events import EventTag
from bot.domain.organisation_refusals import PeopleKnown
from bot.domain.ris import Credential
from bot.rendering.workbooks import ris_form
from bot.services import additions, approvals
from tests.cast import AVERY, BLAKE, Office, a_mail
from tests.forms import COMPANY, MARA, TOM, homemade_form, sound_form
from tests.license_keys import KEYS, a_desk, stock
from tests.services.walked import outside

FORM = ("RIS.xlsx", sound_form())
OTHER_PHONE = ("RIS.xlsx", ris_form("en", COMPANY, [MARA, replace(TOM, phones=("+4915123456781",))]))
NORA = replace(TOM, first_name="Nora", last_name="Vogt", email="nora.vogt@nordlicht.example.com")
WITH_NORA = ("RIS.xlsx", ris_form("en", replace(COMPANY, seats=3), [MARA, TOM, NORA]))


@pytest.fixture
def invited(tmp_path: Path) -> Office:
    office = a_desk(tmp_path)
    stock(office, KEYS[:6])
    outside(office)
    office.take(a_mail(files=[FORM]))
    approve(office, "C-1")
    office.work_till_quiet()
    assert office.case("C-1").status is CaseStatus.INVITED
    return office


def approve(office: Office, ref: str) -> None:
    seen = office.case(ref).content_hash
    with office.connect() as db:
        approvals.approve(db, office.desk, ref=ref, seen=seen, by=AVERY, now=office.now)


def reply(office: Office, *files: tuple[str, bytes]) -> str:
    ours = office.job("order_confirmation").message_id
    return office.take(a_mail(files=list(files), subject="Re: it", answers=ours)).subject_ref


def receipts(office: Office) -> list[str]:
    return [job.recipient for job in office.jobs("neutral_receipt")]


def test_a_corrected_number_after_the_invitation_is_told_to_a_person(invited: Office) -> None:
    assert reply(invited, OTHER_PHONE) == "C-1"
    invited.work()

    assert "cannot be reopened: its License Keys went out" in " ".join(invited.chat.texts().split())
    assert "+4915123456781" in invited.chat.texts()
    assert receipts(invited) == ["dana@sponsor.example.org"]


def test_what_could_not_be_read_beside_a_corrected_form_is_named(invited: Office) -> None:
    reply(invited, OTHER_PHONE, ("More people.xlsx", homemade_form()))
    invited.work()

    assert "No form was found in*: More people.xlsx" in invited.chat.texts()


def test_the_thread_names_each_case_that_two_newer_forms_open(invited: Office) -> None:
    """Which of them counts their cards ask."""
    reply(invited, OTHER_PHONE, WITH_NORA)

    heard = [event.data["about"] for event in invited.events() if event.tag == EventTag.CASE_HEARD]
    assert heard == ["C-2", "C-3"]


def test_without_keys_the_note_says_that_the_customer_is_invited(tmp_path: Path) -> None:
    people = [replace(one, credential=str(Credential.MLOA_HARDWARE)) for one in (MARA, TOM)]
    office = a_desk(tmp_path)
    stock(office, KEYS[:6])
    outside(office)
    office.take(a_mail(files=[("RIS.xlsx", ris_form("en", COMPANY, people))]))
    approve(office, "C-1")
    office.work_till_quiet()
    assert office.case("C-1").status is CaseStatus.INVITED
    people[1] = replace(people[1], job_title="Head of design")
    reply(office, ("RIS.xlsx", ris_form("en", COMPANY, people)))
    office.work()

    assert "cannot be reopened: its customer has been invited" in " ".join(office.chat.texts().split())


def test_somebody_new_is_an_order_of_its_own_and_nobody_gets_anything_twice(invited: Office) -> None:
    assert reply(invited, WITH_NORA) == "C-2"
    with pytest.raises(PeopleKnown):
        approve(invited, "C-2")
    seen = invited.case("C-2").content_hash
    with invited.connect() as db:
        additions.confirm_same(db, invited.desk, ref="C-2", other="C-1", seen=seen, by=BLAKE, now=invited.now)
    approve(invited, "C-2")

    assert [user.first_name for user in invited.case("C-2").ordered_users] == ["Nora"]


def test_a_form_as_a_mail_of_its_own_asks_the_same(invited: Office) -> None:
    invited.take(a_mail(files=[OTHER_PHONE]))
    with pytest.raises(PeopleKnown):
        approve(invited, "C-2")
    seen = invited.case("C-2").content_hash
    with invited.connect() as db:
        additions.deny_same(db, invited.desk, ref="C-2", other="C-1", seen=seen, by=BLAKE, now=invited.now)
    approve(invited, "C-2")


def test_a_corrected_form_after_a_rejection_is_received(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    with office.connect() as db:
        approvals.reject(
            db, office.desk, ref="C-1", seen=office.case("C-1").content_hash, by=AVERY,
            reason=RejectionReason.WRONG_DATA, note="", now=office.now,
        )  # fmt: skip
    office.work()
    ours = office.job("rejection").message_id
    office.take(a_mail(files=[OTHER_PHONE], subject="Re: it", answers=ours))

    assert receipts(office) == ["dana@sponsor.example.org"]
