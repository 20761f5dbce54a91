"""While a mail has not gone yet, nobody who asks for another gets one beside it."""

from pathlib import Path

import pytest

from bot.domain.errors import NotNow
from bot.domain.outbox import JobStatus
from bot.services import activation, open_invitations, recovery_mails
from tests import invited
from tests.cast import AVERY, Office, a_case
from tests.people import an_office_of_accounts, move_in


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return an_office_of_accounts(tmp_path)


def test_after_an_outage_one_activation_mail_goes_however_often_it_was_asked_for(office: Office) -> None:
    with office.connect() as db:
        token, _ = invited.register(db, office.desk, office.tokens, now=office.now)
    office.mailer.faults.then(*[NotNow("the mail server is away")] * 200)
    for _ in range(12):
        office.clock.wait(hours=6)
        office.work()
        with office.connect() as db:
            activation.renew(db, office.desk, token, now=office.now)

    assert len(office.jobs("partner_password")) == 1


def test_a_corrected_invitation_goes_in_the_place_of_the_one_that_waits(office: Office) -> None:
    with office.connect() as db:
        invited.invite(db, office.desk, office.tokens, now=office.now)
        open_invitations.correct(db, office.desk, number=1, role="", lang="de", by=AVERY, now=office.now)
        role = open_invitations.get(db, 1, by=AVERY, now=office.now).invitation.role
        open_invitations.correct(db, office.desk, number=1, role=role, lang="de", by=AVERY, now=office.now)
    office.work()

    jobs = office.jobs("partner_invitation")
    assert [(job.values["lang"], job.status) for job in jobs] == [
        ("en", JobStatus.REPLACED),
        ("de", JobStatus.SENT),
    ]


def test_user_ids_are_mailed_once_though_they_are_asked_for_on_many_days(office: Office) -> None:
    case = a_case(office)
    with office.connect() as db:
        people = move_in(db, office.desk, case, now=office.now)
    office.work()
    office.mailer.faults.then(*[NotNow("the mail server is away")] * 200)
    for _ in range(4):
        office.clock.wait(days=1)
        office.work()
        with office.connect() as db:
            recovery_mails.mail_user_ids(db, office.desk, [people[0]], now=office.now)

    assert len(office.jobs("user_ids")) == 1
