"""A sponsor is reminded of what they were asked by a mail that went, and of nothing else."""

from pathlib import Path

import pytest

from bot.domain.approvals import RejectionReason
from bot.domain.errors import NotNow
from bot.domain.letters import Letter
from bot.domain.outbox import JobStatus
from bot.rendering.words import words
from bot.services import approvals, outbox
from bot.store import turns
from tests.cast import AVERY, BLAKE, Office, a_case, a_mail, an_office
from tests.services.mail_ends import ends
from tests.services.test_letters import SOUND, answered, ask
from tests.services.test_nudges import corrected, nudge, sent, waiting, with_policy


def test_a_question_that_was_answered_by_phone_is_not_asked_when_it_is_released(tmp_path: Path) -> None:
    office = an_office(tmp_path, delivery="hold")
    office.take(a_mail(subject="A new customer", files=[SOUND]))
    ask(office)
    office.work()
    answered(office)
    with office.connect() as db:
        outbox.release(db, office.job("desk_question").id, by=BLAKE.id, now=office.now)
    office.work()

    assert office.job("desk_question").status is JobStatus.REPLACED
    assert office.mailer.sent == []


@pytest.mark.parametrize("asking", ["ris_problems", "desk_question"])
def test_nobody_is_reminded_of_a_mail_that_waits_for_release(tmp_path: Path, asking: str) -> None:
    office = an_office(tmp_path, delivery="hold")
    case = waiting(office) if asking == "ris_problems" else a_case(office)
    if asking == "desk_question":
        ask(office)
        office.work()
    for _ in range(21):
        nudge(office, days=1)
    assert office.jobs("nudge") == []
    assert "sponsor:silent" not in {event.tag for event in office.events()}

    with office.connect() as db:
        outbox.release(db, office.job(asking).id, by=AVERY.id, now=office.now)
    office.work()
    released = office.now
    nudge(office, days=2)
    assert office.jobs("nudge") == []
    nudge(office, days=2)

    (asked,) = office.job("nudge").values["words"]["cases"]
    assert asked["ref"] == case.ref
    assert asked["asked_on"] == words("en").date(released)


def test_while_the_mail_server_is_away_nobody_is_asked_after_what_they_have_not_read(office: Office) -> None:
    office.mailer.faults.then(*[NotNow("the mail server is away")] * 99)
    waiting(office)
    for _ in range(14):
        nudge(office, days=1)
        office.work()

    assert office.job("ris_problems").status is JobStatus.QUEUED
    assert office.jobs("nudge") == []


def test_what_was_never_asked_since_the_newest_form_is_not_asked_after(office: Office) -> None:
    case = waiting(office)
    policy = office.desk.policy
    tight = policy.limits.model_copy(update={"answers_per_case": 0})
    with_policy(office, policy.model_copy(update={"limits": tight}))
    corrected(office, case, complete=False)
    nudge(office, days=10)

    assert office.jobs("nudge") == []


def test_a_question_of_staff_is_asked_after_in_their_words(office: Office) -> None:
    a_case(office)
    ask(office, "Which cost centre pays?")
    office.work()
    nudge(office, days=3)

    (mail,) = sent(office)
    assert "This question is still open:" in mail.text
    assert "Which cost centre pays?" in mail.text
    assert "entries" not in mail.text
    assert "numbers above" not in mail.text
    assert mail.attachments == ()


def test_a_question_beside_open_entries_is_asked_after_with_them(office: Office) -> None:
    waiting(office)
    ask(office, "Which cost centre pays?")
    office.work()
    nudge(office, days=3)

    (mail,) = sent(office)
    assert "This entry is still open:" in mail.text
    assert "This question is open, too:" in mail.text
    assert "Which cost centre pays?" in mail.text


def test_where_a_letter_of_staff_asked_instead_no_reminder_is_empty(office: Office) -> None:
    a_case(office)
    ask(office, "Which cost centre pays?")
    ends(JobStatus.FAILED)(office, office.job("desk_question").key)
    ask(office, "We wrote to you about it.", letter=Letter.REPLY)
    office.work()
    nudge(office, days=3)

    (words,) = office.job("nudge").values["words"]["cases"]
    assert [one["question"] for one in words["questions"]] == ["Which cost centre pays?"]


def test_who_was_not_asked_before_this_version_waits_for_the_desk(office: Office) -> None:
    case = waiting(office)
    office.clock.wait(hours=1)
    policy = office.desk.policy
    tight = policy.limits.model_copy(update={"answers_per_case": 0})
    with_policy(office, policy.model_copy(update={"limits": tight}))
    corrected(office, case, complete=False)
    with office.connect() as db:
        db.execute("delete from turns where holder = 'desk'")
        db.execute("update turns set until = null where holder = 'sponsor'")
        turns.hand_over_unasked(db)
        open_turns = list(db.query("select holder, status from turns where until is null"))

    assert open_turns == [{"holder": "desk", "status": "waiting_for_sponsor"}]


def test_whose_mail_waits_since_before_this_version_is_the_desks_turn(tmp_path: Path) -> None:
    office = an_office(tmp_path, delivery="hold")
    case = a_case(office)
    with office.connect() as db:
        approvals.reject(
            db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY,
            reason=RejectionReason.DUPLICATE, note="", now=office.now,
        )  # fmt: skip
    office.work()
    with office.connect() as db:
        db.execute("update turns set holder = 'usher' where until is null")
        turns.hand_over_held(db)
        open_turns = list(db.query("select holder, status from turns where until is null"))

    assert open_turns == [{"holder": "desk", "status": "rejected"}]
