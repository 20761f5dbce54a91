"""Whom an addition brought stays known to its organisation, however far the addition is."""

import pytest

from bot.domain.cases import STANDING, CaseStatus
from tests.cast import Office
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
