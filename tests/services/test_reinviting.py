"""Somebody else is invited than the form names first: of the form or new, once, and never by one alone."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.cases import BallHolder, CaseStatus
from bot.domain.delivery import Delivery
from bot.domain.errors import (
    ContentChanged,
    LinkExpired,
    NotReviewable,
    NotStaff,
    OwnWork,
    PermanentFailure,
)
from bot.domain.key_refusals import BadHolderAddress, BadHolderName
from bot.domain.outbox import JobStatus
from bot.domain.registration import Invitee, LinkEnd, find_invited, with_invited
from bot.domain.registration_refusals import AlreadyInvited, OwnAddress
from bot.domain.ris import Problem, ProblemKind, Role
from bot.domain.staff import Act, Member, Staff
from bot.rendering import samples
from bot.rendering.cards import case_card
from bot.rendering.pages import journey
from bot.rendering.words import words
from bot.services import (
    case_step_hands,
    cases,
    notices,
    nudges,
    outbox,
    registration,
    reinviting,
    rights,
    status_pages,
)
from bot.store import accounts, queue, turns
from bot.store import cases as case_store
from bot.store.database import transaction
from tests.cast import AVERY, BLAKE, CASEY, ELI, LATER, Office
from tests.page_words import page_words
from tests.reports import a_report
from tests.services.registering import GRETA, an_invited, decide, fill, registered, submit, tokens

NORA = Invitee(first_name="Nora", last_name="Vogt", email="Nora.Vogt@lindgren.example.com")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return an_invited(tmp_path)


def invite(office: Office, to: Invitee = NORA, *, by: Staff = BLAKE, version: int = 0) -> None:
    version, bot = version or office.case("C-1").version, office.bot
    with office.connect() as db:
        reinviting.invite_other(
            db, bot.desk, bot.staff, ref="C-1", version=version, to=to, by=by, now=office.now
        )
    office.work()


def test_somebody_new_takes_the_place_and_registers(office: Office) -> None:
    (first,) = tokens(office)
    invite(office)
    second = tokens(office)[-1]

    mail = office.mailer.sent[-1]
    assert (mail.to, second != first) == (NORA.email.lower(), True)
    assert "Nora Vogt" in mail.text
    with office.connect() as db, pytest.raises(LinkExpired):
        registration.get_invitation(db, first, now=office.now)
    fill(office, second, salutation="Ms", job_title="Buyer", phone_1="+49 40 1234567")
    submit(office, second)
    with pytest.raises(OwnWork):
        decide(office, by=replace(CASEY, id=BLAKE.id))
    decide(office, by=CASEY)
    with office.connect() as db:
        people = {one.email: one.is_administrator for one in accounts.list_of_organisation(db, 1)}
    assert people[NORA.email.lower()]
    assert GRETA not in people
    assert len(people) == len(samples.USERS)


def test_who_had_named_one_by_an_older_usher_is_told_how_a_third_gets_the_case_going(office: Office) -> None:
    fill(office, tokens(office)[0], salutation="Ms", job_title="Buyer", phone_1="+49 40 1234567")
    submit(office, tokens(office)[0])
    with office.connect() as db, transaction(db):  # each inviter had a hand in the whole case
        case_store.set_hands(db, 1, office.case("C-1").hands | {AVERY.id, CASEY.id})
    for stuck in (AVERY, CASEY):
        with pytest.raises(OwnWork) as refused:
            decide(office, by=stuck)
        for lang in ("en", "de"):
            assert "SLACK_APPROVERS" in words(lang).refusal(refused.value)

    decide(office, by=replace(BLAKE, acts=frozenset({Act.REGISTRATION})))
    assert office.case("C-1").status is CaseStatus.LIVE


def test_who_is_invited_already_and_the_desk_itself_are_refused(office: Office) -> None:
    first = samples.USERS[0]
    same = Invitee(first_name=first.first_name.upper(), last_name=first.last_name, email=GRETA.upper())
    with pytest.raises(AlreadyInvited):
        invite(office, same)
    for who in (BLAKE, ELI):
        office.chat.put(Member(id=who.id, name=who.name, email=f"{who.name}@Desk.example.com"))
    for own in (*office.desk.own_addresses, "blake@desk.example.com"):
        with pytest.raises(OwnAddress):
            invite(office, replace(NORA, email=own.upper()))
    assert office.case("C-1").version == 1
    assert len(tokens(office)) == 1
    invite(office, replace(NORA, email="\u201eeli@desk.example.com\u201c"))  # in the workspace, and no staff
    assert office.case("C-1").version == 2


def test_only_the_last_to_invite_does_not_decide_and_each_of_them_may_stop(office: Office) -> None:
    invite(office, by=AVERY)
    invite(office, replace(NORA, first_name="Noa", email="noa.vogt@lindgren.example.com"), by=CASEY)
    fill(office, salutation="Ms", job_title="Buyer", phone_1="+49 40 1234567")
    submit(office)

    case = office.case("C-1")
    with office.connect() as db:
        assert not rights.may_decide(db, case, CASEY, now=office.now)
        assert rights.may_decide(db, case, AVERY, now=office.now)
        for by in (AVERY, CASEY):
            seen = case.content_hash
            case_step_hands.check_may_stop(db, ref="C-1", seen=seen, by=by, now=office.now)
    decide(office, by=AVERY)
    assert office.case("C-1").status is CaseStatus.LIVE


def test_somebody_of_the_form_changes_places_and_both_stay(office: Office) -> None:
    other = next(user for user in samples.USERS[1:] if user.role != Role.ORGANIZATION_ADMINISTRATOR)
    to = Invitee(first_name=other.last_name.upper(), last_name=other.first_name, email=other.email.upper())
    invite(office, to)

    users = office.case("C-1").ris.users
    assert users[[user.email for user in users].index(GRETA)].role == Role.ORGANIZATION_ADMINISTRATOR
    assert (users[0].last_name, users[0].role) == (other.last_name, Role.ORGANIZATION_ADMINISTRATOR)
    assert {user.email for user in users} == {user.email for user in samples.USERS}
    assert office.mailer.sent[-1].to == other.email.lower()


def test_a_problem_goes_with_whom_it_is_about() -> None:
    ris = samples.decided_case().ris
    about = (Problem(kind=ProblemKind.BAD_PHONE, user=0), Problem(kind=ProblemKind.BAD_PHONE))
    warned = replace(ris, problems=about)
    known = ris.users[1]
    to = Invitee(first_name=known.first_name, last_name=known.last_name, email=known.email)

    assert [problem.user for problem in with_invited(warned, to).problems] == [1, None]
    assert [problem.user for problem in with_invited(warned, NORA).problems] == [None]  # hers went with her


@pytest.mark.parametrize(
    ("to", "refusal"),
    [
        (replace(NORA, first_name=" "), BadHolderName),
        (replace(NORA, last_name="\u202e1"), BadHolderName),
        (replace(NORA, last_name="x" * 201), BadHolderName),
        (replace(NORA, email="nora"), BadHolderAddress),
        (replace(NORA, email="a@b.example\nBcc: c@d.example"), BadHolderAddress),
    ],
)
def test_who_cannot_be_invited_is_said_and_nothing_changes(
    office: Office, to: Invitee, refusal: type[Exception]
) -> None:
    before = (office.case("C-1").ris, len(office.mailer.sent))
    with pytest.raises(refusal):
        invite(office, to)

    assert (office.case("C-1").ris, len(office.mailer.sent)) == before


def test_the_oldest_link_of_who_is_invited_again_leads_to_the_newest_mail(office: Office) -> None:
    first = samples.USERS[0]
    office.clock.wait(minutes=1)
    invite(office)
    office.clock.wait(minutes=1)
    invite(office, Invitee(first_name=first.first_name, last_name=first.last_name, email=GRETA))
    oldest, other, newest = tokens(office)
    office.clock.wait(minutes=11)
    with office.connect() as db:
        ends = [registration.find_end(db, token) for token in (oldest, other)]
        registration.renew(db, office.desk, token=other, now=office.now)
        registration.renew(db, office.desk, token=oldest, now=office.now)

    assert ends == [LinkEnd.OVER, LinkEnd.OTHER]
    assert (len(tokens(office)), office.mailer.sent[-1].to) == (4, GRETA)
    assert newest in tokens(office)


def test_only_staff_only_once_and_only_while_it_waits(office: Office, tmp_path: Path) -> None:
    version = office.case("C-1").version
    with pytest.raises(NotStaff):
        invite(office, by=ELI)
    invite(office)
    with pytest.raises(ContentChanged):
        invite(office, version=version)
    (tmp_path / "other").mkdir()
    later = registered(tmp_path / "other")
    with pytest.raises(NotReviewable):
        invite(later)
    assert later.case("C-1").status is CaseStatus.REGISTRATION_REVIEW
    invited = find_invited(office.case("C-1").ris)
    assert invited is not None
    assert invited.last_name == "Vogt"


def test_whom_staff_name_at_an_address_of_the_form_is_who_is_invited(office: Office) -> None:
    invite(office, replace(NORA, email=GRETA))
    assert "Nora Vogt" in office.mailer.sent[-1].text
    (second,) = [user for user in office.case("C-1").ris.users if user.email == samples.USERS[1].email]
    invite(office, replace(NORA, first_name="Ada", email=second.email))

    invited = find_invited(office.case("C-1").ris)
    assert invited is not None
    assert (invited.first_name, invited.email) == ("Ada", second.email.lower())
    assert second in office.case("C-1").ris.users


def test_what_has_not_gone_to_whom_was_invited_before_never_goes(office: Office) -> None:
    office.clock.wait(minutes=11)
    with office.connect() as db, transaction(db):
        assert registration.mail_again(db, office.desk, 1, now=office.now)
    invite(office)

    waiting = [job for job in office.jobs("invitation") if job.recipient == GRETA]
    assert [job.status for job in waiting] == [JobStatus.SENT, JobStatus.REPLACED]
    assert [mail.to for mail in office.mailer.sent if "/register/" in mail.text] == [
        GRETA,
        NORA.email.lower(),
    ]


def test_nobody_is_reminded_of_an_invitation_that_waits_for_release(office: Office) -> None:
    office.bot = replace(office.bot, desk=replace(office.desk, delivery=Delivery()))
    invite(office)
    look_daily(office, 14)
    assert office.job("invitation").values["words"]["why"] == "instead"
    with office.connect() as db:
        outbox.release_all(db, by=BLAKE.id, now=office.now)
    office.work()
    look_daily(office, 2)
    assert office.job("invitation").values["words"]["why"] == "instead"

    look_daily(office, 3)
    assert office.job("invitation").values["words"]["why"] == "reminder"


def test_while_the_invitation_to_somebody_else_waits_for_release_it_is_the_desks_turn(office: Office) -> None:
    """Nobody of the customer knew of it, and everybody read that they had the ball."""
    office.bot = replace(office.bot, desk=replace(office.desk, delivery=Delivery()))
    invite(office)

    assert turn(office) == (BallHolder.DESK, [BallHolder.DESK])
    assert "now waits for release*" in card(office)
    assert office.jobs("turn_note") == []  # the mail has a note of its own
    assert page(office) == (
        "The Onboarding desk still has to invite the Organization Administrator.",
        "The Onboarding desk",
    )
    with office.connect() as db:
        outbox.release(db, office.job("invitation").id, by=BLAKE.id, now=office.now)
    office.work()
    assert turn(office) == (BallHolder.CUSTOMER, [])
    assert "waits for release" not in card(office)


@pytest.mark.parametrize("lost", ["refused", "returned", "discarded"])
def test_an_invitation_that_did_not_go_is_the_desks_turn_and_is_written_anew(
    office: Office, lost: str
) -> None:
    if lost == "refused":
        office.mailer.faults.then(PermanentFailure("550 no such user"))
        invite(office)
        assert "needs the desk: Invitation to register, failed" in office.chat.texts()
    elif lost == "returned":
        invite(office)
        job = office.job("invitation")
        office.take(a_report(about=job.message_id, recipient=job.recipient))
        office.work()
    else:
        office.bot = replace(office.bot, desk=replace(office.desk, delivery=Delivery()))
        invite(office)
        with office.connect() as db:
            outbox.discard(db, office.job("invitation").id, by=BLAKE.id, now=office.now)
        office.bot = replace(office.bot, desk=replace(office.desk, delivery=Delivery(live=True)))
    assert turn(office) == (BallHolder.DESK, [BallHolder.DESK])
    assert "*The invitation did not go*" in card(office)

    invite(office)
    assert office.mailer.sent[-1].to == NORA.email.lower()
    assert turn(office) == (BallHolder.CUSTOMER, [])
    with pytest.raises(AlreadyInvited):
        invite(office)


@pytest.mark.parametrize("lost", [False, True])
def test_who_is_invited_again_is_not_invited_by_the_mail_from_before(office: Office, *, lost: bool) -> None:
    """Its link had ended; the card said that the customer has the ball, and nobody could write it anew."""
    first = samples.USERS[0]
    greta = Invitee(first_name=first.first_name, last_name=first.last_name, email=first.email)
    invite(office)
    if lost:
        office.mailer.faults.then(PermanentFailure("550 no such user"))
    else:
        office.bot = replace(office.bot, desk=replace(office.desk, delivery=Delivery()))
    invite(office, greta)

    assert turn(office)[0] is BallHolder.DESK
    assert page(office) == (
        "The Onboarding desk still has to invite the Organization Administrator.",
        "The Onboarding desk",
    )
    if lost:
        invite(office, greta)
        assert turn(office)[0] is BallHolder.CUSTOMER


def test_the_status_page_says_of_nobody_who_is_uninvited_that_they_were_invited(office: Office) -> None:
    office.bot = replace(office.bot, desk=replace(office.desk, delivery=Delivery()))
    invite(office)
    with office.connect() as db:
        shown = journey.journey(status_pages.get(db, office.tokens[0], now=office.now), page_words("en"))

    assert [stop.name for stop in shown.stops if stop.mark is journey.Mark.NOW] == ["Invitation to register"]
    assert shown.next.startswith("Once they have it")


def test_the_desk_is_reminded_of_an_invitation_that_waits_by_its_own_words(office: Office) -> None:
    office.bot = replace(office.bot, desk=replace(office.desk, delivery=Delivery()))
    invite(office)
    for _ in range(24):
        office.clock.wait(hours=1)
        with office.connect() as db:
            notices.remind(db, office.desk, now=office.now)
        office.work()
    (told,) = [one.text for one in office.chat.standing.values() if "working hour" in one.text]

    assert "whoever is invited knows nothing of it" in told
    assert "please see to it" in told


def turn(office: Office) -> tuple[BallHolder, list[BallHolder]]:
    """Whose it is, and what waits for any of staff."""
    with office.connect() as db:
        waits = [one.ball for one in queue.list_queue(db, limit=9) if one.waits_for(BLAKE)]
        assert [one.holder for one in turns.list_between(db, office.now, LATER)][-1] == office.case(
            "C-1"
        ).ball
    return office.case("C-1").ball, waits


def card(office: Office) -> str:
    with office.connect() as db:
        return str(
            case_card(cases.get_card(db, office.desk, "C-1", now=office.now), words=words("en")).blocks
        )


def page(office: Office) -> tuple[str, str]:
    with office.connect() as db:
        shown = journey.journey(status_pages.get(db, office.tokens[0], now=office.now), page_words("en"))
    return shown.lead, shown.holder


def test_of_two_reminders_that_wait_for_release_the_newer_goes(office: Office) -> None:
    office.bot = replace(office.bot, desk=replace(office.desk, delivery=Delivery()))
    look_daily(office, 12)

    mails = [job.status for job in office.mails() if job.template == registration.MAIL]
    assert mails == [JobStatus.SENT, JobStatus.REPLACED, JobStatus.HELD]
    assert "A reminder of the invitation to register went into the outbox" in office.chat.texts()
    assert turn(office) == (BallHolder.CUSTOMER, [])


def look_daily(office: Office, days: int) -> None:
    for _ in range(days):
        office.clock.wait(days=1)
        with office.connect() as db:
            nudges.nudge(db, office.desk, now=office.now)
        office.work()
