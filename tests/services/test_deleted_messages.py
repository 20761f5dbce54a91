"""Messages of ours that are gone, never stood, or stay as they are: what is newer comes up anew, once."""

import pytest

from bot.domain.errors import MessageGone, PermanentFailure, TransientFailure, UnknownOutcome
from bot.domain.note_names import NoteName
from bot.ports import ChatMessage
from bot.services import approvals, conversations
from bot.services.queueing import queue_case_card, queue_note
from bot.store.database import transaction
from tests.cast import AVERY, BLAKE, Office, a_case, a_mail


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


def loses_the_answer(office: Office, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the next post under this key; it stands."""
    post, lost = office.chat.post, list[str]()

    def losing(message: ChatMessage) -> str:
        ts = post(message)
        if message.key == key and not lost:
            lost.append(ts)
            raise UnknownOutcome("Slack was lost while posting")
        return ts

    monkeypatch.setattr(office.chat, "post", losing)


@pytest.mark.parametrize("is_lost", [False, True])
def test_a_card_that_can_be_changed_no_more_is_posted_anew_at_once_and_only_once(
    office: Office, monkeypatch: pytest.MonkeyPatch, is_lost: bool
) -> None:
    """Also where the answer to that post is lost on the line."""
    case = a_case(office)
    office.work()
    (first,) = standing(office, "card:C-1")
    office.chat.locked.add(first)
    office.clock.wait(hours=24)
    if is_lost:
        loses_the_answer(office, "card:C-1", monkeypatch)
    with office.connect() as db:
        approvals.approve(db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY, now=office.now)
    office.work_till_quiet()

    assert not [job for job in office.jobs() if job.status == "failed"]
    before, again = standing(office, "card:C-1")
    assert before == first
    assert "case_approve" not in str(office.chat.standing[again].blocks)
    *_, told = (one for one in office.chat.standing.values() if one.key.startswith("mail:"))
    assert told.thread_ts == again


@pytest.mark.parametrize("is_lost", [False, True])
def test_a_question_whose_card_can_be_changed_no_more_is_said_anew_once(
    office: Office, monkeypatch: pytest.MonkeyPatch, is_lost: bool
) -> None:
    office.take(a_mail(text="Where is my key?"))
    office.work()
    (first,) = standing(office, "note:Q-1")
    office.chat.locked.add(first)
    if is_lost:
        loses_the_answer(office, "note:Q-1", monkeypatch)
    with office.connect() as db:
        conversations.take(db, ref="Q-1", by=BLAKE, now=office.now)
    office.work_till_quiet()

    before, again = standing(office, "note:Q-1")
    assert before == first
    assert office.chat.standing[again] != office.chat.standing[first]


def test_what_is_said_anew_is_not_taken_for_the_one_that_is_locked(office: Office) -> None:
    """Both have one key: a try that did not post finds the former."""
    office.take(a_mail(text="Where is my key?"))
    office.work()
    office.chat.locked.update(standing(office, "note:Q-1"))
    office.chat.faults.then(None, PermanentFailure("it is malformed"))
    with office.connect() as db:
        conversations.take(db, ref="Q-1", by=BLAKE, now=office.now)
    office.work_till_quiet()

    assert len(standing(office, "note:Q-1")) == 2
