"""A mail that is sent for a link does not go once that has ended, and whoever waits for it is not lost."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.accounts import Account
from bot.domain.approvals import Choice
from bot.domain.case_steps import StepName, StepState
from bot.domain.cases import BallHolder, CaseStatus
from bot.domain.delivery import Delivery
from bot.domain.email_changes import CHANGE_LASTS
from bot.domain.errors import UnknownJob
from bot.domain.outbox import JobStatus
from bot.domain.recovery import RESET_LASTS
from bot.domain.registration import Invitee
from bot.rendering import samples
from bot.rendering.cards import case_card
from bot.rendering.words import words
from bot.services import (
    accounts,
    approvals,
    case_step_hands,
    cases,
    email_changes,
    enrolments,
    outbox,
    recovery,
    registration,
    reinviting,
)
from bot.store import case_steps
from bot.store.database import transaction
from handlers.clock import rounds
from tests import invited
from tests.cast import AVERY, BLAKE, Office, a_case, a_submission
from tests.license_keys import KEYS, a_desk
from tests.license_keys import stock as lay_stock
from tests.people import an_office_of_accounts, move_in
from tests.services.registering import GRETA, an_invited, decide, registered
from tests.services.walked import outside

MONTH = timedelta(days=32)
HELD, REPLACED, SENT = JobStatus.HELD, JobStatus.REPLACED, JobStatus.SENT


def hold(office: Office) -> None:
    office.bot = replace(office.bot, desk=replace(office.desk, delivery=Delivery()))


def look(office: Office) -> None:
    """The clock's, and what comes of it."""
    with office.connect() as db:
        rounds.EACH_MINUTE["held mails"](db, office.bot, office.now)
    office.work_till_quiet()


def recover(office: Office) -> None:
    case = a_case(office)
    with office.connect() as db:
        someone = move_in(db, office.desk, case, now=office.now)[0]
        with transaction(db):
            assert recovery.send_link(db, office.desk, someone, now=office.now)


def reset(office: Office) -> None:
    case = a_case(office)
    with office.connect() as db:
        someone = move_in(db, office.desk, case, now=office.now)[0]
        with transaction(db):
            recovery.send_reset(db, office.desk, someone, by=AVERY.id, now=office.now)


def open_accounts(office: Office) -> None:
    case = a_case(office)
    with office.connect() as db, transaction(db):
        accounts.open_all(db, office.desk, case, by="usher", now=office.now)


def enrol(office: Office) -> None:
    with office.connect() as db:
        by = replace(AVERY, email="avery@usher.example")
        enrolments.enrol(db, office.desk, by=by, now=office.now)


def invite_partner(office: Office) -> None:
    with office.connect() as db:
        invited.invite(db, office.desk, office.tokens, now=office.now)


def open_change(office: Office, account: Account, email: str) -> None:
    with office.connect() as db, transaction(db):
        email_changes.open_change(db, office.desk, account, email, now=office.now)


def change_address(office: Office) -> None:
    case = a_case(office)
    with office.connect() as db:
        someone = move_in(db, office.desk, case, now=office.now)[0]
    open_change(office, someone, "new@borealis.example.org")


@pytest.mark.parametrize(
    ("ask", "template", "lasts"),
    [
        (recover, "recovery", timedelta(hours=2)),
        (reset, "recovery", RESET_LASTS),
        (open_accounts, "activation", MONTH),
        (enrol, "enrolment", timedelta(hours=24)),
        (invite_partner, "partner_invitation", MONTH),
        (change_address, "email_change", CHANGE_LASTS),
    ],
)
def test_a_held_mail_ends_with_its_link_and_nobody_can_release_it(
    tmp_path: Path, ask: Callable[[Office], None], template: str, lasts: timedelta
) -> None:
    office = an_office_of_accounts(tmp_path)
    hold(office)
    ask(office)
    office.work()
    office.clock.wait(seconds=60)
    look(office)
    assert {job.status for job in office.jobs(template)} == {HELD}
    office.clock.wait(seconds=lasts.total_seconds())
    look(office)

    assert {job.status for job in office.jobs(template)} == {REPLACED}
    with office.connect() as db, pytest.raises(UnknownJob):
        outbox.release(db, office.job(template).id, by=AVERY.id, now=office.now)
    assert office.mailer.sent == []


