"""How far decisions are is said once a batch; whoever is killed or hindered before leaves it to others."""

import sqlite3
from collections.abc import Callable
from functools import partial

import pytest
from structlog.testing import capture_logs

from bot.domain.approvals import Phase
from bot.domain.errors import PermanentFailure
from bot.domain.events import EventTag
from bot.domain.mail import OutboundMail
from bot.domain.outbox import JobKind, JobStatus
from bot.services import decision_phases
from tests.cast import Office
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
