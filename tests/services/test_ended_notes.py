"""The notes of mails that waited, failed or may have gone: once that is over they say so, and ask nothing."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.delivery import Delivery
from bot.domain.errors import UnknownJob
from bot.domain.outbox import Job, JobStatus
from bot.rendering.words import words
from bot.services import open_invitations, outbox, recovery
from tests import invited
from tests.cast import AVERY, Office, a_case
from tests.license_keys import KEYS, a_desk
from tests.license_keys import stock as lay_stock
from tests.people import an_office_of_accounts, move_in
from tests.reports import a_report
from tests.services.mail_ends import ends
from tests.services.test_outbox import a_decided_case
from tests.services.walked import approved, stop

OVERTAKEN = "it never goes out. Another goes in its place"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return an_office_of_accounts(tmp_path)


def hold(office: Office) -> None:
    office.bot = replace(office.bot, desk=replace(office.desk, delivery=Delivery()))


def notes_of(office: Office, job: Job) -> list[str]:
    """As they stand in Slack by now."""
    office.work()
    about = (f"held:{job.id}", f"job_failed:{job.id}:", f"job_unknown:{job.id}:")
    return [str(one.blocks) for one in office.chat.standing.values() if one.key.startswith(about)]


def is_over(office: Office, job: Job, said: str) -> bool:
    (note,) = notes_of(office, job)
    return said in note and "'action_id'" not in note


def test_of_key_mails_that_a_stopped_case_takes_back(tmp_path: Path) -> None:
    office = a_desk(tmp_path)
    lay_stock(office, KEYS[:4])
    hold(office)
    approved(office)
    office.work()
    mails = office.jobs("license_key")
    assert {job.status for job in mails} == {JobStatus.HELD}
    stop(office)

    assert {job.status for job in office.jobs("license_key")} == {JobStatus.REPLACED}
    assert all(is_over(office, job, OVERTAKEN) for job in mails)


def test_of_an_invitation_that_was_corrected(office: Office) -> None:
    hold(office)
    with office.connect() as db:
        invited.invite(db, office.desk, office.tokens, now=office.now)
    office.work()
    job = office.job("partner_invitation")
    with office.connect() as db:
        role = open_invitations.get(db, 1, by=AVERY, now=office.now).invitation.role
        open_invitations.correct(db, office.desk, number=1, role=role, lang="de", by=AVERY, now=office.now)

    assert is_over(office, job, OVERTAKEN)
    with office.connect() as db, pytest.raises(UnknownJob) as refused:
        outbox.release(db, job.id, by=AVERY.id, now=office.now)
    assert words("en").refusal(refused.value, slack=True).endswith("the mail is: overtaken, not sent.")


def test_of_a_link_in_whose_place_a_newer_one_goes(office: Office) -> None:
    case = a_case(office)
    hold(office)
    with office.connect() as db:
        owner = move_in(db, office.desk, case, now=office.now)[0]
        recovery.ask_for_link(db, office.desk, owner.email, now=office.now)
    office.work()
    job = office.job("recovery")
    office.clock.wait(hours=2)
    with office.connect() as db:
        recovery.ask_for_link(db, office.desk, owner.email, now=office.now)

    assert is_over(office, job, OVERTAKEN)


def test_of_a_failed_mail_that_somebody_tries_again(office: Office) -> None:
    a_decided_case(office)
    job = office.job("order_confirmation")
    ends(JobStatus.FAILED)(office, job.key)
    (note,) = notes_of(office, job)
    assert "mail_retry" in note
    with office.connect() as db:
        outbox.retry(db, job.id, by=AVERY.id, now=office.now)

    assert is_over(office, job, f"Tried again by <@{AVERY.id}>")
    assert office.job("order_confirmation").status is JobStatus.SENT


def test_of_one_that_fails_once_more_the_newest_asks(office: Office) -> None:
    a_decided_case(office)
    job = office.job("order_confirmation")
    ends(JobStatus.FAILED)(office, job.key)
    with office.connect() as db:
        outbox.retry(db, job.id, by=AVERY.id, now=office.now)
    ends(JobStatus.FAILED)(office, job.key)

    first, second = notes_of(office, job)
    assert "mail_retry" not in first
    assert "mail_retry" in second
    with office.connect() as db:
        outbox.discard(db, job.id, by=AVERY.id, now=office.now)
    assert "mail_retry" not in str(notes_of(office, job))


def test_of_one_that_evidently_had_gone(office: Office) -> None:
    a_decided_case(office)
    job = office.job("order_confirmation")
    ends(JobStatus.UNKNOWN)(office, job.key)
    assert "mail_retry" in str(notes_of(office, job))
    office.take(a_report(about=job.message_id, recipient=job.recipient))

    assert is_over(office, job, "It had gone after all")
