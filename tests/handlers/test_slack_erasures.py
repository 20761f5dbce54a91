"""Two of the group agree to an erasure in Slack, each with a code; whoever may not is told; a no ends it."""

import json

import pytest

from bot.domain.accounts import Account
from bot.services import erasures, people
from bot.store import accounts
from handlers.clock import rounds
from tests.authenticators import enrolled
from tests.cast import AVERY, BLAKE, CASEY, a_case
from tests.handlers.conftest import Workspace, until
from tests.handlers.test_step_up import answer_of, opened, submit
from tests.people import move_in

pytestmark = pytest.mark.slow


@pytest.fixture
def mara(workspace: Workspace) -> Account:
    """Her case is live, and the command line has asked for her erasure."""
    office = workspace.office
    case = a_case(office)
    with office.connect() as db:
        owner = move_in(db, office.desk, case, now=office.now)[0]
        db.execute("update cases set status = 'live'")
        seen = people.plan(db, office.desk, people.find(db, owner.email)).seen
        erasures.ask(db, office.desk, owner.email, seen=seen, by="cli:root", now=office.now)
    office.work()
    return owner


def card(workspace: Workspace) -> str:
    workspace.office.work()
    found = next(one for one in workspace.office.chat.standing.values() if one.key == "card:X-1")
    return json.dumps(found.blocks, ensure_ascii=False)


def test_two_codes_erase_somebody_at_the_next_look_of_the_clock(workspace: Workspace, mara: Account) -> None:
    office = workspace.office
    phones = {who.id: enrolled(office, who) for who in (AVERY, CASEY)}
    assert mara.email in card(workspace)
    for number, who in enumerate((AVERY, CASEY), 1):
        workspace.click("erasure_agree", "1", by=who.id)
        view = opened(workspace, number)
        assert mara.email in json.dumps(view)
        assert answer_of(submit(workspace, view, phones[who.id].wrong(office.now), who))["errors"]
        assert submit(workspace, view, phones[who.id].code(office.now), who).status == 200
        office.clock.wait(minutes=1)
    assert "Being carried out" in card(workspace)
    rounds.look(office.bot, now=office.now)

    assert "nothing of them is left" in card(workspace)
    assert mara.email not in card(workspace)
    with office.connect() as db:
        assert accounts.find_by_user_id(db, mara.user_id) is None


def test_who_may_not_is_told_and_a_no_ends_it(workspace: Workspace, mara: Account) -> None:
    workspace.click("erasure_agree", "1", by=BLAKE.id, private=True)
    workspace.click("erasure_refuse", "1", by=BLAKE.id, private=True)
    assert mara.email in card(workspace)
    workspace.click("erasure_refuse", "1", by=AVERY.id)
    until(lambda: "said no" in card(workspace))
    said = card(workspace)

    assert mara.email not in said
    assert "erasure_agree" not in said
    rounds.look(workspace.office.bot, now=workspace.office.now)
    with workspace.office.connect() as db:
        assert accounts.find(db, mara.id) == mara
