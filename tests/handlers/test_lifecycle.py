"""The button that lets the clock's mails go: staff's, once, and the card says who did."""

from dataclasses import replace

from bot.services import lifecycle_rounds
from tests.cast import AVERY
from tests.handlers.conftest import Workspace
from tests.partners import begun


def test_one_click_lets_the_mails_go(workspace: Workspace) -> None:
    office = workspace.office
    extranet = office.desk.policy.extranet
    clock = extranet.clock.model_copy(update={"most_a_day": 1})
    policy = office.desk.policy.model_copy(update={"extranet": extranet.model_copy(update={"clock": clock})})
    desk = replace(office.desk, policy=policy)
    with office.connect() as db:
        for number in (1, 2):
            begun(db, desk, number=number, now=office.now)
        office.clock.wait(days=70)
        assert lifecycle_rounds.run(db, desk, now=office.now).waiting == 2

    workspace.click("life_gate_open", "1", by=AVERY.id)  # a card of before it said how many
    assert "By now 2 of these mails wait" in workspace.heard(1)[-1]["text"]
    workspace.click("life_gate_open", "1:2", by=AVERY.id)
    assert "2 mails go" in workspace.heard(2)[-1]["text"]
    workspace.click("life_gate_open", "1:2", by=AVERY.id)
    assert "wait no longer" in workspace.heard(3)[-1]["text"]
    with office.connect() as db:
        assert sum(lifecycle_rounds.run(db, desk, now=office.now).told.values()) == 2
    office.work()
    (card,) = [one for one in office.chat.standing.values() if "90-day clock" in one.text]
    assert "let 2 mails" in card.text
