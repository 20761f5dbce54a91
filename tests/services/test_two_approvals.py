"""When one yes is not enough: two people, two rights, one content."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.absences import Absence
from bot.domain.approvals import ApprovalRules, Grave, RejectionReason, SecondReason
from bot.domain.cases import Case, CaseStatus
from bot.domain.errors import AlreadyApproved, AlreadyDecided, ContentChanged, NotApprover, OwnWork, Refusal
from bot.domain.events import EventTag
from bot.domain.ris import Credential
from bot.domain.staff import Staff
from bot.policy import Price
from bot.services import absences as away
from bot.services import approvals, case_answers, cases, history, kinds
from bot.store import absences
from bot.store.database import transaction
from tests.cast import AVERY, BLAKE, CASEY, Office, a_case, a_mail, a_submission, an_office
from tests.contracts.racing import race
from tests.forms import COMPANY, MARA, TOM
from tests.services.stocked import pay_in
from tests.services.test_unclear_forms import a_form, answer

APPROVERS = tuple(replace(CASEY, id=f"U0APPROVER{number}", name=f"Approver {number}") for number in range(10))


@pytest.fixture
def large(tmp_path: Path) -> Office:
    """A desk where a case of two seats takes two approvals."""
    return with_rules(tmp_path, "second_above_seats = 1\nsecond_if_unverified = false")


def with_rules(folder: Path, rules: str) -> Office:
    shipped = (Path(__file__).parents[2] / "usher.toml").read_text(encoding="utf-8")
    head, _, rest = shipped.partition("[approvals]")
    after = rest[rest.index("[approvals.groups]") :]
    policy = folder / "usher.toml"
    policy.write_text(f"{head}[approvals]\n{rules}\n\n{after}", encoding="utf-8")
    return an_office(folder, usher_config=str(policy))


def approve(office: Office, by: Staff, *, seen: str = "") -> Case:
    with office.connect() as db:
        seen = seen or cases.get_case(db, "C-1").content_hash
        return approvals.approve(db, office.desk, ref="C-1", seen=seen, by=by, now=office.now)


def leave(office: Office, person: Staff, deputy: Staff) -> Staff:
    """Somebody goes away for a day; the deputy with the rights that they have now."""
    absence = Absence(
        person=person.id, deputy=deputy.id, since=office.now, until=office.now + timedelta(days=1)
    )
    with office.connect() as db, transaction(db):
        absences.add(db, absence, made_by=person.id, now=office.now)
    return replace(deputy, stands_for=(person,))


# Two people


def test_the_first_yes_decides_nothing_and_the_second_does(large: Office) -> None:
    a_case(large)

    assert approve(large, AVERY).status is CaseStatus.IN_REVIEW
    assert [job.template for job in large.mails()] == ["receipt"]
    decided = approve(large, CASEY)

    assert decided.decision is not None
    assert (decided.status, decided.decision.by) == (CaseStatus.APPROVED, CASEY.id)
    assert [job.template for job in large.mails()] == ["receipt", "order_confirmation"]
    with large.connect() as db:
        steps = history.list_steps(db, "C-1")
    assert [step.actor for step in steps if step.tag == EventTag.APPROVAL_GIVEN] == [AVERY.id]


def test_nobody_is_both_of_the_two(large: Office) -> None:
    a_case(large)
    approve(large, AVERY)

    with pytest.raises(AlreadyApproved):
        approve(large, AVERY)
    assert large.case("C-1").decision is None


def test_the_third_hears_who_made_the_decision(large: Office) -> None:
    a_case(large)
    approve(large, AVERY)
    approve(large, CASEY)

    with pytest.raises(AlreadyDecided) as told:
        approve(large, AVERY)
    assert told.value.values["by"] == CASEY.id


def test_a_yes_to_an_older_version_counts_for_nothing(large: Office) -> None:
    case = a_case(large)
    approve(large, AVERY)
    submission = a_submission(company="Borealis Turbines AG")
    with large.connect() as db, transaction(db):
        cases.revise_case(db, large.desk, case, submission, now=large.now)

    with pytest.raises(ContentChanged):
        approve(large, CASEY, seen=case.content_hash)
    assert approve(large, CASEY).status is CaseStatus.IN_REVIEW
    assert approve(large, AVERY).status is CaseStatus.APPROVED


def test_whoever_said_yes_may_still_reject(large: Office) -> None:
    case = a_case(large)
    approve(large, AVERY)

    with large.connect() as db:
        rejected = approvals.reject(
            db,
            large.desk,
            ref=case.ref,
            seen=case.content_hash,
            by=AVERY,
            reason=RejectionReason.OTHER,
            note="",
            now=large.now,
        )
    assert rejected.status is CaseStatus.REJECTED


def test_of_ten_at_once_two_are_counted(large: Office) -> None:
    case = a_case(large)

    def one(by: Staff) -> Callable[[], Case | Refusal]:
        def attempt() -> Case | Refusal:
            try:
                return approve(large, by, seen=case.content_hash)
            except Refusal as refusal:
                return refusal

        return attempt

    outcomes = race(*(one(by) for by in APPROVERS))

    decided = large.case("C-1").decision
    assert decided is not None
    assert sum(isinstance(one, Case) for one in outcomes) == 2
    late = [one for one in outcomes if isinstance(one, AlreadyDecided)]
    assert [one.values["by"] for one in late] == [decided.by] * 8


@pytest.mark.parametrize(("price", "second"), [("50.00", False), ("50.01", True)])
def test_above_an_amount_it_takes_two(tmp_path: Path, price: str, *, second: bool) -> None:
    office = with_rules(tmp_path, 'second_above_amount = "100.00"')
    priced = office.desk.policy.mag.model_copy(
        update={"prices": {Credential.PHONE_OTP: Price(amount=Decimal(price), currency="EUR")}}
    )
    policy = office.desk.policy.model_copy(update={"programmes": {"mag": priced}})
    office.bot = replace(office.bot, desk=replace(office.desk, policy=policy))
    submission = a_submission()
    company = replace(submission.ris.company, application="ForumPass", purchase_order="4711")
    a_case(office, replace(submission, ris=replace(submission.ris, company=company)))
    pay_in(office, number=company.purchase_order)

    approved = approve(office, AVERY)
    assert (approved.decision is None) is second


def test_a_case_of_few_seats_takes_one(office: Office) -> None:
    a_case(office)

    assert approve(office, AVERY).status is CaseStatus.APPROVED


# A stranger's form


def test_a_strangers_form_takes_two_beside_whoever_took_it_in(office: Office) -> None:
    case = a_case(office, known=False)
    with office.connect() as db:
        kinds.accept(db, office.desk, ref=case.ref, seen=case.content_hash, by=BLAKE, now=office.now)

    assert approve(office, AVERY).status is CaseStatus.IN_REVIEW
    assert approve(office, CASEY).status is CaseStatus.APPROVED


def test_taking_in_is_no_yes_where_a_yes_asks_for_a_code(tmp_path: Path) -> None:
    office = with_rules(tmp_path, 'step_up = ["unverified"]')
    case = a_case(office, known=False)
    with office.connect() as db:
        kinds.accept(db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY, now=office.now)
        assert cases.get_card(db, office.desk, case.ref, now=office.now).given == ()


def test_where_the_policy_says_so_one_is_enough_for_a_stranger(tmp_path: Path) -> None:
    office = with_rules(tmp_path, "second_if_unverified = false")
    case = a_case(office, known=False)
    with office.connect() as db:
        kinds.accept(db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY, now=office.now)

    assert approve(office, AVERY).status is CaseStatus.APPROVED


# In somebody's place


def test_a_deputy_decides_while_the_other_is_away_and_no_longer(office: Office) -> None:
    a_case(office)
    deputy = leave(office, AVERY, BLAKE)
    back = office.now + timedelta(days=1)

    with pytest.raises(NotApprover):
        approve(office, BLAKE)
    with office.connect() as db:
        assert away.list_stood_for(db, BLAKE.id, now=office.now) == (AVERY.id,)
        assert away.list_stood_for(db, BLAKE.id, now=back) == ()
    office.clock.at = back
    with pytest.raises(NotApprover):
        approve(office, deputy)
    office.clock.at = back - timedelta(seconds=1)
    assert approve(office, deputy).status is CaseStatus.APPROVED


def test_a_deputy_may_not_what_the_absent_may_not(office: Office) -> None:
    a_case(office, changed_by=AVERY)

    with pytest.raises(OwnWork):
        approve(office, leave(office, AVERY, BLAKE))


def test_nobody_leaves_their_right_to_whoever_submitted(office: Office) -> None:
    a_case(office, changed_by=BLAKE)

    with pytest.raises(OwnWork):
        approve(office, leave(office, AVERY, BLAKE))


def test_one_right_says_yes_once_through_whomever(large: Office) -> None:
    a_case(large)
    approve(large, leave(large, AVERY, BLAKE))

    with pytest.raises(AlreadyApproved):
        approve(large, AVERY)
    assert approve(large, CASEY).status is CaseStatus.APPROVED


def test_one_person_says_yes_once_by_whosever_right(large: Office) -> None:
    a_case(large)
    both = leave(large, AVERY, CASEY)
    approve(large, both)

    with pytest.raises(AlreadyApproved):
        approve(large, both)


# The rules by themselves


@pytest.mark.parametrize(
    ("seats", "authorised", "reasons"),
    [
        (100, True, ()),
        (101, True, (SecondReason.SEATS,)),
        (101, False, (SecondReason.SEATS, SecondReason.UNVERIFIED)),
        ("many", True, ()),
        (None, False, (SecondReason.UNVERIFIED,)),
    ],
)
def test_why_two_are_needed(
    seats: int | str | None,
    authorised: bool,
    reasons: tuple[SecondReason, ...],
) -> None:
    rules = ApprovalRules(second_above_seats=100)

    assert rules.why_second(seats=seats, amount=None, authorised=authorised) == reasons


@pytest.mark.parametrize(
    ("grave", "seats", "authorised", "asked"),
    [
        (Grave.LARGE, 100, True, False),
        (Grave.LARGE, 101, True, True),
        (Grave.LARGE, 2, False, False),
        (Grave.UNVERIFIED, 2, False, True),
        (Grave.REVIEW, 2, True, True),
        (Grave.ERASURE, 101, False, False),
    ],
)
def test_what_asks_for_a_code(grave: Grave, seats: int, authorised: bool, asked: bool) -> None:
    rules = ApprovalRules(second_above_seats=100, step_up=frozenset({grave}))

    assert bool(rules.why_code(seats=seats, amount=None, authorised=authorised)) is asked


@pytest.mark.parametrize("lost", [replace(AVERY, acts=frozenset()), replace(AVERY, staff=False)])
def test_a_yes_counts_no_more_once_who_gave_it_may_not_decide(large: Office, lost: Staff) -> None:
    a_case(large)
    approve(large, AVERY)
    people = {lost.id: lost, CASEY.id: CASEY}

    def say_yes(by: Staff) -> Case:
        with large.connect() as db:
            seen, who = cases.get_case(db, "C-1").content_hash, people.__getitem__
            return approvals.approve(db, large.desk, ref="C-1", seen=seen, by=by, now=large.now, who=who)

    assert say_yes(CASEY).status is CaseStatus.IN_REVIEW
    large.work()
    card = next(str(m.blocks) for m in large.chat.standing.values() if m.key == "card:C-1")
    assert f"<@{CASEY.id}> approved this version" in card
    assert f"<@{AVERY.id}> approved this version" not in card
    assert "may not decide any more" in large.chat.texts()
    people |= {lost.id: AVERY}
    assert say_yes(AVERY).decision is not None


def test_a_yes_counts_no_more_once_whoever_gave_it_brought_the_very_content_back(large: Office) -> None:
    large.take(a_mail(files=[a_form(MARA, TOM)]))
    approve(large, CASEY)
    seen = large.case("C-1").content_hash
    answer(large, MARA, TOM, company=replace(COMPANY, city=""))
    asked = large.job("ris_problems").message_id
    large.take(a_mail(text="1. Hamburg", answers=asked))
    with large.connect() as db:
        case_answers.take_over(db, large.desk, ref="C-1", number=1, by=CASEY, now=large.now)

    assert large.case("C-1").content_hash == seen
    assert approve(large, AVERY).decision is None


def test_who_was_away_says_yes_once_their_deputys_yes_counts_no_more(large: Office) -> None:
    large.take(a_mail(files=[a_form(MARA, TOM)]))
    approve(large, leave(large, CASEY, BLAKE))
    answer(large, MARA, TOM, company=replace(COMPANY, city=""))
    asked = large.job("ris_problems").message_id
    large.take(a_mail(text="1. Hamburg", answers=asked))
    with large.connect() as db:
        case_answers.take_over(db, large.desk, ref="C-1", number=1, by=BLAKE, now=large.now)
    large.clock.wait(days=2)

    assert approve(large, AVERY).decision is None
    assert approve(large, CASEY).decision is not None
