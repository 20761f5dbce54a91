"""What the home tab holds: each case once, where it belongs for the person who looks."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.cases import BallHolder
from bot.domain.errors import NotStaff
from bot.domain.home import DayFigures, Home
from bot.domain.staff import Staff
from bot.services import absences, approvals, assignments, cases, home, kinds
from bot.services.home import MOST_TO_DECIDE
from tests.cast import AVERY, BLAKE, CASEY, ELI, Office, a_case, a_mail, an_office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return an_office(tmp_path)


def home_of(office: Office, by: Staff) -> Home:
    with office.connect() as db:
        return home.get_home(db, office.desk, by=by, now=office.now)


def refs(found: Home) -> dict[str, list[str]]:
    return {
        "decide": [one.entry.ref for one in found.decide],
        "assigned": [one.ref for one in found.assigned],
        "waiting": [one.ref for one in found.waiting],
        "others": [one.ref for one in found.others],
    }


def test_every_case_stands_where_it_belongs_for_whoever_looks(office: Office) -> None:
    a_case(office, company="A")
    a_case(office, company="B", complete=False)
    a_case(office, company="C", known=False)
    a_case(office, company="D", changed_by=BLAKE)
    with office.connect() as db:
        assignments.assign(db, ref="C-1", to=BLAKE, by=AVERY, now=office.now)
        assignments.assign(db, ref="C-2", to=AVERY, by=AVERY, now=office.now)
        seen = cases.get_case(db, "C-3").content_hash
        kinds.accept(db, office.desk, ref="C-3", seen=seen, by=AVERY, now=office.now)

    assert refs(home_of(office, AVERY)) == {
        "decide": ["C-1", "C-4"], "assigned": [], "waiting": ["C-2", "C-3"], "others": [],
    }  # fmt: skip
    assert refs(home_of(office, BLAKE)) == {
        "decide": [], "assigned": ["C-1"], "waiting": [], "others": ["C-2", "C-3", "C-4"],
    }  # fmt: skip
    assert refs(home_of(office, CASEY))["decide"] == ["C-1", "C-3", "C-4"]


def test_the_figures_are_those_since_midnight_at_the_desk(office: Office) -> None:
    a_case(office, company="yesterday's")
    office.clock.wait(days=1)
    case = a_case(office, company="A")
    a_case(office, company="B", complete=False)
    office.take(a_mail())
    with office.connect() as db:
        approvals.approve(db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY, now=office.now)
    office.work()

    found = home_of(office, CASEY)
    assert found.figures.opened == 2
    assert (found.figures.approved, found.figures.rejected, found.figures.questions) == (1, 0, 1)
    assert found.figures.mails == len(office.mailer.sent)
    assert {one.holder: (one.cases, one.oldest) for one in found.held} == {
        BallHolder.DESK: (2, office.now - timedelta(days=1)),
        BallHolder.SPONSOR: (1, office.now),
    }
    office.clock.wait(days=1)
    assert home_of(office, CASEY).figures == DayFigures(
        opened=0, approved=0, rejected=0, mails=0, questions=0
    )


def test_more_than_fit_are_counted(office: Office) -> None:
    for number in range(MOST_TO_DECIDE + 3):
        a_case(office, company=f"Company {number}")

    found = home_of(office, AVERY)
    assert (len(found.decide), found.undecided) == (MOST_TO_DECIDE, MOST_TO_DECIDE + 3)


def test_who_is_away_is_seen_and_a_deputys_home_holds_what_they_may_decide(office: Office) -> None:
    a_case(office)
    with office.connect() as db:
        absences.go_away(db, office.desk, days="today", deputy=BLAKE, by=AVERY, now=office.now)

    found = home_of(office, office.bot.who(BLAKE.id))
    assert [one.person for one in found.away] == [AVERY.id]
    assert refs(found)["decide"] == ["C-1"]


def test_guests_have_no_home(office: Office) -> None:
    with pytest.raises(NotStaff):
        home_of(office, ELI)
