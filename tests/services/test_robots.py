"""Forms and replies in mails that came as a robot's or a list's: answered by nobody, shown to staff."""

import pytest

from bot.domain.mail import Address, Kind
from bot.domain.mail_refusals import OwnMail
from bot.domain.outbox import JobStatus
from bot.rendering.words import words
from bot.services import kinds
from tests.cast import BLAKE, DANA, DESK_ADDRESS, MALLORY, Office, a_mail
from tests.services.test_replies import FORM, WITHOUT_CITY

LIST = ("List-Id", "Team <team.sponsor.example.org>")
ROBOTS = [
    LIST,
    ("List-Unsubscribe", "<mailto:leave@sponsor.example.org>"),
    ("Precedence", "bulk"),
    ("Auto-Submitted", "auto-generated"),
    ("X-Autoreply", "yes"),
    ("Return-Path", "<>"),
]
SAID = "Nothing was done about it"


def texts(office: Office) -> str:
    office.work()
    return office.chat.texts()


@pytest.mark.parametrize("header", ROBOTS)
def test_a_form_is_shown_and_goes_on_as_one_by_a_click(office: Office, header: tuple[str, str]) -> None:
    row = office.take(a_mail(files=[FORM], headers=[header]))

    assert row.kind in (Kind.AUTO_REPLY, Kind.LIST)
    assert SAID in texts(office)
    assert "This is a RIS" in texts(office)
    assert office.mails() == []
    with office.connect() as db:
        understood = kinds.read_again(db, office.desk, office.reader, row.id)
        (case,) = kinds.take_as_ris(db, office.desk, understood, by=BLAKE, now=office.now)
    assert f"it goes on as {case.ref}" in texts(office)


OURS = Address(name="Usher Support", address="support@desk.example.com")
THROUGH_US = (DANA, [("X-Loop", DESK_ADDRESS)])


@pytest.mark.parametrize(("sender", "headers"), [(OURS, []), THROUGH_US], ids=["from us", "through us"])
def test_a_form_and_words_from_our_own_addresses_are_shown_and_never_answered(
    office: Office, sender: Address, headers: list[tuple[str, str]]
) -> None:
    row = office.take(a_mail(files=[FORM], sender=sender, headers=headers))
    office.take(a_mail(text="Who calls Mr Park back?", sender=sender, headers=headers))

    assert row.kind == Kind.LOOP
    assert texts(office).count(SAID) == 2
    assert "Who calls Mr Park back?" in office.chat.texts()
    assert office.mails() == []
    from_us = sender is OURS
    assert ("from your own mailbox" in texts(office), "This is a RIS" in texts(office)) == (
        from_us,
        not from_us,
    )


def test_what_came_through_us_is_mended_and_what_comes_from_us_never_answered(office: Office) -> None:
    sender, headers = THROUGH_US
    theirs = office.take(a_mail(files=[FORM], sender=sender, headers=headers)).id
    ours = [office.take(a_mail(files=files, sender=OURS)).id for files in ([FORM], [])]
    with office.connect() as db:
        read = {one: kinds.read_again(db, office.desk, office.reader, one) for one in (theirs, *ours)}
        assert kinds.take_as_ris(db, office.desk, read[theirs], by=BLAKE, now=office.now)
        with pytest.raises(OwnMail) as refused:
            kinds.take_as_ris(db, office.desk, read[ours[0]], by=BLAKE, now=office.now)
        with pytest.raises(OwnMail):
            kinds.take_robot_as_question(db, office.desk, read[ours[1]], by=BLAKE, now=office.now)

    assert "Forward it from your own mailbox" in words().refusal(refused.value)
    assert [job.recipient for job in office.mails()] == [DANA.address]


