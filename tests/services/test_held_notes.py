"""A mail that waits for release: what staff do with it stands where it was asked, and on its case's card."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.cases import BallHolder, CaseStatus
from bot.domain.errors import UnknownJob
from bot.domain.letters import Letter
from bot.domain.outbox import Job, JobStatus
from bot.rendering.cards import case_card
from bot.rendering.home import home_view
from bot.rendering.pages import journey
from bot.rendering.words import words
from bot.services import cases, home, outbox, status_pages
from bot.store import queue
from tests.cast import AVERY, BLAKE, Office, a_mail, an_office
from tests.page_words import page_words
from tests.services.mail_ends import ends
from tests.services.test_letters import ask
from tests.services.test_outbox import a_decided_case
from tests.services.test_unread_words import FORM, WITHOUT_CITY
from tests.services.test_withdrawals import a_reply, take_back

SAY = words("en")


@pytest.fixture
def holding(tmp_path: Path) -> Office:
    office = an_office(tmp_path, delivery="hold")
    office.take(a_mail(files=[WITHOUT_CITY]))
    office.work()
    return office


def drop(office: Office, job: Job) -> None:
    with office.connect() as db:
        outbox.discard(db, job.id, by=BLAKE.id, now=office.now)
    office.work()


def note_of(office: Office, job: Job) -> str:
    return next(str(one.blocks) for one in office.chat.standing.values() if one.key == f"held:{job.id}")


def ball(office: Office) -> BallHolder:
    with office.connect() as db:
        (entry,) = queue.list_queue(db, limit=9)
    assert entry.ball is office.case("C-1").ball
    return entry.ball


def card(office: Office) -> str:
    with office.connect() as db:
        return str(case_card(cases.get_card(db, office.desk, "C-1", now=office.now), words=SAY).blocks)


def test_its_note_says_who_dropped_it_and_has_no_buttons_any_more(holding: Office) -> None:
    job = holding.job("ris_problems")
    assert "mail_discard" in note_of(holding, job)

    drop(holding, job)

    shown = note_of(holding, job)
    assert f"Discarded by <@{BLAKE.id}>" in shown
    assert "mail_" not in shown
    assert [one.key for one in holding.chat.standing.values()].count(f"held:{job.id}") == 1


def test_the_notes_of_all_that_are_released_together_say_so(holding: Office) -> None:
    holding.take(a_mail(files=[FORM]))
    holding.work()
    with holding.connect() as db:
        outbox.release_all(db, by=AVERY.id, now=holding.now)
    holding.work()

    for job in (*holding.jobs("ris_problems"), *holding.jobs("receipt")):
        assert job.status is JobStatus.SENT
        assert f"Released by <@{AVERY.id}>" in note_of(holding, job)
        assert "mail_" not in note_of(holding, job)


def test_whoever_comes_too_late_hears_who_dropped_it(holding: Office) -> None:
    job = holding.job("ris_problems")
    drop(holding, job)

    with holding.connect() as db, pytest.raises(UnknownJob) as refused:
        outbox.release(db, job.id, by=AVERY.id, now=holding.now)

    said = SAY.refusal(refused.value, slack=True)
    assert said.startswith(f"<@{BLAKE.id}> discarded this mail on ")
    assert "usher jobs" not in said


def test_a_sponsor_who_was_not_asked_is_not_waited_for(holding: Office) -> None:
    drop(holding, holding.job("ris_problems"))

    assert holding.case("C-1").status is CaseStatus.WAITING_FOR_SPONSOR
    assert ball(holding) is BallHolder.DESK
    assert "The mail that asks the sponsor did not go" in card(holding)
    assert "· questions on the RIS: discarded" in card(holding)
    with holding.connect() as db:
        page = journey.journey(status_pages.get(db, holding.tokens[0], now=holding.now), page_words("en"))
    assert page.lead == "The Onboarding desk still has to write to the sponsor."
    ask(holding, "Which city?")
    assert ball(holding) is BallHolder.SPONSOR
    assert "did not go" not in card(holding)


def test_while_the_mail_that_asks_waits_for_release_it_is_the_desks_turn(holding: Office) -> None:
    assert ball(holding) is BallHolder.DESK
    assert "The mail that asks the sponsor waits for release" in card(holding)
    assert "did not go" not in card(holding)
    assert holding.jobs("turn_note") == []  # its own note says so already
    with holding.connect() as db:
        page = journey.journey(status_pages.get(db, holding.tokens[0], now=holding.now), page_words("en"))
    assert page.lead == "The Onboarding desk still has to write to the sponsor."

    with holding.connect() as db:
        outbox.release(db, holding.job("ris_problems").id, by=AVERY.id, now=holding.now)

    assert ball(holding) is BallHolder.SPONSOR
    assert "waits for release" not in card(holding)


def test_while_the_mail_that_a_case_is_withdrawn_waits_for_release_it_is_the_desks_turn(
    holding: Office,
) -> None:
    """The case waited for nobody."""
    a_reply(holding)
    holding.work()
    job = holding.job("withdrawal")
    assert (holding.case("C-1").status, job.status) == (CaseStatus.WITHDRAWN, JobStatus.HELD)
    assert ball(holding) is BallHolder.DESK
    assert "*A mail to the sponsor waits for release* in the support channel" in card(holding)
    with holding.connect() as db:
        found = home.get_home(db, holding.desk, by=BLAKE, now=holding.now)
    shown = home_view(found, words=SAY, now=holding.now, mailbox="", channel="")
    assert "*A mail to the sponsor waits for release*" in str(shown)
    assert [name for name in re.findall("'action_id': '([a-z_]+)'", str(shown)) if "case_" in name] == [
        "case_open"
    ]
    with holding.connect() as db:
        page = journey.journey(status_pages.get(db, holding.tokens[0], now=holding.now), page_words("en"))
    assert page.next.startswith("The sponsor hears from us that it is closed.")

    with holding.connect() as db:
        outbox.release(db, job.id, by=AVERY.id, now=holding.now)
        assert queue.list_queue(db, limit=9) == []
    assert holding.case("C-1").ball is BallHolder.NOBODY
    assert "waits for release*" not in card(holding)
    with holding.connect() as db:
        newest = list(db.query("select holder from turns where until is null"))
    assert newest == [{"holder": "nobody"}]


def test_a_question_beside_what_was_asked_is_the_desks_turn_until_it_is_released(holding: Office) -> None:
    with holding.connect() as db:
        outbox.release_all(db, by=AVERY.id, now=holding.now)
    holding.work()
    ask(holding, "Which seats?")
    holding.work()
    assert ball(holding) is BallHolder.DESK
    holding.take(a_mail(files=[WITHOUT_CITY], answers=holding.job("ris_problems").message_id))
    holding.work()

    assert "waits for release" in card(holding)  # of the newer form; its answer ended the question


def test_who_was_never_asked_for_the_caps_kept_the_mail_back_is_not_waited_for(office: Office) -> None:
    policy = office.desk.policy
    tight = policy.model_copy(update={"limits": policy.limits.model_copy(update={"answers_per_case": 0})})
    office.bot = replace(office.bot, desk=replace(office.desk, policy=tight))
    office.take(a_mail(files=[WITHOUT_CITY]))

    assert office.jobs("ris_problems") == []
    assert ball(office) is BallHolder.DESK
    assert "The mail that asks the sponsor did not go" in card(office)
    ask(office, "Which city?")
    assert ball(office) is BallHolder.SPONSOR


@pytest.mark.parametrize("asks", ["ris_problems", Letter.QUESTION])
def test_nor_is_one_whose_mail_failed_until_it_goes_after_all(office: Office, asks: str) -> None:
    office.take(a_mail(files=[WITHOUT_CITY if asks == "ris_problems" else FORM]))
    if asks == Letter.QUESTION:
        office.work()
        ask(office)
    job = office.job(asks)
    assert ball(office) is BallHolder.SPONSOR

    ends(JobStatus.FAILED)(office, job.key)

    assert ball(office) is BallHolder.DESK
    assert "The mail that asks the sponsor did not go" in card(office)
    with office.connect() as db:
        outbox.retry(db, job.id, by=AVERY.id, now=office.now)
    assert ball(office) is BallHolder.SPONSOR


def test_a_question_that_was_dropped_leaves_waiting_for_what_was_asked_before(holding: Office) -> None:
    with holding.connect() as db:
        outbox.release_all(db, by=AVERY.id, now=holding.now)
    ask(holding, "Which seats?")
    holding.work()

    drop(holding, holding.job("desk_question"))

    assert ball(holding) is BallHolder.SPONSOR


def test_what_an_approval_taken_back_drops_has_no_buttons_either(tmp_path: Path) -> None:
    office = an_office(tmp_path, delivery="hold")
    a_decided_case(office)
    office.work()
    take_back(office)
    office.work()

    shown = note_of(office, office.job("order_confirmation"))
    assert "Discarded by" in shown
    assert "mail_" not in shown
