"""Letters of staff: shown before they go, once, on what was seen; and what brings the case back."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.cases import Case, CaseStatus
from bot.domain.errors import ContentChanged, NothingAsked, NothingWritten, NotStaff, NotWritable
from bot.domain.letters import Draft, Letter, ShownMail
from bot.domain.mail import Address
from bot.domain.outbox import JobStatus
from bot.domain.staff import Staff
from bot.rendering.workbooks import ris_form
from bot.services import approvals, cases, letters, outbox, rights
from bot.store.database import transaction
from tests.cast import AVERY, BLAKE, DANA, ELI, MALLORY, Office, a_mail, an_office
from tests.forms import COMPANY, MARA, TOM, sound_form

SOUND = ("RIS.xlsx", sound_form())
WITHOUT_CITY = ("RIS.xlsx", ris_form("en", replace(COMPANY, city=""), [MARA, TOM]))
MORE_SEATS = ("RIS.xlsx", ris_form("en", replace(COMPANY, seats=9), [MARA, TOM]))
ERIN = Address(name="Erin Colleague", address="erin@sponsor.example.org")
TWO = "Is the purchase order right?\n2) Which site?"


@pytest.fixture
def reviewed(office: Office) -> Office:
    """C-1 is in review, sent by Dana with a copy to Erin; everything so far went out."""
    office.take(a_mail(subject="A new customer", files=[SOUND], cc=ERIN.address))
    office.work()
    return office


def draft(office: Office, text: str, *, letter: Letter = Letter.QUESTION, by: Staff = BLAKE) -> Draft:
    with office.connect() as db:
        begun, _ = letters.begin(db, office.desk, letter, ref="C-1", by=by, text=text)
    return begun


def show(office: Office, written: Draft, *, by: Staff = BLAKE) -> tuple[Draft, ShownMail]:
    with office.connect() as db:
        sealed, _, shown = letters.preview(db, office.desk, written, by=by)
    return sealed, shown


def send(office: Office, written: Draft, *, by: Staff = BLAKE) -> bool:
    with office.connect() as db:
        return letters.send(db, office.desk, written, by=by, now=office.now)


def ask(office: Office, text: str = TWO, *, letter: Letter = Letter.QUESTION) -> Draft:
    """Write, see and send."""
    sealed, _ = show(office, draft(office, text, letter=letter))
    assert send(office, sealed)
    return sealed


def answered(office: Office, *, by: Staff = BLAKE) -> Case:
    with office.connect() as db:
        seen = office.case("C-1").content_hash
        return letters.mark_answered(db, ref="C-1", seen=seen, by=by, now=office.now)


def reply(
    office: Office, text: str = "Yes, and the one in Bremen.", *, sender: Address = DANA, **more: object
) -> str:
    raw = a_mail(sender=sender, text=text, answers=office.mails()[-1].message_id, **more)  # type: ignore[arg-type]
    return office.take(raw).subject_ref


def open_numbers(office: Office) -> list[int]:
    with office.connect() as db:
        card = cases.get_card(db, office.desk, "C-1", now=office.now)
    return [question.number for question in card.questions]


def tags(office: Office) -> list[str]:
    return [event.tag for event in office.events()]


# Before it goes


def test_the_mail_goes_as_it_was_shown_to_sponsor_and_copy_in_the_cases_thread(reviewed: Office) -> None:
    sealed, shown = show(reviewed, draft(reviewed, TWO))
    send(reviewed, sealed)
    reviewed.work()

    went = reviewed.mailer.sent[-1]
    assert (went.to, went.cc, went.subject) == (shown.to, shown.cc, shown.subject)
    assert (went.to, went.cc) == (DANA.address, (ERIN.address,))
    link = f"https://portal.example.com/status/{reviewed.tokens[-1]}"
    assert went.text == shown.text.replace("https://status.example/hidden-until-sent", link)
    assert "1. Is the purchase order right?\n2. Which site?" in went.text
    assert went.in_reply_to == reviewed.case("C-1").thread.message_id
    assert not went.automatic


def test_what_has_not_been_shown_does_not_go(reviewed: Office) -> None:
    sealed, _ = show(reviewed, draft(reviewed, TWO))

    assert not send(reviewed, draft(reviewed, TWO))
    assert not send(reviewed, replace(sealed, text="Something else?"))
    assert reviewed.case("C-1").status is CaseStatus.IN_REVIEW


def test_a_question_asked_meanwhile_takes_the_number_and_the_mail_is_shown_anew(reviewed: Office) -> None:
    mine, _ = show(reviewed, draft(reviewed, "Which site?"))
    ask(reviewed, "Who pays?")

    assert not send(reviewed, mine)
    again, shown = show(reviewed, mine)
    assert "2. Which site?" in shown.text
    assert send(reviewed, again)
    assert open_numbers(reviewed) == [1, 2]


def test_the_same_letter_submitted_twice_goes_once(reviewed: Office) -> None:
    sealed = ask(reviewed)

    assert send(reviewed, sealed)
    reviewed.work()
    assert [mail.subject.partition(" ")[0] for mail in reviewed.mailer.sent] == ["We", "Questions"]
    assert open_numbers(reviewed) == [1, 2]
    assert tags(reviewed).count("case:asked") == 1


def test_a_newer_form_voids_what_was_written_on_the_older(reviewed: Office) -> None:
    sealed, _ = show(reviewed, draft(reviewed, TWO))
    reply(reviewed, files=[MORE_SEATS])

    with pytest.raises(ContentChanged):
        send(reviewed, sealed)
    assert reviewed.events()[-1].data["code"] == "content_changed"


@pytest.mark.parametrize("letter", list(Letter))
def test_guests_write_nothing(reviewed: Office, letter: Letter) -> None:
    with pytest.raises(NotStaff):
        draft(reviewed, TWO, letter=letter, by=ELI)
    sealed, _ = show(reviewed, draft(reviewed, TWO, letter=letter))
    with pytest.raises(NotStaff):
        send(reviewed, sealed, by=ELI)
    with pytest.raises(NotStaff):
        answered(reviewed, by=ELI)


def test_nothing_is_asked_of_a_decided_case_or_a_sender_nobody_took_in(office: Office) -> None:
    office.take(a_mail(files=[SOUND], sender=MALLORY))
    for letter in Letter:
        with pytest.raises(NotWritable):
            draft(office, TWO, letter=letter)


def test_a_decided_case_is_asked_nothing_but_may_be_written_to(reviewed: Office) -> None:
    with reviewed.connect() as db:
        seen = reviewed.case("C-1").content_hash
        approvals.approve(db, reviewed.desk, ref="C-1", seen=seen, by=AVERY, now=reviewed.now)

    with pytest.raises(NotWritable):
        draft(reviewed, TWO)
    ask(reviewed, "It goes on tomorrow.", letter=Letter.REPLY)
    assert reviewed.case("C-1").status is CaseStatus.APPROVED


def test_a_letter_without_a_word_is_refused(reviewed: Office) -> None:
    with pytest.raises(NothingWritten):
        show(reviewed, draft(reviewed, " \n? "))


def test_a_reply_changes_no_state(reviewed: Office) -> None:
    ask(reviewed, "Thank you.\n\nIt goes on\ntomorrow.", letter=Letter.REPLY)
    reviewed.work()

    assert "Thank you.\n\nIt goes on\ntomorrow.\n" in reviewed.mailer.sent[-1].text
    assert reviewed.case("C-1").status is CaseStatus.IN_REVIEW
    assert open_numbers(reviewed) == []


def test_words_of_three_thousand_characters_and_links_go_whole_and_as_text(reviewed: Office) -> None:
    hostile = "<!channel> **bold** [x](https://evil.example) https://help.example.org/a?b=1&c=2 # no"
    line = f"{hostile} {'long ' * 500}".strip()
    _, shown = show(reviewed, draft(reviewed, line, letter=Letter.REPLY))

    assert " ".join(shown.text.split()).count("long ") + 1 >= 500
    assert "https://help.example.org/a?b=1&c=2" in shown.text
    assert "**bold** [x](https://evil.example)" in " ".join(shown.text.split())


# What an answer does


def test_asking_hands_the_case_to_the_sponsor_and_an_answer_hands_it_back(reviewed: Office) -> None:
    ask(reviewed)
    reviewed.work()
    assert reviewed.case("C-1").status is CaseStatus.WAITING_FOR_SPONSOR
    assert open_numbers(reviewed) == [1, 2]

    assert reply(reviewed) == "C-1"

    assert reviewed.case("C-1").status is CaseStatus.IN_REVIEW
    assert open_numbers(reviewed) == []
    assert reviewed.job("turn_note").values["words"]["status"] == "in_review"
    assert "the one in Bremen" in reviewed.job("question_note").values["words"]["text"]
    assert reviewed.mails()[-1].template == "desk_question"  # the answer is answered by nobody


def test_a_yes_that_was_given_stays_with_the_content(reviewed: Office) -> None:
    with reviewed.connect() as db, transaction(db):
        rights.say_yes(db, reviewed.case("C-1"), by=AVERY, now=reviewed.now)
    ask(reviewed)
    reviewed.work()
    reply(reviewed)

    with reviewed.connect() as db:
        card = cases.get_card(db, reviewed.desk, "C-1", now=reviewed.now)
    assert [given.by for given in card.given] == [AVERY.id]


def test_an_answer_with_a_newer_form_is_the_next_version_in_review(reviewed: Office) -> None:
    ask(reviewed)
    reviewed.work()
    reply(reviewed, "The order is right, here are more seats.", files=[MORE_SEATS])

    case = reviewed.case("C-1")
    assert (case.version, case.status) == (2, CaseStatus.IN_REVIEW)
    assert open_numbers(reviewed) == []
    note = reviewed.job("question_note").values["words"]
    assert "more seats" in note["text"]
    assert note["taken"]


def test_an_incomplete_form_keeps_the_answered_case_with_the_sponsor(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    ask(office, "Who pays?")
    office.work()
    reply(office, "We do.")

    assert office.case("C-1").status is CaseStatus.WAITING_FOR_SPONSOR
    assert open_numbers(office) == []


def test_the_same_complete_form_again_is_an_answer_and_not_asked_about(reviewed: Office) -> None:
    ask(reviewed)
    reviewed.work()
    reply(reviewed, "It is all in there.", files=[SOUND])

    assert reviewed.case("C-1").status is CaseStatus.IN_REVIEW
    assert not reviewed.jobs("ris_problems")


def test_numbers_below_our_question_fill_no_cells(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    office.work()
    first = office.job("ris_problems")
    ask(office, "Who pays?")
    office.work()
    references = ("References", f"{first.message_id} {office.mails()[-1].message_id}")
    reply(office, "1. Hamburg Port Authority", headers=[references])

    assert not office.jobs("answers_note")


@pytest.mark.parametrize(
    "more",
    [
        {"headers": [("Auto-Submitted", "auto-replied")]},
        {"subject": "Out of office"},
        {"sender": MALLORY},
        {"verdict": "fail"},
    ],
)
def test_a_robot_a_stranger_and_a_forger_answer_nothing(reviewed: Office, more: dict[str, object]) -> None:
    ask(reviewed)
    reviewed.work()
    reply(reviewed, **more)  # type: ignore[arg-type]

    assert reviewed.case("C-1").status is CaseStatus.WAITING_FOR_SPONSOR
    assert open_numbers(reviewed) == [1, 2]


def test_an_answer_by_phone_brings_it_back_once(reviewed: Office) -> None:
    ask(reviewed)

    assert answered(reviewed).status is CaseStatus.IN_REVIEW
    with pytest.raises(NothingAsked):
        answered(reviewed)
    assert tags(reviewed).count("case:answered") == 1
    assert [event.actor for event in reviewed.events() if event.tag == "case:answered"] == [BLAKE.id]


def test_what_was_asked_stays_on_record_with_its_answer(reviewed: Office) -> None:
    ask(reviewed)
    reviewed.work()
    reply(reviewed)

    with reviewed.connect() as db:
        found = list(db.query("select number, text, asked_by, answered_by, mail_id from case_questions"))
    assert [(row["number"], row["asked_by"], row["answered_by"], row["mail_id"]) for row in found] == [
        (1, BLAKE.id, "usher", 2),
        (2, BLAKE.id, "usher", 2),
    ]
    asked = next(event for event in reviewed.events() if event.tag == "case:asked")
    assert dict(asked.data) == {"number": "1, 2", "hash": reviewed.case("C-1").content_hash}


# On hold


@pytest.fixture
def holding(tmp_path: Path) -> Office:
    office = an_office(tmp_path, delivery="hold")
    office.take(a_mail(subject="A new customer", files=[SOUND]))
    ask(office)
    office.work()
    return office


def test_a_question_on_hold_says_so_on_the_card_until_it_went(holding: Office) -> None:
    job = holding.job("desk_question")
    assert job.status is JobStatus.HELD
    assert "its mail: *waits for release*" in holding.chat.texts()

    with holding.connect() as db:
        outbox.release(db, job.id, by=BLAKE.id, now=holding.now)
    holding.work()

    (card,) = [m for m in holding.chat.standing.values() if m.key == "card:C-1"]
    assert "Which site?" in str(card.blocks)
    assert "its mail:" not in str(card.blocks)


def test_a_question_that_is_discarded_was_not_asked_and_the_case_is_back(holding: Office) -> None:
    ask(holding, "And which seats?")
    holding.work()
    first, second = holding.jobs("desk_question")
    with holding.connect() as db:
        outbox.discard(db, first.id, by=BLAKE.id, now=holding.now)
        assert holding.case("C-1").status is CaseStatus.WAITING_FOR_SPONSOR
        assert open_numbers(holding) == [3]
        outbox.discard(db, second.id, by=BLAKE.id, now=holding.now)
    holding.work()

    assert holding.case("C-1").status is CaseStatus.IN_REVIEW
    assert open_numbers(holding) == []
    assert "Question 1, 2 was not asked" in holding.chat.texts()


def test_words_that_cross_a_question_on_hold_do_not_answer_it(holding: Office) -> None:
    receipt = holding.job("receipt")
    holding.take(a_mail(text="By the way: we are on holiday.", answers=receipt.message_id))

    assert open_numbers(holding) == [1, 2]
    assert holding.case("C-1").status is CaseStatus.WAITING_FOR_SPONSOR


def test_a_newer_form_that_crosses_it_is_complete_and_waits_all_the_same(holding: Office) -> None:
    receipt = holding.job("receipt")
    holding.take(a_mail(text="More seats.", answers=receipt.message_id, files=[MORE_SEATS]))

    case = holding.case("C-1")
    assert (case.version, case.status) == (2, CaseStatus.WAITING_FOR_SPONSOR)
    assert [job.template for job in holding.mails()] == ["receipt", "desk_question", "receipt"]


# In the thread


def test_mails_of_the_case_stand_in_its_thread_once_they_went_without_their_links(reviewed: Office) -> None:
    ask(reviewed)
    reviewed.work()

    standing = reviewed.chat.standing
    head = next(ts for ts, message in standing.items() if message.key == "card:C-1")
    told = [message for message in standing.values() if message.key.startswith("mail:")]
    assert [message.thread_ts for message in told] == [head, head]
    assert [message.text for message in told] == [
        f"Mail to {DANA.address}: receipt",
        f"Mail to {DANA.address}: question of the desk",
    ]
    assert "Which site?" in str(told[1].blocks)
    assert not [token for token in reviewed.tokens if token in reviewed.chat.texts()]


def test_a_mail_that_did_not_go_is_told_nowhere(holding: Office) -> None:
    assert not holding.jobs("mail_note")


def test_what_is_in_the_audit_trail_names_no_words(reviewed: Office) -> None:
    ask(reviewed)
    reviewed.work()
    reply(reviewed)

    trail = str([event.data for event in reviewed.events()])
    assert "site" not in trail
    assert DANA.address not in trail