def test_our_own_mail_that_comes_back_is_shown_to_nobody(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    office.take(a_mail(sender=OURS, message_id=office.mails()[-1].message_id, text="A copy"))
    office.take(a_mail(sender=OURS, text="A copy", headers=[("Auto-Submitted", "auto-generated")]))
    office.take(a_mail(sender=OURS, text=""))
    assert office.jobs("question_note") == []


def test_a_loop_has_an_end(office: Office) -> None:
    for number in range(8):
        office.take(a_mail(sender=OURS, text=f"Round {number}"))
    assert len(office.jobs("question_note")) == 5


def test_a_subject_of_an_automatic_reply_hides_no_form_either(office: Office) -> None:
    office.take(a_mail(files=[FORM], subject="Automatic reply: New customer"))
    assert SAID in texts(office)


@pytest.mark.parametrize("header", ROBOTS)
@pytest.mark.parametrize("what", ["form", "answers"])
def test_a_partys_reply_stands_below_its_case(office: Office, header: tuple[str, str], what: str) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    answers = office.mails()[-1].message_id
    files = [FORM] if what == "form" else []
    sent = len(office.mails())
    office.work()
    office.take(a_mail(files=files, text="1. Hamburg", subject="Re: it", answers=answers, headers=[header]))

    job = office.jobs("question_note")[-1]
    assert (job.case_id, job.values["words"]["to_read"], job.values["aloud"]) == (1, True, True)
    assert office.jobs("case_card")[-1].status is JobStatus.QUEUED  # it says that there are words
    assert SAID in texts(office)
    assert (office.case("C-1").version, len(office.mails())) == (1, sent)


def test_absences_strangers_words_and_newsletters_stay_quiet(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    answers = office.mails()[-1].message_id
    away = "I am out of the office until 3 March.\n\nDana"
    office.take(a_mail(text=away, answers=answers, headers=[("Auto-Submitted", "auto-replied")]))
    office.take(a_mail(text=away, subject="Out of office: the form", answers=answers))
    office.take(a_mail(text="Our offers", headers=[LIST]))
    office.take(a_mail(text="1. Kiel", sender=MALLORY, answers=answers, headers=[LIST]))
    office.take(a_mail(text="1. Kiel", sender=DANA, verdict="fail", answers=answers, headers=[LIST]))

    assert office.jobs("question_note") == []


def test_that_somebody_left_is_seen_and_holds_nothing_up_where_they_are_no_party(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    answers = office.mails()[-1].message_id
    gone = "Carl no longer works here. Please write to Erin."
    office.take(
        a_mail(text=gone, sender=MALLORY, answers=answers, headers=[("Auto-Submitted", "auto-replied")])
    )

    (note,) = office.jobs("question_note")
    assert (note.case_id, note.values["words"]["to_read"]) == (1, False)


def test_a_robot_that_sends_forms_without_end_is_shown_a_few_times(office: Office) -> None:
    for _ in range(8):
        office.take(a_mail(files=[FORM], headers=[LIST]))
    assert len(office.jobs("question_note")) == 5


def test_an_askers_reply_through_a_list_stands_below_their_question(office: Office) -> None:
    office.take(a_mail(text="Who pays for a third seat in our contract of 2019?"))
    ours = office.mails()[-1].message_id
    office.take(a_mail(text="It is urgent.", subject="Re: it", answers=ours, headers=[LIST]))
    assert "It is urgent." in texts(office)
    assert SAID in texts(office)


RECEIPT = "Thank you for your message. Your request has been received. We will answer within two days."


def test_a_ticket_systems_receipt_is_no_question(office: Office) -> None:
    row = office.take(a_mail(subject="[Ticket#4711] Your request has been received", text=RECEIPT))

    assert (row.kind, row.subject_ref, office.mails()) == (Kind.AUTO_REPLY, "", [])
    assert office.jobs() == []


@pytest.mark.parametrize("about", ["a case", "a question"])
@pytest.mark.parametrize(
    "text", [RECEIPT, "The ticket number is INC0012345.", "I am on holiday until Friday."]
)
def test_in_a_thread_of_ours_the_same_words_are_read(office: Office, about: str, text: str) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]) if about == "a case" else a_mail())
    answers = office.mails()[-1].message_id
    office.work()
    assert office.take(a_mail(subject="Urlaub", text=text, answers=answers)).kind == Kind.REPLY

    assert text in texts(office)


def test_a_case_that_is_named_hears_them_too(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    assert office.take(a_mail(subject="C-1", text=RECEIPT)).subject_ref == "C-1"


def test_with_a_sentence_of_a_persons_it_is_a_question(office: Office) -> None:
    text = f"{RECEIPT} Please add Tom Berg."
    assert office.take(a_mail(subject="Your request has been received", text=text)).subject_ref == "Q-1"


ACCEPTED = ("invite.ics", b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n")


def calendar(text: str, *, answers: str = "") -> bytes:
    raw = a_mail(subject="Accepted: Kickoff", text=text, files=[ACCEPTED], answers=answers)
    return raw.replace(b"application/octet-stream", b"text/calendar")


def test_a_calendars_answer_opens_no_question_and_its_words_stand_below_their_case(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    answers, sent = office.mails()[-1].message_id, len(office.mails())
    assert office.take(calendar("", answers=answers)).kind == Kind.AUTO_REPLY
    office.take(calendar("Dana has accepted."))
    assert office.jobs("question_note") == []

    office.take(calendar("I bring the missing city along.", answers=answers))
    assert "I bring the missing city along." in texts(office)
    assert len(office.mails()) == sent


@pytest.mark.parametrize("sender", [DANA, MALLORY])
def test_an_encrypted_mail_is_told_to_be_one_to_both_sides(office: Office, sender: Address) -> None:
    office.take(a_mail(sender=sender, text="-----BEGIN PGP MESSAGE-----\n\nhQEMA"))

    assert "The mail is encrypted" in texts(office)
    assert [job.template for job in office.mails()] == ["unreadable_ris"]
    assert "without encryption" in office.mailer.sent[-1].text
