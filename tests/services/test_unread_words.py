"""Words that came since a case's version: whoever decides it is told to read them first."""

from dataclasses import replace

import pytest

from bot.domain.cases import OPEN, BallHolder, CaseStatus
from bot.domain.delivery import Delivery
from bot.domain.errors import NothingUnread, NotStaff
from bot.domain.letters import Letter
from bot.domain.outbox import JobStatus
from bot.domain.queue import QueueEntry, Wanted
from bot.rendering.cards import case_card, confirm_card
from bot.rendering.queue import queue_card
from bot.rendering.words import words
from bot.rendering.workbooks import ris_form
from bot.services import case_answers, case_words, cases, conversations, letters, outbox, queue
from bot.store import turns
from bot.store.database import text_of
from tests.cast import AVERY, BLAKE, DANA, ELI, MALLORY, Office, a_mail
from tests.forms import COMPANY, MARA, TOM, sound_form
from tests.services.test_letters import ask

FORM = ("RIS.xlsx", sound_form())
WITHOUT_CITY = ("RIS.xlsx", ris_form("en", replace(COMPANY, city=""), [MARA, TOM]))
CORRECTED = ("RIS.xlsx", ris_form("en", replace(COMPANY, seats=5), [MARA, TOM]))
LINE = "in words that nobody has dealt with"


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


@pytest.mark.parametrize(
    "text",
    [
        "Please find the form attached. Please answer my questions.",
        "Bitte antworten Sie auf meine Mail.",
        "Anbei das Formular. Bitte antworten.",
        "Please answer my question.",
        "The answer to our question is missing.",
        "The missing information is now with the client.",
        "Answers follow by email.",
    ],
)
def test_a_wish_for_an_answer_beside_a_form_is_shown_and_counted(office: Office, text: str) -> None:
    office.take(a_mail(files=[FORM], text=text))

    assert unread(office) == 1
    assert len(office.jobs("question_note")) == 1


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("When will the keys arrive, and may two people share one?", 1),
        ("Five seats, please.", 1),
        ("Here it is.", 0),
    ],
)
def test_a_corrected_form_answers_nothing_that_its_sponsor_asked_before(
    office: Office, said: str, left: int
) -> None:
    office.take(a_mail(files=[FORM], sender=DANA))
    reply(office, said)
    office.clock.wait(minutes=9)
    reply(office, "Here it is.", files=[CORRECTED])

    assert office.case("C-1").version == 2
    assert (unread(office), line(office).unread) == (left, left)
    ask(office, "In a week; no, each needs one.", letter=Letter.REPLY)
    assert unread(office) == 0


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("1. Hamburg\n\nWhen will the keys arrive? And may two people share one?", 1),
        ("1. Hamburg\n\nTomas has left: no key for him.", 1),
        ("When will the keys arrive?\n\n1. Hamburg", 1),
        ("Please call me before you order.\n\n1. Hamburg", 1),
        ("Bis Freitag brauchen wir alles.\n\n1. Hamburg", 1),
        ("Please answer my question.\n\n1. Hamburg", 1),
        ("Bitte antworten Sie auf meine Mail.\n\n1. Hamburg", 1),
        ("please find the answers below.\n\n1. Hamburg", 0),
        ("Hi,\nhere are my answers:\n1. Hamburg\n\nPlease let us know if you need anything else.", 0),
        ("Dear team,\n\nthank you. Please find our answers to your questions below.\n\n1. Hamburg", 0),
        ("Guten Tag,\n\nvielen Dank. Anbei die Antworten auf Ihre Fragen:\n\n1. Hamburg", 0),
        ("Hallo zusammen,\nhier die fehlenden Angaben:\n1. Hamburg\n\nViele Grüße\nDana", 0),
    ],
)
def test_what_goes_on_beside_answers_under_numbers_is_read_too(office: Office, text: str, left: int) -> None:
    ours = asked(office)
    office.take(a_mail(text=text, answers=ours))
    shown = unread(office)
    with office.connect() as db:
        case_answers.take_over(db, office.desk, ref="C-1", number=1, by=BLAKE, now=office.now)

    assert (shown, unread(office), office.case("C-1").version) == (left, left, 2)


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


def asked(office: Office) -> str:
    """A form that lacks its city: the Message-ID of the mail that says so."""
    office.take(a_mail(files=[WITHOUT_CITY]))
    office.work()
    return office.job("ris_problems").message_id


def line(office: Office) -> QueueEntry:
    with office.connect() as db:
        (entry,) = queue.list_queue(db, by=BLAKE, wanted=Wanted(), now=office.now)
    return entry


