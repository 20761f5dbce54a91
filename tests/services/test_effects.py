"""What effects look like from outside: messages posted once, answers capped, phases that tell the truth."""

from pathlib import Path

from bot.domain.addressees import Addressee
from bot.domain.approvals import Phase, RejectionReason
from bot.domain.cards import TroubleNote
from bot.domain.cases import Case
from bot.domain.errors import PermanentFailure, TransientFailure, UnknownOutcome
from bot.domain.note_names import NoteName
from bot.domain.outbox import MAX_ATTEMPTS, JobKind, JobStatus
from bot.rendering import mails, samples
from bot.services import approvals, outbox
from bot.services.queueing import queue_mail, queue_note, queue_trouble
from bot.store.database import transaction
from tests.cast import AVERY, BLAKE, DANA, Office, a_case, an_office
from tests.outside import SUPPORT

MAILS = (JobKind.MAIL,)


def decide(office: Office, case: Case) -> Case:
    with office.connect() as db:
        return approvals.approve(
            db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY, now=office.now
        )


def phase(office: Office, ref: str = "C-1") -> Phase:
    decision = office.case(ref).decision
    assert decision is not None
    return decision.phase


def a_decided_case(office: Office) -> Case:
    """A case whose receipt and card are gone and whose confirmation waits."""
    case = a_case(office)
    office.work()
    return decide(office, case)


def test_the_copy_of_a_mail_that_went_shows_no_address_in_the_place_of_its_link(office: Office) -> None:
    a_case(office)
    link = "https://portal.example.com/register/abc"
    words = samples.sample_values("registration_refused")
    with office.connect() as db, transaction(db):
        queue_mail(
            db, office.desk, "registration_refused",
            Addressee(address=DANA.address, lang="en", ref="C-1", case_id=1),
            key="mail-1", words=words, secrets={"registration_url": link}, now=office.now,
        )  # fmt: skip
    office.work()

    assert any(link in mail.text for mail in office.mailer.sent)
    assert "••••" in office.chat.texts()


def a_note(office: Office, key: str = "note-1") -> None:
    with office.connect() as db, transaction(db):
        queue_trouble(
            db, TroubleNote(what="job_failed", subject="job 1", detail="x"), key=key, now=office.now
        )


def a_receipt(
    office: Office,
    key: str = "mail-1",
    *,
    to: str = DANA.address,
    automatic: bool = False,
    case_id: int | None = None,
) -> bool:
    with office.connect() as db, transaction(db):
        words = mails.neutral_receipt(ref="Q-1", lang="en", policy=office.desk.policy)
        return queue_mail(
            db, office.desk, "neutral_receipt", Addressee(address=to, lang="en", ref="Q-1", case_id=case_id),
            key=key, words=words, now=office.now, automatic=automatic,
        )  # fmt: skip


# Slack


def test_a_card_whose_answer_got_lost_is_looked_up_and_not_posted_twice(office: Office) -> None:
    a_case(office)
    office.chat.faults.then(UnknownOutcome("lost"))
    office.work_till_quiet()

    assert office.chat.said().count("card:C-1") == 1
    assert office.chat.lookups == 1


def test_a_card_that_was_not_posted_is_posted_after_the_look_up(office: Office) -> None:
    a_case(office)
    office.chat.faults.then(TransientFailure("503"))
    office.work_till_quiet()

    assert office.chat.said().count("card:C-1") == 1


def test_a_card_in_line_shows_what_came_after_it_was_queued(office: Office) -> None:
    decide(office, a_case(office))
    (card,) = office.jobs("case_card")
    assert card.status is JobStatus.QUEUED
    office.work(kinds=(JobKind.CASE_CARD,))
    (shown,) = office.chat.standing.values()

    assert "case_approve" not in str(shown.blocks)


def test_a_newer_card_that_replaced_a_lost_one_is_looked_up_too(office: Office) -> None:
    case = a_case(office)
    office.chat.faults.then(UnknownOutcome("posted, but the answer was lost"))
    office.work(kinds=(JobKind.CASE_CARD,))
    decide(office, case)  # queues a newer card, which replaces the one that would have looked
    office.work_till_quiet()

    assert office.chat.said().count("card:C-1") == 1


def test_a_card_that_slack_refuses_comes_once_the_cause_is_mended(office: Office) -> None:
    a_case(office)
    office.chat.faults.then(PermanentFailure("not_in_channel"))
    office.work()
    assert office.job("case_card").status is JobStatus.QUEUED
    office.work_till_quiet()

    assert office.chat.said().count("card:C-1") == 1


def test_a_card_that_was_given_up_does_not_make_the_next_one_post_blindly(office: Office) -> None:
    case = a_case(office)
    office.chat.faults.then(UnknownOutcome("posted"), *[PermanentFailure("not_in_channel")] * MAX_ATTEMPTS)
    office.work_till_quiet()
    assert office.job("case_card").status is JobStatus.FAILED
    decide(office, case)
    office.work_till_quiet()

    assert office.chat.said().count("card:C-1") == 1


def test_a_note_whose_answer_got_lost_is_looked_up_and_not_posted_twice(office: Office) -> None:
    a_note(office)
    office.chat.faults.then(UnknownOutcome("lost"), TransientFailure("the look-up failed"))
    office.work_till_quiet()

    assert office.chat.said() == ["note-1"]


