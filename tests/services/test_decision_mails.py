"""A decision's mail that was discarded or failed: written anew once, or told otherwise; then it is done."""

from pathlib import Path

import pytest

from bot.domain.approvals import Phase, RejectionReason
from bot.domain.cases import BallHolder
from bot.domain.errors import NotReviewable, NotStaff, UnknownJob
from bot.domain.mail import Address
from bot.domain.mail_refusals import WordsNotKept
from bot.domain.outbox import Job, JobStatus
from bot.domain.staff import Staff
from bot.rendering.cards import case_card
from bot.rendering.home import home_view
from bot.rendering.pages import journey
from bot.rendering.words import words
from bot.services import approvals, cases, decision_mails, home, outbox, status_pages
from bot.store import erased_jobs, queue, turns
from bot.store.database import transaction
from tests.cast import AVERY, BLAKE, DANA, ELI, LATER, Office, a_case, a_mail, an_office
from tests.page_words import page_words
from tests.services.mail_ends import ends
from tests.services.test_outbox import a_decided_case
from tests.services.test_withdrawals import FORM, a_reply, an_addition_to_it, approve, take_back

SAY = words("en")
NOOR = Address(name="Noor Haddad", address="noor@sponsor.example.org")


@pytest.fixture
def holding(tmp_path: Path) -> Office:
    return an_office(tmp_path, delivery="hold")


def rejected(office: Office) -> Job:
    case = a_case(office)
    with office.connect() as db:
        approvals.reject(
            db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY,
            reason=RejectionReason.DUPLICATE, note="", now=office.now,
        )  # fmt: skip
    office.work()
    return office.job("rejection")


def drop(office: Office, job: Job) -> None:
    with office.connect() as db:
        outbox.discard(db, job.id, by=BLAKE.id, now=office.now)
    office.work()


def write_anew(office: Office, job: Job, *, by: Staff = BLAKE) -> None:
    with office.connect() as db:
        decision_mails.write_anew(db, office.desk, job.id, by=by, now=office.now)


def told(office: Office, job: Job) -> None:
    with office.connect() as db:
        decision_mails.note_told(db, job.id, by=BLAKE, now=office.now)


def phase(office: Office) -> Phase:
    decision = office.case("C-1").decision
    assert decision is not None
    return decision.phase


def waits_for_blake(office: Office) -> list[BallHolder]:
    with office.connect() as db:
        return [one.ball for one in queue.list_queue(db, limit=9) if one.waits_for(BLAKE)]


def card(office: Office) -> str:
    with office.connect() as db:
        return str(case_card(cases.get_card(db, office.desk, "C-1", now=office.now), words=SAY).blocks)


def buttons(office: Office) -> list[str]:
    """About mails of ours."""
    with office.connect() as db:
        shown = case_card(cases.get_card(db, office.desk, "C-1", now=office.now), words=SAY)
    rows = [block["elements"] for block in shown.blocks if block["type"] == "actions"]
    return [name for row in rows for one in row if (name := one["action_id"]).startswith("mail_")]


def test_a_rejection_that_was_discarded_is_the_desks_and_is_said_once(holding: Office) -> None:
    drop(holding, rejected(holding))

    assert phase(holding) is Phase.FAILED
    assert holding.case("C-1").ball is BallHolder.DESK
    assert waits_for_blake(holding) == [BallHolder.DESK]
    (note,) = [one for one in holding.chat.standing.values() if one.key.startswith("turn:")]
    assert "the mail with the decision did not arrive" in note.text
    assert buttons(holding) == ["mail_anew", "mail_told"]


def test_a_confirmation_that_is_written_anew_has_a_link_that_works(holding: Office) -> None:
    a_decided_case(holding)
    holding.work()
    job = holding.job("order_confirmation")
    drop(holding, job)
    write_anew(holding, job)
    link = f"/status/{holding.tokens[-1]}"
    holding.work()
    with holding.connect() as db:
        outbox.release(db, holding.job("order_confirmation").id, by=AVERY.id, now=holding.now)
    holding.work()

    (mail,) = holding.mailer.sent
    assert link in mail.text


