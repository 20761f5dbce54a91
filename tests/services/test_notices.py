"""One reminder and one escalation to the desk, in its working hours, and never twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.bootstrap import make_staff
from bot.domain.absences import Absence
from bot.domain.cases import Case
from bot.domain.outbox import JobStatus
from bot.domain.staff import Member
from bot.policy import Policy
from bot.services import approvals, cases, deciders, notices
from bot.store import absences
from bot.store import cases as case_store
from bot.store.database import transaction
from tests.cast import AVERY, BLAKE, CASEY, Office, a_case, a_submission, an_office

FRIDAY = datetime(2026, 3, 6, 14, 0, tzinfo=UTC)  # 15:00 in Berlin: two hours of work are left


def with_policy(office: Office, **changes: object) -> None:
    """Change what `[approvals]` says."""
    policy = office.desk.policy
    changed = policy.model_copy(update={"approvals": policy.approvals.model_copy(update=changes)})
    use(office, changed)


def use(office: Office, policy: Policy) -> None:
    staff = make_staff(office.bot.settings, policy, office.chat)
    office.bot = replace(office.bot, desk=replace(office.desk, policy=policy), staff=staff)


def remind(office: Office, **later: float) -> None:
    office.clock.wait(**later)
    with office.connect() as db:
        notices.remind(db, office.desk, now=office.now)


def told(office: Office) -> list[str]:
    """What the notices say, once they are carried out; each on one line."""
    office.work()
    keys = [job.key for job in office.jobs("waiting_note")]
    said = {message.key: message for message in office.chat.standing.values()}
    return [said[key].text.replace("\n", " ") for key in keys if key in said]


def assign(office: Office, case: Case, to: str) -> None:
    with office.connect() as db:
        db.execute("update cases set assigned_to = :to where id = :id", {"to": to, "id": case.id})


def leave(office: Office, who: str, deputy: str) -> None:
    since, until = office.now, office.now + timedelta(days=30)
    with office.connect() as db, transaction(db):
        away = Absence(person=who, deputy=deputy, since=since, until=until)
        absences.add(db, away, made_by=who, now=office.now)


def shown(office: Office, case: Case) -> str:
    office.work()
    return next(str(m.blocks) for m in office.chat.standing.values() if m.key == f"card:{case.ref}")


PLEASE = ": please decide, or assign it to somebody who can."
CALLED = f"<@{AVERY.id}>, <@{CASEY.id}>{PLEASE}"
WAITED = "*C-1* has waited 8 working hours for the desk: In review."


def test_a_case_that_waits_a_working_day_is_reminded_of_once_in_its_thread(office: Office) -> None:
    case = a_case(office)
    remind(office, hours=7)
    assert told(office) == []
    remind(office, hours=17)
    remind(office, minutes=1)

    assert told(office) == [f"{WAITED} {CALLED}"]
    (note,) = [m for m in office.chat.standing.values() if m.key.startswith("notice:")]
    assert note.thread_ts
    assert not note.broadcast
    assert [event.data["after"] for event in office.events() if event.tag == "case:reminded"] == [8]
    assert case.ref == "C-1"


@pytest.mark.parametrize(
    ("holidays", "on"),
    [("", "2026-04-03T13:00"), ("DE", "2026-04-07T13:00"), ("GB", "2026-04-06T13:00")],
)
def test_weekends_and_holidays_do_not_count(office: Office, holidays: str, on: str) -> None:
    policy = office.desk.policy
    times = policy.calendar.model_copy(update={"holidays": holidays})
    use(office, policy.model_copy(update={"calendar": times}))
    office.clock.at = datetime(2026, 4, 2, 13, 0, tzinfo=UTC)  # the Thursday before Easter
    a_case(office)
    while not office.jobs("waiting_note"):
        remind(office, hours=1)

    assert f"{office.now:%Y-%m-%dT%H:%M}" == on


def test_it_comes_in_working_hours_only(office: Office) -> None:
    office.clock.at = FRIDAY
    a_case(office)
    office.clock.at = FRIDAY + timedelta(days=3, hours=2)  # Monday, 17:00: the day is over
    remind(office)
    assert told(office) == []
    remind(office, hours=16)

    assert len(told(office)) == 1


def test_after_two_working_days_more_people_may_decide_and_hear_so(office: Office) -> None:
    with_policy(office, escalate_to=(BLAKE.id,))
    case = a_case(office)
    remind(office, hours=24)
    remind(office, hours=24)

    now_too = ": from now on you may decide it too, beside those who could already."
    escalation = told(office)[1]
    assert escalation == f"{WAITED.replace('8', 'more than 16')} <@{BLAKE.id}>{now_too}"
    assert "Escalated: it has waited too long for the desk." in shown(office, case)
    assert "Avery, Blake, Casey" in shown(office, case)
    with office.connect() as db:
        blake = office.bot.who(BLAKE.id)
        seen = case.content_hash
        decided = approvals.approve(db, office.desk, ref=case.ref, seen=seen, by=blake, now=office.now)
    assert decided.decision is not None


def test_without_anybody_to_add_everybody_who_may_decide_is_called(office: Office) -> None:
    case = a_case(office)
    assign(office, case, AVERY.id)
    remind(office, hours=24)
    remind(office, hours=24)

    reminder, escalation = told(office)
    assert reminder.endswith(f" <@{AVERY.id}>{PLEASE}")
    assert escalation.endswith(CALLED)


def test_of_several_that_are_due_after_a_down_time_only_the_escalation_goes(office: Office) -> None:
    a_case(office)
    remind(office, days=90)
    remind(office, days=1)

    assert [note.split(" for the")[0] for note in told(office)] == [
        "*C-1* has waited more than 16 working hours"
    ]


def test_a_restart_and_a_second_process_double_nothing(office: Office, tmp_path: Path) -> None:
    a_case(office)
    other = an_office(tmp_path)  # on the same database
    for hours in (24, 24):
        remind(office, hours=hours)
        other.clock.at = office.now
        remind(other)

    assert len(told(office)) == 2


def test_a_clock_that_is_put_back_doubles_nothing(office: Office) -> None:
    a_case(office)
    remind(office, hours=24)
    remind(office, days=-10)
    remind(office, days=10)

    assert len(told(office)) == 1


def test_who_had_a_hand_in_it_or_approved_it_is_not_called(office: Office) -> None:
    with_policy(office, second_above_seats=1, step_up=())
    case = a_case(office)
    with office.connect() as db:
        seen = case.content_hash
        approvals.approve(db, office.desk, ref=case.ref, seen=seen, by=AVERY, now=office.now)
    remind(office, hours=24)
    own = a_case(office, company="Nordwind AG", changed_by=CASEY)
    remind(office, hours=24)

    notes = told(office)
    called = [(note[1:4], note.rpartition("<")[2]) for note in notes]
    first, other = ("C-1", f"@{CASEY.id}>{PLEASE}"), (own.ref, f"@{AVERY.id}>{PLEASE}")
    assert called == [first, first, other]


def test_the_deputy_is_called_in_the_place_of_who_is_away(office: Office) -> None:
    a_case(office)
    leave(office, AVERY.id, BLAKE.id)
    leave(office, CASEY.id, AVERY.id)  # who is away too: nobody stands for Casey
    remind(office, hours=24)

    assert told(office) == [f"{WAITED} <@{BLAKE.id}>{PLEASE}"]


def test_where_nobody_is_free_the_note_says_so(office: Office) -> None:
    a_case(office)
    leave(office, AVERY.id, CASEY.id)
    leave(office, CASEY.id, AVERY.id)
    remind(office, hours=24)

    assert told(office)[0].startswith(f"{WAITED} Nobody is free to decide it")


def test_whose_address_is_a_hand_of_the_case_is_not_called(office: Office) -> None:
    office.chat._members[AVERY.id] = Member(id=AVERY.id, name="Avery", email="Dana@sponsor.example.org")
    a_case(office)
    remind(office, hours=24)

    assert told(office) == [f"{WAITED} <@{CASEY.id}>{PLEASE}"]


def test_a_decision_before_it_is_sent_keeps_it_back(office: Office) -> None:
    case = a_case(office)
    remind(office, hours=24)
    with office.connect() as db:
        approvals.approve(db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY, now=office.now)

    assert told(office) == []
    assert office.job("waiting_note").status is JobStatus.REPLACED


def test_a_newer_version_is_waited_for_anew(office: Office) -> None:
    with_policy(office, escalate_to=(BLAKE.id,))
    case = a_case(office)
    remind(office, hours=48)
    assert office.case(case.ref).escalated
    newer = a_submission(company="Borealis Turbines SE")
    with office.connect() as db, transaction(db):
        cases.revise_case(db, office.desk, office.case(case.ref), newer, now=office.now)
    remind(office)
    assert not office.case(case.ref).escalated
    assert told(office) == []  # what was to be said of the older version
    remind(office, hours=24)

    assert told(office)[-1] == f"{WAITED} {CALLED}"


def test_once_it_is_late_they_are_named_without_a_ping(office: Office) -> None:
    a_case(office)
    remind(office, hours=30)
    office.clock.wait(hours=5)

    assert told(office) == [f"{WAITED} Avery, Casey{PLEASE}"]


def test_a_form_that_nobody_took_in_is_reminded_of_too(office: Office) -> None:
    a_case(office, known=False)
    remind(office, hours=24)

    assert told(office)[0].startswith("*C-1* has waited 8 working hours for the desk: Received")


def test_expiry_never_decides(office: Office) -> None:
    case = a_case(office)
    for _ in range(40):
        remind(office, days=1)

    assert office.case(case.ref).decision is None
    with office.connect() as db:
        assert case_store.find_decision(db, case.id) is None
    assert len(told(office)) == 2


def test_a_deputy_who_is_no_longer_staff_is_not_called(office: Office) -> None:
    leave(office, AVERY.id, BLAKE.id)
    office.bot = replace(office.bot, desk=replace(office.desk, staff=(AVERY.id, CASEY.id)))
    assign(office, a_case(office), AVERY.id)
    remind(office, hours=24)

    assert told(office) == [f"{WAITED} <@{CASEY.id}>{PLEASE}"]
    with office.connect() as db:
        assert deciders.list_present(db, office.desk, office.chat, [AVERY.id], now=office.now) == []
