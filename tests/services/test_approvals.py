"""Who decides what: on what they saw, once, with a second eye, and every refusal on record."""

from dataclasses import replace

import pytest

from bot.domain.approvals import Choice, RejectionReason
from bot.domain.cases import STANDING, Case, CaseStatus
from bot.domain.errors import (
    AlreadyApproved,
    AlreadyDecided,
    ContentChanged,
    NotApprover,
    NotReviewable,
    NotStaff,
    OwnWork,
    Refusal,
    UnknownCase,
)
from bot.domain.mail_refusals import TakenInBefore
from bot.domain.staff import Act, Member, Staff
from bot.services import approvals, cases, kinds
from bot.services.staff import StaffList
from bot.store import cases as case_store
from bot.store.database import transaction
from tests.cast import AVERY, BLAKE, CASEY, DANA, ELI, OPERATOR, Office, a_case, a_submission
from tests.contracts.racing import race
from tests.outside import FakeChat

DANA_AS_STAFF = replace(AVERY, id="U0DANA", name="Dana", email=DANA.address)


def approve(office: Office, case: Case, by: Staff, *, ref: str = "", seen: str = "") -> Case:
    with office.connect() as db:
        return approvals.approve(
            db, office.desk, ref=ref or case.ref, seen=seen or case.content_hash, by=by, now=office.now
        )


def reject(office: Office, case: Case, by: Staff, *, seen: str = "") -> Case:
    with office.connect() as db:
        return approvals.reject(
            db,
            office.desk,
            ref=case.ref,
            seen=seen or case.content_hash,
            by=by,
            reason=RejectionReason.WRONG_DATA,
            note="by phone",
            now=office.now,
        )


def accept(office: Office, case: Case, by: Staff) -> Case:
    with office.connect() as db:
        return kinds.accept(db, office.desk, ref=case.ref, seen=case.content_hash, by=by, now=office.now)


def withdraw(office: Office, case: Case) -> None:
    """As `kinds.take_as_question` leaves it."""
    with office.connect() as db, transaction(db):
        since, to = (case.status,), CaseStatus.WITHDRAWN
        case_store.move(db, case.id, since=since, to=to, content_hash=case.content_hash, now=office.now)


def move_on(office: Office, case: Case, to: CaseStatus) -> None:
    with office.connect() as db, transaction(db):
        since = (case.status,)
        case_store.move(db, case.id, since=since, to=to, content_hash=case.content_hash, now=office.now)


def in_state(office: Office, status: CaseStatus) -> Case:
    """A case in that state, brought there as people bring it there; Casey decided where somebody did."""
    if status in (CaseStatus.RECEIVED, CaseStatus.WITHDRAWN):
        case = a_case(office, known=False)
        if status is CaseStatus.WITHDRAWN:
            withdraw(office, case)
        return office.case(case.ref)
    case = a_case(office, complete=status is not CaseStatus.WAITING_FOR_SPONSOR)
    if status is CaseStatus.APPROVED:
        approve(office, case, CASEY)
    if status in STANDING - {CaseStatus.APPROVED}:
        move_on(office, approve(office, case, CASEY), status)
    if status is CaseStatus.REJECTED:
        reject(office, case, CASEY)
    return office.case(case.ref)


S = CaseStatus

# Who, in which state


@pytest.mark.parametrize("by", [AVERY, CASEY, OPERATOR])
def test_an_approver_approves_what_is_in_review(office: Office, by: Staff) -> None:
    case = approve(office, in_state(office, S.IN_REVIEW), by)

    assert case.status is S.APPROVED
    assert case.decision is not None
    assert (case.decision.choice, case.decision.by) == (Choice.APPROVED, by.id)
    assert case.decision.content_hash == case.content_hash


@pytest.mark.parametrize("status", list(CaseStatus))
@pytest.mark.parametrize(("by", "refusal"), [(BLAKE, NotApprover), (ELI, NotStaff)])
def test_nobody_else_decides_in_any_state(
    office: Office, status: CaseStatus, by: Staff, refusal: type[Refusal]
) -> None:
    case = in_state(office, status)

    with pytest.raises(refusal):
        approve(office, case, by)
    with pytest.raises(refusal):
        reject(office, case, by)
    assert office.case(case.ref).status is status


