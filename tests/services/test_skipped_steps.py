"""What two people skipped is told to nobody as done: not on the card, the status page or in mails."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.approvals import Choice
from bot.domain.case_steps import StepName
from bot.domain.cases import BallHolder, CaseStatus
from bot.domain.errors import PermanentFailure
from bot.domain.events import EventTag
from bot.rendering import samples
from bot.rendering.pages.journey import Journey, journey
from bot.services import approvals, cases, status_pages
from bot.services.queueing import issue_link
from bot.store.database import transaction
from tests.cast import AVERY, CASEY, Office, a_case, a_submission
from tests.forms import MARA
from tests.license_keys import KEYS, a_desk
from tests.license_keys import stock as lay_stock
from tests.page_words import page_words
from tests.services.registering import decide, fill, submit
from tests.services.test_reinviting import NORA, invite
from tests.services.walked import N, S, approved, outside, retry, skip, steps


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = a_desk(tmp_path)
    lay_stock(office, KEYS[:4])
    return office


def left_out(office: Office, step: StepName) -> None:
    skip(office, step, AVERY)
    skip(office, step, CASEY)
    office.work_till_quiet()


def page(office: Office, lang: str = "en") -> Journey:
    with office.connect() as db, transaction(db):
        until = office.now.replace(year=office.now.year + 1)
        url = issue_link(db, office.desk, "C-1", purpose="status", path="status", until=until, now=office.now)
        found = status_pages.get(db, url.rsplit("/", 1)[1], now=office.now)
    return journey(found, page_words(lang))


def marks(office: Office) -> list[str]:
    """Of the credentials, the site and the invitation."""
    return [str(stop.mark) for stop in page(office).stops[3:6]]


def told(office: Office) -> set[str]:
    return {event.tag for event in office.events()}


def test_an_invitation_that_was_skipped_waits_at_the_desk(office: Office) -> None:
    outside(office)
    with office.mailer.refusing("nvit"):
        approved(office)
        office.work_till_quiet()
    left_out(office, N.INVITATION)

    case = office.case("C-1")
    assert (case.status, case.ball) == (CaseStatus.INVITED, BallHolder.DESK)
    assert EventTag.CASE_LEFT_TO_DESK in told(office)
    assert EventTag.CASE_INVITED not in told(office)
    assert marks(office) == ["done", "done", "aside"]
    assert (page(office).holder, page(office).lead) == (
        "The Onboarding desk",
        "The Onboarding desk gets the invitation to register to the Organization Administrator another way.",
    )
    assert "auf anderem Weg" in page(office, "de").lead


def test_a_dead_address_is_left_for_somebody_else_who_is_mailed_once(office: Office) -> None:
    outside(office)
    with office.mailer.refusing("nvit"):
        approved(office)
        office.work_till_quiet()
    assert steps(office)[N.INVITATION].state is S.FAILED
    with office.connect() as db:
        (lost,) = cases.get_card(db, office.desk, "C-1", now=office.now).lost
    assert (lost.address, lost.error) == (MARA.email, "550 no such user")

    with office.mailer.refusing("nvit"):
        invite(office)
        office.work_till_quiet()
    retry(office, N.INVITATION)
    office.work_till_quiet()
    assert [mail.to for mail in office.mailer.sent if "nvit" in mail.subject] == [NORA.email.lower()]
    assert office.case("C-1").status is CaseStatus.INVITED
    assert marks(office) == ["done", "done", "done"]


def test_an_invitation_that_was_skipped_can_go_to_somebody_else(office: Office) -> None:
    outside(office)
    with office.mailer.refusing("nvit"):
        approved(office)
        office.work_till_quiet()
    left_out(office, N.INVITATION)
    invite(office)
    office.work_till_quiet()

    assert office.mailer.sent[-1].to == NORA.email.lower()
    assert (office.case("C-1").ball, marks(office)[2]) == (BallHolder.CUSTOMER, "done")


def test_keys_and_a_site_that_were_skipped_are_claimed_by_no_page_and_no_mail(office: Office) -> None:
    outside(office, *[PermanentFailure("no")] * 2)
    with office.mailer.refusing("License Key"):
        full = replace(a_submission().ris, company=samples.COMPANY, users=samples.USERS)
        case = a_case(office, replace(a_submission(), ris=full))
        with office.connect() as db:
            seen = case.content_hash
            approvals.approve(db, office.desk, ref=case.ref, seen=seen, by=AVERY, now=office.now)
        office.work_till_quiet()
    left_out(office, N.KEY_MAILS)
    assert "another way" in page(office).lead
    left_out(office, N.CASE)
    left_out(office, N.SITE)
    (invited,) = [mail for mail in office.mailer.sent if "nvit" in mail.subject]

    assert marks(office) == ["aside", "aside", "done"]
    assert "keep the License Keys" not in invited.text
    fill(office)
    submit(office)
    assert marks(office) == ["aside", "aside", "done"]
    decide(office, Choice.APPROVED)
    office.work_till_quiet()
    (ready,) = [mail for mail in office.mailer.sent if "registered" in mail.subject]
    assert "another way" in ready.text
    assert "is ready" not in ready.text
    assert page(office).lead == "What is left, the Onboarding desk does another way."
