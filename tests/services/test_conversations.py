"""A question belongs to one of the staff, goes back the way it came, and ends when its asker is content."""

import json
from dataclasses import replace
from datetime import datetime

import pytest

from bot.domain.conversation_refusals import (
    ConversationClosed,
    ConversationMoved,
    ConversationTaken,
    HandedOverMeanwhile,
    UnknownConversation,
)
from bot.domain.conversations import (
    Conversation,
    ConversationState,
    Reply,
)
from bot.domain.errors import NotAColleague, NothingWritten, NotStaff, PermanentFailure
from bot.domain.letters import ShownMail
from bot.domain.outbox import JobStatus
from bot.domain.staff import Staff
from bot.services import conversation_replies, conversations, overdue_questions
from bot.services import outbox as outbox_services
from tests.cast import AVERY, BLAKE, CASEY, DANA, ELI, MALLORY, Office, a_mail
from tests.contracts.racing import race

OPEN, ANSWERED, CLOSED = ConversationState


@pytest.fixture
def asked(office: Office) -> Office:
    """Dana has asked something by mail, and its card stands."""
    office.take(a_mail(subject="My code", text="How long is the code on my phone valid?"))
    office.work()
    return office


def q(office: Office, ref: str = "Q-1") -> Conversation:
    with office.connect() as db:
        return conversations.get(db, ref)


def take(office: Office, by: Staff = BLAKE, ref: str = "Q-1") -> Conversation:
    with office.connect() as db:
        return conversations.take(db, ref=ref, by=by, now=office.now)


def begin(office: Office, by: Staff = BLAKE, *, closes: bool = False, heard: int = 0) -> Reply:
    with office.connect() as db:
        reply, _ = conversation_replies.begin(
            db, office.desk, ref="Q-1", heard=heard or q(office).heard, by=by, closes=closes, now=office.now
        )
    return reply


def submit(office: Office, reply: Reply, by: Staff = BLAKE) -> tuple[Reply, Conversation, ShownMail] | None:
    with office.connect() as db:
        return conversation_replies.submit(db, office.desk, reply, by=by, now=office.now)


def answer(
    office: Office, text: str = "Two minutes.", by: Staff = BLAKE, *, closes: bool = False
) -> ShownMail:
    """Write, look and send, as the modal does."""
    looked = submit(office, replace(begin(office, by, closes=closes), text=text), by)
    assert looked is not None
    assert submit(office, looked[0], by) is None
    office.work()
    return looked[2]


def close(office: Office, by: Staff = BLAKE) -> Conversation:
    with office.connect() as db:
        return conversations.close(db, ref="Q-1", heard=q(office).heard, by=by, now=office.now)


def write_back(office: Office, text: str, **more: object) -> str:
    """A reply to the newest mail about it."""
    newest = [job for job in office.mails() if job.values["ref"] == "Q-1"][-1]
    raw = a_mail(text=text, answers=newest.message_id, **more)  # type: ignore[arg-type]
    ref = office.take(raw).subject_ref
    office.work()
    return ref


def card(office: Office) -> str:
    """The newest text of Q-1's card."""
    standing = [m for m in office.chat.standing.values() if m.key == "note:Q-1"]
    assert len(standing) == 1
    return json.dumps(standing[0].blocks, ensure_ascii=False)


def told(office: Office) -> list[str]:
    return [m.text for m in office.chat.standing.values() if m.key.startswith("told:")]


def tags(office: Office) -> list[str]:
    return [e.tag for e in office.events() if e.tag.startswith("conversation:")]


# The whole way by mail


