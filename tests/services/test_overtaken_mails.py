"""A mail that waits, while what it is about is closed, withdrawn or called back, does not go any more."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.account_views import AccountAct, InvitationAct
from bot.domain.approvals import RejectionReason
from bot.domain.cases import CaseStatus
from bot.domain.errors import NotNow, UnknownJob
from bot.domain.mail_refusals import MailUntrue
from bot.domain.outbox import JobStatus
from bot.domain.ris import Role
from bot.rendering.workbooks import ris_form
from bot.services import (
    account_views,
    accounts,
    additions,
    approvals,
    held_mails,
    kinds,
    member_invitations,
    open_invitations,
    outbox,
)
from bot.services.history import list_steps
from bot.store import cases as case_store
from bot.store.database import transaction
from handlers.clock import rounds
from tests import invited
from tests.cast import AVERY, DANA, Office, a_case, a_mail, an_office
from tests.forms import COMPANY, MARA, TOM
from tests.people import an_office_of_accounts, move_in
from tests.services.test_held_notes import note_of

OVERTAKEN = "job:overtaken"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return an_office_of_accounts(tmp_path)


def away(office: Office) -> None:
    """The mail server takes nothing; what goes is tried once."""
    office.mailer.faults.then(*[NotNow("the mail server is away")] * 3)


def later(office: Office) -> list[str]:
    """It is back: the addresses to which mails went since."""
    before = len(office.mailer.sent)
    for _ in range(6):
        office.clock.wait(hours=1)
        office.work()
    return [mail.to for mail in office.mailer.sent[before:]]


def take_form(office: Office, *, city: str = "Hamburg", street: str = COMPANY.street) -> None:
    form = ris_form("en", replace(COMPANY, city=city, street=street), [MARA, TOM])
    office.take(a_mail(sender=DANA, files=[("form.xlsx", form)]))


def no_ris(office: Office) -> None:
    case = office.case("C-1")
    with office.connect() as db:
        understood = kinds.read_again(db, office.desk, office.reader, case.mail_id)
        kinds.take_as_question(
            db, office.desk, understood, ref="C-1", seen=case.content_hash, by=AVERY, now=office.now
        )


def reject(office: Office) -> None:
    case = office.case("C-1")
    with office.connect() as db:
        approvals.reject(
            db, office.desk, ref="C-1", seen=case.content_hash, by=AVERY,
            reason=RejectionReason.DUPLICATE, note="", now=office.now,
        )  # fmt: skip


@pytest.mark.parametrize(("city", "template"), [("Hamburg", "receipt"), ("", "ris_problems")])
def test_of_a_form_that_was_none_its_sender_hears_nothing(office: Office, city: str, template: str) -> None:
    away(office)
    take_form(office, city=city)
    office.work()
    no_ris(office)

    assert template not in [job.template for job in office.jobs() if job.status is JobStatus.SENT]
    later(office)
    assert office.job(template).status is JobStatus.REPLACED
    assert office.mailer.sent == []
    with office.connect() as db:
        assert [step.mail for step in list_steps(db, "C-1") if step.tag == OVERTAKEN] == [template]


def test_whose_form_was_rejected_is_not_asked_to_complete_it(office: Office) -> None:
    away(office)
    take_form(office, city="")
    office.work()
    reject(office)
    later(office)

    assert office.job("ris_problems").status is JobStatus.REPLACED
    assert office.job("rejection").status is JobStatus.SENT


def test_the_receipt_of_a_form_that_became_a_version_of_another_does_not_go(office: Office) -> None:
    take_form(office, city="")
    office.work()
    office.clock.wait(hours=1)
    away(office)
    take_form(office, street="Neuer Wall 9")
    office.work()
    newer = office.case("C-2")
    with office.connect() as db:
        additions.take_as_newer(
            db, office.desk, ref="C-2", other="C-1", seen=newer.content_hash, by=AVERY, now=office.now
        )
    later(office)

    assert office.case("C-2").status is CaseStatus.WITHDRAWN
    states = {job.key: job.status for job in office.jobs("receipt")}
    assert states["C-2:1:receipt"] is JobStatus.REPLACED
    assert states["C-1:2:receipt"] is JobStatus.SENT


def test_what_was_asked_of_a_form_that_was_corrected_meanwhile_does_not_go(
    office: Office,
) -> None:
    away(office)
    take_form(office, city="")
    office.work()
    asked = office.job("ris_problems")
    form = ris_form("en", COMPANY, [MARA, TOM])
    office.take(a_mail(sender=DANA, files=[("form.xlsx", form)], answers=asked.message_id))
    case = office.case("C-1")
    with office.connect() as db:
        approvals.approve(db, office.desk, ref="C-1", seen=case.content_hash, by=AVERY, now=office.now)
    later(office)

    assert case.version == 2
    assert [job.template for job in office.mails() if job.status is JobStatus.REPLACED] == ["ris_problems"]
    sent = [job.template for job in office.mails() if job.status is JobStatus.SENT]
    assert sent[:2] == ["receipt", "order_confirmation"]


def test_the_receipt_of_a_version_that_was_replaced_does_not_go(office: Office) -> None:
    away(office)
    take_form(office)
    office.work()
    form = ris_form("en", replace(COMPANY, street="Neuer Weg 2"), [MARA, TOM])
    answers = office.job("receipt").message_id
    office.take(a_mail(sender=DANA, files=[("form.xlsx", form)], answers=answers))
    later(office)

    assert [job.status for job in office.jobs("receipt")] == [JobStatus.REPLACED, JobStatus.SENT]


def test_a_partners_invitation_that_was_withdrawn_does_not_go(office: Office) -> None:
    away(office)
    with office.connect() as db:
        invited.invite(db, office.desk, office.tokens, now=office.now)
    office.work()
    with office.connect() as db:
        open_invitations.act(db, office.desk, InvitationAct.WITHDRAW, number=1, by=AVERY, now=office.now)

    assert later(office) == []
    with office.connect() as db:
        (mail,) = account_views.list_mails_of(db, ["P-1"])
    assert mail.status is JobStatus.REPLACED


def test_no_copy_of_a_colleagues_invitation_that_was_called_back_goes(office: Office) -> None:
    case = a_case(office)
    with office.connect() as db:
        administrator = next(
            one for one in move_in(db, office.desk, case, now=office.now) if one.is_administrator
        )
    office.work()
    away(office)
    with office.connect() as db:
        member_invitations.invite(
            db, office.desk, email="udo@boreal.example.net", role=Role.USER, by=administrator, now=office.now
        )
        member_invitations.call_back(db, invitation_id=1, by=administrator, now=office.now)

    assert later(office) == []
    assert {job.status for job in office.jobs("self_registration")} == {JobStatus.REPLACED}


def test_the_mails_of_an_account_that_was_closed_do_not_go(office: Office) -> None:
    case = a_case(office)
    away(office)
    with office.connect() as db, transaction(db):
        made = accounts.open_all(db, office.desk, case, by="usher", now=office.now)
    closed = next(one for one in made if not one.is_administrator)
    with office.connect() as db:
        account_views.act(
            db, office.desk, AccountAct.CLOSE, account_id=closed.id, by="cli:root", now=office.now
        )
    later(office)

    states = {job.recipient: job.status for job in office.jobs("activation")}
    assert states.pop(closed.email) is JobStatus.REPLACED
    assert set(states.values()) == {JobStatus.SENT}


def test_neither_mail_of_a_partners_account_that_was_closed_goes(office: Office) -> None:
    away(office)
    with office.connect() as db:
        invited.register(db, office.desk, office.tokens, now=office.now)
        account_views.act(db, office.desk, AccountAct.CLOSE, account_id=1, by="cli:root", now=office.now)
    later(office)

    assert [office.job(f"partner_{one}").status for one in ("user_name", "password")] == [
        JobStatus.REPLACED,
        JobStatus.REPLACED,
    ]


def test_whoever_releases_a_mail_that_is_true_no_more_is_told(tmp_path: Path) -> None:
    office = an_office(tmp_path, delivery="hold")
    take_form(office)
    office.work()
    no_ris(office)
    job = office.job("receipt")
    with office.connect() as db, pytest.raises(MailUntrue):
        held_mails.release(db, job.id, by=AVERY.id, now=office.now)
    office.work()

    assert office.job("receipt").status is JobStatus.REPLACED
    assert "what it says is true no more" in note_of(office, job)
    assert [tag for tag in (one.tag for one in office.events()) if tag == "job:released"] == []


def test_of_all_that_are_released_those_that_are_true_no_more_have_a_note(tmp_path: Path) -> None:
    office = an_office(tmp_path, delivery="hold")
    take_form(office)
    office.work()
    no_ris(office)
    with office.connect() as db:
        outbox.release_all(db, by=AVERY.id, now=office.now)
    office.work()

    assert office.job("receipt").status is JobStatus.REPLACED
    assert "did not go: what it says is true no more" in office.chat.texts()


def test_what_is_true_goes_once_it_is_released(holding: Office) -> None:
    take_form(holding)
    holding.work()
    with holding.connect() as db:
        held_mails.release(db, holding.job("receipt").id, by=AVERY.id, now=holding.now)
    holding.work()

    assert holding.job("receipt").status is JobStatus.SENT


@pytest.fixture
def holding(tmp_path: Path) -> Office:
    return an_office(tmp_path, delivery="hold")


def look(office: Office) -> None:
    """The clock's, and what comes of it."""
    with office.connect() as db:
        rounds.EACH_MINUTE["held mails"](db, office.bot, office.now)
    office.work()


