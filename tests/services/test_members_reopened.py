"""Who may open again an account that an administrator or the desk closed, and who hears of it."""

from functools import partial
from pathlib import Path

import pytest

from bot.domain.account_views import AccountAct
from bot.domain.accounts import AccountStatus
from bot.domain.member_refusals import ClosedByDesk
from bot.domain.ris import Role
from bot.services import account_views, members
from tests.cast import AVERY, Office, a_case, an_office
from tests.services.test_members import do, find, opened, refusal_of


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = an_office(tmp_path)
    a_case(office)
    return office


def test_an_administrator_opens_again_what_an_administrator_closed_and_not_what_the_desk_did(
    office: Office,
) -> None:
    administrator, user = opened(office, "C-1")
    open_again = partial(do, office, members.reactivate, office.desk, by=administrator)
    do(office, members.deactivate, office.desk, account_id=user.id, by=administrator)
    open_again(account_id=user.id)
    open_again(account_id=user.id)
    assert find(office, user.id).status is AccountStatus.ACTIVE
    assert [event.tag for event in office.events()].count("account:reopened") == 1
    do(office, account_views.act, office.desk, AccountAct.CLOSE, account_id=user.id, by=AVERY.id)
    assert refusal_of(open_again, account_id=user.id) is ClosedByDesk
    assert find(office, user.id).status is AccountStatus.DEACTIVATED


def test_what_an_administrator_closed_the_desk_opens_knowingly_and_the_administrators_hear(
    office: Office,
) -> None:
    administrator, user = opened(office, "C-1")
    end = partial(do, office, members.deactivate, office.desk, account_id=user.id, by=administrator)
    act = partial(do, office, account_views.act, office.desk, account_id=user.id, by=AVERY.id)
    end()
    seen = do(office, account_views.get, office.desk, user.id)
    assert (seen.closing.by, seen.closing.name) == (f"account:{administrator.id}", administrator.name)
    assert seen.closing.at == office.now
    assert act(AccountAct.REOPEN).closing is None

    assert act(AccountAct.CLOSE).closing.by == AVERY.id
    act(AccountAct.REOPEN)  # what the desk closed itself is no news to them
    do(
        office,
        members.set_role,
        office.desk,
        account_id=user.id,
        role=Role.ORGANIZATION_ADMINISTRATOR,
        by=administrator,
    )
    end()
    act(AccountAct.REOPEN)
    told = [job for job in office.jobs("member_notice") if job.recipient == administrator.email]
    assert [one.values["words"]["why"] for one in told] == ["returned", "returned"]
    assert told[0].values["words"]["person"] == user.name
    assert [one.values["words"]["administrates"] for one in told] == [False, True]


def test_what_is_opened_again_unactivated_waits_for_its_owner_still(office: Office) -> None:
    administrator, user = opened(office, "C-1")
    with office.connect() as db:
        db.execute("update accounts set status = 'waiting', activated_at = null where id = ?", [user.id])
        db.conn.commit()
    do(office, members.deactivate, office.desk, account_id=user.id, by=administrator)
    do(office, account_views.act, office.desk, AccountAct.REOPEN, account_id=user.id, by=AVERY.id)
    office.work()
    (told,) = [mail for mail in office.mailer.sent if mail.subject.startswith(f"The account of {user.name}")]
    text = " ".join(told.text.split())
    assert "had deactivated it; now its owner can activate it." in text
    assert "works as it did" not in text
    assert "as you are" not in text
