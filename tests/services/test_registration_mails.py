"""Mails of a registration that do not go: one waits, and a refusal of which nobody was told is the desk's."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.approvals import Choice
from bot.domain.cases import BallHolder
from bot.domain.delivery import Delivery
from bot.domain.errors import (
    UnknownJob,
)
from bot.domain.outbox import JobStatus
from bot.domain.queue import Wanted
from bot.domain.registration_refusals import RegistrationDecided
from bot.domain.staff import Staff
from bot.rendering import registration as registration_cards
from bot.rendering.home import home_view
from bot.rendering.pages.journey import Journey, journey
from bot.rendering.words import words
from bot.services import accounts as account_services
from bot.services import (
    cases,
    decision_mails,
    home,
    notices,
    outbox,
    queue,
    queueing,
    registration,
    status_pages,
)
from bot.store import accounts
from bot.store import queue as queue_store
from bot.store.database import transaction
from tests.cast import AVERY, BLAKE, CASEY, Office
from tests.page_words import page_words
from tests.reports import a_report
from tests.services.mail_ends import End, dropped, ends, held
from tests.services.registering import (
    GRETA,
    an_invited,
    decide,
    fill,
    registered,
    submit,
    tokens,
)
from tests.services.walked import stop


@pytest.mark.parametrize("refused", [False, True], ids=["invited", "refused"])
def test_while_no_mail_goes_the_invitation_that_is_asked_for_waits_once(
    tmp_path: Path, refused: bool
) -> None:
    office = registered(tmp_path) if refused else an_invited(tmp_path)
    before = len(tokens(office))
    if refused:
        decide(office, Choice.REJECTED)
    for _ in range(4):
        office.clock.wait(hours=2)
        with office.connect() as db:
            registration.ask_again(db, office.desk, email=GRETA, now=office.now)

    waiting = [job.template for job in office.jobs() if job.recipient == GRETA and job.status == "queued"]
    assert waiting == ["registration_refused" if refused else "invitation"]
    assert len(tokens(office)) == before + 1
    with office.connect() as db:
        office.clock.wait(hours=2)
        registration.ask_again(db, office.desk, email=GRETA, now=office.now)
    assert len(tokens(office)) == before + 2


@pytest.mark.parametrize("end", [dropped, ends(JobStatus.FAILED)], ids=["discarded", "failed"])
def test_a_refusal_that_never_went_is_the_desks_again_and_is_written_anew(tmp_path: Path, end: End) -> None:
    office = registered(tmp_path)
    decide(office, Choice.REJECTED)
    first = office.job("registration_refused")
    assert turn(office) is BallHolder.CUSTOMER
    end(office, first.key)
    office.bot = replace(office.bot, desk=replace(office.desk, delivery=Delivery(live=True)))
    office.work()

    assert turn(office) is BallHolder.DESK
    called = "*C-1* is with the desk again: the mail that refuses the registration did not go"
    said = str([one.text for one in office.chat.standing.values()])
    assert (called in said) is (end is not dropped)  # who drops one that waits has it from the desk's turn
    with office.connect() as db:
        card = cases.get_card(db, office.desk, "C-1", now=office.now, viewer=CASEY)
        assert not cases.get_card(db, office.desk, "C-1", now=office.now, viewer=BLAKE).may_decide
        queued = queue_store.list_queue(db, limit=9)
    assert (
        sponsors_page(office).lead == "The organization has registered, and the Onboarding desk looks at it."
    )
    assert card.untold
    shown = json.dumps(registration_cards.shown(card, words("en")), ensure_ascii=False)
    assert "the customer knows nothing of it" in shown
    buttons = registration_cards.buttons(card, words("en"))[0]["elements"]
    assert [one["action_id"] for one in buttons] == ["registration_refuse", "registration_invite"]
    modal = registration_cards.refuse_modal(card, words=words("en"))
    assert "The street is that of your warehouse." in json.dumps(modal)
    assert [one.waits_for(CASEY) for one in queued if one.ref == "C-1"] == [True]
    with pytest.raises(RegistrationDecided):
        decide(office)  # only what they were not told is decided anew

    decide(office, Choice.REJECTED)
    assert turn(office) is BallHolder.CUSTOMER
    assert fill(office)  # by the link of the second mail
    submit(office)
    assert turn(office) is BallHolder.DESK
    assert sum("register/" in mail.text for mail in office.mailer.sent if mail.to == GRETA) == 2
    with office.connect() as db, pytest.raises(UnknownJob):
        outbox.retry(db, first.id, by=AVERY.id, now=office.now)


def test_a_refusal_that_came_back_is_the_desks_again(tmp_path: Path) -> None:
    office = registered(tmp_path)
    decide(office, Choice.REJECTED)
    office.work()
    job = office.job("registration_refused")
    office.take(a_report(about=job.message_id, recipient=job.recipient))
    office.work()

    assert turn(office) is BallHolder.DESK
    assert "the mail that refuses the registration did not go" in office.chat.texts()


def test_a_refusal_that_waits_for_release_tells_nobody_that_the_customer_has_it(tmp_path: Path) -> None:
    office = registered(tmp_path)
    decide(office, Choice.REJECTED)
    held(office, "")

    card = shown_card(office)
    assert "Once the mail that says so is released, the customer has a new link" in card
    assert "The customer has a mail" not in card
    assert "The mail by which the customer corrects it went into the outbox" in office.chat.texts()


def test_who_has_no_activation_mail_yet_waits_for_the_desk(tmp_path: Path) -> None:
    office = registered(tmp_path)
    decide(office)
    held(office, "")
    first, *others = office.jobs("activation")
    with office.connect() as db:
        outbox.discard(db, first.id, by=AVERY.id, now=office.now)

    page = sponsors_page(office)
    assert page.holder == "The Onboarding desk"
    assert (
        page.next
        == "The Onboarding desk still has to send 3 activation mails. There is nothing you have to do."
    )
    assert "*3 activation mails wait for release or did not go*" in shown_card(office)
    for job in others:
        with office.connect() as db:
            outbox.release(db, job.id, by=AVERY.id, now=office.now)
    assert sponsors_page(office).next.startswith("The Onboarding desk still has to send one activation mail.")
    assert "*One activation mail waits for release or did not go*" in shown_card(office)
    office.take(a_report(about=others[0].message_id, recipient=others[0].recipient))
    assert "still has to send 2 activation mails" in sponsors_page(office).next

    office.bot = replace(office.bot, desk=replace(office.desk, delivery=Delivery(live=True)))
    with office.connect() as db, transaction(db):
        for one in accounts.list_of_case(db, 1):
            account_services.mail_activation(db, office.desk, one, now=office.now)
    page = sponsors_page(office)
    assert page.holder == "The users, who have their activation mails"
    assert page.next == "Each of them has an activation mail. There is nothing you have to do."


def test_a_live_case_whose_activation_mails_wait_is_the_desks_until_they_go(tmp_path: Path) -> None:
    office = registered(tmp_path)
    decide(office)
    office.clock.wait(hours=2)
    held(office, "")

    assert waiting_for(office, BLAKE) == [("C-1", BallHolder.DESK, office.now)]
    assert "*Live* · the desk has the ball since" in shown_card(office)
    assert "decision waits for release" not in shown_card(office)
    called = [one.text for one in office.chat.standing.values() if "is with the desk again" in one.text]
    assert called == ["*C-1* is with the desk again: Registration to be decided."]  # each has its own note
    office.clock.wait(hours=2)
    for job in (*office.jobs("activation"), office.job("site_ready")):
        assert waiting_for(office, BLAKE)
        with office.connect() as db:
            outbox.release(db, job.id, by=AVERY.id, now=office.now)
    assert waiting_for(office, BLAKE) == []
    assert "*Live* · closed since" in shown_card(office)


def test_a_live_case_of_which_its_sponsor_has_not_heard_yet_is_the_desks(tmp_path: Path) -> None:
    """It waited for nobody, while the mail waited for staff."""
    office = registered(tmp_path)
    decide(office)
    held(office, "")
    for job in office.jobs("activation"):
        with office.connect() as db:
            outbox.release(db, job.id, by=AVERY.id, now=office.now)

    assert [(ref, ball) for ref, ball, _ in waiting_for(office, BLAKE)] == [("C-1", BallHolder.DESK)]
    assert "*A mail to the sponsor waits for release* in the support channel" in shown_card(office)
    with office.connect() as db:
        outbox.release(db, office.job("site_ready").id, by=AVERY.id, now=office.now)
    assert waiting_for(office, BLAKE) == []
    assert "waits for release*" not in shown_card(office)


def test_users_whose_activation_mails_came_back_or_did_not_go_stand_in_the_home_tab(tmp_path: Path) -> None:
    """Only the case's card said so, which nobody looks at any more."""
    office = registered(tmp_path)
    decide(office)
    first, second, *_ = office.jobs("activation")
    assert "cannot activate" not in home_tab(office)
    ends(JobStatus.FAILED)(office, second.key)
    office.work_till_quiet()
    assert "*1 user cannot activate their account*" in home_tab(office)
    assert "Nothing waits" not in home_tab(office)
    assert "C-1 (1)" in home_tab(office)
    office.take(a_report(about=first.message_id, recipient=first.recipient))
    assert "*2 users cannot activate their accounts*" in home_tab(office)

    with office.connect() as db, transaction(db):
        for one in accounts.list_of_case(db, 1):
            account_services.mail_activation(db, office.desk, one, now=office.now)
    assert "cannot activate" not in home_tab(office)


