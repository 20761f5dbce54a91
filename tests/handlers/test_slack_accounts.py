"""`/usher account`: what staff see of an account, and that each button does what it says, once."""

import json

import pytest
from slack_bolt import BoltResponse

from bot.domain.accounts import Account, AccountStatus
from bot.domain.events import EventTag
from bot.domain.password_refusals import AccountDeactivated
from bot.domain.tries import Tried
from bot.services import audit, lifecycle_rounds, sign_in
from bot.store import accounts, sessions, tries
from tests.cast import AVERY, BLAKE, ELI, a_case
from tests.handlers.conftest import Workspace
from tests.handlers.conftest import until as wait_until
from tests.partners import begun
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
    with pytest.raises(AccountDeactivated):
        try_to_sign_in(workspace, owner, PASSWORD)

    workspace.click("account_reopen", str(owner.id), by=AVERY.id)
    assert "as it was before" in heard(workspace, 2)
    assert status(workspace, owner) is AccountStatus.ACTIVE
    assert try_to_sign_in(workspace, owner, PASSWORD)


def test_the_last_administrator_is_closed_once_the_desk_has_made_another(
    workspace: Workspace, people: list[Account]
) -> None:
    gone, heir, office = people[0], people[1], workspace.office
    workspace.click("account_close", str(gone.id), by=AVERY.id)
    assert "then *Make Organization Administrator*" in heard(workspace, 1)
    assert status(workspace, gone) is AccountStatus.ACTIVE

    workspace.click("account_promote", str(heir.id), by=BLAKE.id)
    assert "Only approvers decide" in heard(workspace, 2)
    for time, said in ((3, "An Organization Administrator now"), (4, "Nothing was changed")):
        workspace.click("account_promote", str(heir.id), by=AVERY.id)
        assert said in heard(workspace, time)
    told = [(mail.recipient, mail.values["words"]["why"]) for mail in office.jobs("member_notice")]
    assert told == [(heir.email, "promoted"), (gone.email, "joined")]
    with office.connect() as db:
        (change,) = [one for one in audit.export(db) if one.tag == EventTag.MEMBER_ROLE_CHANGED]
    assert (change.subject, change.actor) == (f"account:{heir.id}", AVERY.id)
    workspace.click("account_close", str(gone.id), by=AVERY.id)
    assert "signed out everywhere" in heard(workspace, 5)


def test_the_way_in_goes_to_the_address_on_file(workspace: Workspace, people: list[Account]) -> None:
    office = workspace.office
    office.work()
    workspace.click("account_resend", str(people[0].id), by=AVERY.id)
    assert "A mail to the address on file is in the outbox" in heard(workspace, 1)
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


@pytest.mark.parametrize("act", ["resend", "unlock", "promote", "close", "reopen"])
def test_guests_see_and_change_nothing(workspace: Workspace, people: list[Account], act: str) -> None:
    workspace.click(f"account_{act}", str(people[1].id), by=ELI.id)
    workspace.command(f"account {people[1].user_id}", by=ELI.id)
    for said in workspace.heard(2):
        assert people[1].name not in json.dumps(said)
    assert status(workspace, people[1]) is AccountStatus.ACTIVE


def test_of_staff_only_whose_right_it_is_close_an_account(
    workspace: Workspace, people: list[Account]
) -> None:
    workspace.click("account_close", str(people[1].id), by=BLAKE.id)
    assert "Only approvers decide" in heard(workspace, 1)
    assert status(workspace, people[1]) is AccountStatus.ACTIVE

    workspace.click("account_close", str(people[1].id), by=AVERY.id)
    assert "signed out everywhere" in heard(workspace, 2)
    workspace.click("account_reopen", str(people[1].id), by=BLAKE.id)
    assert "Only approvers decide" in heard(workspace, 3)
    assert status(workspace, people[1]) is AccountStatus.DEACTIVATED


def extension(
    workspace: Workspace, until: str | None, reason: str, *, by: str, account: int = 1
) -> BoltResponse:
    values = {"until": {"until": {"selected_date": until}}, "reason": {"reason": {"value": reason}}}
    about = json.dumps({"account_id": account, "place": f"{workspace.url}/respond"})
    view = {
        "type": "modal",
        "callback_id": "account_extend",
        "private_metadata": about,
        "state": {"values": values},
    }
    return workspace.dispatch(
        {"type": "view_submission", "user": {"id": by}, "team": {"id": "T0"}, "view": view}
    )


def test_a_partners_end_moves_for_a_reason_within_what_the_policy_allows(workspace: Workspace) -> None:
    office = workspace.office
    with office.connect() as db:
        account = begun(db, office.desk, now=office.now)  # ends on 31 May
    workspace.command(f"account {account.email}", by=AVERY.id)
    assert "Works until 31 May 2026" in heard(workspace, 1)
    workspace.click("account_extend", str(account.id), by=ELI.id)
    assert "Extend an account" not in heard(workspace, 2)
    workspace.click("account_extend", str(account.id), by=AVERY.id)
    (opened,) = wait_until(lambda: workspace.asked("views.open"))
    assert "29 August 2026 is the last day" in str(opened["view"])

    for until, reason, by, said in (
        ("2026-08-01", "Leave", ELI.id, "until"),
        ("2026-08-01", "Leave", BLAKE.id, "Only approvers decide"),
        (None, "Leave", AVERY.id, "choose a day"),
        ("2026-03-01", "Leave", AVERY.id, "has passed"),
        ("2026-08-30", "Leave", AVERY.id, "too far ahead"),
        ("2026-08-01", " \n ", AVERY.id, '"reason": "Please say'),
    ):
        assert said in extension(workspace, until, reason, by=by).body
    assert "act" in extension(workspace, "2026-08-01", "Leave", by=AVERY.id, account=99).body
    assert extension(workspace, "2026-08-01", "Leave <!channel>", by=AVERY.id).body == ""
    card = heard(workspace, 3)
    for said in ("The end is moved", "Works until 1 August 2026", f"moved by <@{AVERY.id}>", "Reason: Leave"):
        assert said in card
    assert "<!channel>" not in card
    with office.connect() as db:
        assert [one.actor for one in audit.export(db) if one.tag == EventTag.LIFE_EXTENDED] == [AVERY.id]


@pytest.mark.parametrize(("days", "again"), [(30, True), (160, False)])
def test_the_clock_of_a_closed_account_stands_and_goes_on_within_the_way_back(
    workspace: Workspace, days: int, again: bool
) -> None:
    """31 May is the end, 30 July the last way back; nothing is told while it stands, or told twice."""
    office = workspace.office
    with office.connect() as db:
        account = begun(db, office.desk, now=office.now)
    workspace.click("account_close", str(account.id), by=AVERY.id)
    assert "The clock stands" in heard(workspace, 1)
    office.clock.wait(days=days)
    with office.connect() as db:
        assert not lifecycle_rounds.run(db, office.desk, now=office.now).told
    workspace.click("account_reopen", str(account.id), by=AVERY.id)
    card = heard(workspace, 2)
    assert ("opened again by" in card) is again
    assert (status(workspace, account) is AccountStatus.ACTIVE) is again
    office.clock.wait(days=30)
    with office.connect() as db:
        told = lifecycle_rounds.run(db, office.desk, now=office.now).told
        tags = [one.tag for one in audit.export(db) if one.tag.startswith("life:")]
    assert dict(told) == ({"validation": 1} if again else {})
    assert tags == ["life:begun", "life:closed", *(["life:resumed", "life:told"] if again else [])]
