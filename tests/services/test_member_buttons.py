"""An administrator's page from before offers what has no meaning any more."""

from collections.abc import Callable
from functools import partial

import pytest

from bot.domain.accounts import AccountStatus
from bot.domain.errors import Refusal
from bot.domain.mail_refusals import MailWaits
from bot.domain.member_refusals import MemberOutdated, RemindedOften
from bot.domain.ris import Role
from bot.services import members
from bot.store import accounts as kept
from bot.store.database import transaction
from tests.cast import Office
from tests.services.test_members import a_person, do, opened, refusal_of
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


def test_nobody_is_flooded_with_activation_mails(here: Office) -> None:
    administrator, _ = opened(here, "C-1")
    added = do(here, members.create, here.desk, a_person(), by=administrator)
    remind = partial(do, here, members.remind, here.desk, account_id=added.id, by=administrator)

    def reminded() -> type[Refusal] | None:
        here.work()
        return refusal_of(remind)

    assert [reminded() for _ in range(4)] == [None, None, RemindedOften, RemindedOften]
    here.clock.wait(hours=24)
    assert reminded() is None
    assert refusal_of(remind) is MailWaits
    assert [job.recipient for job in here.jobs("activation")].count(added.email) == 4
