"""A mailbox that gives its numbers again: it is noticed by any of its signs, and by nothing else."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.mail import FetchedMail
from bot.services import mailboxes
from tests.cast import INBOX, Office, a_mail
from tests.outside import NOW, fetched

MAILS = tuple(
    replace(fetched(b"x" * (90 + uid), uid=uid), received_at=NOW + timedelta(seconds=uid))
    for uid in (1, 2, 3)
)
FIRST, _, LAST = MAILS
LATE = NOW + timedelta(days=1)


def compared(
    office: Office, there: Sequence[FetchedMail], *, next_uid: int, met: Sequence[FetchedMail] = MAILS
) -> list[int]:
    """What is to be recorded of the mails that are there, once `met` ones are."""
    with office.connect() as db:
        mailboxes.begin(db, INBOX, 1, now=NOW)
        mailboxes.record(db, office.desk, INBOX, 1, met, now=NOW)
        mailboxes.begin(db, INBOX, 2, now=NOW)  # the server is another for a while
        cursor = mailboxes.begin(db, INBOX, 1, now=NOW)
        uids = [mail.uid for mail in there]
        known = mailboxes.list_familiar(db, INBOX, cursor, uids)
        listed = [mail for mail in there if mail.uid in known]
        return mailboxes.compare(db, INBOX, cursor, uids, listed, next_uid=next_uid, now=NOW)[1]


@pytest.mark.parametrize("next_uid", [0, 3, 4, 9])
def test_another_mail_under_a_known_number_is_noticed_whatever_the_server_counts_to(
    office: Office, next_uid: int
) -> None:
    other = replace(fetched(a_mail(), uid=3), received_at=LATE)

    assert compared(office, [FIRST, other], next_uid=next_uid) == [1, 3]


@pytest.mark.parametrize(
    "there",
    [
        pytest.param([FIRST], id="nothing came yet"),
        pytest.param([], id="nothing is there"),
        pytest.param([FIRST, fetched(a_mail(), uid=2)], id="a mail came while we looked"),
    ],
)
def test_a_server_that_counts_on_from_before_is_noticed(office: Office, there: list[FetchedMail]) -> None:
    assert compared(office, there, next_uid=2) == [mail.uid for mail in there]


@pytest.mark.parametrize(
    ("there", "next_uid"),
    [
        pytest.param(MAILS, 4, id="as it was"),
        pytest.param(MAILS, 1, id="a next number that is nonsense"),
        pytest.param([replace(LAST, received_at=LATE)], 4, id="another date"),
        pytest.param([replace(LAST, size=LAST.size + 9)], 4, id="another size"),
        pytest.param([replace(LAST, received_at=LATE, size=1)], 4, id="one that is not listed"),
    ],
)
def test_the_same_numbers_for_the_same_mails_are_not_met_anew(
    office: Office, there: Sequence[FetchedMail], next_uid: int
) -> None:
    assert compared(office, there, next_uid=next_uid) == []


def test_one_that_was_never_listed_tells_nothing(office: Office) -> None:
    met = [FIRST, replace(LAST, received_at=LATE, size=1)]

    assert compared(office, [LAST], next_uid=4, met=met) == []
