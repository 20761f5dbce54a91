"""Messages that staff add to a case: kept once, shown in its thread, forgotten where nobody chose a case."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.clipping_refusals import AlreadyNoted, ClippingGone
from bot.domain.clippings import LONGEST_CLIPPING, Message
from bot.domain.errors import NotStaff, UnknownCase
from bot.domain.staff import Staff
from bot.services import case_versions, clippings
from tests.cast import AVERY, BLAKE, ELI, Office, a_case

SAID = Message(
    channel="C0SUPPORT",
    ts="1700000000.000100",
    author=AVERY.id,
    text="They called: the <!channel> order *is* right.",
    link="https://desk.slack.example/archives/C0SUPPORT/p1700000000000100",
)


def take_up(office: Office, message: Message = SAID, *, by: Staff = BLAKE) -> int:
    with office.connect() as db:
        return clippings.take_up(db, office.desk, message, by=by, now=office.now)[0]


def add(office: Office, number: int, *, ref: str = "C-1", word: str = "by phone", by: Staff = BLAKE) -> None:
    with office.connect() as db:
        clippings.add(db, ref=ref, clipping_id=number, word=word, by=by, now=office.now)


def rows(office: Office, table: str) -> int:
    with office.connect() as db:
        return db[table].count


def test_a_message_stands_in_the_cases_thread_and_view_with_its_link_and_pings_nobody(office: Office) -> None:
    a_case(office)
    office.work()
    add(office, take_up(office))
    office.work()

    (note,) = [message for message in office.chat.standing.values() if message.key.startswith("clipping:")]
    assert note.thread_ts
    assert "&lt;!channel&gt;" in str(note.blocks)
    assert SAID.link in str(note.blocks)
    assert "by phone" in str(note.blocks)
    with office.connect() as db:
        (kept,) = case_versions.get_view(db, "C-1").clippings
    assert (kept.message, kept.word, kept.added_by) == (SAID, "by phone", BLAKE.id)


def test_two_clicks_add_it_once_and_the_second_hears_who_was_first(office: Office) -> None:
    a_case(office)
    first, second = take_up(office), take_up(office, by=AVERY)
    add(office, first)
    with pytest.raises(AlreadyNoted) as caught:
        add(office, second, by=AVERY)

    assert first == second
    assert caught.value.values["by"] == BLAKE.id
    assert rows(office, "case_clippings") == 1
    assert len(office.jobs("clipping_note")) == 1


def test_one_message_may_belong_to_two_cases(office: Office) -> None:
    a_case(office)
    a_case(office, company="Südwind AG")
    number = take_up(office)
    add(office, number)
    add(office, number, ref="c2")

    assert rows(office, "clippings") == 1
    assert rows(office, "case_clippings") == 2


def test_only_staff_take_up_and_add(office: Office) -> None:
    a_case(office)
    with pytest.raises(NotStaff):
        take_up(office, by=ELI)
    with pytest.raises(NotStaff):
        add(office, take_up(office), by=ELI)


def test_a_case_that_is_not_there_is_named(office: Office) -> None:
    with pytest.raises(UnknownCase):
        add(office, take_up(office), ref="C-99")


def test_words_that_nobody_added_are_forgotten_after_a_day(office: Office) -> None:
    a_case(office)
    old = take_up(office)
    office.clock.wait(days=1, seconds=1)
    take_up(office, replace(SAID, ts="2"))

    assert rows(office, "clippings") == 1
    with pytest.raises(ClippingGone):
        add(office, old)


def test_what_a_case_has_stays_as_it_read_then(office: Office) -> None:
    a_case(office)
    add(office, take_up(office))
    office.clock.wait(days=9)
    take_up(office, replace(SAID, text="edited"))
    office.clock.wait(days=9)
    take_up(office, replace(SAID, ts="2"))

    with office.connect() as db:
        (kept,) = case_versions.get_view(db, "C-1").clippings
    assert kept.message.text == SAID.text


def test_a_message_without_end_is_cut(office: Office) -> None:
    a_case(office)
    add(office, take_up(office, replace(SAID, text="x" * 40_000)))

    with office.connect() as db:
        (kept,) = case_versions.get_view(db, "C-1").clippings
    assert len(kept.message.text) == LONGEST_CLIPPING
    assert kept.added_at - office.now < timedelta(seconds=1)


def test_the_trail_holds_ids_only(office: Office) -> None:
    a_case(office)
    add(office, take_up(office))

    (noted,) = [event for event in office.events() if event.tag == "case:noted"]
    assert (noted.actor, noted.subject, dict(noted.data)) == (BLAKE.id, "case:1", {"note": 1})
