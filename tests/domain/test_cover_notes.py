"""A cover note that says nothing beside its form, and what is to be read."""

import time

import pytest

from bot.domain.cover_notes import goes_on, list_like_forms, list_unread, says_more
from bot.domain.mail import Address, Enclosure, InboundMail
from bot.domain.ris import Company, Reading, RisCase, User

FORM = RisCase(
    company=Company(name="Nordlicht Werke GmbH", city="Hamburg"),
    users=(User(first_name="Mara", last_name="Lindqvist"),),
    source="RIS.xlsx",
)


def a_note(text: str, subject: str = "RIS Nordlicht Werke", *files: str) -> InboundMail:
    named = files or ("RIS.xlsx",)
    return InboundMail(
        message_id="<1@mail.example.org>",
        sender=Address(name="Dana Reyes", address="dana@sponsor.example.org"),
        subject=subject,
        text=text,
        attachments=tuple(Enclosure(name=one, type="") for one in named),
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Please find attached the RIS for Nordlicht Werke GmbH.\n\nBest regards\nDana",
        "Dear Ms. Avery,\n\nattached please find the completed form for our new customer Nordlicht Werke.",
        "Hi Mara,\nhere is the corrected RIS as discussed. Let me know if you need anything else.\nThanks",
        "Hello team,\n\nI am sending you the required information spreadsheet. Thanks in advance!",
        "Guten Tag Frau Özdemir,\n\nanbei erhalten Sie das ausgefüllte RIS für die Nordlicht Werke GmbH.",
        "Bei Rückfragen stehe ich Ihnen gerne zur Verfügung.\n\nMit freundlichen Grüßen\nDana Reyes",
        "Sehr geehrte Damen und Herren,\n\nim Anhang finden Sie das Formular mit der Bitte um Bearbeitung.",
        "Hello, see attached.",
        "Hello,\n\nthe RIS for Nordlicht Werke GmbH is attached.\n\nKind regards\nDana Reyes",
        "Guten Tag,\n\ndas RIS der Nordlicht Werke GmbH ist beigefügt.\n\nViele Grüße\nDana",
        "The form of Nordlicht Werke is completed and signed.",
        "Anbei finden Sie das Formular mit Bitte um Bearbeitung.",
        "Hi,\ndone.",
        "Korrigiert.",
        "Hallo zusammen,\n\nwie besprochen anbei das RIS für Nordlicht. Vielen Dank!",
        "Guten Tag,\n\nich sende Ihnen anbei das RIS.\n\nViele Grüße\nDana",
    ],
)
def test_a_bare_cover_note_makes_no_work(text: str) -> None:
    assert not says_more(a_note(text), [FORM], subject=True)


#: what is asked for in the words with which one leads to answers
ASKED = [
    "Please find the form attached. Please answer my questions.",
    "Bitte antworten Sie auf meine Mail.",
    "Anbei das Formular. Bitte antworten.",
    "Please answer my question.",
    "The answer to our question is missing.",
    "The missing information is now with the client.",
    "The missing information for Nordlicht is now with the client.",
    "Answers follow by email.",
    "Please answer our questions below",
    "Please answer by mail",
    "Bitte die fehlenden Angaben",
    "Bitte Antwort auf unsere Fragen",
    "Antworten Sie jetzt.",
]


@pytest.mark.parametrize("text", ASKED)
def test_a_wish_for_answers_is_to_be_read_beside_a_form_and_above_numbers(text: str) -> None:
    assert says_more(a_note(text), [FORM], subject=True)
    assert goes_on(a_note(f"{text}\n\n1. Hamburg"), [FORM], subject=True)
    assert goes_on(a_note(f"1. Hamburg\n\n{text}"), [FORM], subject=True)


