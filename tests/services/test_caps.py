"""Robots that answer us: whatever they vary, the talk ends, and staff hear of it once a day."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.addresses import mailbox_of
from bot.domain.cases import CaseStatus
from bot.domain.mail import Address
from bot.rendering.workbooks import ris_form
from bot.services import case_answers, kinds, withdrawals
from tests.cast import BLAKE, DANA, MALLORY, Office, a_mail
from tests.forms import COMPANY, MARA, TOM

pytestmark = pytest.mark.slow

A_DAY = timedelta(days=1)


def robots(sender: Iterator[str], subject: Iterator[str]) -> Iterator[bytes]:
    """Mails of a robot that says nowhere that it is one, and names no mail of ours."""
    for address, words in zip(sender, subject, strict=False):
        who = Address(name="Robot", address=address)
        yield a_mail(sender=who, subject=words, text="The nightly export has run on server 7.")


def take(office: Office, mails: Iterator[bytes], many: int) -> None:
    for mail in itertools.islice(mails, many):
        office.take(mail)


SAME = itertools.repeat("robot@elsewhere.example.net")
PLAIN = itertools.repeat("We have your message")


@pytest.mark.parametrize(
    ("sender", "subject"),
    [
        (SAME, PLAIN),
        (SAME, (f"Ticket {number} was opened" for number in itertools.count())),
        ((f"robot+{number}@elsewhere.example.net" for number in itertools.count()), PLAIN),
        (itertools.cycle(["robot@elsewhere.example.net", "Robot@Elsewhere.Example.NET"]), PLAIN),
        (itertools.cycle(["robot@elsewhere.example.net", "robot+a@elsewhere.example.net"]), PLAIN),
    ],
    ids=["plain", "cycling subjects", "sub-addresses", "case", "with and without"],
)
def test_a_robot_gets_ten_answers_and_staff_hear_once(
    office: Office, sender: Iterator[str], subject: Iterator[str]
) -> None:
    take(office, robots(sender, subject), 25)

    assert len(office.mails()) == 10
    (told,) = office.jobs("trouble_note")
    assert told.values["words"]["what"] == "answers_capped"
    assert told.values["words"]["subject"] == "robot@elsewhere.example.net"


def test_two_desks_whose_robots_talk_for_three_days_never_exceed_the_cap(office: Office) -> None:
    """Each answer of ours brings one of theirs; besides, theirs writes by itself every two hours."""
    sent = []
    for _ in range(36):
        for mail in itertools.islice(robots(SAME, PLAIN), 2):
            before = len(office.mails())
            office.take(mail)
            if len(office.mails()) > before:
                sent.append(office.now)
        office.clock.wait(hours=2)

    for moment in sent:
        assert sum(moment <= other < moment + A_DAY for other in sent) <= 10
    told = [job.created_at.date() for job in office.jobs("trouble_note")]
    assert len(told) == len(set(told)) <= 4


def test_neighbours_of_a_robot_are_answered(office: Office) -> None:
    take(office, robots(SAME, PLAIN), 12)
    neighbours = ["robo@elsewhere.example.net", "robot2@elsewhere.example.net", "robot@other.example.net"]
    take(office, robots(iter([*neighbours, "xrobot+a@elsewhere.example.net"]), PLAIN), 4)

    assert [job.recipient for job in office.mails()[10:]] == [*neighbours, "xrobot+a@elsewhere.example.net"]


def test_a_robot_that_names_our_mail_is_noted_and_not_answered(office: Office) -> None:
    take(office, robots(SAME, PLAIN), 1)
    answers = office.mails()[0].message_id
    for _ in range(5):
        office.take(a_mail(sender=Address(address="robot@elsewhere.example.net"), answers=answers))

    assert len(office.mails()) == 1


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("anna@example.org", "anna@example.org"),
        ("anna+usher@example.org", "anna@example.org"),
        ("anna+a+b@example.org", "anna@example.org"),
        ("+only@example.org", "+only@example.org"),
        ('"a+b@c"@example.org', '"a@example.org'),
        ("", ""),
    ],
)
def test_the_mailbox_behind_an_address(address: str, mailbox: str) -> None:
    assert mailbox_of(address) == mailbox


# A sponsor's own cases


def send_forms(office: Office, many: int) -> None:
    for number in range(many):
        company = replace(COMPANY, name=f"Works {number} AG", vat_id="")
        office.take(a_mail(sender=DANA, files=[("RIS.xlsx", ris_form("en", company, [MARA, TOM]))]))


def test_a_busy_sponsor_hears_about_every_form_and_is_answered_besides(office: Office) -> None:
    send_forms(office, 14)
    office.take(a_mail(sender=DANA, text="How do I reset my password?"))

    about = [job.values["ref"] for job in office.mails()]
    assert about == [*(f"C-{number}" for number in range(1, 15)), "Q-1"]
    assert office.jobs("trouble_note") == []


def test_within_one_case_the_talk_ends_and_staff_hear_which(office: Office) -> None:
    send_forms(office, 1)
    for seats in range(3, 15):
        answers = office.mails()[-1].message_id
        company = replace(COMPANY, name="Works 0 AG", vat_id="", seats=seats)
        form = ris_form("en", company, [MARA, TOM])
        office.take(a_mail(sender=DANA, answers=answers, files=[("RIS.xlsx", form)]))

    assert office.case("C-1").version == 13
    assert len(office.mails()) == 10
    (told,) = office.jobs("trouble_note")
    assert (told.values["words"]["what"], told.values["words"]["ref"]) == ("case_capped", "C-1")


@pytest.mark.parametrize("by_mail", [True, False])
def test_what_became_of_a_case_is_said_beyond_every_cap(office: Office, *, by_mail: bool) -> None:
    test_within_one_case_the_talk_ends_and_staff_hear_which(office)
    if by_mail:
        newest = office.mails()[-1].message_id
        office.take(a_mail(sender=DANA, subject="Re: it", text="Please withdraw C-1.", answers=newest))
    else:
        with office.connect() as db:
            seen = office.case("C-1").content_hash
            withdrawals.withdraw(db, office.desk, ref="C-1", seen=seen, by=BLAKE, now=office.now)

    assert office.case("C-1").status is CaseStatus.WITHDRAWN
    told = office.mails()[-1]
    assert (told.template, told.automatic) == ("withdrawal", by_mail)


def test_what_staff_cause_is_mailed_beyond_every_cap(office: Office) -> None:
    """As when they take over answers, and the form is still not complete, or is now."""
    test_within_one_case_the_talk_ends_and_staff_hear_which(office)
    answers = office.mails()[-1].message_id
    office.take(a_mail(sender=DANA, subject="Re: it", text="1. DE999995687", answers=answers))
    assert len(office.mails()) == 10
    with office.connect() as db:
        case_answers.take_over(db, office.desk, ref="C-1", number=1, by=BLAKE, now=office.now)

    assert office.case("C-1").version == 14
    assert len(office.mails()) == 11


def test_a_form_that_staff_take_in_is_asked_about_beyond_every_cap(office: Office) -> None:
    take(office, robots(itertools.repeat(MALLORY.address), PLAIN), 10)
    form = ris_form("en", replace(COMPANY, vat_id=""), [MARA, TOM])
    office.take(a_mail(sender=MALLORY, files=[("RIS.xlsx", form)]))
    before = len(office.mails())
    with office.connect() as db:
        seen = office.case("C-1").content_hash
        kinds.accept(db, office.desk, ref="C-1", seen=seen, by=BLAKE, now=office.now)

    assert office.mails()[before:] == [office.job("ris_problems")]
