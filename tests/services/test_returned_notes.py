"""The note about a mail that came back says who wrote it anew, told it otherwise or corrected its address."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.account_views import AccountAct, InvitationAct
from bot.domain.accounts import Account
from bot.domain.approvals import Choice
from bot.domain.cards import MailEnd
from bot.domain.errors import TransientFailure, UnknownJob
from bot.domain.events import EventTag
from bot.domain.outbox import Job, JobStatus
from bot.domain.registration import Invitee
from bot.domain.staff import Staff
from bot.rendering import samples
from bot.rendering.desk_notes import trouble_note
from bot.rendering.words import words
from bot.services import (
    account_views,
    decision_mails,
    email_change_desk,
    open_invitations,
    outbox,
    reinviting,
)
from bot.services import accounts as account_service
from bot.services.queueing import AGAIN
from bot.services.registration import REFUSED
from bot.store.database import transaction
from tests import invited
from tests.authenticators import enrolled
from tests.cast import AVERY, BLAKE, CASEY, Office, a_case, an_office
from tests.outside import APPROVALS
from tests.people import an_office_of_accounts
from tests.rendering.test_cards import AT
from tests.rendering.test_trouble_notes import FAILED
from tests.services.mail_ends import End, ends, held
from tests.services.registering import GRETA, an_invited, decide, kept, registered
from tests.services.test_bounces import COLLEAGUE, bounce
from tests.services.test_outbox import a_decided_case

FIRST = ("mail_bounced", "job_failed", "job_unknown")


def notes_of(office: Office, job: Job) -> list[str]:
    """As they stand in Slack by now."""
    office.work()
    about = tuple(f"{what}:{job.id}:" for what in FIRST)
    return [str(one.blocks) for one in office.chat.standing.values() if one.key.startswith(about)]


def came_back(office: Office, template: str, **more: str) -> Job:
    office.work()
    job = next(one for one in reversed(office.mails()) if one.template == template)
    bounce(office, job, **more)
    return job


def is_ended(office: Office, job: Job, said: str) -> bool:
    """In its place, with nothing to press or to do."""
    (note,) = notes_of(office, job)
    return said in note and "action_id" not in note and "*Write it anew*" not in note


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (
            lambda o, db, n: decision_mails.write_anew(db, o.desk, n, by=BLAKE, now=o.now),
            "Written anew by",
        ),
        (lambda o, db, n: decision_mails.note_told(db, n, by=BLAKE, now=o.now), "Told otherwise, as"),
    ],
)
def test_of_a_decisions_mail(tmp_path: Path, act: Callable[..., object], said: str) -> None:
    """The note went on naming the buttons that the card had no more, and nobody by whom it was settled."""
    office = an_office(tmp_path)
    a_decided_case(office)
    job = came_back(office, "order_confirmation")
    assert "*Write it anew*" in str(notes_of(office, job))
    with office.connect() as db:
        act(office, db, job.id)

    assert is_ended(office, job, f"{said} <@{BLAKE.id}>")
    assert [one.actor for one in office.events() if one.tag.startswith("case:told_")] == [BLAKE.id]


def test_of_one_that_slack_did_not_take_yet(tmp_path: Path) -> None:
    """What is true now had come first, in the channel; then the note came below the card, with its words."""
    office = an_office(tmp_path)
    a_decided_case(office)
    job = came_back(office, "order_confirmation")
    office.chat.faults.then(*[TransientFailure("busy")] * 3)
    office.work()
    with office.connect() as db:
        decision_mails.write_anew(db, office.desk, job.id, by=BLAKE, now=office.now)
    office.work_till_quiet()

    assert is_ended(office, job, f"Written anew by <@{BLAKE.id}>")
    (note,) = [one for one in office.chat.standing.values() if one.key.startswith("mail_bounced:")]
    assert note.channel == APPROVALS


def test_of_a_copy_nothing_is_ended_by_what_goes_to_whom_it_was_to(tmp_path: Path) -> None:
    office = an_office(tmp_path)
    a_decided_case(office)
    job = came_back(office, "order_confirmation")
    with office.connect() as db:
        db.execute("update outbox set vals = json_set(vals, '$.cc', json_array(?))", [COLLEAGUE])
    bounce(office, replace(job, recipient=COLLEAGUE))
    with office.connect() as db:
        decision_mails.write_anew(db, office.desk, job.id, by=BLAKE, now=office.now)

    ended = [note for note in notes_of(office, job) if "Written anew" in note]
    assert len(ended) == 1
    assert COLLEAGUE not in ended[0]


def reinvite(office: Office, email: str, *, by: Staff = BLAKE) -> None:
    to = Invitee(first_name=samples.USERS[0].first_name, last_name=samples.USERS[0].last_name, email=email)
    with office.connect() as db:
        reinviting.invite_other(
            db, office.desk, office.bot.staff, ref="C-1", version=office.case("C-1").version,
            to=to, by=by, now=office.now,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("email", "said"),
    [
        ("g.lindgren@lindgren-soehne.example.org", "Sent to another address by"),
        (GRETA, "Written anew by"),
    ],
)
def test_of_an_invitation_that_goes_to_the_right_address_or_once_more(
    tmp_path: Path, email: str, said: str
) -> None:
    office = an_invited(tmp_path)
    job = came_back(office, "invitation")
    assert len(notes_of(office, job)) == 1
    reinvite(office, email)

    assert is_ended(office, job, f"{said} <@{BLAKE.id}>")
    assert [one.actor for one in office.events() if one.tag == EventTag.INVITED_OTHER] == [BLAKE.id]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return an_office_of_accounts(tmp_path)


@pytest.fixture
def mara(office: Office) -> Account:
    """Whose activation mail is in the outbox."""
    case = a_case(office)
    case = replace(case, ris=replace(case.ris, users=case.ris.users[:1]))
    with office.connect() as db, transaction(db):
        (owner,) = account_service.open_all(db, office.desk, case, by="usher", now=office.now)
    return owner


def readdress(office: Office, owner: Account) -> None:
    casey = enrolled(office, CASEY)
    with office.connect() as db:
        email_change_desk.ask(
            db, office.desk, account_id=owner.id, email="mara@nordwind.example.org", reason="misspelt",
            by=AVERY, now=office.now,
        )  # fmt: skip
        code = casey.code(office.now)
        email_change_desk.agree(db, office.desk, change_id=1, by=CASEY, code=code, now=office.now)


def test_of_an_activation_mail_whose_address_was_wrong(office: Office, mara: Account) -> None:
    """It went on telling how to change what had been changed."""
    job = came_back(office, "activation")
    assert "*Change address…*" in str(notes_of(office, job))
    readdress(office, mara)

    assert is_ended(office, job, f"Sent to another address by <@{CASEY.id}>")
    assert [one.actor for one in office.events() if one.tag == EventTag.EMAIL_CHANGED] == [CASEY.id]


def test_of_one_that_was_refused_at_once(office: Office, mara: Account) -> None:
    """Its *Try again* would have been refused: it is true no more."""
    job = next(one for one in office.mails() if one.template == "activation")
    ends(JobStatus.FAILED)(office, job.key)
    assert "mail_retry" in str(notes_of(office, job))
    readdress(office, mara)

    assert is_ended(office, job, f"Sent to another address by <@{CASEY.id}>")


@pytest.mark.parametrize("end", [held, ends(JobStatus.FAILED), ends(JobStatus.UNKNOWN)])
def test_what_goes_to_another_address_never_goes_to_the_one_before(
    office: Office, mara: Account, end: End
) -> None:
    """Its *Try again* sent a second mail, and the note told of that then."""
    (job,) = [one for one in office.mails() if one.template == "activation"]
    end(office, job.key)
    readdress(office, mara)

    assert next(one for one in office.mails() if one.id == job.id).status is JobStatus.REPLACED
    with office.connect() as db, pytest.raises(UnknownJob):
        outbox.retry(db, job.id, by=AVERY.id, now=office.now)


def test_of_one_that_staff_send_once_more(office: Office, mara: Account) -> None:
    job = came_back(office, "activation")
    resend(office, mara, by=BLAKE)

    assert is_ended(office, job, f"Written anew by <@{BLAKE.id}>")


def resend(office: Office, owner: Account, *, by: Staff) -> None:
    office.clock.wait(days=1)
    with office.connect() as db:
        account_views.act(db, office.desk, AccountAct.RESEND, account_id=owner.id, by=by.id, now=office.now)


def changes_to(office: Office, job: Job) -> int:
    """How often the notes about that mail were told to say something else."""
    about = tuple(f"{what}:{job.id}:" for what in FIRST)
    return len([one for one in office.jobs("trouble_note") if one.key.startswith(about) and AGAIN in one.key])


def test_whoever_ended_a_note_did_so_whoever_ends_that_of_a_later_mail(office: Office, mara: Account) -> None:
    """The first one said then that Avery had written it anew, once Avery did so with the second."""
    first = came_back(office, "activation")
    resend(office, mara, by=BLAKE)
    said = notes_of(office, first)
    second = came_back(office, "activation")
    resend(office, mara, by=AVERY)
    third = came_back(office, "activation")
    readdress(office, mara)

    assert notes_of(office, first) == said
    assert is_ended(office, first, f"Written anew by <@{BLAKE.id}>")
    assert is_ended(office, second, f"Written anew by <@{AVERY.id}>")
    assert is_ended(office, third, f"Sent to another address by <@{CASEY.id}>")
    assert [changes_to(office, one) for one in (first, second, third)] == [1, 1, 1]


def test_of_an_invitation_that_goes_once_more_and_then_elsewhere(tmp_path: Path) -> None:
    office = an_invited(tmp_path)
    first = came_back(office, "invitation")
    reinvite(office, GRETA)
    office.clock.wait(days=1)
    second = came_back(office, "invitation")
    reinvite(office, "g.lindgren@lindgren-soehne.example.org", by=CASEY)

    assert is_ended(office, first, f"Written anew by <@{BLAKE.id}>")
    assert is_ended(office, second, f"Sent to another address by <@{CASEY.id}>")


def test_of_a_refusal_that_is_said_anew_twice(tmp_path: Path) -> None:
    office = registered(tmp_path)
    decide(office, Choice.REJECTED, by=CASEY)
    first = came_back(office, REFUSED)
    seal = kept(office).seal
    decide(office, Choice.REJECTED, by=AVERY, seen=seal)
    second = came_back(office, REFUSED)
    decide(office, Choice.REJECTED, by=CASEY, seen=seal)

    assert is_ended(office, first, f"Written anew by <@{AVERY.id}>")
    assert is_ended(office, second, f"Written anew by <@{CASEY.id}>")


def test_each_try_that_fails_has_an_end_of_its_own(office: Office, mara: Account) -> None:
    job = next(one for one in office.mails() if one.template == "activation")
    ends(JobStatus.FAILED)(office, job.key)
    with office.connect() as db:
        outbox.retry(db, job.id, by=BLAKE.id, now=office.now)
    ends(JobStatus.FAILED)(office, job.key)
    assert ["mail_retry" in one for one in notes_of(office, job)] == [False, True]
    with office.connect() as db:
        outbox.retry(db, job.id, by=CASEY.id, now=office.now)
    bounced = came_back(office, "activation")
    readdress(office, mara)

    assert bounced.id == job.id
    first, second, third = notes_of(office, job)
    assert f"Tried again by <@{BLAKE.id}>" in first
    assert f"Tried again by <@{CASEY.id}>" in second
    assert f"Sent to another address by <@{CASEY.id}>" in third


def test_of_a_partners_invitation_that_staff_send_once_more(office: Office) -> None:
    with office.connect() as db:
        invited.invite(db, office.desk, office.tokens, now=office.now)
    job = came_back(office, "partner_invitation")
    assert len(notes_of(office, job)) == 1
    office.clock.wait(days=1)
    with office.connect() as db:
        open_invitations.act(db, office.desk, InvitationAct.AGAIN, number=1, by=BLAKE, now=office.now)

    assert is_ended(office, job, f"Written anew by <@{BLAKE.id}>")


@pytest.mark.parametrize(
    ("lang", "how", "said"),
    [
        ("en", MailEnd.ANEW, "Written anew by <@U0BLAKE0002>"),
        ("de", MailEnd.ANEW, "Neu geschrieben von <@U0BLAKE0002>"),
        ("en", MailEnd.READDRESSED, "Sent to another address by <@U0BLAKE0002>"),
        ("de", MailEnd.READDRESSED, "An eine andere Adresse gesendet von <@U0BLAKE0002>"),
    ],
)
def test_it_is_sanin_both_languages(lang: str, how: MailEnd, said: str) -> None:
    note = replace(FAILED, what="mail_bounced", ended=how, by="U0BLAKE0002", at=AT)

    assert said in str(trouble_note(note, words=words(lang)).blocks)
