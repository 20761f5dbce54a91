"""The desk changes somebody's address: who asks, who stands in, which mailbox says what, and how it ends."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.accounts import Account, AccountStatus
from bot.domain.email_changes import ChangeState
from bot.domain.events import EventTag
from bot.domain.staff import Staff
from bot.services import email_change_notices as notices
from bot.services import email_changes, sign_in
from bot.store import accounts, sessions
from bot.store.database import transaction
from handlers.clock.rounds import look
from tests.authenticators import Phone, enrolled
from tests.cast import AVERY, BLAKE, CASEY, ELI, a_case
from tests.handlers.conftest import Workspace
from tests.handlers.test_step_up import answer_of, opened, submit
from tests.people import PASSWORD, CountingHasher, move_in

NEW = "mara@nordwind.example.org"


@pytest.fixture
def mara(workspace: Workspace) -> Account:
    """Signed in, and the first of her organisation."""
    office = workspace.office
    office.bot = replace(office.bot, desk=replace(office.desk, hasher=CountingHasher()))
    workspace.start()
    with office.connect() as db:
        owner = move_in(db, office.desk, a_case(office), now=office.now)[0]
        assert sign_in.sign_in(db, office.desk, name=owner.user_id, password=PASSWORD, now=office.now)
    office.work()
    return owner


@pytest.fixture
def casey(workspace: Workspace) -> Phone:
    return enrolled(workspace.office, CASEY)


def ask(
    workspace: Workspace,
    owner: Account,
    *,
    by: Staff = AVERY,
    email: str = NEW,
    reason: str = "domain_renamed",
) -> dict[str, Any]:
    """Submit the modal; what Slack is answered."""
    chosen = {"selected_option": {"value": reason} if reason else None}
    view = {
        "type": "modal",
        "callback_id": "email_change_ask",
        "private_metadata": json.dumps({"account": owner.id, "place": f"{workspace.url}/respond"}),
        "blocks": [],
        "state": {"values": {"email": {"email": {"value": email}}, "reason": {"reason": chosen}}},
    }
    body = {"type": "view_submission", "user": {"id": by.id}, "team": {"id": "T0"}, "view": view}
    return answer_of(workspace.dispatch(body))


def asked(workspace: Workspace, owner: Account) -> tuple[str, str]:
    """The links of the old and the new mailbox."""
    before = len(workspace.office.tokens)
    assert not ask(workspace, owner)
    old, new = workspace.office.tokens[before:]
    return old, new


def stand_in(workspace: Workspace, phone: Phone, by: Staff = CASEY) -> dict[str, Any]:
    workspace.click("email_change_agree", "1", by=by.id)
    return answer_of(submit(workspace, opened(workspace), phone.code(workspace.office.now), by))


def confirm(workspace: Workspace, token: str) -> bool:
    with workspace.office.connect() as db:
        return email_changes.confirm(db, workspace.office.desk, token, now=workspace.office.now)


def state(workspace: Workspace) -> ChangeState:
    with workspace.office.connect() as db:
        return notices.get_card(db, 1, now=workspace.office.now).state


def address(workspace: Workspace, owner: Account) -> str:
    with workspace.office.connect() as db:
        found = accounts.find(db, owner.id)
    assert found
    return found.email


def heard(workspace: Workspace, many: int) -> str:
    return json.dumps(workspace.heard(many)[-1], ensure_ascii=False)


@pytest.mark.parametrize("first", ["desk", "mailbox"])
def test_one_asks_another_stands_in_and_the_new_mailbox_confirms(
    workspace: Workspace, mara: Account, casey: Phone, first: str
) -> None:
    office = workspace.office
    workspace.command(f"account {mara.user_id}", by=AVERY.id)
    assert "Change address…" in heard(workspace, 1)
    workspace.click("email_change_ask", str(mara.id), by=AVERY.id)
    assert mara.email in json.dumps(opened(workspace), ensure_ascii=False)
    _, new = asked(workspace, mara)
    assert "E-1: both addresses have their links" in heard(workspace, 2)
    office.work()
    assert {mail.to for mail in office.mailer.sent[-2:]} == {mara.email, NEW}
    assert all("Customer Support was asked" in mail.text for mail in office.mailer.sent[-2:])

    if first == "mailbox":
        assert confirm(workspace, new) is False
    assert address(workspace, mara) == mara.email
    workspace.click("email_change_agree", "1", by=CASEY.id)
    view = opened(workspace, 2)
    assert list(answer_of(submit(workspace, view, casey.wrong(office.now), CASEY))["errors"]) == ["code"]
    assert not answer_of(submit(workspace, view, casey.code(office.now), CASEY))
    if first == "desk":
        assert state(workspace) is ChangeState.AGREED
        assert confirm(workspace, new) is False
    assert state(workspace) is ChangeState.COOLING
    office.work()
    assert "can say no until" in str(office.chat.standing)
    told = office.mailer.sent[-1]
    assert (told.to, "It counts from" in told.text) == (mara.email, True)
    office.clock.wait(hours=23)
    look(office.bot, now=office.now)
    assert address(workspace, mara) == mara.email
    office.clock.wait(hours=1)
    look(office.bot, now=office.now)

    assert address(workspace, mara) == NEW
    assert state(workspace) is ChangeState.CHANGED
    office.work()
    assert {mail.to for mail in office.mailer.sent[-2:]} == {mara.email, NEW}
    assert "signed out" in office.mailer.sent[-1].text
    with office.connect() as db:
        assert not sessions.list_of_account(db, mara.id)
    mine = [event for event in office.events() if event.tag.startswith("account:email")]
    assert [(event.tag, event.actor) for event in mine][:2] == [
        (EventTag.EMAIL_CHANGE_ASKED, AVERY.id),
        (EventTag.EMAIL_CHANGE_AGREED, CASEY.id),
    ]
    assert mine[-1].tag == EventTag.EMAIL_CHANGED
    assert "@" not in json.dumps([dict(event.data) for event in mine])


def test_only_a_colleague_with_the_right_stands_in(workspace: Workspace, mara: Account) -> None:
    asked(workspace, mara)
    clicks = [(AVERY, "agree", "E-1 is yours")]  # who asked may only take it back
    clicks += [(who, act, said) for act in ("agree", "refuse") for who, said in NOBODY]
    for number, (who, act, said) in enumerate(clicks, 2):
        workspace.click(f"email_change_{act}", "1", by=who.id)
        assert said in heard(workspace, number)
    assert workspace.asked("views.open") == []
    assert state(workspace) is ChangeState.ASKED


NOBODY = ((BLAKE, "Only approvers"), (ELI, "staff"))
SAME: dict[str, Any] = {"email": "the same"}
CANNOT_BE: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"email": "not an address"}, "email", "no e-mail address"),
    ({"email": "a@b.example\r\nBcc: x@y.example"}, "email", "no e-mail address"),
    ({"email": "<!channel>@x.example"}, "email", "no e-mail address"),
    ({"email": ""}, "email", "no e-mail address"),
    (SAME, "email", "has this address already"),
    ({"reason": ""}, "reason", "choose why"),
    ({"reason": "because"}, "reason", "choose why"),
    ({"by": ELI}, "email", "staff"),
)


def test_what_cannot_be_stands_at_its_field_and_nothing_goes_out(workspace: Workspace, mara: Account) -> None:
    for given, field, said in CANNOT_BE:
        same = {"email": mara.email.upper()} if given == SAME else {}
        answer = ask(workspace, mara, **given | same)
        assert list(answer["errors"]) == [field], given
        assert said in answer["errors"][field]
    assert workspace.office.jobs("email_change") == []


def test_a_double_click_asks_once_agrees_once_and_a_day_has_an_end(
    workspace: Workspace, mara: Account, casey: Phone
) -> None:
    asked(workspace, mara)
    assert "E-1 stands in" in ask(workspace, mara)["errors"]["email"]
    assert len(workspace.office.jobs("email_change")) == 2
    assert not stand_in(workspace, casey)
    workspace.office.clock.wait(minutes=1)
    twice = answer_of(submit(workspace, opened(workspace), casey.code(workspace.office.now), CASEY))
    assert "Too late" in twice["errors"]["code"]
    for number in (2, 3):
        assert not ask(workspace, mara, email=f"mara{number}@nordwind.example.org")
    assert "go on tomorrow" in ask(workspace, mara, email="mara4@nordwind.example.org")["errors"]["email"]


def test_guests_and_closed_accounts_get_no_modal(workspace: Workspace, mara: Account) -> None:
    workspace.click("email_change_ask", str(mara.id), by=ELI.id)
    assert mara.email not in heard(workspace, 1)
    with workspace.office.connect() as db:
        accounts.move(
            db, mara.id, since=AccountStatus.ACTIVE, to=AccountStatus.DEACTIVATED, now=workspace.office.now
        )
    workspace.click("email_change_ask", str(mara.id), by=AVERY.id)
    assert "Nothing was changed" in heard(workspace, 2)
    assert "Nothing was changed" in ask(workspace, mara)["errors"]["email"]
    assert workspace.asked("views.open") == []


def test_what_its_owner_asks_for_is_none_of_the_desks(workspace: Workspace, mara: Account) -> None:
    office = workspace.office
    with office.connect() as db, transaction(db):
        email_changes.open_change(db, office.desk, mara, NEW, now=office.now)
    for act in ("agree", "refuse"):
        workspace.click(f"email_change_{act}", "1", by=CASEY.id)
    assert all("no such change" in one["text"] for one in workspace.heard(2))
    assert confirm(workspace, office.tokens[-1]) is False


def test_a_colleagues_click_is_enough_where_nobody_has_activated(
    workspace: Workspace, mara: Account, casey: Phone
) -> None:
    office = workspace.office
    with office.connect() as db, transaction(db):
        accounts.move(db, mara.id, since=AccountStatus.ACTIVE, to=AccountStatus.WAITING, now=office.now)
    workspace.click("email_change_ask", str(mara.id), by=AVERY.id)
    assert "Nobody has activated this account yet" in json.dumps(opened(workspace))
    assert not ask(workspace, mara)
    assert "Once one of them agrees" in heard(workspace, 1)
    workspace.click("email_change_agree", "1", by=CASEY.id)
    assert not answer_of(submit(workspace, opened(workspace, 2), casey.code(office.now), CASEY))

    assert "You agreed to E-1" in heard(workspace, 2)
    assert state(workspace) is ChangeState.CHANGED
    office.work()
    assert {mail.to for mail in office.mailer.sent[-2:]} == {mara.email, NEW}
    assert "gets the activation mail" in str(office.chat.standing)
