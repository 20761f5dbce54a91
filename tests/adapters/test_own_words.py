"""What the sender wrote is kept, and what their mail program put around it is not."""

import time

import pytest

from bot.domain.languages import language_of
from bot.domain.own_words import own_words, without_signature
from bot.domain.thanks import is_polite

QUOTED = {
    "apple": "Five seats.\n\nAm 02.09.2024 um 08:30 schrieb Desk <ris@desk.example.org>:\n> How many?\n",
    "gmail": "Five seats.\n\nOn Mon, Sep 2, 2024 at 8:30 AM The Desk <\n"
    "ris@desk.example.org> wrote:\n\n> How many?\n",
    "gmail de": "Five seats.\n\nAm Mo., 2. Sept. 2024 um 08:30 Uhr schrieb The Desk <\n"
    "ris@desk.example.org>:\n\n> How\n",
    "thunderbird": "Five seats.\n\nAm 02.09.24 um 08:30 schrieb The Desk:\n> How many?\n> Which PO?\n",
    "attribution behind": "Five seats.\n\n"
    "The Desk <ris@desk.example.org> schrieb am Mo., 2. Sept. 2024, 08:30:\n> How?\n",
    "unquoted history": "Five seats.\n\n"
    "On 2 Sep 2024, at 08:30, The Desk <ris@desk.example.org> wrote:\n\nHow many?\n",
    "outlook": (
        "Five seats.\n\n________________________________\nFrom: The Desk <ris@desk.example.org>\n"
        "Sent: Monday, 2 September 2024 08:30\nTo: Dana\nSubject: Your RIS\n\nHow many?\n"
    ),
    "outlook de": (
        "Five seats.\n\nVon: The Desk <ris@desk.example.org> \nGesendet: Montag, 2. September 2024 08:30\n"
        "An: Dana\nBetreff: Ihr RIS\n\nWie viele?\n"
    ),
    "outlook starred": "Five seats.\n\n*From:* Desk\n*Sent:* Monday\n*To:* Dana\n*Subject:* RIS\n\nHow many?",
    "old outlook": (
        "Five seats.\n\n-----Ursprüngliche Nachricht-----\nVon: Desk\nGesendet: Montag\nAn: Dana\n"
        "Betreff: RIS\n\nWie?\n"
    ),
    "old outlook en": "Five seats.\n\n-----Original Message-----\nFrom: Desk\nSent: Monday\n"
    "To: Dana\n\nHow many?\n",
    "top quote": "> How many seats?\n\nFive seats.\n",
    "iphone": "Five seats.\n\nVon meinem iPhone gesendet\n\n"
    "> Am 02.09.2024 um 08:30 schrieb Desk <a@b.example>:\n> \n> How?\n",
    "android": "Five seats.\n\nGet Outlook for Android<https://x.example>\n________________________________\n"
    "From: Desk\nSent: Monday\nTo: Dana\nSubject: RIS\n\nHow?",
    "signature": "Five seats.\n\n-- \nDana Doe | Example GmbH\n+49 30 1234",
    "closing": "Five seats.\n\nMit freundlichen Grüßen\n\nDana Doe\nExample GmbH\nTel. +49 30 1234",
    "two closings": "Five seats.\n\nMit freundlichen Grüßen / Best regards\nDana Doe",
    "closing with name": "Five seats.\nViele Grüße aus Köln, Dana Doe\n",
    "thanks": "Five seats.\n\nThanks,\nDana Doe\n\n--\nDana Doe | Example",
    "footer": "Five seats.\n\n"
    "This e-mail and any attachments are confidential. If you are not the recipient, delete it.",
    "gmx": "Five seats.\n \n\nGesendet: Montag, 02. September 2024 um 08:30 Uhr\n"
    'Von: "The Desk" <ris@desk.example.org>\nAn: dana@example.org\nBetreff: RIS\n\nWie viele?',
    "gmx en": "Five seats.\n\nSent: Monday, September 02, 2024 at 8:30 AM\n"
    'From: "The Desk" <ris@desk.example.org>\nTo: dana@example.org\nSubject: RIS\n\nHow many?',
    "notes": 'Five seats.\n\n\n"The Desk" <ris@desk.example.org>\n02.09.2024 08:30\n\nAn\n'
    "Dana Doe/BER/Example@Example\nKopie\n\nThema\nRIS\n\n\nWie viele?",
    "notes web": 'Five seats.\n\n-----"The Desk" <ris@desk.example.org> schrieb: -----\n'
    "An: dana@example.org\nVon: Desk\nDatum: 02.09.2024 08:30\nBetreff: RIS\n\nWie viele?",
    "footer de": "Five seats.\n\n"
    "Diese Nachricht ist nur für den Empfänger bestimmt. Bitte löschen Sie sie sonst.",
    "banner": "[EXTERNAL]\n\nFive seats.",
    "banner de": "ACHTUNG: Diese E-Mail stammt von einem externen Absender. Klicken Sie nicht.\n\n"
    "Five seats.",
}


@pytest.mark.parametrize("text", QUOTED.values(), ids=QUOTED.keys())
def test_only_the_sender_s_words_stay(text: str) -> None:
    assert own_words(text, "AW: Ihr RIS") == "Five seats."


