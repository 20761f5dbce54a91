"""A mail comes back: the card shows it, a check mail asks once more, and only then mails wait for staff."""

from datetime import timedelta
from email.message import EmailMessage

import pytest

from bot.sandbox.samples import DANA, ORDERS
from bot.sandbox.world import DESK
from tests.reports import a_report
from tests.stories.desk import Desk, as_text, parsed
from tests.stories.test_spine import company_of

pytestmark = pytest.mark.slow

CHECK = "Does our mail reach you?"


def opened(desk: Desk, sender: tuple[str, str]) -> str:
    """Send a complete form; return its company once its card asks for a decision."""
    company = company_of(desk.send(desk.world.samples.complete_ris(sender=sender)))
    desk.card(company, "case_approve")
    return company


def approve(desk: Desk, company: str) -> None:
    desk.act("avery").click("approvals", desk.card(company)["ts"], "case_approve")


def confirmed(desk: Desk, sender: tuple[str, str]) -> tuple[str, EmailMessage]:
    company = opened(desk, sender)
    approve(desk, company)
    return company, desk.mail_to(sender[1], about=f"Order confirmed: {company}")


def report(desk: Desk, about: str, recipient: str, **more: str) -> str:
    """Let a foreign server report to the desk; return the case for which that was counted."""
    raw = a_report(about=about, recipient=recipient, desk=DESK, **more)
    desk.world.mail.submit(raw, "", DESK)
    return desk.ledger(str(parsed(raw)["Message-ID"])).subject_ref


def test_a_dead_address_is_shown_asked_once_more_and_then_waits_for_staff(desk: Desk) -> None:
    address = ORDERS[1]
    other = opened(desk, ORDERS)
    company, confirmation = confirmed(desk, ORDERS)

    assert report(desk, str(confirmation["Message-ID"]), address) != ""
    card = desk.card(company, "there is no such mailbox (5.1.1)")
    desk.message("approvals", "came back and was not delivered", thread_ts=card["ts"])
    assert not [mail for mail in desk.mails_to(address) if str(mail["Subject"]).startswith(CHECK)]

    desk.world.clock.turn(timedelta(hours=1))
    probe = desk.mail_to(address, about=CHECK)
    assert probe["Message-ID"] != confirmation["Message-ID"]
    report(desk, str(probe["Message-ID"]), address)
    desk.message("approvals", "is given up", thread_ts=card["ts"])

    approve(desk, other)
    held = desk.message("support", "Mails to this address came back", other)
    assert not [
        mail for mail in desk.mails_to(address) if f"Order confirmed: {other}" in str(mail["Subject"])
    ]
    desk.act("blake").click("support", held["ts"], "mail_release")
    desk.mail_to(address, about=f"Order confirmed: {other}")


@pytest.mark.parametrize(
    ("about", "recipient"),
    [
        ("", DANA[1]),
        ("<c-1.0123456789ab.aaaaaaaaaaaaaaaaaaaaaaaaaa@usher.example>", DANA[1]),
        ("theirs", "mallory@elsewhere.example.net"),
    ],
)
def test_a_forged_report_changes_nothing(desk: Desk, about: str, recipient: str) -> None:
    company, confirmation = confirmed(desk, DANA)
    desk.settled()
    before = as_text(desk.card(company, "*sponsor told*"))

    if about == "theirs":
        about = str(confirmation["Message-ID"])
    assert report(desk, about, recipient) == ""
    assert as_text(desk.card(company)) == before
    assert "bounced" not in before


def test_a_delay_is_shown_on_the_card_and_nothing_else_happens(desk: Desk) -> None:
    company, confirmation = confirmed(desk, DANA)
    report(desk, str(confirmation["Message-ID"]), DANA[1], action="delayed", status="4.4.1")

    card = desk.card(company, "delayed for")
    desk.settled()
    thread = desk.world.workspace.messages("approvals", thread_ts=card["ts"])[1:]
    assert not [said for said in thread if "delayed" in as_text(said) or "came back" in as_text(said)]


def test_a_report_that_comes_twice_is_told_once(desk: Desk) -> None:
    company, confirmation = confirmed(desk, DANA)
    for _ in range(2):
        report(desk, str(confirmation["Message-ID"]), DANA[1], status="5.2.2")

    card = desk.card(company, "the mailbox is full")
    desk.settled()
    told = desk.world.workspace.messages("approvals", thread_ts=card["ts"])
    assert len([one for one in told if "came back" in as_text(one)]) == 1


def test_the_sandbox_s_bounce_is_believed_like_any_servers(desk: Desk) -> None:
    company, confirmation = confirmed(desk, DANA)
    desk.send(desk.world.samples.bounce(confirmation))

    desk.card(company, f"bounced for {DANA[1]}")