def test_it_is_taken_answered_in_its_thread_and_ended_by_thanks_without_waking_anybody(
    asked: Office,
) -> None:
    assert "Nobody has it yet" in card(asked)
    assert "You hear from them by 3 March 2026" in " ".join(asked.mailer.sent[-1].text.split())
    take(asked)
    shown = answer(asked)
    sent = asked.mailer.sent[-1]
    assert (sent.text, sent.subject, sent.to) == (shown.text, "Re: My code (Q-1)", DANA.address)
    assert sent.in_reply_to == q(asked).thread.message_id != ""
    assert not sent.automatic
    assert "Answered on" in card(asked)
    before = len(asked.chat.standing)

    assert write_back(asked, "Danke, hat geklappt!") == "Q-1"
    one = q(asked)
    assert (one.state, one.closed_by, one.heard) == (CLOSED, "customer", 2)
    assert "the customer said thanks" in card(asked)
    assert len(asked.chat.standing) == before
    assert tags(asked) == [f"conversation:{tag}" for tag in ("opened", "taken", "replied", "closed")]


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("Thanks, but it does not work", {}),
        ("Thanks, works now", {"files": [("shot.png", b"x")]}),
        ("Thanks, works now", {"verdict": ""}),
    ],
)
def test_anything_doubtful_opens_it_and_calls_its_owner_once(
    asked: Office, text: str, more: dict[str, object]
) -> None:
    answer(asked)
    asked.clock.wait(days=2)
    write_back(asked, text, **more)
    write_back(asked, "And another thing")

    one = q(asked)
    assert (one.state, one.owner, one.heard) == (OPEN, BLAKE.id, 3)
    assert one.due_at == datetime.fromisoformat("2026-03-05T09:30Z")
    assert "*Open again* since" in card(asked)
    (call,) = told(asked)
    assert f"<@{BLAKE.id}>" in call
    assert len(asked.mailer.sent) == 2  # the receipt and the answer


def test_thanks_before_an_answer_end_nothing(asked: Office) -> None:
    write_back(asked, "Thanks!")

    assert q(asked).state is OPEN
    assert "Thanks!" in asked.chat.texts()


def test_a_last_word_closes_it_and_a_reply_opens_it_again(asked: Office) -> None:
    answer(asked, closes=True)
    assert (q(asked).state, q(asked).closed_by) == (CLOSED, BLAKE.id)
    assert "as settled" in asked.mailer.sent[-1].text
    with pytest.raises(ConversationClosed) as closed:
        begin(asked, AVERY)
    assert closed.value.values["by"] == BLAKE.id
    write_back(asked, "It is not.")

    assert q(asked).state is OPEN


def test_a_reply_that_was_begun_before_it_was_closed_goes_nowhere(asked: Office) -> None:
    looked = submit(asked, replace(begin(asked), text="Two minutes."))
    assert looked is not None
    close(asked)
    close(asked)  # a double click

    with pytest.raises(ConversationClosed):
        submit(asked, looked[0])
    asked.work()
    assert [mail.subject for mail in asked.mailer.sent] == ["We have your message (Q-1)"]
    assert tags(asked).count("conversation:closed") == 1


def test_closing_without_a_word_tells_nobody_and_staff_open_it_again(asked: Office) -> None:
    assert submit(asked, begin(asked, closes=True)) is None
    asked.work()
    assert (len(asked.mailer.sent), q(asked).state) == (1, CLOSED)
    assert "conversation_reopen" in card(asked)
    assert "conversation_reply" not in card(asked)
    with asked.connect() as db:
        conversations.reopen(db, asked.desk, ref="Q-1", by=AVERY, now=asked.now)

    assert q(asked).state is OPEN


def test_german_is_answered_in_german(office: Office) -> None:
    office.take(a_mail(subject="AW: Code", text="Guten Tag, wie lange gilt der Code auf meinem Telefon?"))
    answer(office, "Zwei Minuten.")
    receipt, reply = office.mailer.sent

    assert "Spätestens bis 3. März 2026" in " ".join(receipt.text.split())
    assert (reply.subject, "Zwei Minuten." in reply.text) == ("Re: Code (Q-1)", True)
    assert "Sie können auf diese E-Mail antworten" in reply.text


# One owner


