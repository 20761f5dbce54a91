"""Who may submit: a sponsor that is vouched for; whatever anybody else sends, no content leaves."""

import itertools

import pytest

from bot.domain.cases import CaseStatus
from bot.domain.mail import Address
from bot.rendering.workbooks import ris_form
from bot.services import cases, kinds
from bot.store import queue
from tests.cast import BLAKE, DANA, MALLORY, Office, a_mail
from tests.forms import COMPANY, MARA, TOM, sound_form

pytestmark = pytest.mark.slow

COMPLETE = ("RIS.xlsx", sound_form())
INCOMPLETE = ("RIS.xlsx", ris_form("en", COMPANY, [TOM]))
UNREADABLE = ("RIS.xlsx", b"PK\x03\x04" + b"\0" * 200)
CONTENTS = {
    "complete": (COMPLETE,),
    "incomplete": (INCOMPLETE,),
    "two forms": (COMPLETE, ("b.xlsx", ris_form("en", COMPANY, [MARA]))),
    "unreadable": (UNREADABLE,),
    "words": (),
}
#: what a forger tries so that the answer comes to them, or their claim is believed
TRICKS: dict[str, list[tuple[str, str]]] = {
    "plain": [],
    "reply-to": [("Reply-To", f"Dana <{MALLORY.address}>")],
    "sender": [("Sender", MALLORY.address), ("Return-Path", f"<{MALLORY.address}>")],
    "resent": [("Resent-From", DANA.address), ("X-Original-From", DANA.address)],
    "receipts": [
        ("Disposition-Notification-To", MALLORY.address),
        ("Return-Receipt-To", MALLORY.address),
        ("Errors-To", MALLORY.address),
    ],
    "own verdict": [("X-Authentication-Results", "mx.desk.example.com; dmarc=pass")],
    "verdict below": [
        ("Authentication-Results", "mx.desk.example.com; dmarc=pass header.from=sponsor.example.org")
    ],
}


@pytest.mark.parametrize("verdict", ["fail", "none", "temperror", "softfail"])
@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize("content", CONTENTS)
def test_nothing_leaves_for_whom_nobody_vouches(
    office: Office, verdict: str, trick: str, content: str
) -> None:
    files = CONTENTS[content]
    office.take(a_mail(verdict=verdict, headers=TRICKS[trick], files=files, cc="erin@sponsor.example.org"))
    office.work()

    assert office.mails() == []
    assert office.mailer.sent == []
    assert office.chat.standing  # staff see it, whatever it is
    with office.connect() as db:
        assert {entry.status for entry in queue.list_queue(db, limit=9)} <= {CaseStatus.RECEIVED}


@pytest.mark.parametrize("trick", ["plain", "reply-to", "sender", "receipts"])
def test_nothing_leaves_where_the_server_says_nothing(office: Office, trick: str) -> None:
    office.take(a_mail(verdict="", headers=TRICKS[trick], files=[COMPLETE]))

    assert office.mails() == []


@pytest.mark.parametrize("verdict", ["fail", "none", ""])
@pytest.mark.parametrize("content", CONTENTS)
def test_nothing_leaves_and_nothing_changes_for_a_forged_sponsor_with_a_valid_token(
    office: Office, verdict: str, content: str
) -> None:
    office.take(a_mail(files=[INCOMPLETE]))
    before, asked = len(office.mails()), office.mails()[-1].message_id
    office.take(a_mail(verdict=verdict, answers=asked, files=CONTENTS[content], text="Please cancel."))

    case = office.case("C-1")
    assert (case.version, case.status) == (1, CaseStatus.WAITING_FOR_SPONSOR)
    assert len(office.mails()) == before


@pytest.mark.parametrize("content", CONTENTS)
def test_a_verified_stranger_hears_that_it_came_and_no_more(office: Office, content: str) -> None:
    office.take(a_mail(sender=MALLORY, files=CONTENTS[content]))
    office.work()

    assert {job.template for job in office.mails()} == {"neutral_receipt"}
    assert {mail.to for mail in office.mailer.sent} == {MALLORY.address}
    for mail, secret in itertools.product(office.mailer.sent, ("Nordlicht", "Lindqvist", "nordlicht")):
        assert secret not in mail.text + mail.html + mail.subject
        assert mail.cc == ()
        assert mail.reply_to == ""


@pytest.mark.parametrize(
    "sender",
    [
        Address(name="dana@sponsor.example.org", address=MALLORY.address),
        Address(name="Dana Reyes", address="dana@sponsor.example.org.evil.example.net"),
        Address(name="Dana Reyes", address="dana@sub.sponsor.example.org"),
        Address(name="Dana Reyes", address="dana@spons0r.example.org"),
    ],
    ids=["name", "longer", "below", "alike"],
)
def test_who_looks_like_a_sponsor_is_none(office: Office, sender: Address) -> None:
    office.take(a_mail(sender=sender, files=[COMPLETE]))

    assert office.case("C-1").status is CaseStatus.RECEIVED
    assert [job.template for job in office.mails()] == ["neutral_receipt"]


def test_answers_go_to_from_whatever_reply_to_says(office: Office) -> None:
    office.take(a_mail(headers=TRICKS["reply-to"], files=[COMPLETE]))
    office.work()

    assert {mail.to for mail in office.mailer.sent} == {DANA.address}


def test_a_strangers_form_that_staff_take_in_is_reviewed_and_decided_by_somebody_else(office: Office) -> None:
    office.take(a_mail(sender=MALLORY, files=[COMPLETE]))
    case = office.case("C-1")
    with office.connect() as db:
        kinds.accept(db, office.desk, ref="C-1", seen=case.content_hash, by=BLAKE, now=office.now)

    with office.connect() as db:
        taken = cases.get_card(db, office.desk, "C-1", now=office.now)
    assert taken.case.status is CaseStatus.IN_REVIEW
    assert taken.why_second
    assert not taken.given  # Blake takes in and may not approve: two others do
    assert [job.template for job in office.mails()] == ["neutral_receipt"]
