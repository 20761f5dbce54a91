"""Two questions in one message are both answered, and what no article answers is left over."""

import pytest

from bot.faq.learned import Learned
from bot.faq.parts import parts
from bot.faq.search import plain

TWO = [
    (
        "who accepts the terms for all of us and how many numbers may one person register",
        {"accept-terms-and-conditions", "otp-phone-numbers"},
    ),
    (
        "How fast does the SMS code expire, and who pays for the credential?",
        {"otp-code-expired", "who-buys-credential"},
    ),
    (
        "my account got locked and I would like to know where to type in the license key",
        {"account-locked", "enter-licence-key"},
    ),
    (
        "Wie ändere ich meine Sicherheitsfragen und wer ist bei uns Organization Administrator?",
        {"reset-security-questions", "who-is-organisation-administrator"},
    ),
    (
        "wann läuft der SMS-Code ab, außerdem darf ich mein OTP mit einer Kollegin teilen",
        {"otp-code-expired", "share-otp-credential"},
    ),
]
RESTS = [
    "How long is the SMS code valid? Please also send us the invoice of June.",
    "My account is locked, for how long? By the way, our street has a new name.",
    "Where do I enter my license key? And could you ring me this afternoon?",
    "What are the rules for a password, and we would like to buy two more seats.",
    "Wer kauft das OTP? Bitte schicken Sie uns noch das Angebot für weitere Plätze.",
    "Wo gebe ich den Lizenzschlüssel ein? Außerdem ist unsere Firma umgezogen.",
    "Wie lange ist mein Konto gesperrt? Übrigens brauchen wir einen Termin mit der Buchhaltung.",
    # three questions of which two are answered
    "Where do I enter my license key? Who pays for the OTP? What must a new password look like?",
]
WHOLE = [
    "I forgot my password. Can you please help me? What should I do?",
    "My account is locked after ten wrong tries. When may I try again? Thanks for a quick reply!",
    "The code from the SMS had expired. How much time do I have, and how do I get another one?",
    "Ich habe mein Kennwort vergessen. Was kann ich tun? Bitte um schnelle Hilfe.",
    "Wir haben keine USt-IdNr. Was soll ich in dem Feld eintragen?",
    "Wo muss ich den License Key eingeben? Ich finde die Stelle nicht. Können Sie mir das bitte erklären?",
]


@pytest.mark.parametrize(("text", "topics"), TWO)
def test_both_questions_of_one_sentence_are_answered(text: str, topics: set[str]) -> None:
    reading = plain().read(text)

    assert {reading.topic, reading.second and reading.second.topic} == topics


@pytest.mark.parametrize("text", RESTS)
def test_what_else_is_asked_is_left_over(text: str) -> None:
    reading = plain().read(text)

    assert (reading.topic is not None, reading.has_rest) == (True, True)


@pytest.mark.parametrize("text", WHOLE)
def test_a_question_that_goes_on_leaves_nothing_over(text: str) -> None:
    reading = plain().read(text)

    assert (reading.topic is not None, reading.has_rest) == (True, False)


@pytest.mark.parametrize(
    ("sentence", "count"),
    [
        ("how do I do this and where do I click", 2),
        ("Wie mache ich das, und wo klicke ich dann?", 2),
        ("My colleague, who was here before, and my boss are away", 1),
        ("I do not know how and where this is done", 1),
        ("Bitte sagen Sie mir, wie lange das dauert", 1),
        ("", 1),
    ],
)
def test_a_sentence_is_divided_only_where_something_is_asked_anew(sentence: str, count: int) -> None:
    assert len(parts(sentence)) == count


def test_a_taught_phrasing_leaves_over_what_it_does_not_ask() -> None:
    taught = Learned([("account-locked", "the gate stays shut for my badge")])
    read = plain().read
    texts = [
        f"The gate stays shut for my badge. {more}" for more in ("Please send us a quote.", "Please help.")
    ]

    assert [taught.read(read(one), one, read).has_rest for one in texts] == [True, False]
