"""Whoever asks for the blank form gets it, within the caps, and staff see that."""

import io

import openpyxl
import pytest

from bot.domain.conversations import ConversationState
from bot.domain.mail import Kind
from bot.services import conversations, marking
from tests.cast import DANA, MALLORY, Office, a_mail
from tests.forms import reading, sound_form
from tests.services.test_replies import WITHOUT_CITY

ASKS = "Could you please send me the blank RIS form? We have a new customer."
BITTET = "Guten Tag,\nkönnen Sie mir bitte das RIS-Formular zusenden?\nViele Grüße\nDana"


@pytest.mark.parametrize(("text", "lang", "sheet"), [(ASKS, "en", "Company"), (BITTET, "de", "Firma")])
def test_it_is_sent_in_the_askers_language_and_the_kind_stays_question(
    office: Office, text: str, lang: str, sheet: str
) -> None:
    row = office.take(a_mail(subject="RIS", text=text))
    office.work()
    (mail,) = office.mailer.sent
    (file,) = mail.attachments
    book = openpyxl.load_workbook(io.BytesIO(file.content))

    assert row.kind == Kind.QUESTION
    assert (mail.to, file.name) == (DANA.address, marking.BLANK_NAMES[lang])
    assert mail.automatic
    assert book.sheetnames[0] == sheet
    assert f"https://portal.example.com/ris?lang={lang}" in mail.text
    assert reading(file.content).cases[0].users == ()
    book.close()


def test_staff_see_the_question_and_that_the_form_is_on_its_way(office: Office) -> None:
    office.take(a_mail(subject="RIS", text=ASKS))
    office.work()

    assert "blank RIS form? We have a new customer" in office.chat.texts()
    assert "asked for the blank form" in office.chat.texts()
    assert office.jobs("neutral_receipt") == []


FORGOTTEN = "Hello,\n\nplease find our completed RIS attached.\n\nRegards\nDana"


def test_who_forgot_to_attach_their_form_hears_that_none_came(office: Office) -> None:
    office.take(a_mail(subject="RIS", text=FORGOTTEN))
    office.work()

    assert "but none came with it" in office.mailer.sent[-1].text
    assert office.jobs("blank_form") == []


def test_so_does_who_forgot_it_in_the_answer_to_our_questions(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    asked = office.job("ris_problems").message_id
    office.take(a_mail(subject="Re: it", text=FORGOTTEN, answers=asked))
    office.work()

    assert "but none came with it" in office.mailer.sent[-1].text
    for text in ("Tom has no second phone.", "Anbei die Antwort:\n\n1. Hamburg"):
        office.take(a_mail(subject="Re: it", text=text, answers=asked))
    assert len(office.jobs("neutral_receipt")) == 1


def test_once_says_it_in_a_case_until_something_else_came(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    asked = office.job("ris_problems").message_id
    for _ in range(3):
        office.take(a_mail(subject="Re: it", text=FORGOTTEN, answers=asked))
    assert len(office.jobs("neutral_receipt")) == 1

    office.take(a_mail(subject="Re: it", files=[WITHOUT_CITY], answers=asked))
    office.take(a_mail(subject="Re: it", text=FORGOTTEN, answers=asked))
    assert len(office.jobs("neutral_receipt")) == 2


def test_what_else_is_asked_waits_for_a_person_by_the_time_that_the_mail_says(office: Office) -> None:
    office.take(a_mail(subject="RIS", text=f"{ASKS} Also: my account is locked since yesterday."))
    office.work()
    (mail,) = office.mailer.sent

    with office.connect() as db:
        asked = conversations.get(db, "Q-1")
    assert (asked.state, asked.due_at is None) == (ConversationState.OPEN, False)
    assert "You wrote more than that" in mail.text


def test_whoever_asks_for_the_form_alone_has_the_turn(office: Office) -> None:
    office.take(a_mail(subject="RIS", text=ASKS))

    with office.connect() as db:
        assert conversations.get(db, "Q-1").state is ConversationState.ANSWERED


def test_another_question_gets_no_form(office: Office) -> None:
    office.take(a_mail(text="How long is the code on my phone valid?"))

    assert office.jobs("blank_form") == []
    assert len(office.jobs("neutral_receipt")) == 1


def test_a_sender_nobody_vouches_for_gets_it_once(office: Office) -> None:
    for _ in range(3):
        office.take(a_mail(sender=MALLORY, text=ASKS, verdict=""))
    office.work()

    assert [mail.to for mail in office.mailer.sent] == [MALLORY.address]
    assert len(office.jobs("question_note")) == 3
    office.clock.wait(hours=office.desk.policy.limits.answers_within_hours, seconds=1)
    office.take(a_mail(sender=MALLORY, text=ASKS, verdict=""))
    assert len(office.jobs("blank_form")) == 2


def test_a_sender_whose_check_failed_gets_nothing(office: Office) -> None:
    office.take(a_mail(text=ASKS, verdict="fail"))

    assert office.mails() == []
    assert len(office.jobs("question_note")) == 1


def test_a_request_within_a_conversation_is_answered_there(office: Office) -> None:
    office.take(a_mail(text="We have a new customer. What do you need from us?"))
    receipt = office.job("neutral_receipt")
    office.take(a_mail(text=ASKS, answers=receipt.message_id))
    note = office.job("question_note").values["words"]

    assert office.job("blank_form").values["ref"] == "Q-1"
    assert (note["follow_up"], note["form_sent"]) == (True, True)


def test_nothing_that_a_stranger_wrote_comes_back_with_it(office: Office) -> None:
    text = f"{ASKS}\nBuy now at evil-shop.example"
    office.take(a_mail(sender=MALLORY, subject="RIS form please", text=text, verdict=""))
    office.work()
    (mail,) = office.mailer.sent

    assert "evil-shop" not in mail.text + mail.html + mail.subject
    assert MALLORY.name not in mail.text


@pytest.mark.slow
def test_requests_are_capped_like_every_automatic_answer(office: Office) -> None:
    most = office.desk.policy.limits.answers_per_address
    for _ in range(most + 3):
        office.take(a_mail(text=ASKS))

    assert len(office.jobs("blank_form")) == most
    assert len(office.jobs("trouble_note")) == 1


def test_a_request_with_a_form_of_its_own_is_that_form(office: Office) -> None:
    row = office.take(a_mail(text=ASKS, files=[("form.xlsx", sound_form())]))

    assert row.kind == Kind.RIS
    assert office.jobs("blank_form") == []
