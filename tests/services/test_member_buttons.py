"""An administrator's page from before offers what has no meaning any more."""

from collections.abc import Callable
from functools import partial

import pytest

from bot.domain.accounts import AccountStatus
from bot.domain.member_refusals import MemberOutdated
from bot.domain.ris import Role
from bot.services import members
from bot.store import accounts as kept
from bot.store.database import transaction
from tests.cast import Office
from tests.services.test_members import do, opened, refusal_of
from tests.services.test_members import office as here

__all__ = ["here"]


@pytest.mark.parametrize(
    ("status", "refused"),
    [
        (AccountStatus.ACTIVE, {"remind"}),
        (AccountStatus.DEACTIVATED, {"remind", "reset_password", "ask_credential", "set_role"}),
    ],
)
def test_a_button_of_a_page_from_before_does_nothing_to_an_account_that_has_changed(
    here: Office, status: AccountStatus, refused: set[str]
) -> None:
    administrator, user = opened(here, "C-1")
    with here.connect() as db, transaction(db):
        kept.move(db, user.id, since=AccountStatus.WAITING, to=AccountStatus.ACTIVE, now=here.now)
        kept.move(db, user.id, since=AccountStatus.ACTIVE, to=status, now=here.now)
    acts: dict[str, Callable[..., object]] = {
        "remind": members.remind,
        "reset_password": members.reset_password,
        "ask_credential": members.ask_credential,
        "set_role": partial(members.set_role, role=Role.ORGANIZATION_ADMINISTRATOR),
    }
    mails = len(here.jobs())

    found = {
        name: refusal_of(do, here, act, here.desk, account_id=user.id, by=administrator)
        for name, act in acts.items()
        if name in refused
    }
    assert found == dict.fromkeys(refused, MemberOutdated)
    assert len(here.jobs()) == mails
