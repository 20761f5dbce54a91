"""A click on Approve below which its sponsor has written meanwhile."""

import json

from bot.services import cases
from bot.store import approvals
from tests.authenticators import enrolled
from tests.cast import AVERY, a_case, a_mail, a_submission
from tests.handlers.conftest import Workspace
from tests.handlers.test_step_up import a_large_case, answer_of, click_approve, opened, submit


def test_who_clicks_on_a_card_from_before_the_words_sees_it_as_it_is_and_decides_there(
    workspace: Workspace,
) -> None:
    office = workspace.office
    case = a_case(office, a_submission())
    office.work()
    with office.connect() as db:
        old = cases.get_card(db, office.desk, case.ref, now=office.now)
    office.take(a_mail(text="Please wait, one of them has left.", answers=office.job("receipt").message_id))
    workspace.start()

    workspace.click("case_approve", case.ref, by=AVERY.id, seen=f".{old.offer}.0:{case.content_hash}")

    card, said = workspace.heard(2)
    assert "a mail has come from its sponsor since you saw it" in said["text"]
    assert office.case(case.ref).decision is None
    (row,) = [block for block in card["blocks"] if block["type"] == "actions"]
    assert row["elements"][0]["confirm"]
    workspace.click(
        "case_approve", case.ref, by=AVERY.id, seen=row["block_id"].removeprefix("case:"), private=True
    )
    workspace.heard(3)
    assert office.case(case.ref).decision is not None


def test_words_that_come_while_a_modal_is_open_are_shown_in_it_and_it_goes_on(workspace: Workspace) -> None:
    office = workspace.office
    phone = enrolled(office, AVERY)
    case = a_large_case(workspace)
    office.work()
    workspace.start()
    click_approve(workspace, case, AVERY)
    view = opened(workspace)
    receipt = office.job("receipt").message_id
    office.take(a_mail(text="Please wait, one of them has left.", answers=receipt))

    said = answer_of(submit(workspace, view, phone.code(office.now), AVERY))

    assert said["response_action"] == "update"
    shown = json.dumps(said["view"])
    assert "A mail has come from its sponsor since this window opened" in shown
    assert "Please wait, one of them has left." in shown
    with office.connect() as db:
        assert approvals.list_given(db, office.case(case.ref)) == ()
    again = submit(workspace, said["view"], phone.code(office.now), AVERY)  # it was not used up
    assert answer_of(again) == {}
    with office.connect() as db:
        assert [one.by for one in approvals.list_given(db, office.case(case.ref))] == [AVERY.id]
