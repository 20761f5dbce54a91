"""Alarms as staff get them: one for each trouble and one when it is over, whatever restarts in between."""

from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.bootstrap import Bot
from bot.domain.alarms import list_troubles
from bot.domain.events import EventTag
from bot.domain.health import Health
from bot.services import alarms
from tests.budget import examples
from tests.cast import Office, a_mail, an_office

MINUTES_UNWELL = 10


class Watched:
    """An office whose health is looked at every half minute."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.health = Health()

    def report(self, name: str, *, well: bool, needs_person: bool = False) -> None:
        sentence = "connected" if well else "the server refused the log-in"
        now = self.office.now
        self.health.report(name, sentence, well=well, now=now, needs_person=needs_person)

    def restart(self) -> None:
        self.health = Health()

    def look(self) -> None:
        parts, now = self.health.parts(), self.office.now
        troubles = list_troubles(parts, after=timedelta(minutes=MINUTES_UNWELL), now=now)
        with self.office.connect() as db:
            alarms.watch_parts(db, troubles, parts, now=now)
            alarms.watch_arrivals(db, self.office.desk, parts, now=now)

    def pass_time(self, *, minutes: float = 0, hours: int = 0) -> None:
        """Look every half minute; where hours pass, every half of one."""
        step, many = (1800, hours * 2) if hours else (30, int(minutes * 2))
        for _ in range(many):
            self.office.clock.wait(seconds=step)
            self.look()

    def told(self) -> list[str]:
        """What stands in the support channel, in the order in which it came there."""
        self.office.work_till_quiet()
        return [message.text for message in self.office.chat.standing.values()]


@pytest.fixture
def watched(office: Office) -> Watched:
    return Watched(office)


ALARM, ALL_CLEAR = "Alarm · the mailbox", "All clear · the mailbox"


def test_one_alarm_and_one_all_clear(watched: Watched) -> None:
    watched.report("mailbox", well=False)
    watched.pass_time(minutes=9)
    assert watched.told() == []
    watched.pass_time(minutes=60)
    assert watched.told() == [ALARM]
    watched.report("mailbox", well=True)
    watched.pass_time(minutes=30)

    assert watched.told() == [ALARM, ALL_CLEAR]
    tags = [(event.tag, event.data) for event in watched.office.events()]
    assert tags == [
        (EventTag.ALARM_RAISED, {"name": "mailbox"}),
        (EventTag.ALARM_CLEARED, {"name": "mailbox"}),
    ]


def test_what_it_was_and_how_long_it_lasted_is_said(watched: Watched) -> None:
    watched.report("mailbox", well=False)
    watched.pass_time(minutes=40)
    watched.report("mailbox", well=True)
    watched.pass_time(minutes=6)
    watched.told()

    alarm, over = watched.office.chat.standing.values()
    assert "Since 2 Mar, 10:30: the server refused the log-in" in str(alarm.blocks)
    assert "usher doctor" in str(alarm.blocks)
    assert "lasted 40 minutes" in str(over.blocks)


def test_a_restart_neither_repeats_nor_forgets(watched: Watched) -> None:
    watched.report("mailbox", well=False)
    watched.pass_time(minutes=11)
    watched.restart()
    watched.pass_time(minutes=11)
    watched.report("mailbox", well=False)
    watched.pass_time(minutes=30)
    assert watched.told() == [ALARM]
    watched.restart()
    watched.report("mailbox", well=True)
    watched.pass_time(minutes=6)

    assert watched.told() == [ALARM, ALL_CLEAR]


def test_a_trouble_that_comes_again_is_told_again(watched: Watched) -> None:
    for _ in range(2):
        watched.report("mailbox", well=False)
        watched.pass_time(minutes=11)
        watched.report("mailbox", well=True)
        watched.pass_time(minutes=11)

    assert watched.told() == [ALARM, ALL_CLEAR] * 2


def test_a_log_in_that_comes_and_goes_is_one_trouble(watched: Watched) -> None:
    for _ in range(5):
        watched.report("mailbox", well=False, needs_person=True)
        watched.pass_time(minutes=1)
        watched.report("mailbox", well=True)
        watched.pass_time(minutes=2)
    assert watched.told() == [ALARM]
    watched.pass_time(minutes=6)

    assert watched.told() == [ALARM, ALL_CLEAR]


def test_a_hiccup_is_told_to_nobody(watched: Watched) -> None:
    watched.report("mailbox", well=False)
    watched.pass_time(minutes=5)
    watched.report("mailbox", well=True)
    watched.pass_time(minutes=30)

    assert watched.told() == []


def test_a_refused_log_in_is_told_at_once(watched: Watched) -> None:
    watched.report("mailbox", well=False, needs_person=True)
    watched.look()

    assert watched.told() == [ALARM]


def test_two_services_on_one_database_do_not_ring_for_ever(watched: Watched) -> None:
    other = Watched(watched.office)
    other.report("mailbox", well=True)
    watched.office.clock.wait(hours=1)
    watched.report("mailbox", well=False)
    for _ in range(60):
        other.look()
        watched.pass_time(minutes=1)

    assert watched.told() == [ALARM]
    watched.report("mailbox", well=True)
    watched.pass_time(minutes=6)
    other.pass_time(minutes=6)
    assert watched.told() == [ALARM, ALL_CLEAR]


def test_two_looks_at_the_same_moment_tell_it_once(watched: Watched) -> None:
    other = Watched(watched.office)
    for one in (watched, other):
        one.report("mailbox", well=False)
    watched.office.clock.wait(minutes=MINUTES_UNWELL)
    watched.look()
    other.look()

    assert watched.told() == [ALARM]


# Silence


def fill(office: Office | Bot, until: datetime, *, weeks: int) -> None:
    """A mail every hour from nine to five on weekdays in UTC, in the ledger."""
    at = until - timedelta(weeks=weeks)
    with office.connect() as db:
        rows: list[tuple[int, str]] = []
        while at <= until:
            if at.weekday() < 5 and 9 <= at.hour < 17:
                rows.append((len(rows) + 1, at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")))
            at += timedelta(hours=1)
        db.conn.executemany(
            """insert into mails (mailbox, uidvalidity, uid, message_id, content_hash, size, whole,
                                  received_at, recorded_at, status)
               values ('INBOX', 0, ?1, '', '', 1, 1, ?2, ?2, 'done')""",
            rows,
        )


@pytest.fixture
def quiet(tmp_path: Path) -> Watched:
    """Monday at half past five in the afternoon, after six weeks of mail."""
    watched = Watched(an_office(tmp_path))
    watched.office.clock.at = watched.office.clock.at.replace(hour=17, minute=30)
    fill(watched.office, watched.office.now.replace(minute=5), weeks=6)
    watched.report("mailbox", well=True)
    return watched


SILENCE, MAIL_AGAIN = "Alarm · no mail comes", "All clear · no mail comes"


def test_a_silent_day_is_told_once_and_the_next_mail_is_the_all_clear(quiet: Watched) -> None:
    quiet.pass_time(hours=15)  # half past eight on Tuesday
    assert quiet.told() == []
    quiet.pass_time(hours=8)
    assert quiet.told() == [SILENCE]
    quiet.restart()
    quiet.report("mailbox", well=True)
    quiet.pass_time(minutes=30)
    quiet.office.record(a_mail(headers=[("Precedence", "bulk")]), uid=9999)
    quiet.pass_time(minutes=2)

    assert quiet.told() == [SILENCE, MAIL_AGAIN]
    alarm = next(iter(quiet.office.chat.standing.values()))
    assert "The last mail came on 2 Mar, 17:05." in str(alarm.blocks)


@pytest.mark.slow
def test_a_weekend_is_no_silence(tmp_path: Path) -> None:
    watched = Watched(an_office(tmp_path))
    watched.office.clock.at += timedelta(days=4)
    friday = watched.office.clock.at.replace(hour=17)
    watched.office.clock.at = friday
    fill(watched.office, friday, weeks=6)
    watched.report("mailbox", well=True)
    watched.pass_time(hours=64)

    assert watched.told() == []


def test_a_mailbox_that_cannot_be_reached_is_not_silent_besides(quiet: Watched) -> None:
    quiet.report("mailbox", well=False)
    quiet.pass_time(hours=24)

    assert quiet.told() == [ALARM]


def test_after_an_outage_what_is_still_being_taken_in_is_no_silence(quiet: Watched) -> None:
    quiet.office.clock.wait(days=1)
    quiet.restart()
    quiet.report("mailbox", well=True)
    quiet.look()
    quiet.office.clock.wait(minutes=2)
    quiet.office.record(a_mail(), uid=9999, received_at=quiet.office.now - timedelta(hours=23))
    quiet.look()

    assert quiet.told() == []


def test_a_mail_from_the_future_hides_no_silence(quiet: Watched) -> None:
    quiet.office.record(a_mail(), uid=9999, received_at=quiet.office.now + timedelta(days=4000))
    quiet.office.clock.wait(hours=23)
    quiet.look()

    assert SILENCE in quiet.told()


# Whatever happens

STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["well", "unwell", "refused", "restart"]), st.just(0.0)),
        st.tuples(st.just("pass"), st.sampled_from([0.5, 1.5, 12.0])),
    ),
    max_size=25,
)


@pytest.mark.slow
@settings(max_examples=examples(30), deadline=None)
@given(STEPS)
def test_alarm_and_all_clear_take_turns_and_peace_ends_every_alarm(steps: list[tuple[str, float]]) -> None:
    with TemporaryDirectory() as folder:
        watched = Watched(an_office(Path(folder)))
        for what, minutes in steps:
            if what == "pass":
                watched.pass_time(minutes=minutes)
            elif what == "restart":
                watched.restart()
            else:
                watched.report("mailbox", well=what == "well", needs_person=what == "refused")
                watched.look()
        watched.report("mailbox", well=True)
        watched.pass_time(minutes=6)
        told = watched.told()

    assert told == [ALARM, ALL_CLEAR] * (len(told) // 2)