def test_a_mail_whose_link_ended_before_the_clock_looked_does_not_go_either(tmp_path: Path) -> None:
    office = an_office_of_accounts(tmp_path)
    hold(office)
    recover(office)
    office.work()
    office.clock.wait(hours=3)
    with office.connect() as db:
        outbox.release(db, office.job("recovery").id, by=AVERY.id, now=office.now)
    office.work()

    assert office.mailer.sent == []
    assert "did not go: what it says is true no more" in office.chat.texts()


def test_what_asks_about_a_change_of_address_that_another_took_over_ends_at_once(tmp_path: Path) -> None:
    """Its link would have lasted: the page behind it knows of nothing any more."""
    office = an_office_of_accounts(tmp_path)
    hold(office)
    change_address(office)
    office.work()
    office.clock.wait(seconds=60)
    with office.connect() as db:
        (someone,) = accounts.list_named(db, office.jobs("email_change")[0].recipient)
    open_change(office, someone, "newer@borealis.example.org")
    office.work()
    look(office)

    assert [job.status for job in office.jobs("email_change")] == [REPLACED] * 2 + [HELD] * 2


def test_the_mail_to_the_old_address_goes_though_the_new_one_has_confirmed(tmp_path: Path) -> None:
    office = an_office_of_accounts(tmp_path)
    hold(office)
    change_address(office)
    office.work()
    new = office.tokens[-1]
    office.clock.wait(seconds=60)
    with office.connect() as db:
        email_changes.confirm(db, office.desk, new, now=office.now)
    look(office)

    states = {job.recipient: job.status for job in office.jobs("email_change")}
    assert states.pop("new@borealis.example.org") is REPLACED
    assert list(states.values()) == [HELD]


def test_who_asks_anew_gets_the_newer_link_though_the_older_has_ended(tmp_path: Path) -> None:
    office = an_office_of_accounts(tmp_path)
    hold(office)
    open_accounts(office)
    office.work()
    office.clock.wait(seconds=MONTH.total_seconds())
    look(office)
    with office.connect() as db, transaction(db):
        (someone, *_) = accounts.list_named(db, office.job("activation").recipient)
        assert accounts.mail_activation_again(db, office.desk, someone, now=office.now)
    office.work()
    look(office)

    assert office.job("activation").status is HELD


def held_back(folder: Path) -> Office:
    """A desk whose C-1 is carried out up to its first invitation, which waits for release."""
    office = a_desk(folder)
    lay_stock(office, KEYS[:4])
    outside(office)
    submission = a_submission()
    case = a_case(office, replace(submission, ris=replace(submission.ris, users=samples.USERS)))
    hold(office)
    with office.connect() as db:
        approvals.approve(db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY, now=office.now)
    office.work_till_quiet()
    with office.connect() as db:
        outbox.release_all(db, by=AVERY.id, now=office.now)
    office.work_till_quiet()
    return office


def invitations(office: Office, template: str = "invitation") -> list[JobStatus]:
    return [job.status for job in office.mails() if job.template == template]


def step(office: Office) -> tuple[StepState, str]:
    with office.connect() as db:
        found = case_steps.find(db, 1, StepName.INVITATION)
    assert found is not None
    return found.state, found.reason


def test_an_invitation_whose_link_ended_in_hold_is_the_desks_and_is_tried_again(tmp_path: Path) -> None:
    office = held_back(tmp_path)
    assert (office.case("C-1").status, step(office)[0]) == (CaseStatus.PROVISIONING, StepState.DESK)
    office.clock.wait(seconds=MONTH.total_seconds())
    look(office)

    assert office.job("invitation").status is REPLACED
    assert step(office) == (StepState.FAILED, "mail_replaced")
    assert office.case("C-1").ball is BallHolder.DESK
    assert "the link in a mail ran out before the mail went" in card(office)
    live(office)
    with office.connect() as db:
        seen = office.case("C-1").content_hash
        case_step_hands.retry(db, ref="C-1", seen=seen, step=StepName.INVITATION, by=BLAKE, now=office.now)
    office.work_till_quiet()
    assert invitations(office) == [REPLACED, SENT]
    assert (office.case("C-1").status, office.case("C-1").ball) == (CaseStatus.INVITED, BallHolder.CUSTOMER)


