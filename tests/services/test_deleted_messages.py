"""Messages of ours that somebody deleted in Slack, or that never stood: what is newer comes up anew, once."""

import pytest

from bot.domain.errors import MessageGone, PermanentFailure, TransientFailure
from bot.domain.note_names import NoteName
from bot.ports import ChatMessage
from bot.services import conversations
from bot.services.queueing import queue_case_card, queue_note
from bot.store.database import transaction
from tests.cast import BLAKE, Office, a_case, a_mail


def standing(office: Office, key: str) -> list[str]:
    return [ts for ts, message in office.chat.standing.items() if message.key == key]


def test_a_card_that_was_deleted_comes_back_with_the_next_change_and_holds_up_nobody(office: Office) -> None:
    a_case(office)
    office.work()
    (first,) = standing(office, "card:C-1")
    del office.chat.standing[first]
    began = office.now
    with office.connect() as db, transaction(db):
        queue_case_card(db, 1, now=office.now)
        values = {"ref": "C-1", "status": "in_review"}
        queue_note(db, NoteName.TURN, key="turn:9", values=values, now=office.now, thread_key="card:C-1")
    office.work()

    (again,) = standing(office, "card:C-1")
    assert again != first
    assert [office.chat.standing[ts].thread_ts for ts in standing(office, "turn:9")] == [again]
    assert office.now == began


@pytest.mark.parametrize("tries", [1, 2])
def test_a_note_below_a_message_that_is_gone_stands_in_the_channel(
    office: Office, monkeypatch: pytest.MonkeyPatch, tries: int
) -> None:
    """At once, and after a first try that failed in passing: then it is looked for below first."""
    a_case(office)
    office.work()
    post, find, coming = office.chat.post, office.chat.find, [TransientFailure("Slack failed")] * (tries - 1)

    def unless_below(message: ChatMessage) -> ChatMessage:
        if message.thread_ts:
            raise coming.pop() if coming else MessageGone("Slack refused: the thread is gone")
        return message

    monkeypatch.setattr(office.chat, "post", lambda message: post(unless_below(message)))
    monkeypatch.setattr(office.chat, "find", lambda message: find(unless_below(message)))
    with office.connect() as db, transaction(db):
        values = {"ref": "C-1", "status": "in_review"}
        queue_note(db, NoteName.TURN, key="turn:9", values=values, now=office.now, thread_key="card:C-1")
    office.work_till_quiet()

    assert office.job("turn_note").attempts == tries
    (ts,) = standing(office, "turn:9")
    assert not office.chat.standing[ts].thread_ts


def test_a_card_that_never_stood_comes_up_once_however_often_it_is_renewed(office: Office) -> None:
    office.take(a_mail(text="Where is my key?"))
    office.chat.faults.then(*[PermanentFailure("the bot is not in the channel")] * 12)
    office.clock.wait(hours=1)
    office.work_till_quiet()
    assert standing(office, "note:Q-1") == []
    with office.connect() as db:
        conversations.take(db, ref="Q-1", by=BLAKE, now=office.now)
    office.work()
    with office.connect() as db:
        conversations.close(db, ref="Q-1", heard=1, by=BLAKE, now=office.now)
    office.work()

    assert len(standing(office, "note:Q-1")) == 1
    assert not [one.key for one in office.chat.standing.values() if one.key.startswith("note:Q-1:again")]