def up_to(office: Office) -> int:
    with office.connect() as db:
        return cases.get_card(db, office.desk, "C-1", now=office.now).unread_to


def aloud(office: Office) -> list[str]:
    """What stands in the channel besides cards, the oldest first."""
    office.work()
    return [message.text for message in office.chat.standing.values() if message.broadcast]


def test_words_to_a_waiting_case_are_the_desks_turn_until_they_are_read(office: Office) -> None:
    ours = asked(office)
    assert line(office).ball is BallHolder.SPONSOR
    office.clock.wait(hours=2)
    office.take(a_mail(text="What is a seat?", answers=ours))
    came, entry = office.now, line(office)

    assert (entry.ball, entry.since, entry.unread) == (BallHolder.DESK, came, 1)
    assert entry.waits_for(BLAKE)
    shown = str(queue_card([entry], Wanted(), words=words("en"), now=office.now).blocks)
    assert "*1 mail to read*" in shown
    (again,) = aloud(office)
    assert again.startswith("*C-1* is with the desk again")
    assert again.endswith(": Sponsor waits for the desk.")
    seen = up_to(office)
    office.take(a_mail(text="And what does it cost?", answers=ours))
    with office.connect() as db:
        with pytest.raises(NotStaff):
            case_words.mark_read(db, ref="C-1", to=seen, by=ELI, now=office.now)
        case_words.mark_read(db, ref="C-1", to=seen, by=BLAKE, now=office.now)
    assert (line(office).ball, unread(office)) == (BallHolder.DESK, 1)  # of what came since nobody knew
    with office.connect() as db:
        case_words.mark_read(db, ref="C-1", to=up_to(office), by=BLAKE, now=office.now)
        with pytest.raises(NothingUnread):
            case_words.mark_read(db, ref="C-1", to=seen, by=AVERY, now=office.now)
    assert (line(office).ball, line(office).unread) == (BallHolder.SPONSOR, 0)
    assert [event.actor for event in office.events() if event.tag == "case:read"] == [BLAKE.id] * 2


def test_a_letter_gives_the_turn_back_and_one_that_failed_does_not(office: Office) -> None:
    ours = asked(office)
    office.take(a_mail(text="What is a seat?", answers=ours))
    ask(office, "A user who works at the same time.", letter=Letter.REPLY)
    assert line(office).ball is BallHolder.SPONSOR
    with office.connect() as db:
        outbox.discard(db, office.job("desk_reply").id, by=BLAKE.id, now=office.now)
    assert (line(office).ball, line(office).unread) == (BallHolder.DESK, 1)


def test_a_file_without_words_is_to_be_read_and_one_that_was_answered_is_not(office: Office) -> None:
    ours = asked(office)
    office.take(a_mail(text="", files=[("RIS.xlsx", b"PK no zip")], answers=ours))
    assert line(office).ball is BallHolder.SPONSOR
    office.take(a_mail(text="", files=[("order.pdf", b"%PDF-1.7")], answers=ours))

    assert (line(office).ball, unread(office)) == (BallHolder.DESK, 1)


