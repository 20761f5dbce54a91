"""Articles that staff send by a click: the shipped default."""

import json
import re
from dataclasses import replace

import pytest

from bot.domain.conversation_refusals import ConversationTaken
from bot.domain.conversations import Channel, ChosenArticle, NewConversation
from bot.domain.errors import NotStaff
from bot.domain.faq_refusals import NoSuchArticle
from bot.domain.mail import Address
from bot.domain.outbox import JobKind
from bot.rendering.words import words
from bot.services import conversation_replies, conversations, faq_suggested
from bot.store.database import transaction
from tests.cast import AVERY, BLAKE, DANA, ELI, Office, a_mail
from tests.services.kept_out import TOM_, Town, deactivated, town
from tests.services.test_faq_mails import (
    ANSWERED,
    CLOSED,
    OPEN,
    TWO,
    ask,
    card,
    opinions,
    press,
    q,
    send,
    write_back,
)

__all__ = ["town"]  # pytest finds the fixture here


def test_by_default_staff_see_the_article_and_send_it_by_one_click(office: Office) -> None:
    (receipt,) = ask(office)
    shown = card(office)
    for _ in range(2):
        send(office)
    office.work()
    sent = office.mailer.sent[-1]

    assert "locked for" not in receipt.text
    assert "faq_suggested:account-locked:Q-1:1" in shown
    assert (len(office.mailer.sent), sent.subject, sent.to) == (2, "Re: Login (Q-1)", DANA.address)
    assert "has chosen it for you" in " ".join(sent.text.split())
    assert not sent.automatic
    assert (q(office).state, q(office).owner) == (ANSWERED, BLAKE.id)
    assert "faq_send_" not in card(office)


def test_a_question_that_stands_in_the_subject_alone_is_suggested_for(office: Office) -> None:
    office.take(a_mail(subject="How long is the OTP code valid?", text=""))
    office.work()

    assert "faq_suggested:otp-" in card(office)


def test_what_is_written_back_to_an_article_that_staff_sent_judges_it(office: Office) -> None:
    """And nothing else does: what a person wrote since is no article."""
    ask(office)
    send(office)
    office.work()
    write_back(office, "No, it is still locked.")
    judged = opinions(office)
    with office.connect() as db:
        reply, _ = conversation_replies.begin(db, office.desk, ref="Q-1", heard=2, by=BLAKE, now=office.now)
        office.clock.wait(minutes=1)
        for _ in range(2):
            looked = conversation_replies.submit(
                db, office.desk, replace(reply, text="Now it is free."), by=BLAKE, now=office.now
            )
            reply = looked[0] if looked else reply
    office.work()
    write_back(office, "Thank you, that worked!")

    assert judged == opinions(office) == [("account-locked", 0, "")]
    assert (q(office).state, q(office).owner) == (CLOSED, BLAKE.id)
    assert len([job for job in office.mails() if job.template == "neutral_receipt"]) == 1


def test_what_nobody_has_answered_is_suggested_still_when_its_asker_only_waits(office: Office) -> None:
    ask(office)
    receipt = office.job("neutral_receipt")
    office.take(a_mail(text="Is anybody there?", answers=receipt.message_id))
    office.work()

    assert "faq_suggested:account-locked:Q-1:2" in card(office)


def test_only_staff_send_and_only_articles_that_there_are(office: Office) -> None:
    ask(office)
    with pytest.raises(NotStaff):
        send(office, ELI)
    with pytest.raises(NoSuchArticle):
        send(office, topic="../usher")
    send(office, AVERY)
    for topic in ("account-locked", "reset-password"):
        with pytest.raises(ConversationTaken):
            send(office, BLAKE, topic=topic)

    assert len([job for job in office.mails() if job.kind is JobKind.MAIL]) == 2


def looked(
    office: Office, chosen: ChosenArticle | None = None, *, heard: int = 1
) -> tuple[ChosenArticle, str]:
    """What staff see before it goes, or instead of that."""
    chosen = chosen or ChosenArticle(ref="Q-1", heard=heard, topic="reset-password")
    with office.connect() as db:
        act = faq_suggested.submit if chosen.seal else faq_suggested.look
        found = act(db, office.desk, chosen, by=BLAKE, now=office.now)
    assert found is not None
    return found[0], " ".join(found[2].text.split())


