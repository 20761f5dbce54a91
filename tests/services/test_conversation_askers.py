"""Whoever asks, in whatever words and by whichever way: unverified, hostile, in Slack, on the portal."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.conversations import CUSTOMER, Answered, Channel, NewConversation, Tried
from bot.domain.tries import Tried as Try
from bot.domain.tries import Tries
from bot.rendering.faq_cards import Told
from bot.services import conversation_replies, conversations, faq_answers, payloads
from bot.store import accounts, tries
from bot.store.database import rows, transaction
from tests.cast import BLAKE, DANA, ELI, MALLORY, Office, a_mail
from tests.partners import a_partner
from tests.services.test_conversations import ANSWERED, CLOSED, OPEN, answer, card, q
from tests.services.test_intake import BROKEN
from tests.services.test_provenance import eml, forward
from tests.services.test_too_large import take_large


def test_html_pings_and_a_hundred_thousand_characters_stay_text_on_the_card(office: Office) -> None:
    text = "<!channel> <@U0AVERY0001> *bold* <b>x</b> " + "W" * 100_000
    office.take(a_mail(subject="<!here> x", text=text))
    office.work()
    answer(office, "<b>No</b> <!channel>")

    assert not any(ping in card(office) for ping in ("<!", "<@U0AVERY"))
    assert "<b>No" not in office.mailer.sent[-1].html


def test_the_unverified_get_no_mail_and_their_accounts_are_marked_as_claimed(office: Office) -> None:
    with office.connect() as db, transaction(db):
        partner = a_partner(db, now=office.now)
        locked = Tries(wrong=10, locked_until=office.now + timedelta(minutes=30))
        tries.put(db, partner.id, Try.PASSWORD, locked, now=office.now)
    mail = replace(MALLORY, address=partner.email)
    office.take(a_mail(sender=mail, text="I cannot sign in", verdict=""))
    office.work()

    assert office.mailer.sent == []
    assert "Claimed, not proven" in card(office)
    assert partner.user_id in card(office)
    assert "*locked until 2 Mar, 11:00*" in card(office)
    office.take(a_mail(sender=mail, text="I cannot sign in"))
    office.work()
    assert partner.user_id not in office.mailer.sent[-1].text


def test_the_desk_of_their_accounts_signs_what_partners_get(office: Office) -> None:
    """Also where two share the address, and nobody knows which of them asks."""
    extranet = office.desk.policy.extranet.support_desk
    with office.connect() as db, transaction(db):
        one = a_partner(db, now=office.now)
        accounts.set_email(db, a_partner(db, number=2, now=office.now).id, one.email)
    office.take(a_mail(sender=replace(DANA, address=one.email), text="Something is odd with it."))
    office.work()
    answer(office, "We look into it.")

    receipt, reply = office.mailer.sent
    for mail in (receipt, reply):
        assert extranet in mail.text
        assert office.desk.policy.mag.support_desk not in mail.text


@pytest.mark.parametrize(
    ("template", "sent"),
    [
        ("neutral_receipt", {"files": [BROKEN]}),
        ("unreadable_ris", {"text": "-----BEGIN PGP MESSAGE-----\n\nhQEMA"}),
    ],
)
def test_so_it_does_where_nothing_can_be_read(office: Office, template: str, sent: dict[str, Any]) -> None:
    with office.connect() as db, transaction(db):
        partner = a_partner(db, now=office.now)
    office.take(a_mail(sender=replace(DANA, address=partner.email), **sent))

    mail = office.mail_of(office.job(template))
    assert office.desk.policy.extranet.support_desk in mail.text
    assert office.desk.policy.mag.support_desk not in mail.text


def test_so_it_does_where_a_mail_is_too_large_or_asks_whether_one_is_ours(office: Office) -> None:
    with office.connect() as db, transaction(db):
        sender = replace(DANA, address=a_partner(db, now=office.now).email)
    take_large(office, subject="Pictures", sender=sender)
    office.take(a_mail(sender=sender, text="Something is odd with it."))
    office.work()
    receipt = office.mailer.sent[-1]
    office.take(forward(eml(receipt), sender=sender))

    for template in ("too_large", "whose_mail"):
        mail = office.mail_of(office.job(template))
        assert office.desk.policy.extranet.support_desk in mail.text
        assert office.desk.policy.mag.support_desk not in mail.text


def test_what_was_asked_in_slack_is_answered_there_and_what_was_asked_on_the_portal_by_mail(
    office: Office,
) -> None:
    new = NewConversation(
        channel=Channel.SLACK, address=DANA.address, name=DANA.name, subject="", lang="en",
        words="Where is my key?", verified=True, slack_user="U0DANA00001",
    )  # fmt: skip
    tried = (Tried(topic="where-is-my-key", how=Answered.SENT, at=office.now - timedelta(minutes=3)),)
    with office.connect() as db, transaction(db):
        conversations.open_for_desk(db, office.desk, new, now=office.now, tried=tried)
    office.work()
    assert "Asked in Slack by <@U0DANA00001>" in card(office)
    assert "sent: where-is-my-key" in card(office)
    assert answer(office, "On its way <!channel>.").subject == ""

    ((to, _, blocks),) = office.chat.letters
    assert (to, office.mailer.sent) == ("U0DANA00001", [])
    assert ("On its way" in str(blocks), "<!channel" in str(blocks)) == (True, False)
    with office.connect() as db:
        web = replace(new, channel=Channel.WEB, slack_user="")
        with transaction(db):
            assert conversations.open_for_desk(db, office.desk, web, now=office.now).ref == "Q-2"
        reply, _ = conversation_replies.begin(db, office.desk, ref="Q-2", heard=1, by=BLAKE, now=office.now)
        looked = conversation_replies.submit(
            db, office.desk, replace(reply, text="Here."), by=BLAKE, now=office.now
        )
    assert looked is not None
    assert (looked[2].to, looked[2].subject) == (DANA.address, "Your question (Q-2)")


def say(office: Office, text: str, *, below: str = "") -> Told:
    with office.connect() as db:
        return faq_answers.ask(db, office.desk, text=text, by=ELI, below=below, now=office.now)


def test_what_they_write_back_in_slack_goes_to_the_person_and_thanks_end_it(office: Office) -> None:
    asked = say(office, "What is the weather in Hamburg tomorrow?")
    office.work()
    answer(office, "It will rain.")
    before = q(office)
    told = [say(office, "And the day after that? <!channel>") for _ in range(2)]
    after = q(office)
    office.work()
    shown = office.chat.texts()
    answer(office, "Rain as well.")

    assert {asked.ref, *(one.ref for one in told)} == {"Q-1"}
    assert (before.state, after.state, after.heard) == (ANSWERED, OPEN, 2)
    assert (told[0].hear_by, after.owner) == (after.due_at, BLAKE.id)
    assert "And the day after that?" in shown
    assert "<!channel>" not in shown
    assert "asked in Slack, so nothing proves that the address is theirs" in shown
    assert "No address of theirs is known" in shown
    assert "nobody has proven who that is" not in shown
    assert "this mail's word" not in shown
    assert say(office, "Thank you, that helped!").thanked
    assert (q(office).state, q(office).closed_by) == (CLOSED, CUSTOMER)


def test_thanks_for_an_article_say_that_it_helped_and_what_is_old_is_a_new_question(office: Office) -> None:
    say(office, "My account is locked after too many wrong passwords, for how long?")
    assert say(office, "thanks, works now").thanked
    with office.connect() as db:
        assert [one["helped"] for one in rows(db, "select helped from faq_opinions")] == [1]
    assert say(office, "What is the weather in Hamburg?").ref == "Q-2"
    office.work()
    with office.connect() as db:
        conversations.close(db, ref="Q-2", heard=1, by=BLAKE, now=office.now)
    office.clock.wait(hours=24 * 8)

    assert say(office, "Will it rain in Bremen?").ref == "Q-3"


@pytest.mark.parametrize(
    ("said", "heard"),
    [("Danke!", 1), ("Thanks a lot!", 1), ("thanks, it works now", 2), ("thanks, and why?", 2)],
)
def test_mere_thanks_add_nothing_to_what_waits_for_a_person(office: Office, said: str, heard: int) -> None:
    say(office, "What is the weather in Hamburg tomorrow?")

    assert say(office, said).thanked is (heard == 1)
    assert (q(office).heard, q(office).state, q(office).lang) == (heard, OPEN, "en")


def test_the_same_words_later_are_news(office: Office) -> None:
    say(office, "What is the weather in Hamburg tomorrow?")
    office.work()
    for many in (2, 3):
        answer(office, "Try again, please.")
        office.clock.wait(hours=26)
        told = say(office, "It still does not work")
        office.work()
        assert (q(office).state, q(office).heard) == (OPEN, many)
        assert told.hear_by == q(office).due_at

    assert office.chat.texts().count("It still does not work") == 2


def test_a_second_click_is_heard_once_however_the_minute_turns(office: Office) -> None:
    office.clock.wait(seconds=59 - office.now.second)
    say(office, "What is the weather in Hamburg tomorrow?")
    say(office, "And in Bremen?")
    office.clock.wait(seconds=2)
    say(office, "And in Bremen?")
    office.work()

    assert q(office).heard == 2
    assert office.chat.texts().count("And in Bremen?") == 1


def two_open(office: Office) -> None:
    """Two questions of Eli's wait, and the first is answered."""
    for text in ("What is the weather in Hamburg tomorrow?", "My parking permit is gone, who has it?"):
        office.clock.wait(hours=1)
        with office.connect() as db, transaction(db):
            new = NewConversation(
                channel=Channel.SLACK, address=ELI.email, name=ELI.name, subject=text, lang="en",
                words=text, slack_user=ELI.id,
            )  # fmt: skip
            conversations.open_for_desk(db, office.desk, new, now=office.now)
    office.work()
    office.clock.wait(hours=1)
    answer(office, "It will rain.")