def test_words_to_a_case_in_review_stand_in_the_channel_too(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    office.work()
    before = aloud(office)
    reply(office, "Please wait: the purchase order is the wrong one.")
    reply(office, "")

    (words_of_theirs,) = [text for text in aloud(office) if text not in before]
    assert "C-1" in words_of_theirs


@pytest.mark.parametrize("status", sorted(set(CaseStatus) - OPEN))
def test_words_to_a_decided_case_wait_for_a_person_as_any_question_does(
    office: Office, status: CaseStatus
) -> None:
    office.take(a_mail(files=[FORM]))
    office.work()
    with office.connect() as db:
        db.execute("update cases set status = ?", [status])
    reply(office, "The contact has left us: please invite somebody else.")
    office.work()

    (asked_for,) = [mail for mail in office.mailer.sent if "Q-1" in mail.subject]
    assert asked_for.to == DANA.address
    with office.connect() as db:
        (one,) = conversations.list_open(db, by=BLAKE)
    assert (one.ref, one.due_at is not None) == ("Q-1", True)
    assert any(one.text.endswith("The sponsor wrote: Q-1") for one in office.chat.standing.values())


@pytest.mark.parametrize("status", [CaseStatus.INVITED, CaseStatus.LIVE, CaseStatus.WITHDRAWN])
def test_a_form_with_something_new_for_a_case_that_cannot_change_is_a_case_of_its_own(
    office: Office, status: CaseStatus
) -> None:
    office.take(a_mail(files=[FORM]))
    office.work()
    with office.connect() as db:
        db.execute("update cases set status = ?", [status])
    reply(office, "With five seats.", files=[CORRECTED])

    assert office.case("C-2").ris.company.seats == 5
    assert office.case("C-1").status is status


def test_words_that_waited_before_this_version_are_handed_over(office: Office) -> None:
    ours = asked(office)
    office.clock.wait(hours=2)
    office.take(a_mail(text="What is a seat?", answers=ours))
    came = office.now
    with office.connect() as db:
        db.execute("delete from turns where holder = 'desk'")
        db.execute("update turns set until = null where holder = 'sponsor'")
        db.execute("update outbox set vals = json_remove(vals, '$.words.to_read') where kind = 'note'")
        turns.hand_over_written(db)
        open_turns = list(db.query("select holder, since from turns where until is null"))

    assert open_turns == [{"holder": "desk", "since": text_of(came)}]


def test_what_came_while_a_letter_was_written_is_not_dealt_with_by_it(office: Office) -> None:
    ours = asked(office)
    office.take(a_mail(text="What is a seat?", answers=ours))
    with office.connect() as db:
        draft, _ = letters.begin(
            db, office.desk, Letter.REPLY, ref="C-1", by=BLAKE, text="A user who works at the same time."
        )
        draft, *_ = letters.preview(db, office.desk, draft, by=BLAKE)
    office.take(a_mail(text="And please leave Tomas out.", answers=ours))
    with office.connect() as db:
        assert letters.send(db, office.desk, draft, by=BLAKE, now=office.now)

    assert (line(office).ball, unread(office)) == (BallHolder.DESK, 1)
    ask(office, "We leave him out.", letter=Letter.REPLY)
    assert (line(office).ball, unread(office)) == (BallHolder.SPONSOR, 0)


def test_a_thank_you_with_the_form_of_before_is_no_new_case(office: Office) -> None:
    ours = asked(office)
    office.take(a_mail(text="1. Hamburg", answers=ours))
    with office.connect() as db:
        case_answers.take_over(db, office.desk, ref="C-1", number=1, by=BLAKE, now=office.now)
        db.execute("update cases set status = 'live'")
    row = office.take(a_mail(text="Thank you! When do they get access?", files=[WITHOUT_CITY], answers=ours))

    assert row.subject_ref == "Q-1"


def test_a_letter_that_is_held_is_written_all_the_same(office: Office) -> None:
    ours = asked(office)
    office.take(a_mail(text="What is a seat?", answers=ours))
    office.bot = replace(office.bot, desk=replace(office.desk, delivery=Delivery()))
    before = len(aloud(office))
    ask(office, "A user who works at the same time.", letter=Letter.REPLY)
    office.work()

    assert office.job("desk_reply").status is JobStatus.HELD
    assert (line(office).ball, unread(office), len(aloud(office))) == (BallHolder.SPONSOR, 0, before)


def test_notes_of_an_older_usher_are_counted_by_what_is_in_them(office: Office) -> None:
    ours = asked(office)
    office.take(a_mail(text="What is a seat?", answers=ours))
    with office.connect() as db:
        for name in ("to_read", "taken"):
            db.execute(f"update outbox set vals = json_remove(vals, '$.words.{name}') where kind = 'note'")

    assert unread(office) == 1


def test_a_withdrawal_of_an_invited_case_comes_up_in_the_channel(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    office.work()
    with office.connect() as db:
        db.execute("update cases set status = 'invited'")
    before = aloud(office)
    reply(office, "please withdraw this case.")

    (asked_for,) = [text for text in aloud(office) if text not in before]
    assert "C-1" in asked_for
    assert "case_withdraw" in office.chat.texts()


def test_no_article_answers_what_is_asked_about_a_case(office: Office) -> None:
    policy = office.desk.policy
    answers = policy.answers.model_copy(update={"faq_mode": "answer"})
    office.bot = replace(
        office.bot, desk=replace(office.desk, policy=policy.model_copy(update={"answers": answers}))
    )
    office.take(a_mail(files=[FORM]))
    office.work()
    with office.connect() as db:
        db.execute("update cases set status = 'live'")
    reply(office, "My account is locked, how long does that last?")
    office.take(a_mail(subject="Locked", text="My account is locked, how long does that last?"))
    office.work()

    assert [job.values["ref"] for job in office.jobs("faq_answer")] == ["Q-2"]
    assert [job.values["ref"] for job in office.jobs("neutral_receipt")] == ["Q-1"]