def asks(town: Town, text: str = "I forgot my password. How can I reset it?", **more: str) -> None:
    """Tom asks, or writes on."""
    tom = Address(name="Tom", address=TOM_)
    town.office.take(a_mail(sender=tom, subject="Login", text=text, **more))  # type: ignore[arg-type]
    town.office.work()


def test_what_is_seen_before_it_goes_is_what_goes_and_looking_does_nothing(town: Town) -> None:
    asks(town)
    before = len(town.office.mails()), len(town.office.events())
    sealed, shown = looked(town.office)
    after = len(town.office.mails()), len(town.office.events())
    town.office.clock.wait(minutes=3)
    with town.office.connect() as db:
        assert faq_suggested.submit(db, town.office.desk, sealed, by=BLAKE, now=town.office.now) is None
    town.office.work()
    (sent,) = (mail for mail in town.office.mailer.sent if "What holds for you" in mail.text)
    gone, seen = (
        re.sub(r"\d\d:\d\d CET|https?://\S+", "…", " ".join(text.split())) for text in (sent.text, shown)
    )

    assert before == after
    assert "We have just mailed you" in shown
    assert gone == seen


def test_an_account_that_changed_after_it_was_seen_is_seen_once_more(town: Town) -> None:
    asks(town)
    sealed, first = looked(town.office)
    deactivated(town)
    again, then = looked(town.office, sealed)
    with town.office.connect() as db:
        assert faq_suggested.submit(db, town.office.desk, again, by=BLAKE, now=town.office.now) is None

    assert ("was deactivated" in first, "was deactivated" in then) == (False, True)
    assert [job.template for job in town.office.mails()].count("faq_answer") == 1


@pytest.mark.parametrize(
    ("text", "more", "own"),
    [
        ("Hello? I still wait.", {}, True),
        ("I mean the password of my colleague. How can she reset it?", {}, False),
        ("Hello? I still wait.", {"verdict": "fail"}, False),
    ],
    ids=["the same", "somebody else", "unproven"],
)
def test_an_answer_goes_by_what_its_asker_wrote_last(
    town: Town, text: str, more: dict[str, str], own: bool
) -> None:
    asks(town)
    receipt = town.office.job("neutral_receipt")
    asks(town, text, answers=receipt.message_id, **more)

    assert ("We have just mailed you" in looked(town.office, heard=2)[1]) is own


# What an article leaves


REST = "wie setze ich mein Passwort zurück? Und bitte löschen Sie alle Daten über mich."


def test_an_article_that_answers_a_part_leaves_the_rest_to_a_person_and_says_so(office: Office) -> None:
    ask(office, REST)
    office.clock.wait(hours=1)
    send(office, topic="reset-password")
    office.work()
    said = " ".join(office.mailer.sent[-1].text.split())
    with office.connect() as db:
        waiting = [one.ref for one in conversations.list_open(db, by=AVERY)]

    assert "Sie fragen noch nach etwas, das diese Zeilen nicht beantworten." in said
    assert (q(office).state, q(office).owner, waiting) == (OPEN, BLAKE.id, ["Q-1"])
    assert "what else they ask waits for a person" in card(office)


def test_of_two_questions_the_second_is_still_suggested_when_the_first_is_answered(office: Office) -> None:
    ask(office, TWO)
    office.clock.wait(hours=1)
    first = send(office, topic="account-locked")
    office.work()
    shown = card(office)
    second = send(office, topic="share-otp-credential")
    office.work()
    told = [" ".join(mail.text.split()) for mail in office.mailer.sent if "/faq/" in mail.text]

    assert ("account-locked:Q-1" in shown, "share-otp-credential:Q-1" in shown) == (False, True)
    assert (first.state, second.state) == (OPEN, ANSWERED)
    assert ["You also ask for something" in text for text in told] == [True, False]
    assert "waits for a person" not in card(office)


def test_that_a_part_helped_does_not_end_the_rest_and_a_person_s_own_answer_does(office: Office) -> None:
    ask(office, TWO)
    office.clock.wait(hours=1)
    send(office)
    office.work()
    helped = press(office, office.tokens[-1], helped=True).state
    with office.connect() as db:
        reply, _ = conversation_replies.begin(db, office.desk, ref="Q-1", heard=1, by=BLAKE, now=office.now)
        looked_at = conversation_replies.submit(
            db, office.desk, replace(reply, text="Please do not."), by=BLAKE, now=office.now
        )
        assert looked_at
        conversation_replies.submit(db, office.desk, looked_at[0], by=BLAKE, now=office.now)

    assert (helped, q(office).state) == (OPEN, ANSWERED)


