"""A click on Approve beside a price that has changed meanwhile."""

from dataclasses import replace

from bot.rendering.approving import row_id
from bot.services import cases
from tests.cast import AVERY, a_case, a_submission
from tests.handlers.conftest import Workspace
from tests.services.stocked import pay_in, priced


def test_whoever_clicks_beside_an_old_price_sees_the_card_as_it_is_and_decides_there(
    workspace: Workspace,
) -> None:
    office = workspace.office
    office.bot = priced(office.bot, 100)
    pay_in(office, "1000", number="4711")
    form = a_submission()
    company = replace(form.ris.company, purchase_order="4711")
    case = a_case(office, replace(form, ris=replace(form.ris, company=company)))
    with office.connect() as db:
        old = cases.get_card(db, office.desk, case.ref, now=office.now).offer
    office.bot = priced(office.bot, 300)
    workspace.start()
    for heard, offer in ((2, old), (4, "")):  # "": of a card that was posted before there were prices
        seen = row_id("", case.content_hash, offer=offer).removeprefix("case:")
        workspace.click("case_approve", case.ref, by=AVERY.id, seen=seen)
        card, said = workspace.heard(heard)[-2:]  # one click after the other: each says two things
        assert "has changed since you saw it" in said["text"]

    assert office.case(case.ref).decision is None
    (button,) = [block for block in card["blocks"] if block["type"] == "actions"]
    workspace.click(
        "case_approve", case.ref, by=AVERY.id, seen=button["block_id"].removeprefix("case:"), private=True
    )
    workspace.heard(5)
    assert office.case(case.ref).decision is not None