def test_what_is_written_after_an_answer_is_about_what_was_answered(office: Office) -> None:
    two_open(office)
    told = say(office, "It does not, the sun shines in Hamburg")
    office.clock.wait(minutes=1)
    after = say(office, "ok, now it does, thanks")

    assert (told.ref, after.ref, q(office).heard) == ("Q-1", "Q-1", 3)
    assert (q(office).state, q(office).owner) == (OPEN, BLAKE.id)


def test_thanks_after_an_answer_close_what_was_answered(office: Office) -> None:
    two_open(office)

    assert say(office, "Thank you, that helped!").ref == "Q-1"
    assert q(office).state is CLOSED


def test_what_is_written_in_the_thread_of_an_answer_is_about_that(office: Office) -> None:
    two_open(office)
    with office.connect() as db:
        channel, ts = next(
            (one["channel"], one["ts"])
            for one in rows(db, "select key, channel, ts from chat_messages")
            if one["key"].startswith("Q-1:reply:")
        )
        below = payloads.find_question_of_thread(db, channel, ts) or ""
        assert payloads.find_question_of_thread(db, channel, "9.9") is None
    for text in ("Is it raining?", "How can I reset my password?"):
        office.clock.wait(minutes=3)
        assert say(office, text, below=below).ref == "Q-1"
    office.clock.wait(hours=2)
    say(office, "My account is locked after too many wrong passwords, for how long?")
    said = say(office, "That did not help either", below=below)
    with office.connect() as db:
        other = faq_answers.ask(
            db, office.desk, text="And I?", by=replace(ELI, id="U0OTHER0001"), below=below, now=office.now
        )

    assert (said.ref, other.ref) == ("Q-1", "Q-4")
