"""A case's steps, who was shown it, the week in figures, the posted heads, and groups without people."""

from datetime import date, timedelta

import pytest
from sqlite_utils import Database

from bot.domain.approvals import ApprovalRules, RejectionReason
from bot.domain.cases import BallHolder
from bot.domain.errors import NotApprover, PermanentFailure, UnknownCase
from bot.domain.events import EventTag
from bot.domain.report import Report, Week, by_day, read_week
from bot.domain.staff import Act
from bot.rendering import plots
from bot.rendering.words import words
from bot.services import approvals, groups, history, report, views
from bot.services.staff import StaffList
from tests.cast import AVERY, BLAKE, CASEY, Office, a_case, a_mail

SAY = words("en")
ONE_IS_ENOUGH = ApprovalRules(second_if_unverified=False)


def approve(office: Office, ref: str) -> None:
    case = office.case(ref)
    with office.connect() as db:
        approvals.approve(db, office.desk, ref=ref, seen=case.content_hash, by=AVERY, now=office.now)


def test_a_case_tells_its_steps_in_order_with_its_mails(office: Office, db: Database) -> None:
    case = a_case(office)
    with pytest.raises(NotApprover):
        approvals.approve(db, office.desk, ref=case.ref, seen=case.content_hash, by=BLAKE, now=office.now)
    office.clock.wait(hours=2)
    office.mailer.faults.then(PermanentFailure("no such mailbox"), PermanentFailure("no such mailbox"))
    approve(office, case.ref)
    office.work()
    steps = history.list_steps(db, case.ref)
    told = [step.tag for step in steps if step.tag != EventTag.LINK_ISSUED]

    assert told[:2] == [EventTag.CASE_OPENED, EventTag.DECISION_REFUSED]
    assert EventTag.CASE_APPROVED in told
    assert EventTag.APPROVAL_GIVEN not in told  # which reads as the first of two
    assert [step.mail for step in steps if step.tag == EventTag.JOB_FAILED] == [
        "receipt",
        "order_confirmation",
    ]
    assert steps == sorted(steps, key=lambda step: step.at)


def test_another_cases_steps_are_not_told(office: Office, db: Database) -> None:
    first, second = a_case(office), a_case(office, company="Amber Ltd")
    approve(office, second.ref)

    assert {step.tag for step in history.list_steps(db, first.ref)} == {"case:opened", "link:issued"}
    with pytest.raises(UnknownCase):
        history.list_steps(db, "C-99")


def viewed(office: Office) -> list[tuple[str, str]]:
    return [(event.actor, event.subject) for event in office.events() if event.tag == EventTag.CASE_VIEWED]


def test_who_was_shown_a_case_is_noted_once_a_day(office: Office, db: Database) -> None:
    case, other = a_case(office), a_case(office, company="Amber Ltd")
    for viewer in (AVERY, AVERY, BLAKE):
        views.note(db, office.desk, [case.ref, case.ref, "Q-3", "nonsense"], viewer=viewer, now=office.now)
    views.note(db, office.desk, [case.ref, other.ref], viewer=AVERY, now=office.now)
    office.clock.wait(days=1)
    views.note(db, office.desk, [case.ref], viewer=AVERY, now=office.now)

    assert viewed(office) == [
        (AVERY.id, "case:1"), (BLAKE.id, "case:1"), (AVERY.id, "case:2"), (AVERY.id, "case:1"),
    ]  # fmt: skip


# The week


def make(office: Office, week: Week | None = None) -> Report:
    zone = office.desk.policy.desk.zone
    with office.connect() as db:
        return report.make(
            db,
            office.desk,
            week or Week.of(office.now, zone),
            name_of=office.bot.staff.name_of,
            now=office.now,
        )


@pytest.mark.slow
def test_a_week_counts_what_came_what_was_decided_and_by_whom(office: Office) -> None:
    first, second = a_case(office), a_case(office, company="Amber Ltd")
    a_case(office, company="Birch Ltd", complete=False)
    office.take(a_mail())
    office.clock.wait(hours=3)
    approve(office, first.ref)
    with office.connect() as db:
        approvals.reject(
            db, office.desk, ref=second.ref, seen=second.content_hash, by=CASEY,
            reason=RejectionReason.OTHER, note="", now=office.now,
        )  # fmt: skip
    office.work()
    office.clock.wait(minutes=1)
    made = make(office)

    # of the approved one somebody has to see that there are no License Keys in stock
    assert (made.this.came, made.this.approved, made.this.rejected, made.this.open) == (3, 1, 1, 2)
    assert (made.this.questions, dict(made.this.mails_in)) == (1, {"question": 1})
    assert made.this.mails_out == len([job for job in office.mails() if job.sent_at])
    assert [(one.by, one.approved, one.rejected) for one in made.deciders] == [
        ("Avery", 1, 0),
        ("Casey", 0, 1),
    ]
    assert made.this.dwells[BallHolder.DESK].longest == timedelta(hours=3)
    assert made.this.dwells[BallHolder.SPONSOR].turns == 1
    assert made.came_by_day == (3, 0, 0, 0, 0, 0, 0)  # 2 March 2026 is a Monday
    assert made.until == office.now