KEPT = {
    "a list": "Two questions:\n- How long is the code valid?\n- Where does the key go?",
    "thanks in a sentence": "Hello,\n\nThanks, that worked. But now the code has expired.\nWhat do I do?",
    "thanks, then a question": "The code has expired.\n\nVielen Dank\n\nUnd wie ändere ich die Nummer?",
    "form fields": "Organisation: Beispiel GmbH\nDatum: 1.2.2024\nAn: Vertrieb\n\nReicht das?",
    "on a day": "On 2 September I wrote to you.\nNothing came.",
    "only thanks": "Thanks,\nDana",
    "dashes in a line": "Seats -- five\nPO ---- 4711",
    "best as a word": "Best would be Monday.\nOr Tuesday.",
    "from a date": "From: Monday\nWe are closed.",
    "a footer's beginning": "Hello,\n\nThis message contains two questions:\n1. How long?\n2. And where?",
    "a footer's words": "Hallo,\n\nDiese Nachricht enthält Fragen zu bestimmten Feldern.\nWas ist der Ort?",
    "a footer's beginning, de": "Hallo,\n\nDiese Nachricht enthält meine Fragen:\n1. Wie lange?",
    "of an earlier mail": "Hallo,\n\nDer Inhalt dieser E-Mail von gestern stimmt so, das Konto geht nicht.",
    "words behind thanks": "The code is wrong.\n\nThanks\n"
    "Also my user id is AB12-CD34 and the phone is +49 151 23456780",
    "a short sentence behind thanks": "Der Code kommt nicht.\n\nDanke\nMein Konto ist gesperrt.",
    "what somebody wrote": "Guten Tag,\n\nam 02.03. schrieb mir der Kunde dazu:\n\nDie PLZ ist 10115.",
    "at what time": "Hi,\n\nam 02.03. um 08:30 schrieb der Kunde:\n\nDie PLZ ist 10115.",
    "what a system wrote": 'On 1 March 2026 your system wrote to me:\n"Locked".\nWhat does that mean?',
    "a timetable": "Hallo,\n\nDatum: 2.3.\nVon: Berlin\nAn: Hamburg\n\nReicht das?",
    "a mail address": "Please write to dana@example.org:\nshe knows.",
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT.keys())
def test_what_only_resembles_a_quote_or_signature_stays(text: str) -> None:
    assert own_words(text, "Re: RIS") == text


def test_answers_between_the_quotes_are_all_kept() -> None:
    text = (
        "On Mon, Sep 2, 2024 at 8:30 AM Desk <r@desk.example.org> wrote:\n> How many seats?\n\n"
        "Five.\n\n> Which PO?\n4711\n"
    )

    assert own_words(text, "Re: RIS") == "Five.\n\n4711"


def test_a_postscript_behind_the_signature_is_kept() -> None:
    assert (
        own_words("Five seats.\n\nBest regards\nDana\n\nPS: the PO follows.", "")
        == "Five seats.\n\nPS: the PO follows."
    )


def test_a_paragraph_that_never_ends_is_kept_whole() -> None:
    words = "The code has expired once more. " * 200

    assert own_words(words).split() == words.split()
    assert "".join(own_words("x" * 5_000).split()) == "x" * 5_000


UNMARKED = {
    "below outlook's block": "Von: Desk <ris@desk.example.org>\nGesendet: Montag, 2. September 2024 08:30\n"
    "An: Dana\nBetreff: RIS\n\nWie viele?\n\nFünf Plätze.",
    "below gmail's line": "On Mon, Sep 2, 2024 at 8:30 AM Desk <r@desk.example.org> wrote:\n\nHow?\n\nFive.",
    "a greeting above": "Hallo zusammen,\n\nVon: Desk <ris@desk.example.org>\nGesendet: Montag\nAn: Dana\n"
    "Betreff: RIS\n\nWie viele?\n\nFünf Plätze.",
    "passed on": "-----Ursprüngliche Nachricht-----\nVon: Chef <c@example.org>\nGesendet: Montag\nAn: Dana\n"
    "Betreff: Zugang\n\nBitte klären.",
    "a web form": "Von: Dana\nDatum: 2.3.2026\nAn: Support\nBetreff: Konto\n\nMein Konto ist gesperrt.",
}


@pytest.mark.parametrize("subject", ["Re: RIS", "Zugang", ""])
@pytest.mark.parametrize("text", UNMARKED.values(), ids=UNMARKED.keys())
def test_where_a_cut_would_leave_nothing_all_of_it_stays(text: str, subject: str) -> None:
    assert own_words(text, subject) == text


@pytest.mark.parametrize(
    "text",
    [
        "> How many seats?\n> Five?",
        "Am 02.09.2024 um 08:30 schrieb Desk <a@b.example>:\n> How?\n",
        "________________________________\nVon: Desk\nGesendet: Montag\nAn: Dana\nBetreff: RIS\n",
    ],
)
def test_a_reply_that_only_quotes_says_nothing(text: str) -> None:
    assert own_words(text, "Re: RIS") == ""


