"""Who asks by the contact form: sent twice is asked once, and what is asked anew is a question of its own."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.contact import AT_ONCE, Asked
from bot.services import contact
from bot.store.database import rows
from tests.cast import Office
from tests.contracts.racing import race
from tests.services.test_conversations import answer

ASKED = Asked(question="Where is my key?\nIt is gone.", name="Mara Lind", email="mara@lind.example.org")


def send(office: Office, asked: Asked = ASKED) -> datetime:
    with office.connect() as db:
        return contact.send(db, office.desk, asked, None, lang="en", now=office.now)


def count(office: Office) -> int:
    with office.connect() as db:
        return len(rows(db, "select id from conversations"))


def test_of_two_clicks_at_once_one_asks_and_both_hear_the_same(office: Office) -> None:
    first, second = race(lambda: send(office), lambda: send(office))

    assert first == second
    assert (count(office), len(office.jobs("question_note"))) == (1, 1)


def test_the_form_after_back_asks_nothing_more_and_hears_by_when_the_first_is_answered(
    office: Office,
) -> None:
    first = send(office)
    office.clock.wait(minutes=9)

    assert send(office) == first
    assert count(office) == 1


def test_other_words_another_address_or_a_later_day_are_questions_of_their_own(office: Office) -> None:
    send(office)
    send(office, replace(ASKED, question="Where is my password?"))
    send(office, replace(ASKED, email="ina@lind.example.org"))
    office.clock.wait(seconds=(AT_ONCE + timedelta(seconds=1)).total_seconds())
    send(office)

    assert count(office) == 4


def test_what_was_answered_and_did_not_help_may_be_asked_again(office: Office) -> None:
    send(office)
    office.work()
    answer(office, "Here it is.")
    send(office)

    assert count(office) == 2
