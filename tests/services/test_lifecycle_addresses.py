"""Where an address changes a warning counts only where it went; of mails that wait the last goes."""

from collections.abc import Sequence

import pytest

from bot.domain.accounts import Account
from bot.domain.errors import LinkUnknown
from bot.domain.outbox import JobStatus
from bot.services import email_changes, lifecycle, prolongation
from bot.store.database import transaction
from tests.cast import Office
from tests.services.test_lifecycle import days_of, look, partner

NEW = "new@works.example.com"


def change_address(office: Office, account: Account) -> None:
    with office.connect() as db:
        with transaction(db):
            email_changes.open_change(db, office.desk, account, NEW, now=office.now)
        for token in office.tokens[-2:]:
            email_changes.confirm(db, office.desk, token, now=office.now)


def clock_mails(office: Office, to: str) -> list[str]:
    return [mail.subject for mail in office.mailer.sent if mail.to == to and "/prolong/" in mail.text]


def test_a_warning_that_waits_never_takes_the_link_to_the_mailbox_of_before(office: Office) -> None:
    account = partner(office)
    look(office, days=60)
    change_address(office, account)
    look(office, minutes=1)
    office.work()

    assert [job.status for job in office.jobs("account_validation")] == [JobStatus.REPLACED, JobStatus.SENT]
    assert not clock_mails(office, account.email)
    assert len(clock_mails(office, NEW)) == 1


@pytest.mark.parametrize(
    ("changed_on", "states"),
    [
        (20, ["valid 1", "expired 1"]),  # nothing was told yet
        (76, ["valid 1", "valid 2", "expired 2"]),  # time enough for the new mailbox
        (88, ["valid 1", "valid 3", "expired 3"]),  # not enough: the end moves, and the desk hears of it
    ],
)
def test_no_account_ends_by_warnings_that_went_to_another_mailbox(
    office: Office, changed_on: int, states: Sequence[str]
) -> None:
    account = partner(office)
    seen = days_of(office, changed_on, account)
    change_address(office, account)
    seen += days_of(office, 106 - changed_on, account)

    assert list(dict.fromkeys(state.rpartition(" ")[0] for state in seen)) == states
    first, *_, last = clock_mails(office, NEW)
    assert "expired" not in first
    assert "expired" in last
    notes = [one for one in office.chat.standing.values() if "No silent end" in one.text]
    assert len(notes) == (changed_on == 88)


def test_the_way_back_of_an_expired_account_goes_to_its_new_address(office: Office) -> None:
    account = partner(office)
    days_of(office, 95, account)
    old = office.mailer.sent[-1].text.partition("/prolong/")[2].split()[0]
    change_address(office, account)
    office.work()

    (mail,) = [mail for mail in office.mailer.sent if mail.to == NEW and "/prolong/" in mail.text]
    token = mail.text.partition("/prolong/")[2].split()[0]
    with office.connect() as db:
        assert prolongation.get(db, office.desk, token, now=office.now).account.email == NEW
        with pytest.raises(LinkUnknown):
            prolongation.get(db, office.desk, old, now=office.now)


def test_of_two_warnings_that_waited_for_the_mail_server_only_the_last_goes(office: Office) -> None:
    account = partner(office)
    for _ in range(75):
        look(office, days=1)
    office.work()

    (mail,) = office.mailer.sent
    assert mail.message_id == office.job("account_reminder").message_id
    assert office.job("account_validation").status is JobStatus.REPLACED
    days_of(office, 20, account)
    with office.connect() as db:
        assert [moved.how for moved in lifecycle.list_moves(db, account.id)] == ["begun"]
