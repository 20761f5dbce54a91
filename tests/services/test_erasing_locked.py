"""Somebody is erased whom messages name that Slack lets nobody change any more: staff hear of these."""

from pathlib import Path

import pytest

from bot.domain.note_names import NoteName
from bot.ports import ChatMessage
from bot.services.queueing import queue_note
from bot.store import chat_messages
from bot.store.database import transaction
from tests.authenticators import enrolled
from tests.cast import AVERY, CASEY, Office
from tests.people import an_office_of_accounts
from tests.services.test_erasing import agree, ask, carry_out, live

pytestmark = pytest.mark.slow


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return an_office_of_accounts(tmp_path)


def erase_mara(office: Office, *, locked: bool) -> list[str]:
    """What was told; before it cards, a note about two people and a mail's name her."""
    phones = {who.id: enrolled(office, who) for who in (AVERY, CASEY)}
    mara, tom = live(office)
    lives = [[one.id, "late", "2026-12-31"] for one in (mara, tom)]
    with office.connect() as db, transaction(db):
        queue_note(db, NoteName.LIFE_HOLD, key="hold", values={"lives": lives}, now=office.now)
    office.work()
    ask(office, mara.email)
    office.work()
    for step in (AVERY, CASEY, None, None):
        if locked:
            office.chat.locked |= {ts for ts, one in office.chat.standing.items() if names_mara(one)}
        if step:
            agree(office, step, phones)
        else:
            carry_out(office)
        office.work_till_quiet(rounds=60)
    return [one.text for one in office.chat.standing.values() if "goes on naming" in one.text]


def names_mara(one: ChatMessage) -> bool:
    return "mara" in f"{one.text}{one.blocks}".lower()


def test_staff_hear_once_of_each_message_that_still_names_them(office: Office) -> None:
    told = erase_mara(office, locked=True)

    left = [one.key for one in office.chat.standing.values() if names_mara(one)]
    assert sorted(left) == ["card:C-1", "card:X-1", "card:X-1", "hold", "mail:5"]
    assert len(told) == len(left)


def test_where_they_can_be_changed_there_is_nothing_to_tell(office: Office) -> None:
    assert erase_mara(office, locked=False) == []
    assert not [one for one in office.chat.standing.values() if names_mara(one)]
    with office.connect() as db:
        assert not list(db.query("select 1 from chat_messages where key glob 'named:*'"))


def test_where_it_stood_belongs_to_no_message(office: Office) -> None:
    with office.connect() as db, transaction(db):
        chat_messages.keep(db, "card:C-1", channel="C0SUPPORT", ts="1.1")
        chat_messages.mark_named(db, "card:C-1")
        chat_messages.keep(db, "card:C-1", channel="C0SUPPORT", ts="1.2")
        found = [chat_messages.find_key(db, "C0SUPPORT", ts) for ts in ("1.1", "1.2")]
    assert found == [None, "card:C-1"]
