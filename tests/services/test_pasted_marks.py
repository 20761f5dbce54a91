"""Lines with ">" in a mail of the sender's own are their words; in an answer they are quotes."""

import pytest

from bot.services import conversations
from tests.cast import Office, a_mail


@pytest.mark.parametrize(
    ("subject", "answers", "shown"),
    [("Sign-in", "", True), ("Re: Sign-in", "", False), ("", "<a@b.c>", False)],
)
def test_an_error_message_pasted_with_marks_is_read_where_the_mail_answers_none(
    office: Office, subject: str, answers: str, shown: bool
) -> None:
    text = "At sign-in it says:\n\n> You are not signed in: error 4711.\n\nWhat does that mean?"
    office.take(a_mail(subject=subject, text=text, answers=answers))
    office.work()
    with office.connect() as db:
        found = conversations.get(db, "Q-1").words

    assert ("error 4711" in office.chat.texts(), "error 4711" in found) == (shown, shown)
    assert "What does that mean?" in found
