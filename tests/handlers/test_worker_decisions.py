"""How far decisions are is said once a batch; whoever is killed or hindered before leaves it to others."""

import sqlite3
from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial

import pytest
from sqlite_utils import Database
from structlog.testing import capture_logs

from bot.domain.approvals import Phase, VoidReason
from bot.domain.errors import PermanentFailure, UnknownOutcome
from bot.domain.events import EventTag
from bot.domain.mail import OutboundMail
from bot.domain.mail_refusals import MailUntrue
from bot.domain.outbox import JobKind, JobStatus
from bot.domain.withdrawals import Irrevocable
from bot.services import decision_phases, held_mails, outbox, undoing
from bot.services.outbox import Outcome
from bot.services.queueing import queue_case_cards
from bot.store import cases
from bot.store.database import transaction
from tests.cast import AVERY, Office
from tests.handlers.lanes import health, states, the_lane, ways
from tests.services.test_decision_phases import approve_some, phases

ORDER = "order_confirmation"


class Killed(BaseException):
    """Nothing catches it, as nothing catches a SIGKILL."""


def drain(office: Office, lane: str = "mail") -> None:
    the_lane(office, lane)._drain(ways(office))


def as_each_went(
    office: Office, refs: list[str], monkeypatch: pytest.MonkeyPatch
) -> list[list[Phase | None]]:
    """The decisions' phases as they are when each mail goes."""
    seen: list[list[Phase | None]] = []
    send = office.mailer.send

    def watched(mail: OutboundMail) -> tuple[str, ...]:
        seen.append(phases(office, refs))
        return send(mail)

    monkeypatch.setattr(office.mailer, "send", watched)
    return seen


def raising(exc: BaseException) -> Callable[..., None]:
    def raises(*_: object, **__: object) -> None:
        raise exc

    return raises


def take_back(office: Office, ref: str = "C-1") -> tuple[Irrevocable, ...]:
    with office.connect() as db, transaction(db):
        why, case = VoidReason.STOPPED, office.case(ref)
        return undoing.void_decision(db, office.desk, case, why=why, by=AVERY.id, now=office.now)


