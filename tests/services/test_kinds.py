"""A wrong kind is mended by one button: nothing is lost, nothing done twice, the trail has who did it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.domain.cases import CaseStatus
from bot.domain.conversations import ConversationState
from bot.domain.errors import (
    AlreadyDecided,
    ContentChanged,
    NoForm,
    NotReviewable,
    NotStaff,
    OwnWork,
    Refusal,
    UnknownMail,
)
from bot.domain.events import EventTag
from bot.domain.ledger import LedgerMail, MailStatus
from bot.domain.mail import Address
from bot.domain.mail_refusals import MailHasResult, MailNotKept, MailUndecided
from bot.domain.staff import Staff
from bot.rendering.words import words
from bot.rendering.workbooks import ris_form
from bot.services import approvals, conversations, corrections, kinds
from bot.store import ledger
from tests.cast import AVERY, BLAKE, CASEY, ELI, MALLORY, Office, a_mail
from tests.contracts.racing import race
from tests.forms import COMPANY, MARA, TOM, homemade_form, sound_form

FORM = ("RIS.xlsx", sound_form())
HOMEMADE = ("customer.xlsx", homemade_form())
BROKEN = ("RIS.xlsx", b"PK\x03\x04" + b"\0" * 200)


def as_ris(office: Office, mail_id: int, by: Staff = BLAKE) -> list[str]:
    with office.connect() as db:
        understood = kinds.read_again(db, office.desk, office.reader, mail_id)
        opened = kinds.take_as_ris(db, office.desk, understood, by=by, now=office.now)
    return [case.ref for case in opened]


def as_question(office: Office, ref: str, by: Staff = BLAKE, *, seen: str = "") -> str:
    case = office.case(ref)
    with office.connect() as db:
        understood = kinds.read_again(db, office.desk, office.reader, case.mail_id)
        return kinds.take_as_question(
            db, office.desk, understood, ref=ref, seen=seen or case.content_hash, by=by, now=office.now
        )


def state_of(office: Office, ref: str) -> ConversationState:
    with office.connect() as db:
        return conversations.get(db, ref).state


def robot_as_question(office: Office, mail_id: int, by: Staff = BLAKE) -> str:
    with office.connect() as db:
        understood = kinds.read_again(db, office.desk, office.reader, mail_id)
        return kinds.take_robot_as_question(db, office.desk, understood, by=by, now=office.now)


def row_of(office: Office, mail_id: int) -> LedgerMail:
    with office.connect() as db:
        row = ledger.find(db, mail_id)
    assert row is not None
    return row


def templates(office: Office) -> list[str]:
    return [job.template for job in office.jobs()]


def said(refusal: Refusal) -> str:
    return words().refusal(refusal)


# This is a RIS


def test_a_sheet_that_was_not_recognised_becomes_a_case_and_its_sender_hears_what_is_missing(
    office: Office,
) -> None:
    row = office.take(a_mail(files=[HOMEMADE]))
    assert (row.kind, row.subject_ref) == ("question", "Q-1")
    assert as_ris(office, row.id) == ["C-1"]

    case, mended = office.case("C-1"), row_of(office, row.id)
    assert (case.status, case.ris.company.name) == (CaseStatus.WAITING_FOR_SPONSOR, "Ostwind KG")
    assert (mended.kind, mended.subject_ref) == ("ris", "C-1")
    assert mended.reason == "staff: ris; before: question, none of the other rules"
    assert "ris_problems" in templates(office)
    with office.connect() as db:
        assert conversations.show(db, office.desk, ref="Q-1", by=BLAKE, now=office.now)["taken"]
    (event,) = [event for event in office.events() if event.tag == EventTag.MAIL_KIND_MENDED]
    assert (event.actor, event.subject, event.data["before"]) == (BLAKE.id, "mail:1", "question")


def test_who_says_that_it_is_a_ris_is_not_its_second_eye(office: Office) -> None:
    mail_id = office.take(a_mail(files=[FORM], headers=[("List-Id", "<a.list.example.org>")])).id
    as_ris(office, mail_id, AVERY)
    case = office.case("C-1")
    assert case.status is CaseStatus.IN_REVIEW

    with office.connect() as db:
        decide = {"ref": "C-1", "seen": case.content_hash, "now": office.now}
        with pytest.raises(OwnWork):
            approvals.approve(db, office.desk, by=AVERY, **decide)  # type: ignore[arg-type]
        assert approvals.approve(db, office.desk, by=CASEY, **decide).decision  # type: ignore[arg-type]


def test_a_stranger_whose_form_is_complete_hears_nothing(office: Office) -> None:
    headers = [("List-Id", "<a.list.example.org>")]
    row = office.take(a_mail(files=[FORM], sender=MALLORY, verdict="", headers=headers))
    as_ris(office, row.id)

    assert office.case("C-1").status is CaseStatus.IN_REVIEW
    assert office.mails() == []


@pytest.mark.parametrize(
    ("files", "exactly"),
    [
        ([], "nothing is attached to it"),
        ([("notes.pdf", b"%PDF-1.4")], "(notes.pdf) has too few of the form's headings"),
        ([BROKEN], "(RIS.xlsx). The file is damaged."),
    ],
)
def test_what_holds_no_form_is_refused_exactly_and_changes_nothing(
    office: Office, files: list[tuple[str, bytes]], exactly: str
) -> None:
    before = office.take(a_mail(files=files))
    jobs = templates(office)

    with pytest.raises(NoForm) as refused:
        as_ris(office, before.id)

    assert exactly in said(refused.value)
    assert (row_of(office, before.id), templates(office)) == (before, jobs)


def test_a_second_press_is_told_what_it_has_become(office: Office) -> None:
    row = office.take(a_mail(files=[HOMEMADE]))
    as_ris(office, row.id)

    with pytest.raises(MailHasResult) as refused:
        as_ris(office, row.id, CASEY)

    assert "C-1" in said(refused.value)
    assert templates(office).count("case_card") == 1


def test_of_many_who_press_at_once_one_wins(office: Office) -> None:
    row = office.take(a_mail(files=[HOMEMADE]))
    with office.connect() as db:
        understood = kinds.read_again(db, office.desk, office.reader, row.id)

    def press() -> str:
        with office.connect() as db:
            try:
                kinds.take_as_ris(db, office.desk, understood, by=BLAKE, now=office.now)
            except MailHasResult:
                return "late"
        return "won"

    assert sorted(race(press, press, press, press)) == ["late", "late", "late", "won"]
    assert templates(office).count("ris_problems") == 1


def test_a_form_for_a_decided_case_opens_a_new_one(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    with office.connect() as db:
        seen = office.case("C-1").content_hash
        approvals.approve(db, office.desk, ref="C-1", seen=seen, by=AVERY, now=office.now)
    answers = office.mails()[0].message_id
    row = office.take(a_mail(files=[FORM], answers=answers))
    assert (row.kind, row.subject_ref) == ("reply", "Q-1")

    assert as_ris(office, row.id) == ["C-2"]
    assert office.case("C-1").status is CaseStatus.APPROVED


def test_a_form_that_has_a_case_reopens_no_other(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    with office.connect() as db:
        seen = office.case("C-1").content_hash
        approvals.approve(db, office.desk, ref="C-1", seen=seen, by=AVERY, now=office.now)
    corrected = ("RIS.xlsx", ris_form("en", replace(COMPANY, city="Kiel"), [MARA, TOM]))
    row = office.take(a_mail(files=[corrected], answers=office.mails()[0].message_id))
    assert as_ris(office, row.id) == ["C-2"]
    with office.connect() as db:
        understood = kinds.read_again(db, office.desk, office.reader, row.id)
        submission = kinds.get_submission(db, office.desk, understood, ref="C-1")
        seen = office.case("C-1").content_hash
        with pytest.raises(MailHasResult):
            corrections.reopen(db, office.desk, submission, ref="C-1", seen=seen, by=BLAKE, now=office.now)
    assert office.case("C-1").status is CaseStatus.APPROVED


def test_a_mail_that_made_a_version_makes_no_case_besides(office: Office) -> None:
    row = office.take(a_mail(files=[FORM]))

    with pytest.raises(MailHasResult):
        as_ris(office, row.id)


def test_a_mail_that_waits_or_is_not_there_is_refused(office: Office) -> None:
    row = office.record(a_mail(files=[HOMEMADE]))

    with pytest.raises(MailUndecided):
        as_ris(office, row.id)
    with pytest.raises(UnknownMail):
        as_ris(office, 99)


# This is no RIS


@pytest.mark.parametrize(
    ("verdict", "files", "status"),
    [
        ("pass", FORM, CaseStatus.IN_REVIEW),
        ("", FORM, CaseStatus.RECEIVED),
        ("pass", ("RIS.xlsx", ris_form("en", COMPANY, [])), CaseStatus.WAITING_FOR_SPONSOR),
    ],
)
def test_an_undecided_case_is_closed_and_its_mails_words_stand_as_a_question(
    office: Office, verdict: str, files: tuple[str, bytes], status: CaseStatus
) -> None:
    row = office.take(a_mail(files=[files], text="Is this form the right one?", verdict=verdict))
    assert office.case("C-1").status is status
    mails = len(office.mails())

    assert as_question(office, "C-1") == "Q-1"

    mended = row_of(office, row.id)
    assert office.case("C-1").status is CaseStatus.WITHDRAWN
    assert (mended.status, mended.kind, mended.subject_ref) == (MailStatus.DONE, "question", "Q-1")
    assert mended.reason == "staff: question; before: ris, holds a form"
    assert len(office.mails()) == mails
    assert [event.tag for event in office.events()][-3:] == [
        EventTag.CASE_DISCARDED,
        EventTag.CONVERSATION_OPENED,
        EventTag.MAIL_KIND_MENDED,
    ]
    office.work()
    assert "Is this form the right one?" in office.chat.texts()
    assert f"<@{BLAKE.id}> says that this is no RIS: it goes on as Q-1" in office.chat.texts()


def test_what_was_closed_by_mistake_is_taken_as_a_ris_again(office: Office) -> None:
    row = office.take(a_mail(files=[FORM]))
    as_question(office, "C-1")

    assert as_ris(office, row.id) == ["C-2"]
    assert state_of(office, "Q-1") is ConversationState.CLOSED
    assert as_question(office, "C-2") == "Q-2"
    assert state_of(office, "Q-2") is ConversationState.OPEN
    assert row_of(office, row.id).subject_ref == "Q-2"


def test_a_mail_with_another_form_stays_a_ris_until_the_last_is_closed(office: Office) -> None:
    other = ("other.xlsx", ris_form("en", replace(COMPANY, name="Südwind AG"), [MARA, TOM]))
    row = office.take(a_mail(files=[FORM, other]))

    assert as_question(office, "C-1") == ""
    assert row_of(office, row.id).kind == "ris"
    assert as_question(office, "C-2") == "Q-1"
    assert row_of(office, row.id).kind == "question"


def test_a_decided_case_is_not_closed_and_the_loser_hears_who_was_faster(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    with office.connect() as db:
        seen = office.case("C-1").content_hash
        approvals.approve(db, office.desk, ref="C-1", seen=seen, by=AVERY, now=office.now)

    with pytest.raises(AlreadyDecided) as refused:
        as_question(office, "C-1")

    assert refused.value.values["by"] == AVERY.id
    assert "question_note" not in templates(office)


def test_a_second_press_on_no_ris_changes_nothing(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    as_question(office, "C-1")

    with pytest.raises(NotReviewable):
        as_question(office, "C-1")
    assert templates(office).count("question_note") == 1


def test_a_press_is_bound_to_what_the_card_showed(office: Office) -> None:
    office.take(a_mail(files=[FORM]))

    with pytest.raises(ContentChanged):
        as_question(office, "C-1", seen="old")


def test_approval_and_no_ris_at_once_leave_one_result(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    case = office.case("C-1")
    with office.connect() as db:
        understood = kinds.read_again(db, office.desk, office.reader, case.mail_id)

    def approve() -> str:
        with office.connect() as db:
            return _outcome(
                lambda: approvals.approve(
                    db, office.desk, ref="C-1", seen=case.content_hash, by=AVERY, now=office.now
                )
            )

    def close() -> str:
        with office.connect() as db:
            return _outcome(
                lambda: kinds.take_as_question(
                    db, office.desk, understood, ref="C-1", seen=case.content_hash, by=BLAKE, now=office.now
                )
            )

    assert sorted(race(approve, close)) == ["refused", "won"]
    closed = office.case("C-1").status is CaseStatus.WITHDRAWN
    assert closed is ("order_confirmation" not in templates(office))


def _outcome(act: Callable[[], object]) -> str:
    try:
        act()
    except Refusal:
        return "refused"
    return "won"


# Robots that were none


def test_a_person_taken_for_a_robot_is_asked_after_all_and_has_their_receipt(office: Office) -> None:
    row = office.take(a_mail(subject="Out of office", text="My code never arrives.", sender=MALLORY))
    assert row.kind == "auto_reply"

    assert robot_as_question(office, row.id) == "Q-1"

    assert row_of(office, row.id).kind == "question"
    assert [job.recipient for job in office.mails()] == [MALLORY.address]
    with pytest.raises(MailHasResult):
        robot_as_question(office, row.id)


def test_a_mail_of_which_only_the_number_was_kept_is_refused(office: Office) -> None:
    row = office.take(a_mail(files=[HOMEMADE]))
    with office.connect() as db:
        db.execute("delete from mail_sources")

    with pytest.raises(MailNotKept):
        as_ris(office, row.id)


# Who may


def test_only_staff_mend_a_kind_and_that_somebody_tried_is_on_record(office: Office) -> None:
    question = office.take(a_mail(files=[HOMEMADE]))
    office.take(a_mail(files=[FORM], sender=Address(name="Erin", address="erin@sponsor.example.org")))

    with pytest.raises(NotStaff):
        as_ris(office, question.id, ELI)
    with pytest.raises(NotStaff):
        as_question(office, "C-1", ELI)

    refused = [event for event in office.events() if event.tag == EventTag.DECISION_REFUSED]
    assert [(event.actor, event.subject) for event in refused] == [
        (ELI.id, "conversation:1"),
        (ELI.id, "case:1"),
    ]


def test_words_of_a_stranger_ping_nobody_in_the_refusal(office: Office) -> None:
    row = office.take(a_mail(files=[("<!channel>.pdf", b"%PDF")]))

    with pytest.raises(NoForm) as refused:
        as_ris(office, row.id)

    assert "<!channel>" not in words().refusal(refused.value, slack=True)