@pytest.mark.parametrize(
    ("status", "approving", "rejecting"),
    [
        (S.RECEIVED, NotReviewable, None),
        (S.IN_REVIEW, None, None),
        (S.WAITING_FOR_SPONSOR, NotReviewable, None),
        (S.APPROVED, AlreadyDecided, AlreadyDecided),
        (S.REJECTED, AlreadyDecided, AlreadyDecided),
        (S.WITHDRAWN, NotReviewable, NotReviewable),
    ],
)
@pytest.mark.parametrize("verb", [approve, reject])
def test_each_state_allows_what_it_allows(
    office: Office,
    status: CaseStatus,
    approving: type[Refusal] | None,
    rejecting: type[Refusal] | None,
    verb: object,
) -> None:
    case = in_state(office, status)
    refusal = approving if verb is approve else rejecting
    act = approve if verb is approve else reject

    if refusal is None:
        assert act(office, case, AVERY).decision is not None
    else:
        before = len(office.jobs())
        with pytest.raises(refusal):
            act(office, case, AVERY)
        assert office.case(case.ref).status is status
        assert len(office.jobs()) == before


# What was seen


@pytest.mark.parametrize("verb", [approve, reject])
@pytest.mark.parametrize("seen", ["another", "0" * 64, "'; drop table cases; --"])
def test_a_decision_on_another_content_is_void(office: Office, verb: object, seen: str) -> None:
    case = in_state(office, S.IN_REVIEW)

    with pytest.raises(ContentChanged):
        (approve if verb is approve else reject)(office, case, AVERY, seen=seen)
    assert office.case("C-1").status is S.IN_REVIEW


def test_taking_in_is_bound_to_what_was_seen_too(office: Office) -> None:
    case = replace(in_state(office, S.RECEIVED), content_hash="old")

    with pytest.raises(ContentChanged):
        accept(office, case, BLAKE)


def test_the_second_to_take_it_in_hears_who_was_faster(office: Office) -> None:
    case = in_state(office, S.RECEIVED)
    accept(office, case, CASEY)

    with pytest.raises(TakenInBefore) as told:
        accept(office, case, BLAKE)
    assert told.value.values == {"ref": "C-1", "by": CASEY.id, "at": office.now}
    approve(office, case, AVERY)
    with pytest.raises(AlreadyDecided):
        accept(office, case, BLAKE)


# The second eye


@pytest.mark.parametrize("by", [AVERY, OPERATOR])
def test_nobody_approves_what_they_changed(office: Office, by: Staff) -> None:
    case = a_case(office, changed_by=by)

    with pytest.raises(OwnWork):
        approve(office, case, by)
    with pytest.raises(OwnWork):
        reject(office, case, by)
    assert approve(office, case, CASEY).status is S.APPROVED


@pytest.mark.parametrize("by", [AVERY, OPERATOR])
def test_an_approver_who_took_it_in_was_the_first_of_two(office: Office, by: Staff) -> None:
    case = accept(office, in_state(office, S.RECEIVED), by)

    with pytest.raises(AlreadyApproved):
        approve(office, case, by)
    assert approve(office, case, CASEY).status is S.APPROVED


def test_an_approver_who_sent_the_form_by_mail_is_not_its_second_eye(office: Office) -> None:
    case = a_case(office)

    with pytest.raises(OwnWork):
        approve(office, case, DANA_AS_STAFF)
    with office.connect() as db:
        assert not cases.get_card(db, office.desk, "C-1", now=office.now, viewer=DANA_AS_STAFF).may_decide
        assert cases.get_card(db, office.desk, "C-1", now=office.now, viewer=AVERY).may_decide


def test_a_person_without_an_address_had_no_hand_in_a_form_without_a_sender(office: Office) -> None:
    nameless = a_submission(sender=replace(DANA, address=""))

    assert approve(office, a_case(office, nameless), AVERY).status is S.APPROVED


def test_who_somebody_is_comes_with_their_address_in_lower_case() -> None:
    chat = FakeChat([Member(id="U0DANA", name="Dana", email="Dana@Sponsor.example.org")])
    people = StaffList(chat, staff=(), groups=dict.fromkeys(Act, ("U0DANA",)))

    assert people.who("U0DANA") == replace(DANA_AS_STAFF, name="Dana")


@pytest.mark.parametrize("full", [True, False])
def test_a_guest_is_no_staff_whatever_the_settings_name(*, full: bool) -> None:
    chat = FakeChat([Member(id="U0X", name="X", full=full)])
    who = StaffList(chat, staff=("U0X",), groups=dict.fromkeys(Act, ("U0X",))).who("U0X")

    assert (who.staff, who.approver) == (full, full)


def test_only_staff_take_in(office: Office) -> None:
    case = in_state(office, S.RECEIVED)

    with pytest.raises(NotStaff):
        accept(office, case, ELI)


