"""What stands outside is changed with its form, remembered whoever made it, and called off with its case."""

from dataclasses import replace

import pytest

from bot.domain.approvals import RejectionReason
from bot.domain.case_steps import StepName
from bot.domain.cases import Case, CaseStatus
from bot.domain.errors import NotNow, PermanentFailure, UnknownOutcome
from bot.domain.outbox import JobKind
from bot.domain.provisioning import Record, Task, Way
from bot.domain.ris import Credential
from bot.domain.step_refusals import NothingEntered
from bot.provisioning_policy import Provisioning
from bot.services import approvals, case_step_hands, cases, corrections, withdrawals
from bot.services.cases import Submission
from tests.cast import AVERY, BLAKE, CASEY, Office, a_case, a_submission
from tests.forms import MARA, TOM
from tests.services.walked import Maker, N, S, enter, office, states, steps, stop

__all__ = ["office"]  # pytest finds the fixture here


def submission(phone: str, number: int = 7) -> Submission:
    """A form whose people take no License Keys: it can be corrected until it is at its end."""
    made = a_submission()
    company = replace(made.ris.company, seats=0, application="ForumPass", contact_phone=phone)
    users = tuple(replace(user, credential=Credential.MLOA_HARDWARE) for user in (MARA, TOM))
    return replace(made, ris=replace(made.ris, company=company, users=users), mail_id=number)


def by_webhook(office: Office, *faults: Exception) -> Maker:
    """Both are made by a system."""
    maker, desk = Maker(*faults), office.bot.desk
    ways = Provisioning(case=Way.WEBHOOK, site=Way.WEBHOOK)
    policy = desk.policy.model_copy(update={"provisioning": ways})
    office.bot = replace(office.bot, desk=replace(desk, policy=policy))
    office.provisioners = {Way.WEBHOOK: maker}
    return maker


def approve(office: Office) -> Case:
    with office.connect() as db:
        seen = office.case("C-1").content_hash
        return approvals.approve(db, office.desk, ref="C-1", seen=seen, by=AVERY, now=office.now)


def begun(office: Office) -> Case:
    a_case(office, submission("+4940111"))
    return approve(office)


def correct(office: Office, phone: str = "+4940222") -> Case:
    with office.connect() as db:
        seen = office.case("C-1").content_hash
        newer = submission(phone, 8)
        return corrections.reopen(db, office.desk, newer, ref="C-1", seen=seen, by=CASEY, now=office.now)


def texts(office: Office) -> str:
    return " ".join(office.chat.texts().split())


# Corrected


def test_a_correction_goes_to_whoever_made_it_and_nothing_is_made_twice(office: Office) -> None:
    maker = by_webhook(office)
    maker.refuses = {Task.SITE}
    begun(office)
    office.work_till_quiet()
    assert states(office)[2:] == [S.DONE, S.FAILED, S.WAITING]
    assert [(order.version, order.corrected) for order in maker.asked] == [(1, False)] * 2

    correct(office)
    maker.refuses.clear()
    approve(office)
    office.work_till_quiet()

    changed, made = maker.asked[2:]
    assert (changed.external_id, changed.version, changed.corrected) == ("usher-C-1-case", 2, True)
    assert changed.company.contact_phone == "+4940222"
    assert changed.before is not None
    assert changed.before.contact_phone == "+4940111"
    assert (made.task, made.before, made.case_number) == (Task.SITE, None, "N-1")
    assert len(maker.records) == 2
    assert maker.called_off == []
    assert office.case("C-1").status is CaseStatus.INVITED


def test_what_a_person_made_is_changed_by_a_person_who_ticks_it(office: Office) -> None:
    begun(office)
    office.work_till_quiet()
    enter(office, {N.CASE: Record(number="SC-1", url="https://netsuite.example/1")})
    office.work_till_quiet()
    correct(office)
    approve(office)
    office.work_till_quiet()
    assert (steps(office)[N.CASE].state, steps(office)[N.CASE].reason) == (S.DESK, "corrected")
    assert "corrected after it was made" in texts(office)
    with office.connect() as db:
        card = cases.get_card(db, office.desk, "C-1", now=office.now)
        found = case_step_hands.find_corrected(db, card)
    assert {name: (one.number, one.before.number) for name, one in found.items()} == {N.CASE: ("SC-1", 1)}

    tick(office, N.CASE)
    office.work_till_quiet()
    assert (steps(office)[N.CASE].state, steps(office)[N.CASE].number) == (S.DONE, "SC-1")
    with pytest.raises(NothingEntered):
        enter(office, {})
    with pytest.raises(NothingEntered):
        tick(office, N.SITE)


def tick(office: Office, name: StepName) -> None:
    with office.connect() as db:
        seen = office.case("C-1").content_hash
        case_step_hands.enter(db, ref="C-1", seen=seen, records={}, ticked={name}, by=BLAKE, now=office.now)