def test_a_held_mail_that_is_true_no_more_ends_by_itself_and_its_buttons_with_it(holding: Office) -> None:
    take_form(holding)
    holding.work()
    job = holding.job("receipt")
    look(holding)
    assert (holding.job("receipt").status, "mail_release" in note_of(holding, job)) == (JobStatus.HELD, True)
    no_ris(holding)
    look(holding)

    assert holding.job("receipt").status is JobStatus.REPLACED
    assert "it never goes out" in note_of(holding, job)
    assert "'mail_" not in note_of(holding, job)
    assert OVERTAKEN in [event.tag for event in holding.events()]
    with holding.connect() as db, pytest.raises(UnknownJob):
        outbox.release(db, job.id, by=AVERY.id, now=holding.now)


def test_a_held_mail_whose_truth_cannot_be_told_costs_itself_alone(holding: Office) -> None:
    take_form(holding)
    holding.work()
    with holding.connect() as db:
        copied = "kind, vals, status, recipient, created_at, next_at"
        db.execute(f"""insert into outbox (key, stream, template, {copied})
                       select 'C-1:key', 'other', 'license_key', {copied} from outbox
                       where template = 'receipt'""")
        db.execute("update outbox set id = id + 1000 where template = 'receipt'")  # it is looked at last
    no_ris(holding)
    with pytest.raises(KeyError):
        look(holding)

    assert holding.job("receipt").status is JobStatus.REPLACED
    assert holding.job("license_key").status is JobStatus.HELD


