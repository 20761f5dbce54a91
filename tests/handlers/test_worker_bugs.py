"""Bugs beside a job's end: each costs what it stands in, and the rest that follows is done."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.domain.approvals import Phase
from bot.domain.case_steps import StepName, StepState
from bot.domain.errors import UnknownOutcome
from bot.domain.outbox import JobKind, JobStatus
from bot.services import claims, decision_phases, key_mails, outbox
from bot.services.outbox import Outcome
from bot.store import seats, workers
from tests.cast import Office
from tests.handlers.lanes import queue_mails, states, the_lane, ways
from tests.license_keys import KEYS, a_desk
from tests.license_keys import stock as lay_stock
from tests.services.test_outbox import MAILS, a_decided_case
from tests.services.walked import approved, steps, stop


def a_bug(*_: object, **__: object) -> None:
    raise ZeroDivisionError("a bug")


def drain(office: Office, *lanes: str) -> None:
    for name in lanes:
        the_lane(office, name)._drain(ways(office))


def phase(office: Office) -> Phase | None:
    decision = office.case("C-1").decision
    return decision.phase if decision else None


def cards_in_line(office: Office) -> int:
    return [job.status for job in office.jobs("case_card")].count(JobStatus.QUEUED)


def test_a_bug_beside_a_decisions_mail_leaves_its_phase_nowhere(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_decided_case(office)
    monkeypatch.setattr(outbox, "_follow_letter", a_bug)
    drain(office, "mail")

    assert office.job("order_confirmation").status is JobStatus.SENT
    assert phase(office) is Phase.DONE


def test_a_bug_in_the_phase_keeps_no_card_from_saying_what_became_of_its_mail(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_decided_case(office)
    (job,) = office.claim(kinds=MAILS)
    drain(office, "slack")
    assert cards_in_line(office) == 0
    monkeypatch.setattr(decision_phases, "follow", a_bug)
    bugs: list[str] = []
    went, now = Outcome(status=JobStatus.SENT), office.now
    with office.connect() as db:
        claims.end_alone(
            db, job, "w", went, error="a bug", now=now, jitter=0.0,
            heard=lambda job, exc: bugs.append(f"{job.template}: {exc}"),
        )  # fmt: skip

    assert bugs == ["order_confirmation: a bug"]
    assert cards_in_line(office) == 1


def test_a_bug_beside_a_steps_mails_does_not_keep_its_case_at_that_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = a_desk(tmp_path)
    lay_stock(office, KEYS[:4])
    approved(office)
    office.work(kinds=(JobKind.STEP,))
    assert steps(office)[StepName.KEY_MAILS].state is StepState.RUNNING
    monkeypatch.setattr(outbox, "_follow_letter", a_bug)
    drain(office, "mail")

    assert states(office, "license_key") == ["sent", "sent"]
    assert steps(office)[StepName.KEY_MAILS].state is StepState.DONE


def test_a_bug_beside_a_dead_workers_job_costs_that_job_and_is_logged(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had kept each lane from its claims, and whatever the dead worker had claimed from going."""
    with workers.alive(office.path, "killed"):
        a_decided_case(office)
        queue_mails(office, 2)
        assert len(office.claim("killed", kinds=MAILS)) == 3
    for room in (outbox, decision_phases):
        monkeypatch.setattr(room, "follow", a_bug)
    with capture_logs() as logs:
        drain(office, "mail")

    assert office.job("order_confirmation").status is JobStatus.UNKNOWN
    assert "ZeroDivisionError: a bug" in office.job("order_confirmation").error
    assert states(office, "neutral_receipt") == ["sent", "sent"]
    logged = [entry["job"] for entry in logs if entry["event"] == "what follows raised"]
    assert logged[:2] == [office.job("order_confirmation").id] * 2


def test_a_key_whose_mail_may_have_gone_is_known_to_have_though_a_bug_stood_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had gone back to stock with its case stopped, and to somebody else."""
    office = a_desk(tmp_path)
    lay_stock(office, KEYS[:4])
    approved(office)
    office.work(kinds=(JobKind.STEP,))
    office.mailer.faults.then(*[UnknownOutcome("lost after the last byte")] * 3)
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "_follow_letter", a_bug)
        drain(office, "mail")
    assert states(office, "license_key") == ["unknown", "unknown"]
    stop(office)

    with office.connect() as db:
        known = [key_mails.may_be_known(db, seat.key.id) for seat in seats.list_of_case(db, 1) if seat.key]
    assert known == [True, True]
