"""A sponsor takes a case back: at once, by a click, or why not; and corrections after the decision."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.approvals import Choice, RejectionReason
from bot.domain.cases import CaseStatus
from bot.domain.errors import (
    ContentChanged,
    HasAdditions,
    NotApprover,
    NotReopenable,
    NotStaff,
    NotWithdrawable,
    OwnWork,
)
from bot.domain.events import EventTag
from bot.domain.ledger import LedgerMail
from bot.domain.mail import Address
from bot.domain.outbox import JobKind, JobStatus
from bot.domain.staff import Staff
from bot.rendering.workbooks import ris_form
from bot.services import (
    additions,
    approvals,
    audit,
    case_step_hands,
    corrections,
    kinds,
    outbox,
    withdrawals,
)
from tests.authenticators import enrolled
from tests.cast import AVERY, BLAKE, CASEY, DANA, ELI, MALLORY, Office, a_mail, an_office
from tests.forms import COMPANY, MARA, TOM, sound_form

FORM = ("RIS.xlsx", sound_form())
CORRECTED = ("RIS.xlsx", ris_form("en", replace(COMPANY, city="Bremen", seats=3), [MARA, TOM]))
NORA = replace(TOM, first_name="Nora", last_name="Vogt", email="nora.vogt@nordlicht.example.com")
MORE = ("RIS.xlsx", ris_form("en", COMPANY, [MARA, NORA]))
CANCEL = "Hello,\n\nplease withdraw C-1.\n\nKind regards\nDana Reyes"


def a_reply(office: Office, text: str = CANCEL, *, sender: Address = DANA, **more: object) -> LedgerMail:
    """Answer the newest mail about C-1."""
    answers = [job for job in office.mails() if job.values["ref"] == "C-1"][-1].message_id
    return office.take(a_mail(sender=sender, subject="Re: it", text=text, answers=answers, **more))  # type: ignore[arg-type]


def approve(office: Office, ref: str = "C-1", *, by: Staff = AVERY) -> None:
    with office.connect() as db:
        seen = office.case(ref).content_hash
        approvals.approve(db, office.desk, ref=ref, seen=seen, by=by, now=office.now)


def withdraw(office: Office, *, by: Staff = BLAKE, seen: str = "") -> None:
    with office.connect() as db:
        hashed = seen or office.case("C-1").content_hash
        withdrawals.withdraw(db, office.desk, ref="C-1", seen=hashed, by=by, now=office.now)


def take_back(office: Office, *, by: Staff = AVERY) -> None:
    """An approved case, at its sponsor's wish: it takes a code."""
    code = enrolled(office, by).code(office.now)
    with office.connect() as db:
        seen = office.case("C-1").content_hash
        case_step_hands.stop(
            db, office.desk, ref="C-1", seen=seen, reason="asked for", by=by, code=code, at_wish=True,
            now=office.now,
        )  # fmt: skip


def reopen(office: Office, mail: LedgerMail, *, by: Staff = BLAKE) -> None:
    with office.connect() as db:
        understood = kinds.read_again(db, office.desk, office.reader, mail.id)
        corrections.reopen(
            db,
            office.desk,
            kinds.get_submission(db, office.desk, understood, ref="C-1"),
            ref="C-1",
            seen=office.case("C-1").content_hash,
            by=by,
            now=office.now,
        )


def an_addition_to_it(office: Office) -> None:
    office.take(a_mail(files=[MORE]))
    with office.connect() as db:
        seen = office.case("C-2").content_hash
        additions.confirm_same(db, office.desk, ref="C-2", other="C-1", seen=seen, by=BLAKE, now=office.now)
    approve(office, "C-2")


def said(office: Office) -> list[str]:
    return [job.values["words"]["what"] for job in office.jobs("withdrawal_note")]


