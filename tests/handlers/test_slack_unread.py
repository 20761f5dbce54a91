"""A click on Approve below which its sponsor has written meanwhile."""

from bot.services import cases
from tests.cast import AVERY, a_case, a_mail, a_submission
from tests.handlers.conftest import Workspace


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