def test_of_two_who_take_it_at_once_one_has_it_and_the_other_hears_who(asked: Office) -> None:
    def taking(by: Staff) -> str:
        try:
            take(asked, by)
        except ConversationTaken as taken:
            return str(taken.values["by"])
        return ""

    first, second = race(lambda: taking(AVERY), lambda: taking(BLAKE))

    assert {first, second} == {"", q(asked).owner}
    assert tags(asked).count("conversation:taken") == 1


def test_answering_makes_it_ones_own_and_nobody_else_answers_it_then(asked: Office) -> None:
    mine = submit(asked, replace(begin(asked, AVERY), text="I say so."), AVERY)
    answer(asked)

    assert q(asked).owner == BLAKE.id
    assert mine is not None
    with pytest.raises(ConversationTaken):
        submit(asked, mine[0], AVERY)
    assert asked.events()[-1].data == {"code": "conversation_taken"}


def test_it_is_handed_over_as_it_was_seen_and_its_new_owner_is_called(asked: Office) -> None:
    take(asked)
    with asked.connect() as db:
        hand = conversations.hand_over
        hand(db, ref="Q-1", to=CASEY, since=BLAKE.id, by=AVERY, now=asked.now)
        hand(db, ref="Q-1", to=CASEY, since=BLAKE.id, by=AVERY, now=asked.now)  # a double click
        with pytest.raises(HandedOverMeanwhile):
            hand(db, ref="Q-1", to=AVERY, since=BLAKE.id, by=BLAKE, now=asked.now)
        with pytest.raises(NotAColleague):
            hand(db, ref="Q-1", to=ELI, since=CASEY.id, by=BLAKE, now=asked.now)
    asked.work()

    assert q(asked).owner == CASEY.id
    (call,) = told(asked)
    assert f"<@{CASEY.id}>" in call
    assert f"<@{CASEY.id}> has it since" in card(asked)


def test_guests_do_nothing_and_see_nothing(asked: Office) -> None:
    with asked.connect() as db:
        acts = (
            lambda: conversations.take(db, ref="Q-1", by=ELI, now=asked.now),
            lambda: conversations.close(db, ref="Q-1", heard=1, by=ELI, now=asked.now),
            lambda: conversations.reopen(db, asked.desk, ref="Q-1", by=ELI, now=asked.now),
            lambda: conversations.show(db, asked.desk, ref="Q-1", by=ELI, now=asked.now),
            lambda: conversations.list_open(db, by=ELI),
            lambda: begin(asked, ELI),
        )
        for act in acts:
            with pytest.raises(NotStaff):
                act()


def test_what_a_customer_wrote_meanwhile_has_to_be_read_first(asked: Office) -> None:
    looked = submit(asked, replace(begin(asked), text="Two minutes."))
    assert looked is not None
    write_back(asked, "Never mind the code, my account is locked.")

    with pytest.raises(ConversationMoved):
        submit(asked, looked[0])
    with pytest.raises(ConversationMoved):
        begin(asked, heard=1)
    answer(asked)  # from the card as it is now


def test_an_answer_says_something_is_seen_first_and_goes_once(asked: Office) -> None:
    reply = begin(asked)
    with pytest.raises(NothingWritten):
        submit(asked, replace(reply, text=" \n"))
    looked = submit(asked, replace(reply, text="Two minutes."))
    assert looked is not None
    assert submit(asked, replace(looked[0], text="Three minutes.")) is not None  # shown once more
    assert [submit(asked, looked[0]), submit(asked, looked[0])] == [None, None]
    asked.work()

    assert len([mail for mail in asked.mailer.sent if mail.subject.startswith("Re:")]) == 1
    with asked.connect() as db, pytest.raises(UnknownConversation):
        conversations.take(db, ref="Q-99", by=BLAKE, now=asked.now)


