"""A corrected form that came as a mail of its own takes the place of the one that waits, by a click."""

from dataclasses import replace

import pytest

from bot.domain.case_answers import AnswersState
from bot.domain.cases import BallHolder, Case, CaseStatus
from bot.domain.errors import HasAdditions, NotStaff, OwnWork
from bot.domain.mail import Address
from bot.domain.organisation_refusals import NotItsNewerForm
from bot.rendering import organisations
from bot.rendering.words import words
from bot.rendering.workbooks import ris_form
from bot.services import additions, approvals, case_answers, cases, status_pages
from bot.store import case_answers as kept
from tests.cast import AVERY, BLAKE, DANA, ELI, Office, a_mail, an_office
from tests.forms import COMPANY, MARA, TOM, sound_form
from tests.services.test_additions import approve, same

NORA = replace(TOM, first_name="Nora", last_name="Vogt", email="nora.vogt@nordlicht.example.com")
WITHOUT_CITY = ("RIS.xlsx", ris_form("en", replace(COMPANY, city=""), [MARA, TOM]))
WITHOUT_STREET = ("RIS.xlsx", ris_form("en", replace(COMPANY, street=""), [MARA, TOM]))
SOUND = ("RIS.xlsx", sound_form())
LAST = ("RIS.xlsx", ris_form("en", replace(COMPANY, seats=5), [MARA, TOM]))


def newer_of(office: Office, case: Case, other: str = "C-1") -> Case:
    with office.connect() as db:
        return additions.take_as_newer(
            db, office.desk, ref=case.ref, other=other, seen=case.content_hash, by=BLAKE, now=office.now
        )


def forms(office: Office, *files: tuple[str, bytes]) -> list[Case]:
    """A case for each, an hour apart."""
    for file in files:
        office.take(a_mail(files=[file]))
        office.work()
        office.clock.wait(hours=1)
    return [office.case(f"C-{number}") for number, _ in enumerate(files, 1)]


def buttons(office: Office, ref: str) -> list[str]:
    """Those about other organisations on its card, as staff read them."""
    with office.connect() as db:
        card = cases.get_card(db, office.desk, ref, now=office.now)
    rows = organisations.buttons(card, words("en"))
    return [str(button["text"]["text"]) for row in rows for button in row["elements"]]


def unread(office: Office, ref: str = "C-1") -> int:
    with office.connect() as db:
        return cases.get_card(db, office.desk, ref, now=office.now).unread


def test_it_is_the_newest_version_of_the_case_that_waits(office: Office) -> None:
    first, second = forms(office, WITHOUT_CITY, SOUND)
    assert first.status is CaseStatus.WAITING_FOR_SPONSOR
    revised = newer_of(office, second)
    office.work()

    first = office.case("C-1")
    assert (revised.ref, first.version, first.status) == ("C-1", 2, CaseStatus.IN_REVIEW)
    assert first.ris == second.ris
    assert (first.mail_id, first.thread) == (second.mail_id, second.thread)
    assert office.case("C-2").status is CaseStatus.WITHDRAWN
    assert [job.recipient for job in office.jobs("receipt") if job.case_id == 1] == [DANA.address]
    approve(office, "C-1")


@pytest.mark.parametrize("second", [SOUND, WITHOUT_STREET])
def test_its_sponsor_who_knows_the_closed_case_is_told_once_how_it_goes_on(
    office: Office, second: tuple[str, bytes]
) -> None:
    _, newer = forms(office, WITHOUT_CITY, second)
    newer_of(office, newer)
    asked = office.mails()[-1].message_id
    office.work()
    assert "C-2 goes on as C-1" in office.mailer.sent[-1].text

    office.take(a_mail(files=[LAST], answers=asked))
    office.work()
    assert sum("goes on as" in mail.text for mail in office.mailer.sent) == 1


def test_who_changed_it_before_has_a_hand_in_it_still(office: Office) -> None:
    forms(office, WITHOUT_CITY, WITHOUT_STREET)
    asked = next(job.message_id for job in office.jobs("ris_problems") if job.case_id == 2)
    office.take(a_mail(text="1. Hafenstraße 9", answers=asked))
    with office.connect() as db:
        case_answers.take_over(db, office.desk, ref="C-2", number=1, by=AVERY, now=office.now)
    revised = newer_of(office, office.case("C-2"))

    assert {DANA.address, AVERY.id, BLAKE.id} <= revised.hands
    with pytest.raises(OwnWork), office.connect() as db:
        approvals.approve(db, office.desk, ref="C-1", seen=revised.content_hash, by=AVERY, now=office.now)