def home_tab(office: Office) -> str:
    with office.connect() as db:
        found = home.get_home(db, office.desk, by=BLAKE, now=office.now)
    return str(home_view(found, words=words("en"), now=office.now, mailbox="", channel=""))


def test_who_is_reminded_while_no_mail_goes_has_one_already(tmp_path: Path) -> None:
    """Home tab and queue named the case without a reason, and its card had nothing to press."""
    office = registered(tmp_path)
    decide(office)
    office.work_till_quiet()
    first = office.jobs("activation")[0]
    office.clock.wait(days=2)
    office.bot = replace(office.bot, desk=replace(office.desk, delivery=Delivery()))
    with office.connect() as db, transaction(db):
        for one in accounts.list_of_case(db, 1):
            account_services.mail_activation(db, office.desk, one, now=office.now)
    office.work()
    assert "wait for release or did not go" not in shown_card(office)
    assert waiting_for(office, BLAKE) == []
    office.take(a_report(about=first.message_id, recipient=first.recipient))

    assert "*One activation mail waits for release or did not go*" in shown_card(office)
    assert [(ref, ball) for ref, ball, _ in waiting_for(office, BLAKE)] == [("C-1", BallHolder.DESK)]


def waiting_for(office: Office, who: Staff) -> list[tuple[str, BallHolder, datetime]]:
    """What their home tab says, which the queue says too."""
    with office.connect() as db:
        shown = home.get_home(db, office.desk, by=who, now=office.now).decide
        assert [one.entry for one in shown] == queue.list_queue(db, by=who, wanted=Wanted(), now=office.now)
    assert all(one.card.case.held_since == one.entry.since for one in shown)
    return [(one.entry.ref, one.card.case.ball, one.entry.since) for one in shown]