def test_the_decisions_of_a_batch_are_done_together_at_its_end(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    refs = approve_some(office, 3)
    seen = as_each_went(office, refs, monkeypatch)
    drain(office)

    assert seen == [[Phase.EXECUTING] * 3] * 3
    assert phases(office, refs) == [Phase.DONE] * 3
    done = [event for event in office.events() if event.data.get("phase") == Phase.DONE]
    assert [event.tag for event in done] == [EventTag.DECISION_PHASE_CHANGED] * 3
    assert len({event.at for event in done}) == 1


def test_one_that_did_not_go_is_told_at_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    refs = approve_some(office, 2)
    seen = as_each_went(office, refs, monkeypatch)
    office.mailer.faults.then(PermanentFailure("no such mailbox"))
    drain(office)

    assert seen[1] == [Phase.FAILED, Phase.EXECUTING]
    assert phases(office, refs) == [Phase.FAILED, Phase.DONE]


def test_whoever_is_killed_before_leaves_it_to_the_next_start(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    refs = approve_some(office, 3)
    with monkeypatch.context() as patch:
        patch.setattr(decision_phases, "follow_each", raising(Killed()))
        with pytest.raises(Killed):
            drain(office)
    assert states(office, ORDER) == ["sent"] * 3
    assert phases(office, refs) == [Phase.EXECUTING] * 3

    drain(office, "slack")
    assert phases(office, refs) == [Phase.DONE] * 3
    assert {job.status for job in office.jobs("case_card")} == {JobStatus.SENT}


def test_what_still_goes_or_waits_is_not_behind(office: Office) -> None:
    refs = approve_some(office, 2)
    office.claim("lives", kinds=(JobKind.MAIL,), limit=1)
    with office.connect() as db:
        decision_phases.catch_up(db, now=office.now, heard=lambda *_: None)

    assert phases(office, refs) == [Phase.EXECUTING, Phase.DECIDED]


def test_a_database_that_is_locked_then_has_it_done_by_the_lane_of_cards(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    refs = approve_some(office, 3)
    locked = sqlite3.OperationalError("database is locked")
    locked.sqlite_errorcode = sqlite3.SQLITE_BUSY
    with monkeypatch.context() as patch:
        patch.setattr(decision_phases, "transaction", raising(locked))
        drain(office)
    assert "another process has locked the database" in health(office, "outbox mail")
    assert phases(office, refs) == [Phase.EXECUTING] * 3

    drain(office, "slack")
    assert phases(office, refs) == [Phase.DONE] * 3
    drain(office)
    assert health(office, "outbox mail") == "True carries effects out"
    assert {(job.status, job.unknowns) for job in office.jobs(ORDER)} == {(JobStatus.SENT, 0)}


def test_no_mail_goes_of_a_decision_that_was_taken_back_since_it_was_claimed(office: Office) -> None:
    """Seen: a sponsor read "Order confirmed" hours after they had read that it was stopped."""
    approve_some(office, 2)
    first, second = office.claim(kinds=(JobKind.MAIL,))
    take_back(office)

    assert office.carry_out(first) is JobStatus.REPLACED
    assert office.carry_out(second) is JobStatus.SENT


def test_nor_does_it_when_it_failed_afterwards_and_is_tried_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    approve_some(office, 1)
    (job,) = office.claim(kinds=(JobKind.MAIL,))

    def stopped_meanwhile(_: OutboundMail) -> tuple[str, ...]:
        take_back(office)
        raise PermanentFailure("no such mailbox")

    with monkeypatch.context() as patch:
        patch.setattr(office.mailer, "send", stopped_meanwhile)
        assert office.carry_out(job) is JobStatus.FAILED
    with office.connect() as db:
        outbox.retry(db, job.id, by=AVERY.id, now=office.now)
    drain(office)

    assert office.job(ORDER).status is JobStatus.REPLACED


def test_who_tries_again_what_is_true_no_more_hears_so(office: Office) -> None:
    approve_some(office, 1)
    office.mailer.faults.then(PermanentFailure("no such mailbox"))
    drain(office)
    job = office.job(ORDER)
    with office.connect() as db:
        db.execute("update decisions set voided_at = :now", {"now": "2026-03-02"})
        with pytest.raises(MailUntrue):
            held_mails.retry(db, job.id, by=AVERY.id, now=office.now)

    assert office.job(ORDER).status is JobStatus.FAILED


def test_a_mail_that_may_have_gone_and_waits_to_go_once_more_is_said_to_be_on_its_way(office: Office) -> None:
    approve_some(office, 1)
    office.mailer.faults.then(UnknownOutcome("the line was cut"))
    drain(office)
    assert office.job(ORDER).status is JobStatus.QUEUED

    assert take_back(office) == (Irrevocable.MAY_HAVE_GONE,)
    assert office.job(ORDER).status is JobStatus.DISCARDED


def test_the_trail_knows_of_a_mail_that_went_before_its_decision_was_taken_back(office: Office) -> None:
    approve_some(office, 1)
    (job,) = office.claim(kinds=(JobKind.MAIL,))
    with office.connect() as db:
        outbox.settle(db, job, "w", Outcome(status=JobStatus.SENT), now=office.now, jitter=0.0, tells=False)
    take_back(office)

    told = [event.data.get("phase", event.tag) for event in office.events() if event.subject == "case:1"]
    assert told[-3:] == [Phase.EXECUTING, Phase.DONE, EventTag.DECISION_VOIDED]


def test_a_bug_over_several_decisions_together_is_told(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    refs = approve_some(office, 3)

    def stumbles(db: Database, case_ids: Collection[int], *, now: datetime) -> None:
        if len(case_ids) > 1 and office.job(ORDER).status is JobStatus.SENT:
            raise ZeroDivisionError("a bug")
        queue_case_cards(db, case_ids, now=now)

    monkeypatch.setattr(decision_phases, "queue_case_cards", stumbles)
    with capture_logs() as logs:
        drain(office)

    assert phases(office, refs) == [Phase.DONE] * 3
    errors = [entry for entry in logs if entry["log_level"] == "error"]
    assert [entry["event"] for entry in errors] == ["what follows raised"]


def test_many_bugs_keep_no_other_decision_from_being_caught_up_with(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So many are looked at at once; which, is left to chance."""
    refs = approve_some(office, 3)
    with monkeypatch.context() as patch:
        patch.setattr(decision_phases, "follow_each", raising(Killed()))
        with pytest.raises(Killed):
            drain(office)
    with office.connect() as db:
        firsts = {cases.list_behind(db)[0] for _ in range(60)}

    assert len(firsts) == len(refs)


def test_a_bug_over_one_decision_costs_no_other_and_stops_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    refs = approve_some(office, 3)
    follow_all, second = decision_phases.follow_all, office.jobs(ORDER)[1].decision_id

    def stumbles(*args: object, **kw: object) -> None:
        _, ids = args
        if second in ids and office.jobs(ORDER)[1].status is JobStatus.SENT:  # type: ignore[operator]
            raise ZeroDivisionError("a bug")
        partial(follow_all, *args, **kw)()  # type: ignore[arg-type]

    with monkeypatch.context() as patch, capture_logs() as logs:
        patch.setattr(decision_phases, "follow_all", stumbles)
        drain(office)
        drain(office, "slack")

    assert phases(office, refs) == [Phase.DONE, Phase.EXECUTING, Phase.DONE]
    errors = [entry for entry in logs if entry["log_level"] == "error"]
    assert {(entry["event"], entry["decision"]) for entry in errors} == {("what follows raised", second)}
    assert "ZeroDivisionError" in errors[0]["trace"]
    drain(office, "slack")
    assert phases(office, refs) == [Phase.DONE] * 3