def test_while_it_waits_for_release_its_card_says_so(holding: Office) -> None:
    rejected(holding)

    shown = card(holding)
    assert "*The mail with the decision waits for release*" in shown
    assert "carrying it out" not in shown
    assert waits_for_blake(holding) == [BallHolder.DESK]
    assert holding.jobs("turn_note") == []  # the mail has a note of its own
    with holding.connect() as db:
        outbox.release(db, holding.job("rejection").id, by=AVERY.id, now=holding.now)
    assert waits_for_blake(holding) == []
    holding.work()
    assert holding.case("C-1").ball is BallHolder.NOBODY


def test_written_anew_it_goes_once(holding: Office) -> None:
    job = rejected(holding)
    drop(holding, job)
    write_anew(holding, job)
    with pytest.raises(UnknownJob):
        write_anew(holding, job)
    holding.work()

    first, second = holding.jobs("rejection")
    assert (first.status, second.status) == (JobStatus.REPLACED, JobStatus.HELD)
    with holding.connect() as db:
        assert turns.list_between(db, holding.now, LATER)[-1].holder is BallHolder.DESK
    assert waits_for_blake(holding) == [BallHolder.DESK]
    with holding.connect() as db:
        outbox.release(db, second.id, by=AVERY.id, now=holding.now)
    holding.work()
    (mail,) = holding.mailer.sent
    assert "We cannot carry out this order" in mail.text
    assert phase(holding) is Phase.DONE
    assert holding.case("C-1").ball is BallHolder.NOBODY
    assert buttons(holding) == []


def test_the_card_says_of_the_one_in_whose_place_it_is_that_it_was_discarded(holding: Office) -> None:
    job = rejected(holding)
    drop(holding, job)
    write_anew(holding, job)
    holding.work()

    shown = card(holding)
    assert "· rejection: discarded" in shown
    assert "⏸ rejection: waits for release" in shown
    assert "overtaken" not in shown
    assert buttons(holding) == []


def test_that_a_case_is_withdrawn_is_written_anew_while_it_is(holding: Office) -> None:
    holding.take(a_mail(files=[FORM]))
    holding.work()
    a_reply(holding, sender=NOOR)
    holding.work()
    job = holding.job("withdrawal")
    assert job.values["cc"] == [NOOR.address]
    drop(holding, job)
    assert buttons(holding) == ["mail_anew"]
    with pytest.raises(UnknownJob):
        told(holding, job)
    write_anew(holding, job)
    with pytest.raises(UnknownJob):
        write_anew(holding, job)
    holding.work()
    with holding.connect() as db:
        outbox.release(db, holding.job("withdrawal").id, by=AVERY.id, now=holding.now)
    holding.work()

    (mail,) = holding.mailer.sent
    assert "is withdrawn" in mail.subject
    assert (mail.to, mail.cc) == (DANA.address, (NOOR.address,))
    assert f"/status/{holding.tokens[-1]}" in mail.text
    assert buttons(holding) == []
    assert f"{BLAKE.id}> had the mail written anew" in holding.chat.texts()


def test_of_what_says_how_a_case_stands_and_is_not_kept_any_more_there_is_no_empty_row(
    holding: Office,
) -> None:
    holding.take(a_mail(files=[FORM]))
    holding.work()
    a_reply(holding)
    holding.work()
    job = holding.job("withdrawal")
    drop(holding, job)
    with holding.connect() as db, transaction(db):
        erased_jobs.empty(db, job.id)
        shown = case_card(cases.get_card(db, holding.desk, "C-1", now=holding.now), words=SAY)

    assert all(block["elements"] for block in shown.blocks if block["type"] == "actions")


def test_that_a_case_stays_is_not_written_anew(holding: Office) -> None:
    """It says what was so when its sponsor asked; staff write a reply."""
    with holding.connect() as db:
        outbox.release_all(db, by=AVERY.id, now=holding.now)
    holding.take(a_mail(files=[FORM]))
    holding.work()
    approve(holding)
    an_addition_to_it(holding)
    holding.work()
    a_reply(holding)
    holding.work()
    job = holding.job("withdrawal")
    drop(holding, job)

    assert "mail_anew" not in buttons(holding)
    with pytest.raises(NotReviewable):
        write_anew(holding, job)


def test_told_otherwise_it_is_done_and_never_goes(holding: Office) -> None:
    job = rejected(holding)
    drop(holding, job)
    told(holding, job)
    holding.work()

    assert (phase(holding), waits_for_blake(holding)) == (Phase.DONE, [])
    with holding.connect() as db, pytest.raises(UnknownJob):
        outbox.retry(db, job.id, by=AVERY.id, now=holding.now)
    with pytest.raises(UnknownJob):
        write_anew(holding, job)
    assert holding.mailer.sent == []