def test_an_article_to_what_they_wrote_last_leaves_the_rest_of_before_to_a_person(office: Office) -> None:
    """It closed the card, and nobody saw any more what a person was to answer."""
    ask(office, REST)
    office.clock.wait(hours=1)
    send(office, topic="reset-password")
    office.work()
    office.clock.wait(hours=1)
    write_back(office, "Mein Konto ist gesperrt. Wie lange bleibt es gesperrt?")
    before = card(office)
    office.clock.wait(hours=1)
    send(office, topic="account-locked", heard=2)
    office.work()

    assert "account-locked:Q-1:2" in before
    said = " ".join(office.mailer.sent[-1].text.split())
    assert "Sie fragen noch nach etwas, das diese Zeilen nicht beantworten." in said
    assert q(office).state is OPEN
    assert ["what else they ask waits for a person" in shown for shown in (before, card(office))] == [
        True,
        True,
    ]


def test_what_was_left_before_a_person_wrote_keeps_nothing_open(office: Office) -> None:
    ask(office, REST)
    office.clock.wait(hours=1)
    send(office, topic="reset-password")
    office.work()
    with office.connect() as db:
        reply, _ = conversation_replies.begin(db, office.desk, ref="Q-1", heard=1, by=BLAKE, now=office.now)
        looked_at = conversation_replies.submit(
            db, office.desk, replace(reply, text="Das ist getan."), by=BLAKE, now=office.now
        )
        assert looked_at
        conversation_replies.submit(db, office.desk, looked_at[0], by=BLAKE, now=office.now)
    office.work()
    office.clock.wait(hours=1)
    write_back(office, "Mein Konto ist gesperrt. Wie lange bleibt es gesperrt?")
    office.clock.wait(hours=1)

    assert send(office, topic="account-locked", heard=2).state is ANSWERED


def test_of_two_rests_the_earlier_is_suggested_for_once_the_newer_is_answered(office: Office) -> None:
    ask(office, TWO)
    office.clock.wait(hours=1)
    send(office, topic="account-locked")
    office.work()
    office.clock.wait(hours=1)
    write_back(office, "How do I reset my password?")
    office.clock.wait(hours=1)
    send(office, topic="reset-password", heard=2)
    office.work()
    shown = card(office)
    office.clock.wait(hours=1)

    assert "share-otp-credential:Q-1" in shown
    assert send(office, topic="share-otp-credential", heard=2).state is ANSWERED


def test_who_should_have_heard_by_now_is_promised_no_time_that_has_passed(office: Office) -> None:
    """And what was seen before it goes is what goes, whatever the minute."""
    ask(office, TWO)
    due = q(office).due_at
    office.clock.wait(days=14)
    sealed, shown = looked(office, ChosenArticle(ref="Q-1", heard=1, topic="account-locked"))
    office.clock.wait(minutes=3)
    with office.connect() as db:
        assert faq_suggested.submit(db, office.desk, sealed, by=BLAKE, now=office.now) is None
    rest_by = office.job("faq_answer").values["words"]["rest_by"]
    say = words("en", office.desk.policy.desk.zone)

    assert due is not None
    assert say.instant(due) not in shown
    assert rest_by == say.instant(conversations.due_of(office.desk, office.now))


def test_in_slack_the_rest_is_said_below_the_article_and_stays_open(office: Office) -> None:
    new = NewConversation(
        channel=Channel.SLACK, address=DANA.address, name=DANA.name, subject="", lang="en", words=TWO,
        verified=True, slack_user="U0DANA00001",
    )  # fmt: skip
    with office.connect() as db, transaction(db):
        conversations.open_for_desk(db, office.desk, new, now=office.now)
    _, seen = looked(office, ChosenArticle(ref="Q-1", heard=1, topic="account-locked"))
    send(office)
    office.work()
    ((_, _, said),) = office.chat.letters

    assert "You also ask for something else" in seen
    assert "You also ask for something else" in json.dumps(said)
    assert q(office).state is OPEN
