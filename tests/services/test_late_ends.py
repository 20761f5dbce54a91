"""However late a mail ends, and wherever its case is by then: its card says so without another cause."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bot.domain.accounts import Account
from bot.domain.approvals import RejectionReason
from bot.domain.case_steps import StepName, StepState
from bot.domain.cases import CaseStatus
from bot.domain.errors import UnknownJob
from bot.domain.mail import Address
from bot.domain.outbox import Job, JobKind, JobStatus
from bot.rendering import samples
from bot.rendering.blocks import Block
from bot.services import account_views, approvals, outbox
from bot.services.queueing import queue_case_card
from bot.store.database import transaction
from tests.cast import AVERY, BLAKE, Office, a_case, a_submission
from tests.license_keys import KEYS, a_desk, hand_over, seat_of
from tests.license_keys import stock as lay_stock
from tests.services.registering import decide, fill, submit
from tests.services.test_bounces import bounce
from tests.services.test_returned_notes import readdress, resend
from tests.services.walked import outside, steps, stop

HOSTILE = "550 <@U0AVERY0001> *<https://evil.example|no> `such` user"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = a_desk(tmp_path)
    lay_stock(office, KEYS[:4])
    outside(office)
    return office


def received(office: Office) -> str:
    a_case(office, a_submission(sender=Address(name="Dana <!channel>", address="dana@sponsor.example.org")))
    return "receipt"


def rejected(office: Office) -> str:
    case = a_case(office)
    with office.connect() as db:
        approvals.reject(
            db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY,
            reason=RejectionReason.DUPLICATE, note="", now=office.now,
        )  # fmt: skip
    return "rejection"


def approved(office: Office, mail: str = "order_confirmation") -> str:
    submission = a_submission()
    ris = replace(submission.ris, company=samples.COMPANY, users=samples.USERS)
    case = a_case(office, replace(submission, ris=ris))
    with office.connect() as db:
        approvals.approve(db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY, now=office.now)
    return mail


def supplied(office: Office) -> str:
    return approved(office, "license_key")


def invited(office: Office) -> str:
    return approved(office, "invitation")


def stopped(office: Office) -> str:
    approved(office)
    office.work()
    stop(office)
    return "withdrawal"


def live(office: Office, mail: str = "site_ready") -> str:
    approved(office)
    fill(office)
    submit(office)
    decide(office)
    return mail


def activated(office: Office) -> str:
    return live(office, "activation")


MAILS = (received, rejected, approved, supplied, invited, stopped, live, activated)


def work(office: Office, mail: str, status: JobStatus = JobStatus.SENT) -> None:
    """Carry all out; the mails of that name end like that, after the second try at the latest."""
    outcome = outbox.Outcome(status=status, error="" if status is JobStatus.SENT else HOSTILE)
    for _ in range(8):
        while claimed := office.claim():
            for job in claimed:
                is_it = job.kind is JobKind.MAIL and job.template == mail
                if not is_it or status is JobStatus.SENT:
                    office.carry_out(job)
                    continue
                with office.connect() as db:
                    outbox.settle(db, job, "w", outcome, now=office.now, jitter=0.0)
        office.clock.wait(seconds=5)


def one_of(office: Office, mail: str) -> Job:
    """The first; a step is called as its mail is."""
    return next(job for job in office.mails() if job.template == mail)


def retry(office: Office, mail: str) -> None:
    with office.connect() as db:
        outbox.retry(db, one_of(office, mail).id, by=BLAKE.id, now=office.now)


def card(office: Office) -> tuple[str, list[Block]]:
    (shown,) = [one for one in office.chat.standing.values() if one.key == "card:C-1"]
    return shown.text, list(shown.blocks)


def check_is_up_to_date(office: Office) -> None:
    """The card says what it would say if it were renewed now."""
    office.work()
    before = card(office)
    with office.connect() as db, transaction(db):
        queue_case_card(db, 1, now=office.now)
    office.work()
    assert before == card(office)


@pytest.mark.parametrize("status", [JobStatus.SENT, JobStatus.UNKNOWN, JobStatus.REPLACED])
@pytest.mark.parametrize("make", MAILS)
def test_the_card_follows_a_mail_that_is_tried_again(
    office: Office, make: Callable[[Office], str], status: JobStatus
) -> None:
    """It had gone on showing that it failed, with the button to try it again."""
    mail = make(office)
    work(office, mail, JobStatus.FAILED)
    check_is_up_to_date(office)
    retry(office, mail)
    office.work(kinds=(JobKind.CASE_CARD,))  # the card is renewed before the mail ends
    work(office, mail, status)

    check_is_up_to_date(office)


@pytest.mark.parametrize("end", [retry, lambda office, mail: bounce(office, one_of(office, mail))])
@pytest.mark.parametrize("make", MAILS)
def test_the_card_follows_a_mail_of_which_nobody_knew(
    office: Office, make: Callable[[Office], str], end: Callable[[Office, str], None]
) -> None:
    mail = make(office)
    work(office, mail, JobStatus.UNKNOWN)
    check_is_up_to_date(office)
    end(office, mail)
    work(office, mail)

    check_is_up_to_date(office)


def test_a_receipt_that_went_at_the_second_try_is_not_among_what_did_not_arrive(office: Office) -> None:
    mail = received(office)
    work(office, mail, JobStatus.FAILED)
    assert "mail_retry" in str(card(office))
    assert "<@U0AVERY0001>" not in str(card(office))
    retry(office, mail)
    office.work()

    assert "did not arrive" not in str(card(office))
    assert "mail_retry" not in str(card(office))


def test_a_key_that_went_to_somebody_else_is_not_among_what_did_not_go(office: Office) -> None:
    """Another's mail kept the step on failed, and the card named both."""
    work(office, supplied(office), JobStatus.FAILED)
    assert str(card(office)).count("↳") == 2
    hand_over(office, seat_of(office, office.case("C-1"), "Greta"))

    check_is_up_to_date(office)
    assert str(card(office)).count("↳") == 1


def test_an_invitation_that_evidently_went_is_behind_its_case(office: Office) -> None:
    """The step had stood on failed, though its reader's server spoke of the mail."""
    mail = invited(office)
    work(office, mail, JobStatus.UNKNOWN)
    assert steps(office)[StepName.INVITATION].state is StepState.FAILED
    bounce(office, one_of(office, mail), action="delayed", status="4.4.1")

    assert steps(office)[StepName.INVITATION].state is StepState.DONE
    assert office.case("C-1").status is CaseStatus.INVITED
    check_is_up_to_date(office)


def owner_of(office: Office, job: Job) -> Account:
    with office.connect() as db:
        return account_views.find(db, job.key.partition(":")[0])


@pytest.mark.parametrize("mend", [partial(resend, by=BLAKE), readdress])
def test_a_mail_in_whose_place_another_goes_is_tried_no_more(
    office: Office, mend: Callable[[Office, Account], None]
) -> None:
    """The card went on offering *Try again*: the customer got the mail twice, and the note other words."""
    mail = activated(office)
    work(office, mail, JobStatus.FAILED)
    job = one_of(office, mail)
    check_is_up_to_date(office)
    assert "3 activation mails wait for release or did not go" in str(card(office))
    mend(office, owner_of(office, job))
    office.work()

    assert "2 activation mails wait for release or did not go" in str(card(office))  # to others
    check_is_up_to_date(office)
    with pytest.raises(UnknownJob):
        retry(office, mail)