def test_of_a_mail_that_went_on_another_day_the_card_names_the_day(holding: Office) -> None:
    """It had the time alone, below the day of the decision."""
    job = rejected(holding)
    holding.clock.wait(days=3)
    with holding.connect() as db:
        outbox.release(db, job.id, by=AVERY.id, now=holding.now)
    holding.work()

    shown = card(holding)
    assert "*sponsor told* · 5 Mar, 09:30" in shown
    assert "rejection: sent · 5 Mar, 09:30" in shown


def test_the_status_page_names_no_mail_that_never_went(holding: Office) -> None:
    job = rejected(holding)
    drop(holding, job)
    assert to_come(holding).startswith("The sponsor hears from us why, and what can be done.")
    told(holding, job)

    assert to_come(holding).startswith("The sponsor has heard from us why, and what can be done.")


def test_the_home_tab_says_what_there_is_to_do_about_it(holding: Office) -> None:
    """It had said "executing", and nothing of a mail."""
    job = rejected(holding)
    assert "*The mail with the decision waits for release*" in at_home(holding)
    drop(holding, job)

    assert "*The mail with the decision did not arrive, or may not have*" in at_home(holding)
    assert "case_open" in at_home(holding)
    assert "case_keys" not in at_home(holding)  # it has none, and nobody looks after it any more
    assert "case_take" not in at_home(holding)


def at_home(office: Office) -> str:
    with office.connect() as db:
        found = home.get_home(db, office.desk, by=BLAKE, now=office.now)
    return str(home_view(found, words=SAY, now=office.now, mailbox="", channel=""))


def to_come(office: Office) -> str:
    with office.connect() as db:
        return journey.journey(status_pages.get(db, office.tokens[0], now=office.now), page_words("en")).next


@pytest.mark.parametrize(
    ("ended", "offered"),
    [(JobStatus.FAILED, ["mail_retry", "mail_told"]), (JobStatus.UNKNOWN, ["mail_told"])],
)
def test_a_confirmation_that_failed_or_may_have_gone_is_told_otherwise(
    tmp_path: Path, ended: JobStatus, offered: list[str]
) -> None:
    office = an_office(tmp_path)
    a_decided_case(office)
    job = office.job("order_confirmation")
    ends(ended)(office, job.key)
    assert buttons(office) == offered
    with pytest.raises(UnknownJob):
        write_anew(office, job)

    told(office, job)
    office.work()

    assert phase(office) is Phase.DONE
    about = (f"job_failed:{job.id}:", f"job_unknown:{job.id}:")
    (note,) = [one for one in office.chat.standing.values() if one.key.startswith(about)]
    assert "mail_retry" not in str(note.blocks)
    assert f"Told otherwise, as <@{BLAKE.id}> said" in str(note.blocks)


def test_what_does_not_stand_any_more_is_not_written_anew(holding: Office) -> None:
    a_decided_case(holding)
    holding.work()
    job = holding.job("order_confirmation")
    drop(holding, job)
    take_back(holding)

    with pytest.raises(NotReviewable):
        write_anew(holding, job)
    with pytest.raises(NotReviewable):
        told(holding, job)


def test_what_is_not_kept_any_more_is_told_otherwise(holding: Office) -> None:
    """Its button had been answered with a job's state."""
    job = rejected(holding)
    drop(holding, job)
    with holding.connect() as db, transaction(db):
        erased_jobs.empty(db, job.id)

    assert buttons(holding) == ["mail_told"]
    with pytest.raises(WordsNotKept) as refused:
        write_anew(holding, job)
    assert "*Told otherwise* on the card ends it" in SAY.refusal(refused.value, slack=True)
    told(holding, job)
    assert phase(holding) is Phase.DONE


def test_nobody_but_staff_does_either(holding: Office) -> None:
    job = rejected(holding)
    drop(holding, job)
    with pytest.raises(NotStaff):
        write_anew(holding, job, by=ELI)

    assert [one.status for one in holding.jobs("rejection")] == [JobStatus.DISCARDED]


def test_no_other_mail_is_written_anew_by_its_number(holding: Office) -> None:
    a_case(holding)
    holding.work()
    job = holding.job("receipt")
    drop(holding, job)

    with pytest.raises(UnknownJob):
        write_anew(holding, job)
