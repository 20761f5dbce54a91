"""A reply that quotes our mail without marks: no word in it is lost, and a bare quote stays quiet."""

from dataclasses import replace

import pytest

from bot.domain.ledger import LedgerMail
from bot.domain.mail import Kind, OutboundMail
from bot.rendering.workbooks import ris_form
from tests.cast import BOREALIS, Office, a_mail
from tests.forms import COMPANY, MARA, TOM
from tests.services.test_nudges import corrected, nudge, sent, waiting

WITHOUT_CITY = ("RIS.xlsx", ris_form("en", replace(COMPANY, city=""), [MARA, TOM]))
HEAD = "From: Desk <{}>\nSent: Monday, March 2, 2026 10:31\nTo: Dana\nSubject: {}\n\n"


@pytest.fixture
def asked(office: Office) -> OutboundMail:
    """What a sponsor is asked about a form."""
    office.take(a_mail(subject="A new customer", files=[WITHOUT_CITY]))
    office.work()
    return office.mailer.sent[-1]


def answered(office: Office, asked: OutboundMail, quote: str, *, above: str = "") -> LedgerMail:
    text = above + HEAD.format(asked.sender.address, asked.subject) + quote
    return office.take(a_mail(subject=f"RE: {asked.subject}", answers=asked.message_id, text=text))


def test_an_answer_written_into_our_questions_is_shown_and_can_be_taken_over(
    office: Office, asked: OutboundMail
) -> None:
    question = next(line for line in asked.text.splitlines() if line.startswith("1. "))

    row = answered(office, asked, asked.text.replace(question, f"{question}\n\nHamburg"))

    assert row.kind == Kind.REPLY
    note = next(job for job in office.jobs() if job.key == f"note:C-1:mail:{row.id}")
    assert note.values["words"]["text"] == "Hamburg"
    assert any(job.template == "answers_note" for job in office.jobs())


def test_an_answer_below_our_mail_is_shown_with_what_stands_above_it(
    office: Office, asked: OutboundMail
) -> None:
    row = answered(office, asked, f"{asked.text}\n\nIt is Hamburg.", above="See below.\n\n")

    note = next(job for job in office.jobs() if job.key == f"note:C-1:mail:{row.id}")
    assert note.values["words"]["text"] == "See below.\n\nIt is Hamburg."


def test_a_reply_that_only_quotes_us_is_answered_by_nobody(office: Office, asked: OutboundMail) -> None:
    before = len(office.jobs())

    assert answered(office, asked, asked.text).kind == Kind.EMPTY
    assert len(office.jobs()) == before


@pytest.mark.parametrize("many", [1, 2])
def test_a_reminder_is_known_again_also_once_one_of_its_cases_goes_on(office: Office, many: int) -> None:
    """It was noted with our whole mail."""
    companies = [BOREALIS, "Arden GmbH"][:many]
    for company in companies:
        waiting(office, company)
    nudge(office, days=3)
    (reminder,) = sent(office)
    if many > 1:
        corrected(office, office.case("C-1"))
    question = next(line for line in reminder.text.splitlines() if line.startswith("1. "))
    text = reminder.text.replace(question, f"{question}\n\nHamburg", 1)
    row = answered(office, reminder, text)

    note = next(job for job in office.jobs() if job.key in (f"note:C-1:mail:{row.id}", "note:Q-1"))
    assert note.values["words"]["text"] == "Hamburg"
