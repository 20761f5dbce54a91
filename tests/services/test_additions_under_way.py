"""Whom an addition brought stays known to its organisation, however far the addition is."""

import pytest

from bot.domain.cases import BEFORE_LIVE, STANDING, CaseStatus
from bot.rendering.pages import journey
from bot.services import status_pages
from tests.cast import Office
from tests.page_words import page_words
from tests.services.test_additions import HARDWARE, NEW, a_form, approve, same


@pytest.mark.parametrize("status", sorted(STANDING))
def test_people_of_an_addition_stay_known_however_far_it_is(office: Office, status: CaseStatus) -> None:
    a_form(office)
    approve(office, "C-1")
    approve(office, same(office, a_form(office, NEW)).ref)
    with office.connect() as db:
        db.execute("update cases set status = :status where id = 2", {"status": status})
    again = same(office, a_form(office, NEW, HARDWARE))

    assert [user.email for user in again.ordered_users] == [HARDWARE.email]


@pytest.mark.parametrize("root", sorted(BEFORE_LIVE | {CaseStatus.LIVE}))
def test_its_sponsor_reads_that_it_waits_for_its_organisation(office: Office, root: CaseStatus) -> None:
    a_form(office)
    approve(office, "C-1")
    approve(office, same(office, a_form(office, NEW)).ref)
    office.work()
    with office.connect() as db:
        db.execute("update cases set status = iif(id = 2, 'live', :root)", {"root": root})
        pages = [status_pages.get(db, token, now=office.now) for token in office.tokens]
    said = {journey.journey(page, page_words("en")).state for page in pages if page.ref == "C-2"}

    assert {page.status for page in pages if page.ref == "C-2"} == {root}
    assert ("Live" in said) == (root is CaseStatus.LIVE)


@pytest.mark.parametrize("own", sorted({CaseStatus.REJECTED, CaseStatus.WITHDRAWN, CaseStatus.IN_REVIEW}))
def test_its_sponsor_reads_of_its_own_state_until_it_is_done(office: Office, own: CaseStatus) -> None:
    a_form(office)
    approve(office, "C-1")
    approve(office, same(office, a_form(office, NEW)).ref)
    with office.connect() as db:
        db.execute("update cases set status = iif(id = 2, :own, 'invited')", {"own": own})
        pages = [status_pages.get(db, token, now=office.now) for token in office.tokens]

    assert {page.status for page in pages if page.ref == "C-2"} == {own}
