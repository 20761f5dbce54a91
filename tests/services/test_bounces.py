"""Bounces: what counts, what a forged one cannot do, and how an address is doubted, asked and given up."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.domain.bounces import PROBE, PROBE_AFTER, PROBE_PATIENCE, SOFT_LIMIT
from bot.domain.cards import CaseCard
from bot.domain.cases import BallHolder
from bot.domain.errors import UnknownOutcome
from bot.domain.outbox import Job, JobStatus
from bot.services import account_views, approvals, cases, decision_mails, open_invitations, outbox
from bot.services import accounts as account_service
from bot.store import notices as notice_store
from bot.store import outbox_figures
from bot.store.database import transaction
from tests.cast import AVERY, BLAKE, DANA, MALLORY, Office, a_case, a_mail
from tests.forms import sound_form
from tests.invited import PIA, invite
from tests.reports import a_report
from tests.services.test_letters import ask
from tests.services.test_outbox import a_decided_case

COLLEAGUE = "erin@sponsor.example.org"


def confirmed(office: Office, company: str = "Borealis Turbines GmbH") -> Job:
    """A case, approved, whose confirmation went out."""
    case = a_case(office, company=company)
    with office.connect() as db:
        approvals.approve(db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY, now=office.now)
    office.work()
    return office.job("order_confirmation")


def bounce(office: Office, job: Job, **more: str) -> str:
    """Report that a mail came back; return the case that it was counted for."""
    return office.take(a_report(**{"about": job.message_id, "recipient": job.recipient, **more})).subject_ref


def card_of(office: Office, ref: str = "C-1") -> CaseCard:
    with office.connect() as db:
        return cases.get_card(db, office.desk, ref, now=office.now)


def notes(office: Office, what: str) -> list[Job]:
    return [job for job in office.jobs("trouble_note") if job.values["words"]["what"] == what]


def whys(office: Office) -> list[object]:
    return [event.data["why"] for event in office.events() if event.tag == "bounce:ignored"]


def given_up(office: Office) -> Job:
    """Dana's address, given up: a mail and its probe came back. Return the probe."""
    bounce(office, confirmed(office))
    office.clock.wait(hours=1)
    office.work()
    bounce(office, office.job(PROBE))
    return office.job(PROBE)


def test_a_hard_bounce_stands_on_the_card_beside_its_mail(office: Office) -> None:
    job = confirmed(office)

    assert bounce(office, job) == "C-1"
    (effect,) = card_of(office).effects
    (returned,) = effect.returned
    assert (returned.recipient, returned.gave_up, returned.status) == (DANA.address, True, "5.1.1")
    office.work()
    assert "there is no such mailbox (5.1.1)" in office.chat.texts()


def test_a_report_that_returns_nothing_and_only_answers_our_mail_counts(office: Office) -> None:
    job = confirmed(office)

    assert bounce(office, job, about="", answers=job.message_id) == "C-1"


def test_staff_are_told_once_below_the_card_with_what_the_server_said(office: Office) -> None:
    job = confirmed(office)
    bounce(office, job)
    bounce(office, job, message_id="<another.report@mx.elsewhere>")

    (note,) = notes(office, "mail_bounced")
    assert note.values["thread_key"] == "card:C-1"
    assert note.values["words"]["detail"] == "5.1.1 550 the server's own words"
    assert whys(office) == ["repeated"]


def test_the_note_below_a_card_is_not_replaced_by_a_newer_card(office: Office) -> None:
    bounce(office, confirmed(office))
    office.work()

    (note,) = notes(office, "mail_bounced")
    assert note.status is JobStatus.SENT
    assert "came back and was not delivered" in office.chat.texts()


def test_a_bounced_receipt_stands_on_the_card_although_it_is_no_effect_of_a_decision(office: Office) -> None:
    a_case(office)
    office.work()
    bounce(office, office.job("receipt"))

    (effect,) = card_of(office).returned
    assert effect.template == "receipt"


def test_the_bounce_of_a_questions_receipt_is_told_below_the_question(office: Office) -> None:
    office.take(a_mail())
    office.work()
    bounce(office, office.job("neutral_receipt"))

    (note,) = notes(office, "mail_bounced")
    assert note.values["thread_key"] == "note:Q-1"
    assert office.job(PROBE).values["ref"] == "Q-1"


def test_the_bounce_of_an_invitation_is_told_in_the_channel_with_what_finds_it(office: Office) -> None:
    with office.connect() as db:
        invite(db, office.desk, office.tokens, now=office.now)
    office.work()
    job = office.job("partner_invitation")
    assert bounce(office, job) == "P-1"
    bounce(office, job, message_id="<another.report@mx.elsewhere>")
    office.work()

    (said,) = [one for one in office.chat.standing.values() if "came back" in one.text]
    assert (said.channel, said.text.split(" · ")[0], PIA in said.text) == ("C0SUPPORT", "P-1", True)
    with office.connect() as db:
        view = open_invitations.look_up(db, "P-1", by=AVERY, now=office.now)
    assert view
    assert [mail.came_back for mail in view.mails] == [True]


