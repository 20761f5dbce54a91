"""Away: a deputy decides by the absent person's right, in that time, and never where either had a hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.absences import (
    AlreadyAway,
    DaysBackwards,
    DaysOver,
    DaysTooMany,
    DeputyAway,
    DeputyIsOneself,
    NotAway,
    UnclearDays,
)
from bot.domain.approvals import RejectionReason
from bot.domain.errors import NotAColleague, NotApprover, NotStaff, OwnWork, Refusal
from bot.domain.staff import Staff
from bot.services import absences, approvals, queue
from bot.services.absences import Left
from tests.cast import AVERY, BLAKE, CASEY, ELI, Office, a_case, an_office
from tests.outside import SUPPORT


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return an_office(tmp_path)


def leave(office: Office, days: str = "today", *, by: Staff = AVERY, deputy: Staff = BLAKE) -> Left:
    with office.connect() as db:
        return absences.go_away(db, office.desk, days=days, deputy=deputy, by=by, now=office.now)


def come_back(office: Office, by: Staff = AVERY) -> None:
    with office.connect() as db:
        absences.come_back(db, by=by, now=office.now)


def approve(office: Office, by: str, ref: str = "C-1") -> None:
    case = office.case(ref)
    with office.connect() as db:
        approvals.approve(
            db, office.desk, ref=ref, seen=case.content_hash, by=office.bot.who(by), now=office.now
        )


def support(office: Office) -> list[str]:
    office.work()
    return [m.text for m in office.chat.standing.values() if m.channel == SUPPORT]


def test_days_are_those_of_the_desk_and_the_last_one_is_included(office: Office) -> None:
    absence = leave(office, "10 Mar 12 Mar").absence

    assert absence.since == datetime(2026, 3, 9, 23, tzinfo=UTC)  # midnight in Berlin
    assert absence.until == datetime(2026, 3, 12, 23, tzinfo=UTC)
    assert not office.bot.who(BLAKE.id).approver
    office.clock.at = absence.until - timedelta(seconds=1)
    assert office.bot.who(BLAKE.id).approver
    office.clock.at = absence.until
    assert not office.bot.who(BLAKE.id).approver


def test_a_summer_time_change_moves_midnight(office: Office) -> None:
    absence = leave(office, "28 Mar 29 Mar").absence

    assert (absence.since.hour, absence.until.hour) == (23, 22)


def test_a_deputy_decides_by_the_absent_persons_right(office: Office) -> None:
    a_case(office)
    with pytest.raises(NotApprover):
        approve(office, BLAKE.id)
    leave(office)

    approve(office, BLAKE.id)

    decision = office.case("C-1").decision
    assert decision is not None
    assert decision.by == BLAKE.id
    for tag in ("approval:given", "case:approved"):
        (made,) = [event for event in office.events() if event.tag == tag]
        assert made.data["right_of"] == AVERY.id


def test_a_deputys_rejection_names_the_right_in_trail_and_thread(office: Office) -> None:
    case = a_case(office)
    leave(office)
    with office.connect() as db:
        by, seen = office.bot.who(BLAKE.id), case.content_hash
        reason = RejectionReason.DUPLICATE
        approvals.reject(db, office.desk, ref="C-1", seen=seen, by=by, reason=reason, note="", now=office.now)
    office.work()

    (made,) = [event for event in office.events() if event.tag == "case:rejected"]
    assert made.data["right_of"] == AVERY.id
    assert f"in the place of <@{AVERY.id}>" in office.chat.texts()


@pytest.mark.parametrize("hand", [AVERY, BLAKE])
def test_a_deputy_never_decides_where_either_had_a_hand(office: Office, hand: Staff) -> None:
    a_case(office, changed_by=hand)
    leave(office)

    with pytest.raises(OwnWork):
        approve(office, BLAKE.id)
    with office.connect() as db:
        assert queue.find_next(db, office.desk, by=office.bot.who(BLAKE.id), now=office.now) is None


def test_whoever_is_back_is_stood_for_no_longer(office: Office) -> None:
    a_case(office)
    leave(office)
    deputy = office.bot.who(BLAKE.id)
    come_back(office)
    case = office.case("C-1")

    with office.connect() as db, pytest.raises(NotApprover):
        approvals.approve(db, office.desk, ref="C-1", seen=case.content_hash, by=deputy, now=office.now)


def test_a_deputy_has_no_deputy(office: Office) -> None:
    leave(office, by=AVERY, deputy=BLAKE)
    left = leave(office, by=BLAKE, deputy=CASEY)

    assert left.unattended == (AVERY.id,)
    assert [who.id for who in office.bot.who(CASEY.id).stands_for] == [BLAKE.id]


def test_both_are_told_and_it_is_in_the_trail_without_names(office: Office) -> None:
    leave(office, "2026-03-10 2026-03-12")
    come_back(office)

    planned, ended = support(office)
    for said in (planned, ended):
        assert f"<@{AVERY.id}>" in said
        assert f"<@{BLAKE.id}>" in said
    assert "10 March 2026 to 12 March 2026" in planned
    trail = [event for event in office.events() if event.tag.startswith("absence:")]
    assert [(e.tag, e.actor, e.subject, e.data["deputy"]) for e in trail] == [
        ("absence:planned", AVERY.id, f"staff:{AVERY.id}", BLAKE.id),
        ("absence:ended", AVERY.id, f"staff:{AVERY.id}", BLAKE.id),
    ]


def test_a_deputy_is_another_of_the_staff(office: Office) -> None:
    with pytest.raises(DeputyIsOneself):
        leave(office, deputy=AVERY)
    with pytest.raises(NotAColleague):
        leave(office, deputy=ELI)
    with pytest.raises(NotStaff):
        leave(office, by=ELI)


def test_a_deputy_who_is_away_then_is_refused_with_their_days(office: Office) -> None:
    leave(office, "10 Mar 12 Mar", by=BLAKE, deputy=CASEY)

    with pytest.raises(DeputyAway) as refused:
        leave(office, "12 Mar 20 Mar")
    assert refused.value.values["who"] == BLAKE.id
    leave(office, "13 Mar 20 Mar")


def test_being_away_twice_at_a_time_is_refused(office: Office) -> None:
    leave(office, "10 Mar 12 Mar")

    with pytest.raises(AlreadyAway):
        leave(office, "11 Mar", deputy=CASEY)
    leave(office, "1 Apr", deputy=CASEY)


@pytest.mark.parametrize(
    ("days", "kind"),
    [
        ("soon", UnclearDays),
        ("", UnclearDays),
        ("10.3.2026 9.3.2026", DaysBackwards),
        ("2026-03-01", DaysOver),
        ("2025-01-01 2025-01-02", DaysOver),
        ("0001-01-01", DaysOver),
        ("2026-03-01 0001-01-01", DaysBackwards),
        ("2026-03-10 2062-03-12", DaysTooMany),
        ("2027-03-04", DaysTooMany),
        ("3026-12-01 3026-12-10", DaysTooMany),
        ("9999-12-31", DaysTooMany),
        ("31.12.9999", DaysTooMany),
        ("0001-01-01 9999-12-31", DaysTooMany),
        ("9999-12-31 mon", UnclearDays),
    ],
)
def test_wrong_days_are_refused_and_change_nothing(office: Office, days: str, kind: type[Refusal]) -> None:
    with pytest.raises(kind):
        leave(office, days)
    with office.connect() as db:
        assert absences.list_open(db, by=AVERY, now=office.now) == []


def test_an_absence_may_begin_in_a_year_and_last_one(office: Office) -> None:
    leave(office, "2027-03-03 2028-03-03")

    with office.connect() as db:
        assert len(absences.list_open(db, by=AVERY, now=office.now)) == 1


def test_an_absence_that_began_already_counts_from_now(office: Office) -> None:
    leave(office, "2026-03-01 2026-03-03")

    assert office.bot.who(BLAKE.id).approver


def test_nobody_comes_back_who_is_not_away(office: Office) -> None:
    with pytest.raises(NotAway):
        come_back(office)


def test_who_is_away_is_for_staff(office: Office) -> None:
    with office.connect() as db, pytest.raises(NotStaff):
        absences.list_open(db, by=replace(ELI), now=office.now)


def deciders(office: Office) -> str:
    """The line of the card, as it stands in Slack once the clock has looked."""
    with office.connect() as db:
        absences.renew_cards(db, now=office.now)
    office.work()
    card = next(one for one in office.chat.standing.values() if one.key == "card:C-1")
    texts = [str(block.get("text")) for block in card.blocks]
    return next(text for text in texts if "May decide" in text)


def renewed(office: Office) -> int:
    return len(office.jobs("case_card"))


def test_cards_name_the_deputy_from_the_first_moment_to_the_last(office: Office) -> None:
    a_case(office)
    assert "Avery" in deciders(office)
    leave(office, "3 Mar 4 Mar")
    assert "Avery" in deciders(office)

    office.clock.wait(days=1)
    assert "Avery" not in deciders(office)
    assert "Blake" in deciders(office)
    before = renewed(office)
    office.clock.wait(hours=1)
    deciders(office)
    assert renewed(office) == before
    office.clock.wait(days=2)
    assert "Avery" in deciders(office)


def test_who_comes_back_early_is_on_the_cards_again(office: Office) -> None:
    a_case(office)
    leave(office, "today")
    assert "Avery" not in deciders(office)
    come_back(office)

    assert "Avery" in deciders(office)


def test_an_absence_that_was_called_off_or_slept_through_renews_nothing(office: Office) -> None:
    a_case(office)
    leave(office, "10 Mar")
    come_back(office)
    leave(office, "4 Mar")
    deciders(office)
    before = renewed(office)
    office.clock.wait(days=9)
    deciders(office)

    assert renewed(office) == before
