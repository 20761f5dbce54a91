"""Two questions in one message are both answered, and what no article answers is left over."""

import pytest

from bot.faq.learned import Learned
from bot.faq.parts import parts
from bot.faq.search import plain
from bot.faq.windows import sentences

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
        ("wir haben keine USt-IdNr., was soll ich eintragen?", 1),
        ("wir haben keine USt-IdNr. - was soll ich eintragen?", 1),
        ("ich habe keine Aktivierungsmail bekommen, wo muss ich nachsehen?", 1),
        ("what is a VAT number, what do I enter if we have none?", 1),
        ("Die Aktivierungsmail kam nicht; wo kann ich nachschauen?", 1),
        ("Unsere Firma hat keine Steuernummer, was muss ich eingeben?", 1),
        ("The code has expired, where do I get a new one?", 1),
        ("I have a new phone, what must I do?", 1),
        ("How long is the SMS code valid, where do I enter my license key?", 2),
        ("I do not know how long the SMS code is valid; where do I enter my license key?", 2),
        ("Wie lange ist der Code aus der SMS gültig / wo gebe ich den License Key ein?", 2),
    ],
)
def test_a_sentence_is_divided_only_where_something_is_asked_anew(sentence: str, count: int) -> None:
    assert len(parts(sentence)) == count


ASKED = "Where do I have to enter the license key that came by mail last week?"


@pytest.mark.parametrize(
    ("above", "count"),
    [
        ("I am the Organization Administrator of our company and one of my colleagues asked me today", 1),
        ("I would like to know how long the code from the text message is valid", 2),
        ("We wonder how long the code from the text message is valid for all of us here", 2),
        ("Concerning the code from the text message: how long is it valid for our users", 2),
        ("Wir wissen nicht, wie lange der Code aus der SMS für unsere Benutzer gültig ist", 2),
    ],
)
def test_a_line_that_asks_is_a_sentence_of_its_own_below_one_that_does(above: str, count: int) -> None:
    assert len(sentences(f"{above}\n{ASKED}")) == count


def test_a_line_that_wishes_something_is_a_sentence_of_its_own_below_a_statement() -> None:
    said = "My account has been locked since this morning after ten wrong passwords"

    assert len(sentences(f"{said}\nPlease also send us the invoice of June")) == 2


def test_a_statement_above_a_question_brings_no_second_article() -> None:
    text = "I am the Organization Administrator of our company and one of my colleagues asked me today"

    assert plain().read(f"{text}\nHow long is the code valid?").second is None


def test_a_taught_phrasing_leaves_over_what_it_does_not_ask() -> None:
    taught = Learned([("account-locked", "the gate stays shut for my badge")])
    read = plain().read
    texts = [
        f"The gate stays shut for my badge. {more}" for more in ("Please send us a quote.", "Please help.")
    ]

    assert [taught.read(read(one), one, read).has_rest for one in texts] == [True, False]
