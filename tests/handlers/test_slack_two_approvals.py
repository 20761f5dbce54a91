"""Clicks on Approve where two approvals are needed, and the first approver has left."""

from dataclasses import replace

from bot.services import cases
from tests.cast import AVERY, CASEY, a_case
from tests.handlers.conftest import Workspace
from tests.services.test_notices import with_policy
from tests.services.test_resets import without_codes


def test_the_yes_of_somebody_who_left_is_no_first_one(workspace: Workspace) -> None:
    office = workspace.office
    with_policy(office, second_above_seats=1)
    office.bot = replace(office.bot, desk=without_codes(office))
    case = a_case(office)
    with office.connect() as db:
        shown = cases.get_card(db, office.desk, case.ref, now=office.now)
    seen = f".{shown.offer}.0:{case.content_hash}"
    workspace.start()
    workspace.click("case_approve", case.ref, by=AVERY.id, seen=seen)
    workspace.heard()
    office.chat._members[AVERY.id] = replace(office.chat.member(AVERY.id), full=False)

    workspace.click("case_approve", case.ref, by=CASEY.id, seen=seen)

    workspace.heard(2)
    assert office.case(case.ref).decision is None
    with office.connect() as db:
        card = cases.get_card(db, office.desk, case.ref, now=office.now)
    assert [one.by for one in card.given] == [CASEY.id]