def test_what_stands_below_in_a_mail_that_answers_none_is_passed_on() -> None:
    assert own_words(f"Bitte klären.\n\n{UNMARKED['passed on']}", "Zugang").endswith("Bitte klären.")


PASTED = "At sign-in it says:\n\n> You are not signed in: 4711.\n\nWhat does that mean?"


def test_what_is_pasted_with_marks_into_a_mail_that_answers_none_stays() -> None:
    quoted = "\n\nOn Mon, Sep 2, 2024 at 8:30 AM Desk <r@desk.example.org> wrote:\n> How many?\n"

    assert own_words(PASTED, "Sign-in", fresh=True) == PASTED
    assert own_words(f"{PASTED}{quoted}", "Sign-in", fresh=True) == PASTED
    assert "4711" not in own_words(PASTED, "Sign-in")


FORWARDS = {
    "gmail": "Please onboard.\n\n---------- Forwarded message ---------\nFrom: Dana <d@example.com>\n"
    "Date: Mon, Sep 2\nSubject: RIS\nTo: <s@example.com>\n\nFive seats, please.",
    "outlook": "Please onboard.\n\nVon: Dana <d@example.com>\nGesendet: Montag\nAn: Sales\nBetreff: RIS\n\n"
    "Five seats, please.",
    "old outlook": "Please onboard.\n\n-----Original Message-----\nFrom: Dana\nSent: Monday\n"
    "To: Sales\nSubject: RIS\n\n"
    "Five seats, please.",
    "apple": "Please onboard.\n\nAnfang der weitergeleiteten Nachricht:\n\n"
    "> Von: Dana <d@example.com>\n> Betreff: RIS\n>\n"
    "> Five seats, please.",
    "thunderbird": "Please onboard.\n\n-------- Weitergeleitete Nachricht --------\nBetreff: \tRIS\n"
    "Von: \tDana\n\n"
    "Five seats, please.",
}


@pytest.mark.parametrize("text", FORWARDS.values(), ids=FORWARDS.keys())
def test_a_forwarded_mail_is_the_message(text: str) -> None:
    words = own_words(text, "WG: RIS")

    assert words.startswith("Please onboard.")
    assert words.endswith("Five seats, please.")


def test_an_answer_to_a_forward_is_still_an_answer() -> None:
    assert own_words(FORWARDS["outlook"], "AW: WG: RIS") == "Please onboard."


@pytest.mark.parametrize(
    "text",
    [
        "On " * 40_000 + "wrote",
        "On 1.1. wrote :" * 8_000,
        ("on 1.1. " + "wrote " * 60 + ":" * 200 + " " * 400 + "x\n") * 120,
        "From: " * 20_000,
        "From: a\n" * 14_000,
        "-" * 100_000,
        "_" * 100_000 + "\n" + "> " * 50_000,
        "\n" * 100_000,
        ("best " * 20 + "\n") * 1000,
        "mit " + "freundlichen " * 7_000,
        "Von meinem " + "a" * 99_000,
        "(" * 100_000,
        ">" * 100_000,
        "Am " + "a " * 3500 + "schrieb" + " b" * 10,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_hostile_text_takes_no_time(text: str) -> None:
    """mail-parser-reply hangs on 7 kB of such text, which is why the rules are our own and linear."""
    start = time.process_time()

    own_words(text, "Re: x")

    assert time.process_time() - start < 1.5


def test_rules_drawn_with_dashes_are_read_at_once() -> None:
    """Each may be the line that a program draws above the mail below, with who wrote it in between."""
    start = time.process_time()

    own_words(("-" * 1_999 + "\n") * 50)

    assert time.process_time() - start < 0.3


@pytest.mark.parametrize(
    ("texts", "lang"),
    [
        (("Wie kann ich mein Passwort zurücksetzen?",), "de"),
        (("How can I reset my password?",), "en"),
        (("Danke, alles angekommen!",), "de"),
        (("ok", "AW: Ihre Frage zum Formular"), "de"),
        (("4711", "RIS Zürcher AG"), "de"),
        (("Please add Jürgen Müller to our site",), "en"),
        (("see attached mail",), "en"),
        (("", "Konto gesperrt"), "de"),
        (("", ""), "en"),
        (("Hallo, please find the RIS attached for our company",), "en"),
    ],
)
def test_the_language_is_voted_by_common_words(texts: tuple[str, ...], lang: str) -> None:
    assert language_of(*texts) == lang


class Line(str):
    """A line that counts how often it is looked at."""

    __slots__ = ()
    looks = 0

    def strip(self, *args: str | None) -> str:
        Line.looks += 1
        return super().strip(*args)


@pytest.mark.parametrize("line", ["--", "Danke", "Best", "—", "PS: x", ""])
def test_a_mail_of_nothing_but_endings_is_gone_through_a_few_times_and_not_for_each(line: str) -> None:
    Line.looks = 0
    without_signature([Line(line)] * 3_000)

    assert Line.looks <= 6 * 3_000


def test_no_greeting_is_endless() -> None:
    assert is_polite("Best regards\n" + "\n" * 1_000)
    assert not is_polite("Best\n" * 1_000)