def test_a_delayed_mail_is_shown_and_nothing_else(office: Office) -> None:
    job = confirmed(office)
    before = len(office.jobs())
    bounce(office, job, status="4.4.1", action="delayed")

    (effect,) = card_of(office).effects
    assert not effect.returned[0].gave_up
    assert [more.template for more in office.jobs()[before:]] == ["case_card"]


def test_the_failure_after_a_delay_is_the_last_word(office: Office) -> None:
    job = confirmed(office)
    bounce(office, job, status="5.1.1")
    bounce(office, job, status="4.4.1", action="delayed")

    (effect,) = card_of(office).effects
    assert [one.status for one in effect.returned] == ["5.1.1"]


@pytest.mark.parametrize(
    ("forged", "why"),
    [
        ({"about": ""}, "no_mail_of_ours"),
        ({"about": "<c-1.aaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbb@desk.example.com>"}, "no_mail_of_ours"),
        ({"recipient": MALLORY.address}, "not_its_recipient"),
    ],
)
def test_a_forged_bounce_changes_nothing_and_leaves_its_reason(
    office: Office, forged: dict[str, str], why: str
) -> None:
    job = confirmed(office)
    before = card_of(office), office.jobs()

    assert bounce(office, job, **forged) == ""
    assert (card_of(office), office.jobs()) == before
    assert whys(office) == [why]


def test_a_token_of_a_mail_that_never_left_is_not_believed(office: Office) -> None:
    a_case(office)
    bounce(office, office.job("receipt"))

    assert whys(office) == ["no_mail_of_ours"]


def test_a_token_of_another_mail_speaks_of_that_mail_only(office: Office) -> None:
    other = a_case(office, company="Südwind AG")
    job = confirmed(office)
    bounce(office, office.jobs("receipt")[0])

    assert card_of(office, job.values["ref"]).effects[0].returned == ()
    assert card_of(office, other.ref).returned != ()


def test_a_report_that_names_nobody_means_the_only_recipient(office: Office) -> None:
    bounce(office, confirmed(office), recipient="")

    assert card_of(office).effects[0].returned[0].recipient == DANA.address


def test_a_report_that_names_nobody_says_nothing_of_several_recipients(office: Office) -> None:
    office.take(a_mail(files=[("RIS.xlsx", sound_form())], cc=COLLEAGUE))
    office.work()
    job = office.job("receipt")

    assert bounce(office, job, recipient="") == ""
    assert bounce(office, job, recipient=COLLEAGUE) == "C-1"


def test_a_mail_whose_outcome_was_unknown_evidently_went_out(office: Office) -> None:
    job = confirmed(office)
    with office.connect() as db, transaction(db):
        db.execute("update outbox set status = 'unknown' where id = ?", [job.id])
    bounce(office, job)

    assert office.job("order_confirmation").status is JobStatus.SENT


def test_a_probe_goes_an_hour_after_a_hard_bounce_with_a_token_of_its_own(office: Office) -> None:
    job = confirmed(office)
    bounce(office, job)
    office.work()
    probe = office.job(PROBE)
    assert probe.status is JobStatus.QUEUED
    assert probe.message_id != job.message_id
    office.clock.wait(seconds=PROBE_AFTER.total_seconds())
    office.work()

    assert office.job(PROBE).status is JobStatus.SENT
    assert "Does our mail reach you?" in office.mailer.sent[-1].subject


def test_a_probe_that_waits_holds_up_no_other_mail_to_its_address(office: Office) -> None:
    bounce(office, confirmed(office))
    other = confirmed(office, "Südwind AG")

    assert other.status is JobStatus.SENT


def test_several_bounces_are_one_probe(office: Office) -> None:
    bounce(office, confirmed(office))
    bounce(office, confirmed(office, "Südwind AG"))

    assert len(office.jobs(PROBE)) == 1


def test_a_probe_that_comes_back_too_gives_the_address_up_and_staff_are_told_once(office: Office) -> None:
    probe = given_up(office)
    bounce(office, probe, message_id="<once.more@mx.elsewhere>")

    (note,) = notes(office, "address_given_up")
    assert note.values["words"]["subject"] == DANA.address
    assert len(notes(office, "mail_bounced")) == 1


def test_whoever_knows_only_the_first_mail_cannot_have_an_address_given_up(office: Office) -> None:
    job = confirmed(office)
    bounce(office, job)
    office.clock.wait(hours=1)
    office.work()
    for number in range(3):
        bounce(office, job, message_id=f"<forged.{number}@mallory.example>")

    assert confirmed(office, "Südwind AG").status is JobStatus.SENT


def test_mails_to_an_address_given_up_wait_for_staff_and_are_shown_with_the_reason(office: Office) -> None:
    given_up(office)
    job = confirmed(office, "Südwind AG")

    assert job.status is JobStatus.HELD
    held = office.jobs("held_note")[-1]
    shown = next(str(m.blocks) for m in office.chat.standing.values() if m.key == held.key)
    assert "Mails to this address came back" in shown
    assert "mail_release_all" not in shown


