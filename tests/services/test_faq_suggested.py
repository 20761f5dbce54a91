"""Articles that staff send by a click: the shipped default."""

from dataclasses import replace

import pytest

from bot.domain.conversation_refusals import ConversationTaken
from bot.domain.errors import NotStaff
from bot.domain.faq_refusals import NoSuchArticle
from bot.domain.outbox import JobKind
from bot.services import conversation_replies
from tests.cast import AVERY, BLAKE, DANA, ELI, Office, a_mail
from tests.services.test_faq_mails import ANSWERED, CLOSED, ask, card, opinions, q, send, write_back


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