def test_a_partys_plain_word_takes_an_undecided_case_back_at_once(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    row = a_reply(office)

    assert (row.subject_ref, office.case("C-1").status) == ("C-1", CaseStatus.WITHDRAWN)
    job = office.job("withdrawal")
    assert (job.recipient, job.values["words"]["withdrawn"]) == (DANA.address, True)
    assert job.values["thread"]["message_id"] == row.message_id
    assert said(office) == ["done"]
    assert office.jobs("question_note")[-1].values["words"]["text"].startswith("Hello,")
    assert EventTag.CASE_WITHDRAWN in {event.tag for event in office.events()}
    with office.connect() as db:
        assert audit.verify(db).broken_at is None


def test_a_case_that_waits_for_its_sponsor_is_taken_back_too(office: Office) -> None:
    office.take(a_mail(files=[("RIS.xlsx", ris_form("de", replace(COMPANY, city=""), [MARA]))]))
    a_reply(office, "Guten Tag,\n\nbitte stornieren Sie den Auftrag.\n\nViele Grüße\nDana Reyes")

    assert office.case("C-1").status is CaseStatus.WITHDRAWN


@pytest.mark.parametrize(
    "text", ["Can we still cancel?", "Please cancel the seat of Tom.", "Bitte nicht stornieren."]
)
def test_unclear_words_are_shown_with_a_button_and_change_nothing(office: Office, text: str) -> None:
    office.take(a_mail(files=[FORM]))
    before = len(office.mails())
    a_reply(office, text)

    assert office.case("C-1").status is CaseStatus.IN_REVIEW
    assert said(office) == ["unclear"]
    assert office.jobs("question_note")[-1].values["words"]["text"] == text
    assert len(office.mails()) == before


@pytest.mark.parametrize(
    ("sender", "verdict"),
    [(DANA, ""), (DANA, "fail"), (MALLORY, "pass"), (Address(address="erin@elsewhere.example.net"), "pass")],
)
def test_a_token_alone_takes_nothing_back(office: Office, sender: Address, verdict: str) -> None:
    office.take(a_mail(files=[FORM]))
    a_reply(office, sender=sender, verdict=verdict)

    assert office.case("C-1").status is CaseStatus.IN_REVIEW
    assert office.jobs("withdrawal") == office.jobs("withdrawal_note") == []


def test_a_strangers_own_case_is_taken_back_by_staff_only(office: Office) -> None:
    office.take(a_mail(sender=MALLORY, files=[FORM]))
    text = "Please withdraw C-1."
    a_reply(office, text, sender=MALLORY)
    assert (said(office), office.case("C-1").status) == ([], CaseStatus.RECEIVED)

    with office.connect() as db:
        seen = office.case("C-1").content_hash
        kinds.accept(db, office.desk, ref="C-1", seen=seen, by=BLAKE, now=office.now)
    a_reply(office, text, sender=MALLORY)

    assert (said(office), office.case("C-1").status) == (["unclear"], CaseStatus.IN_REVIEW)
    assert {job.template for job in office.mails()} == {"neutral_receipt"}


def test_words_beside_a_form_take_nothing_back(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    a_reply(office, "Please cancel the order.", files=[CORRECTED])

    case = office.case("C-1")
    assert (case.status, case.version) == (CaseStatus.IN_REVIEW, 2)


def test_after_approval_what_has_not_gone_out_is_undone_by_whoever_may_stop_it(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    approve(office)
    a_reply(office)
    assert (said(office), office.case("C-1").status) == (["asked"], CaseStatus.APPROVED)

    with pytest.raises(ContentChanged):  # the button of before, by anybody
        withdraw(office, by=AVERY)
    with pytest.raises(NotApprover):
        take_back(office, by=BLAKE)
    take_back(office)
    office.work()

    case = office.case("C-1")
    assert (case.status, case.decision) == (CaseStatus.WITHDRAWN, None)
    (voided,) = case.voided
    assert voided.voided is not None
    assert (voided.choice, voided.by, voided.voided.by) == (Choice.APPROVED, AVERY.id, AVERY.id)
    assert voided.voided.note == "asked for"
    with office.connect() as db:
        (withdrawn,) = (one for one in audit.export(db) if one.tag == EventTag.CASE_WITHDRAWN)
    assert (withdrawn.actor, withdrawn.data["right_of"]) == (AVERY.id, AVERY.id)
    assert office.job("order_confirmation").status is JobStatus.DISCARDED
    assert "Order confirmed" not in {mail.subject[:15] for mail in office.mailer.sent}
    words = office.job("withdrawal").values["words"]
    assert (words["withdrawn"], words["confirmation_sent"], words["may_have_gone"]) == (True, False, False)
    assert words["approved_on"]


def test_what_cannot_be_called_back_is_said_to_the_sponsor_and_to_staff(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    approve(office)
    office.work()
    a_reply(office)
    take_back(office)
    office.work()

    assert office.job("withdrawal").values["words"]["confirmation_sent"] is True
    assert office.jobs("withdrawal_note")[-1].values["words"]["standing"] == ["confirmation_sent"]
    assert "cannot be called back" in office.mailer.sent[-1].text


def test_a_confirmation_that_is_on_its_way_may_have_gone(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    office.work()
    approve(office)
    office.claim(kinds=[JobKind.MAIL])
    take_back(office)

    assert office.job("withdrawal").values["words"]["may_have_gone"] is True
    assert office.case("C-1").status is CaseStatus.WITHDRAWN


def test_its_late_end_does_not_bring_a_decision_back(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    office.work()
    approve(office)
    jobs = office.claim(kinds=[JobKind.MAIL])
    take_back(office)
    for job in jobs:
        office.carry_out(job)
    office.work()

    case = office.case("C-1")
    assert (case.status, case.decision) == (CaseStatus.WITHDRAWN, None)


def test_held_mails_of_a_decision_never_leave_after_it_was_taken_back(tmp_path: Path) -> None:
    office = an_office(tmp_path, delivery="hold")
    office.take(a_mail(files=[FORM]))
    approve(office)
    office.work()
    assert office.job("order_confirmation").status is JobStatus.HELD

    take_back(office)
    with office.connect() as db:
        outbox.release_all(db, by=BLAKE.id, now=office.now)
    office.work()

    assert office.job("order_confirmation").status is JobStatus.DISCARDED
    assert not [mail for mail in office.mailer.sent if mail.subject.startswith("Order confirmed")]


def test_what_others_build_on_stays_and_the_sponsor_hears_why(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    approve(office)
    an_addition_to_it(office)
    a_reply(office)

    words = office.job("withdrawal").values["words"]
    assert (words["withdrawn"], office.case("C-1").status) == (False, CaseStatus.APPROVED)
    assert "C-2" not in str(words)
    assert office.jobs("withdrawal_note")[-1].values["words"]["other"] == "C-2"
    with pytest.raises(HasAdditions):
        take_back(office)


def test_nobody_but_staff_withdraws_and_only_what_they_saw(office: Office) -> None:
    office.take(a_mail(files=[FORM]))

    with pytest.raises(NotStaff):
        withdraw(office, by=ELI)
    with pytest.raises(ContentChanged):
        withdraw(office, seen="older")
    withdraw(office)
    with pytest.raises(NotWithdrawable):
        withdraw(office)


def test_what_was_rejected_is_not_taken_back_its_words_are_read(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    with office.connect() as db:
        approvals.reject(
            db, office.desk, ref="C-1", seen=office.case("C-1").content_hash, by=AVERY,
            reason=RejectionReason.OTHER, note="", now=office.now,
        )  # fmt: skip
    a_reply(office)

    assert office.case("C-1").status is CaseStatus.REJECTED
    assert (said(office), len(office.jobs("question_note"))) == ([], 1)


# Corrections


def test_a_correction_after_the_decision_is_shown_with_its_differences(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    approve(office)
    a_reply(office, "Sorry, corrected.", files=[CORRECTED])

    assert (office.case("C-1").version, office.case("C-1").status) == (1, CaseStatus.APPROVED)
    words = office.job("correction_note").values["words"]
    assert {(change["field"], change["before"], change["after"]) for change in words["changes"]} == {
        ("city", "Hamburg", "Bremen"),
        ("seats", "2", "3"),
    }
    assert (words["other"], words["more"]) == ("", 0)


def test_reopening_voids_the_decision_and_asks_the_second_eye_again(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    approve(office)
    mail = a_reply(office, "Sorry, corrected.", files=[CORRECTED])
    reopen(office, mail, by=AVERY)

    case = office.case("C-1")
    assert (case.status, case.version, case.decision) == (CaseStatus.IN_REVIEW, 2, None)
    assert case.ris.company.city == "Bremen"
    assert office.jobs("order_confirmation")[0].status is JobStatus.DISCARDED
    assert office.job("receipt").values["words"]["replaces_on"]
    with pytest.raises(OwnWork):
        approve(office)
    approve(office, by=CASEY)
    office.work()
    assert [job.status for job in office.jobs("order_confirmation")] == [JobStatus.DISCARDED, JobStatus.SENT]
    decision = office.case("C-1").decision
    assert decision is not None
    assert (decision.by, decision.version) == (CASEY.id, 2)


def test_a_rejected_form_is_reopened_by_a_corrected_one(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    with office.connect() as db:
        approvals.reject(
            db, office.desk, ref="C-1", seen=office.case("C-1").content_hash, by=AVERY,
            reason=RejectionReason.WRONG_DATA, note="", now=office.now,
        )  # fmt: skip
    reopen(office, a_reply(office, "Corrected.", files=[CORRECTED]))

    assert office.case("C-1").status is CaseStatus.IN_REVIEW
    assert office.job("receipt").values["words"]["replaces_on"] == ""


def test_what_others_build_on_is_not_reopened_and_the_note_says_why(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    approve(office)
    an_addition_to_it(office)
    mail = a_reply(office, "Corrected.", files=[CORRECTED])

    assert office.job("correction_note").values["words"]["other"] == "C-2"
    with pytest.raises(HasAdditions):
        reopen(office, mail)
    assert office.case("C-1").status is CaseStatus.APPROVED


def test_the_same_form_once_more_is_no_correction(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    approve(office)
    a_reply(office, "Here it is again.", files=[FORM])

    assert office.jobs("correction_note") == []
    assert len(office.jobs("question_note")) == 1


def test_a_withdrawn_case_is_not_reopened(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    a_reply(office)
    mail = a_reply(office, "We need it after all.", files=[CORRECTED])

    assert office.jobs("correction_note") == []
    with pytest.raises(NotReopenable):
        reopen(office, mail)


def test_a_stranger_with_the_token_corrects_nothing(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    approve(office)
    row = a_reply(office, "Corrected.", sender=MALLORY, files=[CORRECTED])

    assert (row.subject_ref, office.jobs("correction_note")) == ("C-2", [])