def test_what_a_person_made_is_not_ordered_from_a_system_that_does_not_have_it(office: Office) -> None:
    maker = by_webhook(office)
    maker.refuses = {Task.CASE, Task.SITE}
    begun(office)
    office.work_till_quiet()
    enter(office, {N.CASE: Record(number="SC-1")})
    office.work_till_quiet()
    asked = len(maker.asked)
    maker.refuses.clear()
    correct(office)
    approve(office)
    office.work_till_quiet()

    assert len(maker.asked) == asked
    assert steps(office)[N.CASE].state is S.DESK


# Ended


def test_what_is_made_while_its_case_is_being_stopped_is_named_and_called_off(office: Office) -> None:
    maker = by_webhook(office)
    begun(office)
    while (job := office.claim(kinds=(JobKind.STEP,), limit=1)[0]).template != N.CASE:
        office.carry_out(job)
    office.carry_out_only(job)  # it is made, and nobody has heard
    stop(office, AVERY)
    office.carry_out(job)
    office.work_till_quiet()

    assert [order.external_id for order in maker.called_off] == ["usher-C-1-case"]
    assert states(office)[2:] == [S.STOPPED] * 3
    assert "N-1 stands outside" in texts(office)  # on the card
    assert "Provisioning case N-1 stands there. The other side was told" in texts(office)
    letter = office.mailer.sent[-1].text
    assert "nothing is charged" not in letter
    assert "may have been set up already" in " ".join(letter.split())


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (NotNow("nobody answers"), ["cannot be told at present (nobody answers)", "was told that the case"]),
        (UnknownOutcome("the line was lost"), ["cannot be told at present", "was told that the case"]),
        (PermanentFailure("it says no", mend="ask"), ["could not be told (it says no: ask)"]),
    ],
)
def test_an_end_that_cannot_be_told_is_said_and_tried_on(
    office: Office, fault: Exception, said: list[str]
) -> None:
    maker = by_webhook(office)
    maker.refuses = {Task.SITE}
    begun(office)
    office.work_till_quiet()
    maker.faults = [fault]
    stop(office, AVERY)
    office.work_till_quiet()

    assert [one for one in said if one not in texts(office)] == []
    assert len(office.jobs("outside_note")) == len(said)


def test_an_end_that_nobody_takes_is_a_persons_in_the_end(office: Office) -> None:
    maker = by_webhook(office)
    maker.refuses = {Task.SITE}
    begun(office)
    office.work_till_quiet()
    maker.faults = [UnknownOutcome("the line was lost")] * 60
    stop(office, AVERY)
    office.work_till_quiet(rounds=90)

    assert "N-1 stands there, and the other side could not be told (the line was lost)" in texts(office)


def test_a_desk_that_made_it_is_told_to_close_it_and_what_was_not_made_is_not_spoken_of(
    office: Office,
) -> None:
    begun(office)
    office.work_till_quiet()
    enter(office, {N.CASE: Record(number="SC-1", url="https://netsuite.example/1")})
    office.work_till_quiet()
    stop(office, AVERY)
    office.work_till_quiet()

    assert "<https://netsuite.example/1|SC-1> stands there. Please close it by hand" in texts(office)
    assert "Site" not in str([job.values["words"] for job in office.jobs("outside_note")])


def test_where_nothing_was_begun_nothing_is_said(office: Office) -> None:
    begun(office)
    stop(office, AVERY)
    office.work_till_quiet()

    assert office.jobs("outside_note") == []
    assert "nothing is charged" in office.mailer.sent[-1].text


@pytest.mark.parametrize("end", ["withdrawn", "rejected"])
def test_a_case_that_ends_in_its_second_review_has_its_first_record_closed(office: Office, end: str) -> None:
    maker = by_webhook(office)
    maker.refuses = {Task.SITE}
    begun(office)
    office.work_till_quiet()
    correct(office)
    with office.connect() as db:
        seen, now = office.case("C-1").content_hash, office.now
        if end == "withdrawn":
            withdrawals.withdraw(db, office.desk, ref="C-1", seen=seen, by=BLAKE, now=now)
        else:
            approvals.reject(
                db, office.desk, ref="C-1", seen=seen, by=AVERY, reason=RejectionReason.WRONG_DATA, note="",
                now=now,
            )  # fmt: skip
    office.work_till_quiet()

    assert {order.external_id for order in maker.called_off} == {"usher-C-1-case", "usher-C-1-site"}
    assert "N-1 stands there" in texts(office)
    assert "Site: nothing was made" in texts(office)
    assert "nothing is charged" not in office.mailer.sent[-1].text


def test_a_rejected_case_that_is_reopened_before_outside_heard_is_not_called_off(office: Office) -> None:
    maker = by_webhook(office)
    maker.refuses = {Task.SITE}
    begun(office)
    office.work_till_quiet()
    correct(office)
    with office.connect() as db:
        seen = office.case("C-1").content_hash
        approvals.reject(
            db, office.desk, ref="C-1", seen=seen, by=AVERY, reason=RejectionReason.WRONG_DATA, note="",
            now=office.now,
        )  # fmt: skip
    correct(office, "+4940333")
    office.work_till_quiet()

    assert maker.called_off == []
    assert office.jobs("outside_note") == []
