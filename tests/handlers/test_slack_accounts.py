"""`/usher account`: what staff see of an account, and that each button does what it says, once."""

import json

import pytest

from bot.domain.accounts import Account, AccountStatus
from bot.domain.events import EventTag
from bot.domain.tries import Tried
from bot.services import audit, sign_in
from bot.store import accounts, sessions, tries
from tests.cast import AVERY, ELI, a_case
from tests.handlers.conftest import Workspace
from tests.people import PASSWORD, move_in


@pytest.fixture
def people(workspace: Workspace) -> list[Account]:
    office = workspace.office
    with office.connect() as db:
        return move_in(db, office.desk, a_case(office), now=office.now)


def heard(workspace: Workspace, many: int) -> str:
    return json.dumps(workspace.heard(many)[-1], ensure_ascii=False)


def try_to_sign_in(workspace: Workspace, account: Account, password: str) -> str:
    office = workspace.office
    with office.connect() as db:
        return sign_in.sign_in(db, office.desk, name=account.user_id, password=password, now=office.now)


def status(workspace: Workspace, account: Account) -> AccountStatus:
    with workspace.office.connect() as db:
        found = accounts.find(db, account.id)
    assert found
    return found.status


def test_a_locked_account_is_seen_unlocked_and_its_owner_comes_in(
    workspace: Workspace, people: list[Account]
) -> None:
    office, owner = workspace.office, people[1]
    for _ in range(10):
        assert not try_to_sign_in(workspace, owner, "not this one")
    assert not try_to_sign_in(workspace, owner, PASSWORD)
    office.work()

    workspace.command(f"account {owner.user_id.upper()}", by=AVERY.id)
    card = heard(workspace, 1)
    for said in (owner.name, "Locked until", "account locked · sent", "No License Key", "Unlock"):
        assert said in card

    workspace.click("account_unlock", str(owner.id), by=AVERY.id, private=True)
    assert "the wrong tries are forgotten" in heard(workspace, 2)
    assert try_to_sign_in(workspace, owner, PASSWORD)
    workspace.click("account_unlock", str(owner.id), by=AVERY.id, private=True)
    assert "Nothing was changed" in heard(workspace, 3)
    with office.connect() as db:
        assert tries.find(db, owner.id, Tried.PASSWORD).wrong == 0
        tags = [event.tag for event in audit.export(db) if event.actor == AVERY.id]
    assert tags[-2:] == [EventTag.ACCOUNT_VIEWED, EventTag.ACCOUNT_UNLOCKED]


def test_closing_ends_every_session_and_opening_again_brings_the_account_back(
    workspace: Workspace, people: list[Account]
) -> None:
    owner = people[1]
    assert try_to_sign_in(workspace, owner, PASSWORD)
    workspace.click("account_close", str(owner.id), by=AVERY.id)
    assert "signed out everywhere" in heard(workspace, 1)
    assert status(workspace, owner) is AccountStatus.DEACTIVATED
    with workspace.office.connect() as db:
        assert not sessions.list_of_account(db, owner.id)
    assert not try_to_sign_in(workspace, owner, PASSWORD)

    workspace.click("account_reopen", str(owner.id), by=AVERY.id)
    assert "as it was before" in heard(workspace, 2)
    assert status(workspace, owner) is AccountStatus.ACTIVE
    assert try_to_sign_in(workspace, owner, PASSWORD)


def test_the_last_administrator_cannot_be_closed(workspace: Workspace, people: list[Account]) -> None:
    workspace.click("account_close", str(people[0].id), by=AVERY.id)
    assert "Administrator always remains" in heard(workspace, 1)
    assert status(workspace, people[0]) is AccountStatus.ACTIVE


def test_the_way_in_goes_to_the_address_on_file(workspace: Workspace, people: list[Account]) -> None:
    office = workspace.office
    office.work()
    workspace.click("account_resend", str(people[0].id), by=AVERY.id)
    assert "on its way to the address on file" in heard(workspace, 1)
    office.work()
    assert office.mailer.sent[-1].to == people[0].email
    assert "/password/" in office.mailer.sent[-1].text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("account", "Please name an account"),
        ("account nobody@nowhere.example.com", "There is no account for nobody@nowhere.example.com"),
        ("account <!channel> @here", "There is no account for"),
        (f"account {'x' * 5000}", "There is no account for"),
    ],
)
def test_what_names_nobody_is_answered(
    workspace: Workspace, people: list[Account], typed: str, said: str
) -> None:
    del people
    workspace.command(typed, by=AVERY.id)
    assert said in heard(workspace, 1)
    assert "<!channel>" not in heard(workspace, 1)


def test_of_several_accounts_on_an_address_none_is_chosen(
    workspace: Workspace, people: list[Account]
) -> None:
    with workspace.office.connect() as db:
        accounts.set_email(db, people[1].id, people[0].email)
    workspace.command(f"account <mailto:{people[0].email}|{people[0].email}>", by=AVERY.id)
    assert people[0].user_id in heard(workspace, 1)
    assert people[1].user_id in heard(workspace, 1)
    assert "Newest mails" not in heard(workspace, 1)


@pytest.mark.parametrize("act", ["resend", "unlock", "close", "reopen"])
def test_guests_see_and_change_nothing(workspace: Workspace, people: list[Account], act: str) -> None:
    workspace.click(f"account_{act}", str(people[1].id), by=ELI.id)
    workspace.command(f"account {people[1].user_id}", by=ELI.id)
    for said in workspace.heard(2):
        assert people[1].name not in json.dumps(said)
    assert status(workspace, people[1]) is AccountStatus.ACTIVE
