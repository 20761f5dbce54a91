"""A report of several recipients: each is counted by what is said of them, and of nobody else."""

from bot.domain.bounces import PROBE
from bot.domain.outbox import Job
from tests.cast import DANA, Office, a_mail
from tests.forms import sound_form
from tests.reports import a_report_of
from tests.services.test_bounces import bounce, card_of, confirmed, notes

COLLEAGUE = "erin@sponsor.example.org"


def receipt(office: Office) -> Job:
    """A receipt that went to Dana, and to her colleague as a copy."""
    office.take(a_mail(files=[("RIS.xlsx", sound_form())], cc=COLLEAGUE))
    office.work()
    return office.job("receipt")


def report(office: Office, *told: tuple[str, str, str]) -> None:
    """Report on that receipt: each recipient, what became of it, its status."""
    job = receipt(office)
    office.take(a_report_of(*((*one, "said") for one in told), about=job.message_id))


def test_a_dead_copy_beside_a_full_mailbox_is_asked_and_nobody_else(office: Office) -> None:
    report(office, (DANA.address, "failed", "5.2.2"), (COLLEAGUE, "failed", "5.1.1"))

    assert [probe.recipient for probe in office.jobs(PROBE)] == [COLLEAGUE]
    (effect,) = card_of(office).returned
    said = {one.recipient: one.status for one in effect.returned}
    assert said == {COLLEAGUE: "5.1.1", DANA.address: "5.2.2"}


def test_who_got_the_mail_is_not_blamed_for_who_did_not(office: Office) -> None:
    report(office, (DANA.address, "relayed", "2.0.0"), (COLLEAGUE, "failed", "5.1.1"))

    (effect,) = card_of(office).returned
    assert [one.recipient for one in effect.returned] == [COLLEAGUE]
    told = [note.values["words"]["subject"] for note in notes(office, "mail_bounced")]
    assert told == [f"receipt → {COLLEAGUE}"]


def test_a_delay_beside_a_failure_is_told_to_nobody(office: Office) -> None:
    report(office, (DANA.address, "delayed", "4.4.1"), (COLLEAGUE, "failed", "5.2.2"))

    assert len(notes(office, "mail_bounced")) == 1
    (effect,) = card_of(office).returned
    assert {one.recipient: one.gave_up for one in effect.returned} == {COLLEAGUE: True, DANA.address: False}


def test_a_server_that_refuses_our_sender_has_nothing_said_of_their_mailbox(office: Office) -> None:
    bounce(office, confirmed(office), status="5.1.0", said="550 5.1.0 Sender denied")
    office.work()

    assert office.jobs(PROBE) == []
    assert "their server refuses mail from us (5.1.0)" in office.chat.texts()
