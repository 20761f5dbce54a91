"""Mails without their sender's address: staff see them, and nothing is sent to nobody."""

from email import message_from_bytes
from email.policy import SMTP

import pytest

from bot.domain.conversation_refusals import NobodyToAnswer
from bot.domain.conversations import ChosenArticle, ConversationState
from bot.services import conversation_replies, conversations, faq_suggested
from tests.cast import BLAKE, Office, a_mail


def nameless(text: str) -> bytes:
    mail = message_from_bytes(a_mail(text=text), policy=SMTP)
    del mail["From"]
    return mail.as_bytes()


@pytest.mark.parametrize(
    "text", ["Please send me the blank new customer form.", "How do I reset my password?", "Hello?"]
)
def test_it_waits_for_the_desk_and_nothing_goes_to_nobody(office: Office, text: str) -> None:
    office.take(nameless(text))
    office.work()

    with office.connect() as db:
        one = conversations.get(db, "Q-1")
        with pytest.raises(NobodyToAnswer):
            conversation_replies.begin(
                db, office.desk, ref="Q-1", heard=one.heard, by=BLAKE, closes=False, now=office.now
            )
        with pytest.raises(NobodyToAnswer):
            faq_suggested.look(
                db,
                office.desk,
                ChosenArticle(ref="Q-1", heard=one.heard, topic="reset-password"),
                by=BLAKE,
                now=office.now,
            )
    assert (one.state, office.mails()) == (ConversationState.OPEN, [])
    assert "nobody can be answered" in office.chat.texts()