def test_a_note_that_was_given_up_and_is_tried_again_by_hand_is_looked_up(office: Office) -> None:
    a_note(office)
    office.chat.faults.then(UnknownOutcome("posted"), *[PermanentFailure("account_inactive")] * MAX_ATTEMPTS)
    office.work_till_quiet()
    job = office.job("trouble_note")
    assert job.status is JobStatus.FAILED
    with office.connect() as db:
        outbox.retry(db, job.id, by="cli:root", now=office.now)
    office.work_till_quiet()

    assert office.chat.said() == ["note-1"]


def test_a_standing_card_is_updated_however_often_it_changes(office: Office) -> None:
    case = a_case(office)
    office.work()
    decide(office, case)
    office.work_till_quiet()

    assert office.chat.said().count("card:C-1") == 1
    assert office.chat.updates >= 1
    assert "*sponsor told*" in office.chat.texts()


def test_a_card_shows_the_state_at_its_sending_not_at_its_queueing(office: Office) -> None:
    case = a_case(office)
    decide(office, case)
    office.work()

    assert "case_approve" not in office.chat.texts()


def test_a_note_stands_in_the_thread_of_its_card(office: Office) -> None:
    a_case(office)
    office.work()
    ts, *_ = office.chat.standing
    with office.connect() as db, transaction(db):
        note = {"what": "job_failed", "subject": "x", "detail": "y"}
        queue_note(db, NoteName.TROUBLE, key="n", values=note, now=office.now, thread_key="card:C-1")
    office.work()

    *_, posted = office.chat.standing.values()
    assert posted.thread_ts == ts


def test_a_note_without_its_card_stands_in_the_support_channel(office: Office) -> None:
    a_note(office)
    office.work()

    (posted,) = office.chat.standing.values()
    assert (posted.channel, posted.thread_ts) == (SUPPORT, "")


# Caps


def test_automatic_answers_to_one_address_are_capped_and_told_once(office: Office) -> None:
    most = office.desk.policy.limits.answers_per_address

    queued = [a_receipt(office, f"m{number}", automatic=True) for number in range(most + 5)]

    assert queued == [True] * most + [False] * 5
    assert len(office.jobs("trouble_note")) == 1
    assert a_receipt(office, "other", to="other@example.org", automatic=True)
    assert a_receipt(office, "by hand", automatic=False)


def test_automatic_answers_in_one_case_are_capped_whoever_gets_them(office: Office) -> None:
    case = a_case(office)
    most = office.desk.policy.limits.answers_per_case  # of which one is the receipt

    queued = [
        a_receipt(office, f"m{number}", to=f"u{number}@example.org", automatic=True, case_id=case.id)
        for number in range(most)
    ]

    assert queued == [True] * (most - 1) + [False]


def test_a_cap_ends_with_its_time(office: Office) -> None:
    limits = office.desk.policy.limits
    for number in range(limits.answers_per_address):
        a_receipt(office, f"m{number}", automatic=True)
    assert not a_receipt(office, "too much", automatic=True)

    office.clock.wait(hours=limits.answers_within_hours, seconds=1)

    assert a_receipt(office, "again", automatic=True)


def test_a_decisions_mail_goes_although_the_address_is_capped(office: Office) -> None:
    case = a_case(office)
    for number in range(office.desk.policy.limits.answers_per_address + 1):
        a_receipt(office, f"m{number}", automatic=True)
    decide(office, case)
    office.work()

    assert office.job("order_confirmation").status is JobStatus.SENT


# Phases


def test_a_decision_is_decided_then_executing_then_done(office: Office) -> None:
    a_decided_case(office)
    assert phase(office) is Phase.DECIDED
    (job,) = office.claim(kinds=MAILS)
    assert phase(office) is Phase.EXECUTING
    office.carry_out(job)

    assert phase(office) is Phase.DONE


def test_a_failed_effect_fails_the_phase_and_a_retry_runs_it_to_its_end(office: Office) -> None:
    a_decided_case(office)
    office.mailer.faults.then(PermanentFailure("550"))
    office.work()
    assert phase(office) is Phase.FAILED
    with office.connect() as db:
        outbox.retry(db, office.job("order_confirmation").id, by=BLAKE.id, now=office.now)
    assert phase(office) is Phase.EXECUTING
    office.work()

    assert phase(office) is Phase.DONE
    assert "*sponsor told*" in office.chat.texts()


def test_a_held_effect_is_no_end(tmp_path: Path) -> None:
    office = an_office(tmp_path, delivery="hold")
    a_decided_case(office)
    office.work()
    assert phase(office) is Phase.EXECUTING
    with office.connect() as db:
        outbox.release_all(db, by=BLAKE.id, now=office.now)
    assert phase(office) is Phase.EXECUTING
    office.work()

    assert phase(office) is Phase.DONE


def test_a_discarded_effect_fails_the_phase(tmp_path: Path) -> None:
    office = an_office(tmp_path, delivery="hold")
    a_decided_case(office)
    office.work()
    with office.connect() as db:
        outbox.discard(db, office.job("order_confirmation").id, by=BLAKE.id, now=office.now)

    assert phase(office) is Phase.FAILED


def test_an_effect_that_waits_for_its_next_try_is_executing(office: Office) -> None:
    a_decided_case(office)
    office.mailer.faults.then(TransientFailure("451"))
    office.work()

    assert phase(office) is Phase.EXECUTING


def test_a_rejection_that_answers_nobody_is_done_at_once(office: Office) -> None:
    case = a_case(office, known=False)
    with office.connect() as db:
        approvals.reject(
            db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY,
            reason=RejectionReason.NOT_A_CUSTOMER, note="", now=office.now,
        )  # fmt: skip

    assert phase(office) is Phase.DONE
