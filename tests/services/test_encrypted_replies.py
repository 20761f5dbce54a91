"""A reply in a question's thread that nobody can decrypt goes on there, and its sender is told so."""

from email import message_from_bytes, policy

import pytest

from bot.domain.conversations import ConversationState
from bot.services import conversations
from bot.store import conversations as kept
from tests.cast import Office, a_mail


def encrypted(*, answers: str, verdict: str = "pass") -> bytes:
    mail = message_from_bytes(
        a_mail(subject="Re: seats", answers=answers, verdict=verdict), policy=policy.SMTP
    )
    mail.set_content(b"\x30\x82\x01\x1e", maintype="application", subtype="pkcs7-mime", filename="smime.p7m")
    mail.set_param("smime-type", "enveloped-data")
    return mail.as_bytes()


@pytest.mark.parametrize(("verdict", "told"), [("pass", 1), ("", 0)])
def test_it_is_the_desks_turn_in_the_same_conversation(office: Office, verdict: str, told: int) -> None:
    office.take(a_mail(text="Who pays for a third seat in our contract of 2019?"))
    asked = office.mails()[-1].message_id
    with office.connect() as db:
        kept.move(db, 1, since=(ConversationState.OPEN,), to=ConversationState.ANSWERED, now=office.now)
    row = office.take(encrypted(answers=asked, verdict=verdict))

    assert (row.kind, row.subject_ref) == ("reply", "Q-1")
    with office.connect() as db:
        assert conversations.get(db, "Q-1").state is ConversationState.OPEN
    note = office.jobs("question_note")[-1].values
    assert (note["words"]["refused"], note["thread_key"]) == ("sealed", "note:Q-1")
    assert [job.values["ref"] for job in office.jobs("unreadable_ris")] == ["Q-1"] * told