def test_the_week_before_stands_beside_it_and_a_wait_goes_on_over_sunday(office: Office) -> None:
    case = a_case(office)
    office.clock.wait(days=7)
    approve(office, case.ref)
    office.clock.wait(minutes=1)
    made = make(office)

    assert (made.before.came, made.before.open, made.this.came, made.this.approved) == (1, 1, 0, 1)
    assert made.this.dwells[BallHolder.DESK].longest == timedelta(days=7)
    assert made.before.dwells[BallHolder.DESK].longest < timedelta(days=7)


def test_what_is_rejected_waits_for_nobody(office: Office) -> None:
    case = a_case(office)
    with office.connect() as db:
        approvals.reject(
            db, office.desk, ref=case.ref, seen=case.content_hash, by=CASEY,
            reason=RejectionReason.OTHER, note="", now=office.now,
        )  # fmt: skip
    office.work_till_quiet()
    office.clock.wait(days=14)

    assert make(office).this.dwells == {}
    assert make(office).this.open == 0


def test_a_week_that_is_over_has_an_end(office: Office) -> None:
    assert make(office, Week(date(2026, 2, 16))).until is None


@pytest.mark.parametrize(
    ("said", "monday"),
    [
        ("", date(2026, 2, 23)),
        ("this", date(2026, 3, 2)),
        ("2026-W10", date(2026, 3, 2)),
        ("2020w53", date(2020, 12, 28)),
        ("2026-W54", None),
        ("0000-W01", None),
        ("0001-W01", None),
        ("9999-W52", None),
        ("last", None),
        ("2026-W10; drop", None),
        ("\uff12\uff10\uff12\uff16-W10", None),
    ],
)
def test_a_week_is_named_as_iso_8601_does(office: Office, said: str, monday: date | None) -> None:
    week = read_week(said, now=office.now, zone=office.desk.policy.desk.zone)

    assert (week and week.monday) == monday


def test_the_day_of_the_change_to_summer_time_is_shorter(office: Office) -> None:
    midnights = Week(date(2026, 3, 23)).midnights(office.desk.policy.desk.zone)

    assert midnights[7] - midnights[6] == timedelta(hours=23)
    assert by_day([midnights[6], midnights[7] - timedelta(seconds=1), midnights[7]], midnights)[6] == 2


@pytest.mark.slow  # matplotlib takes seconds to import
def test_the_report_goes_to_whoever_asked_with_its_picture(office: Office) -> None:
    trouble = report.send(office.chat, AVERY.id, make(office), words=SAY)

    ((to, title, _),) = office.chat.letters
    ((channel, picture),) = office.chat.pictures
    assert (to, channel, trouble) == (AVERY.id, f"D{AVERY.id}", "")
    assert picture.content.startswith(b"\x89PNG")
    assert title in picture.title


def test_without_the_extra_the_report_says_how_to_get_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plots, "find_spec", lambda name: None if name == "matplotlib" else 1)
    report.send(office.chat, AVERY.id, make(office), words=SAY)

    assert not office.chat.pictures
    assert "usher[charts]" in str(office.chat.letters)


@pytest.mark.slow
def test_a_picture_that_is_refused_is_told_and_the_words_stand(office: Office) -> None:
    office.chat.faults.then(None, PermanentFailure("Slack refused: missing scope files:write"))

    assert "files:write" in report.send(office.chat, AVERY.id, make(office), words=SAY)
    assert len(office.chat.letters) == 1


# Groups


def staff(office: Office, *, review: tuple[str, ...], escalate_to: tuple[str, ...] = ()) -> StaffList:
    members = dict.fromkeys(Act, (AVERY.id,)) | {Act.REVIEW: review}
    return StaffList(office.chat, staff=(), groups=members, escalate_to=escalate_to)


def test_a_group_needs_somebody_and_two_where_a_second_approval_is_asked(office: Office) -> None:
    one = staff(office, review=(AVERY.id,))
    two_needed = ApprovalRules(second_above_seats=100, second_if_unverified=False)

    assert all(group.enough for group in groups.list_groups(one, ONE_IS_ENOUGH))
    assert [group.name for group in groups.list_groups(one, two_needed) if not group.enough] == ["review"]


def test_guests_are_nobody_and_an_escalation_needs_somebody_too(office: Office) -> None:
    found = groups.list_groups(
        staff(office, review=("U0ELI000001",), escalate_to=("U0GONE00001",)), ONE_IS_ENOUGH
    )

    assert [group.name for group in found if not group.enough] == ["review", "escalation"]


def test_a_group_that_became_empty_is_told_once_and_so_is_its_end(office: Office, db: Database) -> None:
    empty, full = staff(office, review=()), staff(office, review=(AVERY.id, CASEY.id))
    for who in (full, empty, empty):
        groups.watch(db, who, ONE_IS_ENOUGH, now=office.now)
        office.clock.wait(days=1)
    groups.watch(db, full, ONE_IS_ENOUGH, now=office.now)
    office.work()

    assert [message.text for message in office.chat.standing.values()] == [
        "Alarm · who approves a RIS",
        "All clear · who approves a RIS",
    ]
