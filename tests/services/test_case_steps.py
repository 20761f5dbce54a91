"""The steps of an approved case: each once, in order, resumed, and staff's hands on them."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.cases import BallHolder, CaseStatus
from bot.domain.errors import (
    NotNow,
    NotStaff,
    PermanentFailure,
    UnknownOutcome,
)
from bot.domain.key_refusals import KeysUnreadable
from bot.domain.keyring import Keyring
from bot.domain.outbox import JobKind, JobStatus
from bot.domain.provisioning import Record
from bot.domain.ris import Credential
from bot.domain.step_refusals import BadLink, NothingEntered, NumberMissing, StepNotOpen
from bot.rendering.cards import case_card, unheard
from bot.rendering.words import words
from bot.services import cases, claims
from bot.services import license_keys as key_service
from bot.services.case_steps import wake
from bot.store import license_keys
from bot.store.database import transaction
from tests.cast import BLAKE, ELI, Office
from tests.forms import MARA, TOM
from tests.license_keys import KEYS, a_desk
from tests.license_keys import stock as lay_stock
from tests.services.walked import N, S, approved, enter, office, outside, retry, states, steps

__all__ = ["office"]  # pytest finds the fixture here

# In order, each once


def test_a_case_goes_from_approved_to_invited_by_itself(office: Office) -> None:
    maker = outside(office)
    approved(office)
    office.work_till_quiet()

    assert states(office) == [S.DONE] * 5
    assert office.case("C-1").status is CaseStatus.INVITED
    assert office.case("C-1").ball is BallHolder.CUSTOMER
    assert [order.external_id for order in maker.asked] == ["usher-C-1-case", "usher-C-1-site"]
    assert [order.case_number for order in maker.asked] == ["", "N-1"]
    templates = [job.template for job in office.mails() if job.status is JobStatus.SENT]
    assert templates[1:] == ["order_confirmation", "license_key", "license_key", "invitation"]


@pytest.mark.parametrize(
    ("credential", "told_in"),
    [(Credential.PHONE_OTP, "license_key"), (Credential.MLOA_HARDWARE, "invitation")],
)
def test_spare_keys_are_told_to_the_administrator_also_where_they_take_none(
    office: Office, credential: Credential, told_in: str
) -> None:
    outside(office)
    approved(office, users=(replace(MARA, credential=credential), TOM))
    office.work_till_quiet()
    said = [job for job in office.mails() if job.values["words"].get("spare")]

    assert [(job.template, job.recipient) for job in said] == [(told_in, MARA.email)]
    assert said[0].values["words"]["spare"] == (1 if credential is Credential.PHONE_OTP else 2)
    if told_in == "invitation":
        assert "2 further License Keys wait with you" in " ".join(office.mailer.sent[-1].text.split())


def test_keys_that_no_secret_opens_any_more_are_said_on_the_card_and_to_whoever_looks_one_up(
    office: Office,
) -> None:
    outside(office)
    approved(office)
    rightly = office.bot
    office.bot = replace(rightly, desk=replace(rightly.desk, keyring=Keyring(["f" * 32])))
    office.work_till_quiet()
    with office.connect() as db:
        card = case_card(cases.get_card(db, office.desk, "C-1", now=office.now), words=words("en"))
        with pytest.raises(KeysUnreadable) as told:
            key_service.find(db, office.desk, KEYS[0], by=BLAKE, now=office.now)
    assert (steps(office)[N.KEY_MAILS].state, told.value.values) == (S.FAILED, {"count": 4})
    assert "no key in SECRET_KEY opens the License Keys any more" in str(card.blocks)

    office.bot = rightly
    retry(office, N.KEY_MAILS)
    office.work_till_quiet()
    assert office.case("C-1").status is CaseStatus.INVITED


def test_a_mail_that_went_does_not_hide_that_others_were_never_written(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_service, "AT_ONCE", 1)
    outside(office)
    approved(office)
    for job in office.claim(kinds=(JobKind.STEP,)):
        office.carry_out(job)
    with office.connect() as db:
        second = license_keys.get_sealed(db, 2)
        db.execute("update license_keys set key_sealed = 'spoiled' where id = 2")
    office.work_till_quiet()
    assert steps(office)[N.KEY_MAILS].state is S.FAILED

    with office.connect() as db:
        db.execute("update license_keys set key_sealed = ? where id = 2", [second])
    retry(office, N.KEY_MAILS)
    office.work_till_quiet()
    assert office.case("C-1").status is CaseStatus.INVITED


def test_a_person_makes_what_nobody_else_does(office: Office) -> None:
    approved(office)
    office.work_till_quiet()
    assert states(office) == [S.DONE, S.DONE, S.DESK, S.WAITING, S.WAITING]
    assert office.case("C-1").ball is BallHolder.DESK

    enter(office, {N.CASE: Record(number="4711", url="https://netsuite.example/4711")})
    office.work_till_quiet()
    assert states(office)[2:] == [S.DONE, S.DESK, S.WAITING]

    enter(office, {N.SITE: Record(number="borealis")})
    office.work_till_quiet()
    assert office.case("C-1").status is CaseStatus.INVITED
    assert (steps(office)[N.CASE].number, steps(office)[N.CASE].by) == ("4711", BLAKE.id)


def test_both_numbers_may_be_entered_at_once(office: Office) -> None:
    approved(office)
    office.work_till_quiet()
    enter(office, {N.CASE: Record(number="4711"), N.SITE: Record(number="borealis")})
    office.work_till_quiet()

    assert office.case("C-1").status is CaseStatus.INVITED


def test_what_was_entered_stays(office: Office) -> None:
    approved(office)
    office.work_till_quiet()
    enter(office, {N.CASE: Record(number="4711")})

    with pytest.raises(StepNotOpen):
        enter(office, {N.CASE: Record(number="4712")})
    with pytest.raises(NothingEntered):
        enter(office, {})
    with pytest.raises(NumberMissing):
        enter(office, {N.SITE: Record(number="", url="https://sites.example.com/x")})
    with pytest.raises(BadLink):
        enter(office, {N.SITE: Record(number="x", url="javascript:alert(1)")})
    with pytest.raises(NotStaff):
        enter(office, {N.SITE: Record(number="x")}, by=ELI)
    assert steps(office)[N.CASE].number == "4711"


# What they wait for


def test_too_few_keys_block_it_until_more_come(office: Office) -> None:
    outside(office)
    approved(office, seats=6)
    office.work_till_quiet()
    assert (steps(office)[N.KEYS].state, steps(office)[N.KEYS].reason) == (S.BLOCKED, "out_of_stock")
    with office.connect() as db:
        assert license_keys.count_by_state(db, on=office.now.date()) == {"stock": 4}
        assert wake(db, N.KEYS, now=office.now) == 1
    office.work_till_quiet()
    assert steps(office)[N.KEYS].state is S.BLOCKED

    lay_stock(office, KEYS[4:])
    with office.connect() as db, transaction(db):
        wake(db, N.KEYS, now=office.now)
    office.work_till_quiet()
    assert office.case("C-1").status is CaseStatus.INVITED


def test_a_held_mail_is_the_desks_and_its_release_goes_on(tmp_path: Path) -> None:
    office = a_desk(tmp_path, delivery="hold")
    lay_stock(office, KEYS)
    outside(office)
    approved(office)
    office.work_till_quiet()

    assert (steps(office)[N.KEY_MAILS].state, steps(office)[N.KEY_MAILS].reason) == (S.DESK, "mail_held")
    with office.connect() as db:
        shown = cases.get_card(db, office.desk, "C-1", now=office.now)
    said = "*Mails of this step wait for release* in the support channel: License Keys mailed."
    assert said in list(unheard(shown, words("en")))
    assert "License Keys mailed. Mails of it wait for release in the support channel." in office.chat.texts()


# When it goes wrong outside


def test_what_nobody_knows_is_asked_again_until_it_is_known(office: Office) -> None:
    maker = outside(office, UnknownOutcome("the line was lost"), UnknownOutcome("again"))
    approved(office)
    office.work_till_quiet()

    assert len(maker.asked) == 4
    assert len(maker.records) == 2
    assert office.case("C-1").status is CaseStatus.INVITED


def test_what_is_never_known_is_shown_to_a_person(office: Office) -> None:
    outside(office, *[UnknownOutcome("the line was lost")] * 40)
    approved(office)
    office.work_till_quiet(rounds=90)

    assert (steps(office)[N.CASE].state, steps(office)[N.CASE].reason) == (S.FAILED, "the line was lost")
    assert "the line was lost" in office.chat.texts()


def test_a_side_that_takes_nothing_is_waited_for_and_the_card_says_so(office: Office) -> None:
    outside(office, *[NotNow("it asks for patience")] * 30)
    approved(office)
    office.work()
    assert (steps(office)[N.CASE].state, steps(office)[N.CASE].reason) == (S.RUNNING, "it asks for patience")
    assert "it asks for patience" in office.chat.texts()

    office.work_till_quiet(rounds=90)
    assert office.case("C-1").status is CaseStatus.INVITED


def test_a_no_is_a_persons_and_can_be_tried_again(office: Office) -> None:
    maker = outside(office, PermanentFailure("no such form"))
    approved(office)
    office.work_till_quiet()
    assert states(office) == [S.DONE, S.DONE, S.FAILED, S.WAITING, S.WAITING]
    assert office.case("C-1").ball is BallHolder.DESK

    retry(office, N.CASE)
    office.work_till_quiet()
    assert office.case("C-1").status is CaseStatus.INVITED
    assert len(maker.records) == 2
    with pytest.raises(StepNotOpen):
        retry(office, N.CASE)


def test_a_worker_that_dies_at_any_step_leaves_nothing_undone_or_double(office: Office) -> None:
    maker = outside(office)
    approved(office)
    for turn in range(200):
        jobs = office.claim(f"w{turn}", limit=1)
        if not jobs:
            if not any(job.status in (JobStatus.QUEUED, JobStatus.SENDING) for job in office.jobs()):
                break
            office.clock.wait(minutes=10)
            continue
        if jobs[0].kind is JobKind.STEP and jobs[0].attempts == 1:
            office.carry_out_only(jobs[0])  # and dies before it says so
            with office.connect() as db:
                claims.release_claims(db, f"w{turn}", now=office.now, jitter=0.0)
            office.clock.wait(minutes=10)
        else:
            office.carry_out(jobs[0], f"w{turn}")

    assert office.case("C-1").status is CaseStatus.INVITED
    assert len(maker.records) == 2
    mails = [job.template for job in office.mails()]
    assert (mails.count("license_key"), mails.count("invitation")) == (2, 1)


def test_keys_are_mailed_in_batches_and_a_death_between_them_mails_the_rest(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_service, "AT_ONCE", 1)
    outside(office)
    case = approved(office)
    for job in office.claim(kinds=(JobKind.STEP,)):
        office.carry_out(job)  # the keys are issued
    office.claim("dead", kinds=(JobKind.STEP,))
    with office.connect() as db, transaction(db):
        assert key_service.mail_keys(db, office.desk, case, now=office.now) == 1
    office.work(kinds=(JobKind.MAIL,))
    assert steps(office)[N.KEY_MAILS].state is S.RUNNING

    with office.connect() as db:
        claims.release_claims(db, "dead", now=office.now, jitter=0.0)
    office.work_till_quiet()
    assert [job.template for job in office.mails()].count("license_key") == 2
    assert office.case("C-1").status is CaseStatus.INVITED