@pytest.mark.parametrize(
    "text",
    [
        "please find the answers below.",
        "Im Folgenden finden Sie unsere Antworten:",
        "Antworten siehe unten:",
        "Dear Ms. Avery,\n\nthank you. Please find our answers\nto your questions below. Best regards\nDana",
        "Hier die fehlenden Angaben für die Nordlicht Werke GmbH:",
        "Our answers are as follows:",
    ],
)
def test_what_leads_to_numbered_answers_is_not(text: str) -> None:
    assert not goes_on(a_note(f"{text}\n\n1. Hamburg"), [FORM], subject=True)


def test_a_question_in_such_words_is_one() -> None:
    assert goes_on(a_note("Are the answers below?\n\n1. Hamburg"), [FORM], subject=True)


@pytest.mark.parametrize("piece", ["here are ", "the answers to the questions ", "im folgenden ", "for the "])
def test_long_leads_take_no_more_than_their_length(piece: str) -> None:
    started = time.process_time()
    goes_on(a_note(f"{piece * (50_000 // len(piece))}x\n1. Hamburg"), [FORM], subject=True)

    assert time.process_time() - started < 2.0


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("anbei das RIS. Bitte erst ab 1. April einrichten!", "RIS"),
        ("Anbei das RIS. Was kostet ein dritter Platz?", "RIS"),
        ("Please find the form attached. Do not invite Tom before Monday.", "RIS"),
        ("Please wait with the order.", "RIS"),
        ("Hi please start in April\nThanks", "RIS"),
        ("Bitte nicht bearbeiten.", "RIS"),
        ("", "Neukunde Nordlicht - BITTE ERST AB APRIL"),
        ("Please find the form attached.", "New customer: urgent"),
        ("Please find the form attached. " * 30, "RIS"),
        ("Please send the order to Tom.", "RIS"),
        ("Anbei das RIS. Please close it.", "RIS"),
        ("Corrected, and another customer.", "RIS"),
        ("Our RIS is attached, I call on Monday.", "RIS"),
        ("Anbei das RIS. Ich bin bis zum 3. nicht da.", "RIS"),
        ("Bitte um ein neues Formular.", "RIS"),
    ],
)
def test_what_is_in_doubt_is_to_be_read(text: str, subject: str) -> None:
    assert says_more(a_note(text, subject), [FORM], subject=True)


def test_numbers_and_single_letters_of_a_name_say_nothing() -> None:
    form = RisCase(company=Company(name="3. A & B Werke 24"), source="RIS.xlsx")
    assert not says_more(
        a_note("The form of 3. A & B Werke 24 is attached.", "RIS 3. A & B"), [form], subject=True
    )


def test_the_subject_of_our_own_mail_says_nothing() -> None:
    assert not says_more(a_note("Anbei.", "Re: Please complete the form"), [FORM], subject=False)


def read(*taken: str, passed_over: tuple[str, ...] = ()) -> Reading:
    form = RisCase(company=Company(), source=taken[0], passed_over=passed_over)
    return Reading(cases=(form,), source=taken[0], taken=taken)


def test_files_without_a_form_are_named_and_neither_logos_nor_what_carried_it() -> None:
    files = ("RIS.xlsx", "RIS copy.xlsx", "logo.png", "ATT00001.txt", "RIS Suedwind.pdf", "prices.xlsx")
    found = list_unread(
        a_note("", "RIS", *files), read("RIS.xlsx", "RIS copy.xlsx", passed_over=("prices.xlsx",))
    )
    assert found == ("prices.xlsx", "RIS Suedwind.pdf")
    assert list_unread(a_note("", "RIS", "RIS.zip"), read("RIS.xlsx")) == ()
    assert list_unread(a_note("", "RIS", "RIS.xlsx", "more.zip"), read("RIS.xlsx")) == ("more.zip",)


def test_spreadsheets_archives_and_what_is_called_a_ris_look_like_a_form() -> None:
    names = ("prices.xlsx", "second.zip", "RIS_Suedwind.pdf", "Kurs Paris.pdf", "Contract.pdf")
    assert list_like_forms(names) == ("prices.xlsx", "second.zip", "RIS_Suedwind.pdf")