def test_no_case_is_read_to_know_whether_its_mail_is_true(
    holding: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A form of 19,000 users would be, each minute, for each mail that waits."""
    take_form(holding)
    holding.work()
    monkeypatch.setattr(case_store, "find", None)
    with holding.connect() as db:
        rounds.EACH_MINUTE["held mails"](db, holding.bot, holding.now)

    assert holding.job("receipt").status is JobStatus.HELD


def test_what_was_asked_of_a_form_that_is_rejected_waits_for_nobody_any_more(holding: Office) -> None:
    take_form(holding, city="")
    holding.work()
    reject(holding)
    look(holding)

    assert holding.job("ris_problems").status is JobStatus.REPLACED
    assert [job.status for job in holding.jobs("rejection")] == [JobStatus.HELD]


def test_the_receipt_of_a_form_that_was_decided_about_meanwhile_does_not_go(holding: Office) -> None:
    """It said that the desk reviews the form, and that a corrected file takes its place."""
    take_form(holding)
    holding.work()
    case = holding.case("C-1")
    with holding.connect() as db:
        approvals.approve(db, holding.desk, ref="C-1", seen=case.content_hash, by=AVERY, now=holding.now)
    holding.work()
    with holding.connect() as db:
        outbox.release_all(db, by=AVERY.id, now=holding.now)
    holding.work()

    assert holding.job("receipt").status is JobStatus.REPLACED
    assert holding.mailer.sent[0].subject.startswith("Order confirmed")
