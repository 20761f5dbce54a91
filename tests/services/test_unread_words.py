"""Words that came since a case's version: whoever decides it is told to read them first."""

from dataclasses import replace

from bot.domain.cases import CaseStatus
from bot.domain.letters import Letter
from bot.rendering.cards import case_card, confirm_card
from bot.rendering.words import words
from bot.rendering.workbooks import ris_form
from bot.services import case_answers, cases, outbox
from tests.cast import BLAKE, DANA, MALLORY, Office, a_mail
from tests.forms import COMPANY, MARA, TOM, sound_form
from tests.services.test_letters import ask

FORM = ("RIS.xlsx", sound_form())
WITHOUT_CITY = ("RIS.xlsx", ris_form("en", replace(COMPANY, city=""), [MARA, TOM]))
CORRECTED = ("RIS.xlsx", ris_form("en", replace(COMPANY, seats=5), [MARA, TOM]))
LINE = "came since the newest form"


def unread(office: Office) -> int:
    """What the card says, and whether *Approve* asks."""
    with office.connect() as db:
        card = cases.get_card(db, office.desk, "C-1", now=office.now)
    shown = str(case_card(card, words=words("en")).blocks)
    typed = str(confirm_card(card, "approve", words=words("en")).blocks)
    may_be_approved = card.case.status is CaseStatus.IN_REVIEW
    for blocks in (shown, typed):
        assert (LINE in blocks) == bool(card.unread)
        assert ("Have you read" in blocks) == bool(card.unread and may_be_approved)
    return card.unread


def reply(office: Office, text: str, **more: object) -> None:
    answers = next(job.message_id for job in office.mails() if job.template == "receipt")
    office.take(a_mail(subject="Re: it", text=text, answers=answers, **more))  # type: ignore[arg-type]


def test_words_since_the_version_stand_on_the_card_until_somebody_writes_back(office: Office) -> None:
    office.take(a_mail(files=[FORM], text="Please find the form attached."))
    assert unread(office) == 0
    office.work()
    reply(office, "Tomas has left the company: no key for him, please.")
    office.work()
    reply(office, "And we need five seats.")
    reply(office, "Let me in", sender=MALLORY)

    assert unread(office) == 2
    office.work()
    assert "2 mails in words" in office.chat.texts()
    ask(office, "Please send us the corrected form.", letter=Letter.REPLY)
    assert unread(office) == 0
    reply(office, "We will.")
    assert unread(office) == 1


def test_a_corrected_form_is_what_came_last(office: Office) -> None:
    office.take(a_mail(files=[FORM], sender=DANA))
    reply(office, "Five seats, please.")
    office.clock.wait(seconds=1)
    reply(office, "Here it is.", files=[CORRECTED])

    assert office.case("C-1").version == 2
    assert unread(office) == 0


def test_neither_a_mail_without_words_nor_answers_that_staff_were_shown_are_counted(
    office: Office,
) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    office.work()
    asked = office.job("ris_problems").message_id
    office.take(a_mail(files=[WITHOUT_CITY], text="", answers=asked))
    office.take(a_mail(text="1. Hamburg", answers=asked))
    assert unread(office) == 0

    office.take(a_mail(text="Tomas has left: no key for him.", answers=asked))
    assert unread(office) == 1
    with office.connect() as db:
        case_answers.take_over(db, office.desk, ref="C-1", number=1, by=BLAKE, now=office.now)
    assert (office.case("C-1").version, unread(office)) == (2, 1)  # nobody has read what he wrote


def test_answers_that_were_discarded_were_read_and_a_letter_that_was_discarded_was_not_written(
    office: Office,
) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    office.work()
    asked = office.job("ris_problems").message_id
    office.take(a_mail(text="1. Hamburg", answers=asked))
    with office.connect() as db:
        case_answers.discard(db, ref="C-1", number=1, by=BLAKE, now=office.now)
    assert unread(office) == 0
    office.take(a_mail(text="Remove Tomas.", answers=asked))
    ask(office, "We will.", letter=Letter.REPLY)
    assert unread(office) == 0
    with office.connect() as db:
        outbox.discard(db, office.job("desk_reply").id, by=BLAKE.id, now=office.now)
    assert unread(office) == 1
