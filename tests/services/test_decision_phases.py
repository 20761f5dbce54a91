"""Decisions whose effects are claimed together: each one's phase, event and card follow."""

import pytest

from bot.domain.approvals import Phase
from bot.domain.events import EventTag
from bot.domain.mail import Address
from bot.domain.outbox import JobKind, JobStatus
from bot.services import approvals, audit, decision_phases
from bot.services import outbox as outbox_verbs
from bot.store import outbox
from tests.cast import AVERY, Office, a_case, a_submission, an_office

MAILS = (JobKind.MAIL,)
SPONSORS = [
    (Address(name="Some Sponsor", address=f"{name.lower()}@sponsor.example.org"), f"{name} GmbH")
    for name in ("Arden", "Birch", "Cedar")
]


def approve_some(office: Office, many: int) -> list[str]:
    """Cases of as many sponsors, whose confirmations wait."""
    cases = [a_case(office, a_submission(sender=who, company=name)) for who, name in SPONSORS[:many]]
    office.work()
    with office.connect() as db:
        for case in cases:
            approvals.approve(db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY, now=office.now)
    return [case.ref for case in cases]


def phases(office: Office, refs: list[str]) -> list[Phase | None]:
    decisions = [office.case(ref).decision for ref in refs]
    return [decision.phase if decision else None for decision in decisions]


def changes(office: Office) -> list[tuple[str, object]]:
    """Of the phase: to which case, to what."""
    return [
        (event.subject, event.data["phase"])
        for event in office.events()
        if event.tag == EventTag.DECISION_PHASE_CHANGED
    ]


def test_decisions_claimed_together_are_under_way_together(office: Office) -> None:
    refs = approve_some(office, 3)
    office.work(kinds=(JobKind.CASE_CARD,))

    claimed = office.claim("w", kinds=MAILS)

    assert [job.template for job in claimed] == ["order_confirmation"] * 3
    assert phases(office, refs) == [Phase.EXECUTING] * 3
    assert changes(office)[-3:] == [(f"case:{number}", Phase.EXECUTING) for number in (1, 2, 3)]
    waiting = [job.case_id for job in office.jobs("case_card") if job.status is JobStatus.QUEUED]
    assert waiting == [1, 2, 3]
    with office.connect() as db:
        assert audit.verify(db).broken_at is None


def test_a_phase_that_stays_is_told_nowhere_and_a_case_without_effects_is_done(office: Office) -> None:
    refs = approve_some(office, 2)
    (first, second) = [decision.id for ref in refs if (decision := office.case(ref).decision)]
    office.claim("w", kinds=MAILS)
    before = changes(office)
    with office.connect() as db:
        db.execute("update outbox set decision_id = null where decision_id = :id", {"id": second})
        decision_phases.follow_all(db, [first, second], now=office.now)
        assert outbox.list_states(db, [second]) == {second: []}

    assert changes(office)[len(before) :] == [("case:2", Phase.DONE)]
    assert phases(office, refs) == [Phase.EXECUTING, Phase.DONE]


def test_a_decision_that_was_taken_back_moves_no_more(office: Office) -> None:
    (ref,) = approve_some(office, 1)
    decision = office.case(ref).decision
    assert decision is not None
    with office.connect() as db:
        db.execute(
            "update decisions set voided_at = :now where id = :id",
            {"now": office.now.isoformat(), "id": decision.id},
        )
    before = changes(office)

    office.claim("w", kinds=MAILS)

    assert changes(office) == before


def asked(office: Office) -> list[str]:
    """What a claim of all that waits says to the database, without what it writes for one after the other."""
    said: list[str] = []
    with office.connect() as db:
        db.conn.set_trace_callback(said.append)
        outbox_verbs.claim(db, office.desk, "w", kinds=MAILS, limit=20, now=office.now)
    return [first for statement in said if (first := statement.split()[0]) not in ("insert", "INSERT")]


def test_a_claim_asks_about_all_its_mails_at_once(
    office: Office, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = an_office(tmp_path_factory.mktemp("other"))
    approve_some(office, 1)
    approve_some(other, 3)

    assert asked(other) == asked(office)
    assert [job.status for job in other.jobs("order_confirmation")] == [JobStatus.SENDING] * 3