def test_a_discarded_answer_leaves_it_to_the_desk(asked: Office) -> None:
    looked = submit(asked, replace(begin(asked), text="Two minutes."))
    assert looked is not None
    submit(asked, looked[0])
    with asked.connect() as db:
        job = asked.job("conversation_reply").id
        outbox_services.discard(db, job, by=AVERY.id, now=asked.now)

    assert q(asked).state is OPEN


def test_an_answer_that_failed_for_good_leaves_it_to_the_desk(asked: Office) -> None:
    looked = submit(asked, replace(begin(asked), text="Two minutes."))
    assert looked is not None
    submit(asked, looked[0])
    assert q(asked).state is ANSWERED
    asked.mailer.faults.then(PermanentFailure("550 no such user"))
    asked.work()

    assert asked.job("conversation_reply").status is JobStatus.FAILED
    assert (q(asked).state, q(asked).is_overdue(asked.now)) == (OPEN, True)

    with asked.connect() as db:
        outbox_services.retry(db, asked.job("conversation_reply").id, by=AVERY.id, now=asked.now)
    asked.work()
    assert q(asked).state is ANSWERED


@pytest.mark.parametrize("faults", [[], [PermanentFailure("550 no such user")]], ids=["sent", "failed"])
def test_an_answer_whose_question_is_gone_by_then_ends_all_the_same(
    asked: Office, faults: list[Exception]
) -> None:
    """Else the lane would stumble over it, and it would go once more."""
    looked = submit(asked, replace(begin(asked), text="Two minutes."))
    assert looked is not None
    submit(asked, looked[0])
    with asked.connect() as db:
        db.execute("pragma foreign_keys = off")
        db.execute("delete from conversations")
        db.execute("pragma foreign_keys = on")
    asked.mailer.faults.then(*faults)
    asked.work()

    assert asked.job("conversation_reply").status is (JobStatus.FAILED if faults else JobStatus.SENT)


def test_what_was_closed_otherwise_meanwhile_stays_closed_though_the_answer_failed(asked: Office) -> None:
    looked = submit(asked, replace(begin(asked), text="Two minutes."))
    assert looked is not None
    submit(asked, looked[0])
    asked.clock.wait(seconds=1)
    close(asked)
    asked.mailer.faults.then(PermanentFailure("550 no such user"))
    asked.work()

    assert q(asked).state is CLOSED


# Strangers and robots


def test_a_strangers_mail_with_the_token_is_a_question_of_their_own(asked: Office) -> None:
    answer(asked)

    assert write_back(asked, "Thanks, works now", sender=MALLORY) == "Q-2"
    assert (q(asked).state, q(asked).heard) == (ANSWERED, 1)


def test_a_robot_that_answers_each_answer_gets_no_second_one(asked: Office) -> None:
    answer(asked)
    write_back(asked, "I am away.", headers=[("Auto-Submitted", "auto-replied")])
    assert q(asked).state is ANSWERED
    for _ in range(5):  # one that does not say that it is one
        write_back(asked, "We have received your message and will answer soon.")

    assert [mail.subject for mail in asked.mailer.sent] == ["We have your message (Q-1)", "Re: My code (Q-1)"]
    assert len(told(asked)) == 1


# The desk sees its work


def test_what_is_grave_stands_first_and_what_is_overdue_is_told_once_in_working_hours(
    asked: Office,
) -> None:
    asked.clock.wait(minutes=5)
    asked.take(a_mail(sender=MALLORY, text="My lawyer will write to you", verdict=""))
    take(asked)
    with asked.connect() as db:
        assert [one.ref for one in conversations.list_open(db, by=AVERY)] == ["Q-2", "Q-1"]
        for hours in (20, 3, 1, 24):  # at night, then overdue
            asked.clock.wait(hours=hours)
            overdue_questions.remind(db, asked.desk, now=asked.now)
            asked.work()

    assert len(told(asked)) == 2
    assert f"<@{BLAKE.id}>" in told(asked)[0]
    assert "please take it" in told(asked)[1]
    assert "*Overdue*" in card(asked)
