"""What somebody writes into a mail of ours that they quote without marks is theirs, the rest ours."""

import pytest

from bot.adapters.mail_html import html_to_text
from bot.domain.answer_texts import read_answers
from bot.domain.quoted_mail import Reply, quotes_unmarked, read_reply
from bot.rendering import mails, samples
from bot.rendering.mail_templates import list_mails

HEAD = (
    "Von: Desk <ris@desk.example.org>\nGesendet: Montag, 2. September 2024 08:30\nAn: Dana\nBetreff: RIS\n\n"
)
NOTES = '"Desk" <ris@desk.example.org>\n02.09.2024 08:30\n\nAn\nDana/BER/Example\nKopie\n\nThema\nRIS\n\n'
OURS = """Hello Dana Reyes,

please answer two questions about the form that you sent us on 2 September:

1. Company, cell B7, Postal code: it is missing. Please give the postal code.
2. Company, cell B10, Country: “Atlantis” is no country. Please give its name
   or its code.

Kind regards
The onboarding desk
https://desk.example.org/status/hidden"""

OURS_AGAIN = "please answer two questions about the form"


def reply_of(below: str, *, above: str = "", head: str = HEAD) -> Reply:
    reply = read_reply(f"{above}\n\n{head}{below}", "AW: RIS", ours=[(OURS, "")])
    assert reply is not None
    return reply


@pytest.mark.parametrize("lang", ["en", "de"])
@pytest.mark.parametrize("name", list_mails())
def test_a_reply_that_only_quotes_one_of_our_mails_says_nothing(name: str, lang: str) -> None:
    mail = mails.render_mail(name, lang, samples.sample_values(name, lang))

    for shown in (mail.text, mail.text.replace("\n  ", " "), html_to_text(mail.html)):
        reply = read_reply(f"Danke!\n\n{HEAD}{shown}", "AW: RIS", ours=[(mail.text, mail.html)])
        assert reply == Reply(text="Danke!", quoted_text="")


@pytest.mark.parametrize("head", [HEAD, NOTES, f"-----Original Message-----\n{HEAD}"])
def test_words_between_ours_are_theirs_whatever_introduces_the_quote(head: str) -> None:
    reply = reply_of(OURS.replace("postal code.\n", "postal code.\n >> 10115\n"), head=head)

    assert reply.text == "10115"


def test_words_below_ours_are_theirs() -> None:
    assert reply_of(f"{OURS}\n\nI mean AB12-CD34.", above="Hi,").text == "Hi,\n\nI mean AB12-CD34."


def test_a_link_of_ours_may_have_been_written_anew() -> None:
    assert reply_of(OURS.replace("/hidden", "/s3cret?lang=de")).text == ""


def test_an_answer_behind_ours_on_the_same_line_belongs_to_its_number() -> None:
    written = OURS.replace("the postal code.", "the postal code. 10115").replace("code.\n\n", "code.\nDE\n\n")

    reply = reply_of(written, above="My answers are in red.")

    assert reply.text == "My answers are in red.\n\n10115\n\nDE"
    given = read_answers(reply.text, reply.quoted_text)
    assert [(one.number, one.text) for one in given] == [(1, "10115"), (2, "DE")]


def test_an_answer_whose_word_stands_in_ours_is_an_answer() -> None:
    assert reply_of(OURS.replace("postal code.\n", "postal code.\nCountry\n")).text == "Country"


def test_older_mails_below_ours_are_nobodys_news() -> None:
    assert reply_of(f"{OURS}\n\n{HEAD}Here is our form.\n").text == ""


def test_another_mail_than_ours_is_not_read_as_ours() -> None:
    assert read_reply(f"{HEAD}Do you have the form?\nDana", "AW: RIS", ours=[(OURS, "")]) is None


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Hi.\n\n> How many?", "Re: RIS"),
        ("Hi.", "Re: RIS"),
        ("Hi.\n\n---- Forwarded message ----\nx", "Re: RIS"),
    ],
)
def test_a_marked_quote_and_what_is_passed_on_need_no_such_reading(text: str, subject: str) -> None:
    assert not quotes_unmarked(text, subject)


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "a " * 50_000,
        HEAD + f"{OURS_AGAIN}\n" * 2_000,
        "-----Original Message-----\n" * 4_000,
        HEAD + "Von: a\nGesendet: b\nAn: c\n" * 3_000,
        HEAD + "1 2 3\n" * 15_000,
    ],
    ids=lambda text: repr(text[-12:]),
)
def test_hostile_text_is_read_to_its_end(text: str) -> None:
    reply = read_reply(f"I mean AB12-CD34.\n\n{text}", "Re: x", ours=[(OURS * 20, OURS * 20)])

    expected = Reply(text="I mean AB12-CD34.", quoted_text="") if OURS_AGAIN in text else None
    assert reply == expected