@pytest.mark.slow
def test_a_release_gives_the_address_another_chance(office: Office) -> None:
    given_up(office)
    job = confirmed(office, "Südwind AG")
    with office.connect() as db:
        assert outbox.release_all(db, by=AVERY.id, now=office.now) == 0
        for waiting in outbox.list_jobs(db, [JobStatus.HELD]):
            outbox.release(db, waiting.id, by=AVERY.id, now=office.now)
    office.work()

    assert office.job(job.template).status is JobStatus.SENT
    assert confirmed(office, "Nordlicht KG").status is JobStatus.SENT


@pytest.mark.parametrize("later", [False, True])
def test_a_verified_mail_makes_its_address_good_again(office: Office, later: bool) -> None:
    if later:
        given_up(office)
    else:
        bounce(office, confirmed(office))
    office.take(a_mail(sender=DANA))

    assert office.job(PROBE).status is (JobStatus.SENT if later else JobStatus.DISCARDED)
    assert confirmed(office, "Südwind AG").status is JobStatus.SENT


def test_a_mail_that_only_claims_to_come_from_there_changes_nothing(office: Office) -> None:
    given_up(office)
    office.take(a_mail(sender=DANA, verdict="fail"))

    assert confirmed(office, "Südwind AG").status is JobStatus.HELD


def test_a_probe_that_stays_out_ends_the_doubt_so_that_the_next_bounce_asks_anew(office: Office) -> None:
    bounce(office, confirmed(office))
    office.clock.wait(hours=1)
    office.work()
    office.clock.wait(seconds=PROBE_PATIENCE.total_seconds())
    bounce(office, confirmed(office, "Südwind AG"))

    assert len(office.jobs(PROBE)) == 2


@pytest.mark.slow
def test_soft_bounces_make_an_address_doubtful_only_when_there_are_many(office: Office) -> None:
    jobs = [confirmed(office, f"Company {number}") for number in range(SOFT_LIMIT)]
    for job in jobs[:-1]:
        bounce(office, job, status="5.2.2")
    assert office.jobs(PROBE) == []
    bounce(office, jobs[-1], status="4.4.7")

    assert len(office.jobs(PROBE)) == 1


def test_a_full_mailbox_is_told_but_does_not_speak_against_the_address(office: Office) -> None:
    bounce(office, confirmed(office), status="5.2.2")

    assert office.jobs(PROBE) == []
    assert len(notes(office, "mail_bounced")) == 1


def test_a_probe_is_no_delay_of_the_outbox(office: Office) -> None:
    bounce(office, confirmed(office))
    office.work()
    due = office.now + PROBE_AFTER
    office.clock.at += timedelta(minutes=30)

    with office.connect() as db:
        assert outbox_figures.find_oldest_queued(db, office.now) is None
        assert outbox_figures.find_oldest_queued(db, due + timedelta(hours=1)) == due


def test_the_bounce_of_an_activation_mail_names_the_way_to_another_address(office: Office) -> None:
    case = a_case(office)
    with office.connect() as db, transaction(db):
        owner = account_service.open_all(db, office.desk, case, by="usher", now=office.now)[0]
    office.work()
    job = next(one for one in office.jobs("activation") if one.recipient == owner.email)
    bounce(office, job)

    (note,) = notes(office, "mail_bounced")
    assert note.values["words"]["unactivated"] == owner.email
    office.work()
    said = json.dumps([one.blocks for one in office.chat.standing.values()])
    assert f"/usher account {owner.email}" in said
    with office.connect() as db:
        assert account_views.find(db, owner.email).id == owner.id
        assert account_views.get(db, office.desk, owner.id, now=office.now).is_unreached


@pytest.mark.parametrize("end", [decision_mails.note_told, None], ids=["told otherwise", "discarded"])
def test_a_mail_that_may_have_gone_counts_though_staff_ended_it(
    office: Office, end: Callable[..., object] | None
) -> None:
    a_decided_case(office)
    office.mailer.faults.then(*[UnknownOutcome("lost after the last byte")] * 2)
    office.work_till_quiet()
    job = office.job("order_confirmation")
    assert job.status is JobStatus.UNKNOWN
    with office.connect() as db:
        if end:
            end(db, job.id, by=BLAKE, now=office.now)
        else:
            outbox.discard(db, job.id, by=BLAKE.id, now=office.now)

    assert bounce(office, job) == "C-1"
    assert len(notes(office, "mail_bounced")) == 1


def test_a_sponsor_whose_questions_came_back_is_not_waited_for(office: Office) -> None:
    """The case stood with them, and they were reminded of what they had never read."""
    a_case(office, complete=False)
    office.work()
    bounce(office, office.job("ris_problems"), action="delayed", status="4.4.1")
    assert office.case("C-1").ball is BallHolder.SPONSOR
    bounce(office, office.job("ris_problems"), action="failed", status="5.2.2")
    office.work()

    assert office.case("C-1").ball is BallHolder.DESK
    assert "did not go, or came back.*" in office.chat.texts()
    with office.connect() as db:
        assert notice_store.list_waiting(db, BallHolder.SPONSOR) == []
    ask(office, "Which city?")
    assert office.case("C-1").ball is BallHolder.SPONSOR