def live(office: Office) -> None:
    office.bot = replace(office.bot, desk=replace(office.desk, delivery=Delivery(live=True)))


def card(office: Office) -> str:
    with office.connect() as db:
        shown = cases.get_card(db, office.desk, "C-1", now=office.now)
    return str(case_card(shown, words=words("en")).blocks)


def invite(office: Office, email: str) -> None:
    first = samples.USERS[0]
    to = Invitee(first_name=first.first_name, last_name=first.last_name, email=email)
    with office.connect() as db:
        reinviting.invite_other(
            db, office.desk, office.bot.staff, ref="C-1", version=office.case("C-1").version, to=to,
            by=BLAKE, now=office.now,
        )  # fmt: skip
    office.work()


def test_whoever_was_to_be_invited_instead_is_invited_anew_once_that_link_has_ended(tmp_path: Path) -> None:
    office = an_invited(tmp_path)
    hold(office)
    invite(office, "nora.vogt@lindgren.example.com")
    office.clock.wait(seconds=MONTH.total_seconds())
    look(office)

    assert invitations(office) == [SENT, REPLACED]
    assert office.case("C-1").ball is BallHolder.DESK
    assert "*The invitation did not go*" in card(office)
    live(office)
    invite(office, "nora.vogt@lindgren.example.com")
    assert office.case("C-1").ball is BallHolder.CUSTOMER


@pytest.mark.parametrize("end", [HELD, JobStatus.DISCARDED, REPLACED])
def test_a_new_link_that_does_not_go_is_the_desks_turn_once_the_earlier_has_ended(
    tmp_path: Path, end: JobStatus
) -> None:
    """They pressed for a new link; it waited, and everybody read that they had the ball."""
    office = an_invited(tmp_path)
    hold(office)
    office.clock.wait(seconds=MONTH.total_seconds())
    ask_again(office)
    if end is JobStatus.DISCARDED:
        with office.connect() as db:
            outbox.discard(db, office.job("invitation").id, by=BLAKE.id, now=office.now)
    elif end is REPLACED:
        office.clock.wait(seconds=MONTH.total_seconds())
        look(office)

    assert invitations(office) == [SENT, end]
    assert office.case("C-1").ball is BallHolder.DESK
    assert ("now waits for release*" if end is HELD else "*The invitation did not go*") in card(office)
    live(office)
    if end is HELD:
        with office.connect() as db:
            outbox.release(db, office.job("invitation").id, by=BLAKE.id, now=office.now)
        office.work()
    else:
        office.clock.wait(hours=1)
        ask_again(office)
    assert office.case("C-1").ball is BallHolder.CUSTOMER


def test_a_new_link_that_waits_while_the_earlier_works_is_the_customers_turn(tmp_path: Path) -> None:
    office = an_invited(tmp_path)
    hold(office)
    office.clock.wait(hours=1)
    ask_again(office)

    assert invitations(office) == [SENT, HELD]
    assert office.case("C-1").ball is BallHolder.CUSTOMER


def ask_again(office: Office) -> None:
    with office.connect() as db:
        registration.ask_again(db, office.desk, email=GRETA, now=office.now)
    office.work()


def test_a_refusal_whose_link_ended_in_hold_is_the_desks_to_say_anew(tmp_path: Path) -> None:
    office = registered(tmp_path)
    hold(office)
    decide(office, Choice.REJECTED)
    office.work()
    office.clock.wait(seconds=MONTH.total_seconds())
    look(office)

    assert office.job("registration_refused").status is REPLACED
    assert office.case("C-1").ball is BallHolder.DESK
    live(office)
    decide(office, Choice.REJECTED)
    office.work()
    assert invitations(office, "registration_refused") == [REPLACED, SENT]
    assert office.case("C-1").ball is BallHolder.CUSTOMER