def test_an_older_form_takes_no_newer_ones_place(office: Office) -> None:
    _, second = forms(office, WITHOUT_CITY, WITHOUT_STREET)
    asked = next(job.message_id for job in office.jobs("ris_problems") if job.case_id == 1)
    office.take(a_mail(files=[LAST], answers=asked))
    with pytest.raises(NotItsNewerForm):
        newer_of(office, second)

    assert (office.case("C-1").version, office.case("C-1").ris.company.seats) == (2, 5)


def test_answers_and_words_that_wait_are_not_lost_by_it(office: Office) -> None:
    first, second = forms(office, WITHOUT_CITY, WITHOUT_STREET)
    asked = next(job.message_id for job in office.jobs("ris_problems") if job.case_id == first.id)
    office.take(a_mail(text="1. Hamburg", answers=asked))
    office.take(a_mail(text="STOP: Tomas has left, no key for him.", answers=asked))
    assert unread(office) == 1
    office.clock.wait(hours=1)
    newer_of(office, second)

    assert unread(office) == 1
    assert office.case("C-1").ball is BallHolder.DESK
    with office.connect() as db:
        (one,) = [found for number in range(1, 3) if (found := kept.find(db, number)) and found.version == 1]
        assert one.state is AnswersState.OVERTAKEN


def test_of_a_decided_case_another_sponsors_or_another_firm_there_is_no_newer_form(office: Office) -> None:
    office.bot = an_office(office.path.parent, sponsors="sponsor.example.org,second.example.org").bot
    forms(office, SOUND)
    franca = Address(name="Franca", address="franca@second.example.org")
    office.take(a_mail(files=[WITHOUT_CITY], sender=franca))
    other = replace(
        COMPANY, name="Südwind AG", website="suedwind.example.net", vat_id="N/A", city="Kiel",
        street="Am Wall 2", contact_email="c@suedwind.example.net", contact_name="C. Wind",
    )  # fmt: skip
    people = [
        replace(MARA, first_name="Ada", last_name="Wind", email="a@suedwind.example.net"),
        replace(TOM, first_name="Ben", last_name="Wind", email="b@suedwind.example.net"),
    ]
    office.take(a_mail(files=[("RIS.xlsx", ris_form("en", other, people))]))
    for newer, older, why in (
        ("C-2", "C-1", "the two came from different sponsors"),
        ("C-1", "C-2", "that of C-2 came later"),
        ("C-3", "C-1", "nothing says that the two are of one company"),
    ):
        with pytest.raises(NotItsNewerForm) as no:
            newer_of(office, office.case(newer), older)
        assert why in words("en").refusal(no.value)
    assert buttons(office, "C-2") == ["Same as C-1", "Not C-1"]
    seen = office.case("C-2").content_hash
    with pytest.raises(NotStaff), office.connect() as db:
        additions.take_as_newer(db, office.desk, ref="C-2", other="C-1", seen=seen, by=ELI, now=office.now)
    approve(office, "C-1")
    office.take(a_mail(files=[LAST]))
    with pytest.raises(NotItsNewerForm) as no:
        newer_of(office, office.case("C-4"))
    assert "C-1 is Approved" in words("en").refusal(no.value)
    assert not any("Newer form" in text for text in buttons(office, "C-4"))
    assert office.case("C-4").status is not CaseStatus.WITHDRAWN


def test_a_case_to_which_others_are_added_stays(office: Office) -> None:
    more = ("RIS.xlsx", ris_form("en", COMPANY, [MARA, NORA]))
    _, second, third = forms(office, WITHOUT_CITY, SOUND, more)
    same(office, third, "C-2")
    with pytest.raises(HasAdditions):
        newer_of(office, second)


def test_a_reply_to_the_mail_about_the_closed_case_goes_on_where_its_form_went(office: Office) -> None:
    _, second = forms(office, WITHOUT_CITY, WITHOUT_STREET)
    asked = next(job.message_id for job in office.jobs("ris_problems") if job.case_id == 2)
    newer_of(office, second)
    row = office.take(a_mail(files=[LAST], answers=asked))

    assert (row.subject_ref, office.case("C-1").version, office.case("C-1").ris.company.seats) == (
        "C-1",
        3,
        5,
    )
    words = office.take(a_mail(text="And what is a seat?", answers=asked))
    assert (words.subject_ref, unread(office)) == ("C-1", 1)
    with office.connect() as db:
        pages = [status_pages.get(db, token, now=office.now) for token in office.tokens]
    assert {page.ref for page in pages} == {"C-1"}  # also where its own link leads