def test_that_the_site_is_ready_is_written_anew_where_staff_had_discarded_it(tmp_path: Path) -> None:
    office = registered(tmp_path)
    decide(office)
    dropped(office, "site_ready")
    job = office.job("site_ready")
    assert "Write it anew: " in shown_card(office)
    with office.connect() as db:
        decision_mails.write_anew(db, office.desk, job.id, by=BLAKE, now=office.now)
    office.work()
    with office.connect() as db:
        outbox.release(db, office.job("site_ready").id, by=AVERY.id, now=office.now)
    assert "Write it anew: " not in shown_card(office)

    mail = office.mailer.sent[-1]
    assert "is set up" in mail.subject
    assert f"/status/{office.tokens[-1]}" in mail.text


def sponsors_page(office: Office) -> Journey:
    with office.connect() as db:
        until = office.now + timedelta(days=1)
        link = queueing.issue_link(
            db, office.desk, "C-1", purpose=queueing.STATUS, path="status", until=until, now=office.now
        )
        return journey(status_pages.get(db, link.rpartition("/")[2], now=office.now), page_words("en"))


def shown_card(office: Office) -> str:
    """As it stands in the channel."""
    office.work()
    card = next(one for one in reversed(office.chat.standing.values()) if one.key == "card:C-1")
    return json.dumps(card.blocks, ensure_ascii=False)


def test_the_desk_is_reminded_of_a_refusal_that_never_went(tmp_path: Path) -> None:
    office = registered(tmp_path)
    decide(office, Choice.REJECTED)
    ends(JobStatus.FAILED)(office, office.job("registration_refused").key)
    for _ in range(24):
        office.clock.wait(hours=1)
        with office.connect() as db:
            notices.remind(db, office.desk, now=office.now)
        office.work()
    (told,) = [one.text for one in office.chat.standing.values() if "working hour" in one.text]

    assert "the mail that refuses its registration did not go" in told
    assert CASEY.id in told
    assert BLAKE.id not in told


def test_a_refusal_that_waits_does_not_go_once_its_case_is_stopped(tmp_path: Path) -> None:
    office = registered(tmp_path)
    desk = office.desk
    held(office, "")
    decide(office, Choice.REJECTED)
    office.work()
    stop(office)
    office.bot = replace(office.bot, desk=desk)
    with office.connect() as db:
        outbox.release_all(db, by=AVERY.id, now=office.now)
    office.work()

    assert office.job("registration_refused").status is JobStatus.REPLACED


def turn(office: Office) -> BallHolder:
    with office.connect() as db:
        return cases.get_card(db, office.desk, "C-1", now=office.now).case.ball


def test_a_refusal_that_is_on_its_way_is_not_said_twice(tmp_path: Path) -> None:
    office = registered(tmp_path)
    decide(office, Choice.REJECTED)
    with pytest.raises(RegistrationDecided):
        decide(office, Choice.REJECTED)
    ends(JobStatus.FAILED)(office, office.job("registration_refused").key)
    assert turn(office) is BallHolder.DESK
    with office.connect() as db:
        office.clock.wait(hours=2)
        registration.ask_again(db, office.desk, email=GRETA, now=office.now)  # says nothing of a refusal
    assert turn(office) is BallHolder.DESK
    with office.connect() as db:
        outbox.retry(db, office.job("registration_refused").id, by=AVERY.id, now=office.now)
    assert turn(office) is BallHolder.CUSTOMER
    with pytest.raises(RegistrationDecided):
        decide(office, Choice.REJECTED)
