"""What stands still, once a week, by who has to act and for how long."""

from datetime import UTC, datetime

import pytest

from bot.domain.approvals import RejectionReason
from bot.domain.outbox import JobStatus
from bot.services import approvals, standing
from bot.store.database import transaction
from handlers.clock import rounds
from tests.cast import AVERY, Office, a_case, a_submission
from tests.outside import APPROVALS
from tests.services.mail_ends import ends


def look(office: Office, at: str) -> None:
    office.clock.at = datetime.fromisoformat(at).replace(tzinfo=UTC)
    rounds.look(office.bot, now=office.now)


def told(office: Office) -> list[str]:
    """Every weekly note as it reads, one line a line."""
    office.work()
    notes = [m for m in office.chat.standing.values() if m.key.startswith("standing:")]
    assert {note.channel for note in notes} <= {APPROVALS}
    return [
        "\n".join([note.text, *(block["text"]["text"] for block in note.blocks[1:] if "text" in block)])
        for note in notes
    ]


@pytest.mark.slow
def test_on_monday_morning_the_desk_reads_what_stands_still(office: Office) -> None:
    look(office, "2026-03-02T09:30:00")
    case = a_case(office)
    a_case(office, a_submission(company="Nordwind <!channel> AG", complete=False))
    with office.connect() as db:
        db.execute("update cases set assigned_to = :to where id = :id", {"to": AVERY.id, "id": case.id})
    look(office, "2026-03-09T07:59:00")
    assert told(office) == []
    look(office, "2026-03-09T08:00:00")
    look(office, "2026-03-09T08:01:00")

    unassigned = "since 2 Mar, 10:30 · assigned to nobody"
    (note,) = told(office)
    assert note.splitlines() == [
        "2 cases stand still",
        "*The desk has to act*",
        "*C-1* Borealis Turbines GmbH · In review · since 2 Mar, 10:30 · Avery",
        "*The sponsor has to act*",
        f"*C-2* Nordwind &lt;!channel&gt; AG · Waiting for the sponsor · {unassigned}",
    ]


def test_a_rejection_whose_mail_did_not_go_is_on_the_list(office: Office) -> None:
    look(office, "2026-03-02T09:30:00")
    case = a_case(office)
    with office.connect() as db:
        approvals.reject(
            db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY,
            reason=RejectionReason.DUPLICATE, note="", now=office.now,
        )  # fmt: skip
    ends(JobStatus.FAILED)(office, office.job("rejection").key)
    look(office, "2026-03-09T08:00:00")

    (note,) = told(office)
    assert "*C-1* Borealis Turbines GmbH · Rejected" in note


def test_nothing_is_said_when_nothing_stands(office: Office) -> None:
    look(office, "2026-03-02T09:30:00")
    look(office, "2026-03-09T08:00:00")

    assert office.jobs("standing_note") == []


def test_what_is_new_does_not_stand_still(office: Office) -> None:
    look(office, "2026-03-06T14:30:00")
    a_case(office)
    look(office, "2026-03-09T08:00:00")
    assert told(office) == []
    look(office, "2026-03-16T08:00:00")

    assert len(told(office)) == 1


@pytest.mark.slow
def test_the_longest_twenty_are_named_and_the_rest_counted(office: Office) -> None:
    look(office, "2026-03-02T09:30:00")
    for number in range(25):
        office.clock.wait(minutes=1)
        a_case(office, company=f"Company {number} Ltd")
    look(office, "2026-03-09T08:00:00")

    (note,) = told(office)
    assert note.startswith("25 cases stand still")
    assert note.count("Company") == 20
    assert "Company 19 Ltd" in note
    (message,) = [m for m in office.chat.standing.values() if m.key.startswith("standing:")]
    assert "and 5 more, which stand still for a shorter time" in str(message.blocks[-1])


def test_a_missed_monday_is_caught_up_in_the_next_working_hours_and_once(office: Office) -> None:
    look(office, "2026-03-02T09:30:00")
    a_case(office)
    look(office, "2026-05-30T10:00:00")  # a Saturday, 90 days later
    assert told(office) == []
    look(office, "2026-06-03T06:00:00")
    assert told(office) == []
    look(office, "2026-06-03T07:00:00")
    look(office, "2026-06-05T07:00:00")

    assert len(told(office)) == 1


def test_two_processes_tell_it_once(office: Office) -> None:
    look(office, "2026-03-02T09:30:00")
    a_case(office)
    office.clock.at = datetime(2026, 3, 9, 8, tzinfo=UTC)
    with office.connect() as one, office.connect() as other:
        for db in (one, other):
            standing.tell(db, office.desk, "2026-03-09", now=office.now)

    assert len(told(office)) == 1


def test_what_moved_before_it_is_sent_is_left_out(office: Office) -> None:
    look(office, "2026-03-02T09:30:00")
    case = a_case(office)
    look(office, "2026-03-09T08:00:00")
    with office.connect() as db, transaction(db):
        db.execute("update turns set until = since where case_id = :id", {"id": case.id})

    assert told(office) == []