@pytest.mark.parametrize("status", [s for s in CaseStatus if s is not CaseStatus.RECEIVED])
def test_only_what_was_received_is_taken_in(office: Office, status: CaseStatus) -> None:
    case = in_state(office, status)

    with pytest.raises((NotReviewable, AlreadyDecided)):
        accept(office, case, AVERY)


# The faster one


def test_the_loser_is_told_who_won_and_when(office: Office) -> None:
    case = a_case(office)
    approve(office, case, AVERY)
    decided_at = office.now
    office.clock.wait(minutes=5)

    with pytest.raises(AlreadyDecided) as refused:
        reject(office, case, CASEY)

    assert refused.value.values == {"ref": "C-1", "verdict": "approved", "by": AVERY.id, "at": decided_at}


def test_of_many_who_decide_at_once_one_wins_and_one_mail_goes(office: Office) -> None:
    case = a_case(office)
    office.work()

    def decide(by: Staff, verb: object) -> str:
        try:
            (approve if verb is approve else reject)(office, case, by)
        except AlreadyDecided as refusal:
            return f"lost to {refusal.values['by']}"
        return f"won as {by.id}"

    said = race(
        lambda: decide(AVERY, approve),
        lambda: decide(CASEY, reject),
        lambda: decide(CASEY, approve),
        lambda: decide(OPERATOR, reject),
    )
    office.work()

    (winner,) = [one.removeprefix("won as ") for one in said if one.startswith("won")]
    assert said.count(f"lost to {winner}") == 3
    assert len([job for job in office.mails() if job.decision_id]) == 1
    refused = [event for event in office.events() if event.tag == "decision:refused"]
    assert len(refused) == 3


# On record


def test_a_refusal_is_on_record_with_who_and_why(office: Office) -> None:
    case = a_case(office)
    for act in (approve, reject):
        with pytest.raises(NotApprover):
            act(office, case, BLAKE)
    with pytest.raises(NotStaff):
        approve(office, case, ELI)

    found = [(e.subject, e.actor, e.data["code"]) for e in office.events() if e.tag == "decision:refused"]
    assert found == [
        ("case:1", BLAKE.id, "not_approver"),
        ("case:1", BLAKE.id, "not_approver"),
        ("case:1", ELI.id, "not_staff"),
    ]


def test_a_refusal_to_take_in_is_on_record_too(office: Office) -> None:
    case = in_state(office, S.RECEIVED)
    with pytest.raises(NotStaff):
        accept(office, case, ELI)

    assert [e.actor for e in office.events() if e.tag == "decision:refused"] == [ELI.id]


def test_a_decision_by_command_line_is_on_record_under_that_name(office: Office) -> None:
    approve(office, a_case(office), OPERATOR)

    (event,) = [event for event in office.events() if event.tag == "case:approved"]
    assert (event.actor, event.subject, event.data["version"]) == ("cli:root", "case:1", 1)


@pytest.mark.parametrize(
    "ref",
    ["C-1; drop", "C-1' or '1'='1", "", " ", "C-", "C--1", "C-²", "C-1\n", "C-٣", "Müller",
     "C-" + "9" * 10_000, "x" * 10_000, "C-99", "\0", "<!channel>", "C-1 C-2", "Q-1"],
)  # fmt: skip
def test_a_hostile_reference_names_no_case_and_is_not_repeated_in_the_trail(office: Office, ref: str) -> None:
    case = a_case(office)
    if ref == "C-1\n":  # what people paste
        assert approve(office, case, AVERY, ref=ref).status is S.APPROVED
        return

    with office.connect() as db, pytest.raises(UnknownCase):
        approvals.approve(db, office.desk, ref=ref, seen=case.content_hash, by=AVERY, now=office.now)

    assert office.case("C-1").status is S.IN_REVIEW
    event = office.events()[-1]
    assert event.tag == "decision:refused"
    assert event.subject in {"unknown", "case:99", "conversation:1"}


@pytest.mark.parametrize("ref", ["C-1", "c-1", "c1", "1", " C-1 "])
def test_a_case_may_be_named_as_people_write_it(office: Office, ref: str) -> None:
    assert approve(office, a_case(office), AVERY, ref=ref).status is S.APPROVED


# What follows


def test_a_rejections_note_stays_inside(office: Office) -> None:
    reject(office, a_case(office), AVERY)
    office.work()

    assert [mail for mail in office.mailer.sent if "by phone" in mail.text + mail.html] == []
    assert "by phone" in office.chat.texts()
    assert "by phone" not in str(office.events())


def test_rejecting_a_strangers_form_answers_nobody(office: Office) -> None:
    case = reject(office, in_state(office, S.RECEIVED), AVERY)

    assert case.status is S.REJECTED
    assert office.mails() == []
