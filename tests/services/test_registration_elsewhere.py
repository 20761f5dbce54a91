"""Registrations that ask for a code, that are approved elsewhere, and the people of additions."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.domain.approvals import Grave
from bot.domain.cases import Case, CaseStatus
from bot.domain.errors import (
    AlreadyDecided,
    HasAdditions,
    NotApprover,
    NotEnrolled,
    NotReviewable,
    SettingsFault,
)
from bot.policy import load
from bot.rendering.cards import case_card
from bot.rendering.words import words
from bot.services import (
    additions,
    approvals,
    case_step_hands,
    cases,
    nudges,
    registration,
    registration_decisions,
    reinviting,
)
from bot.store import accounts
from tests.cast import AVERY, BLAKE, CASEY, Office, a_case, a_submission
from tests.services.registering import GRETA, an_invited, decide, fill, kept, registered, submit, tokens

PAGE = "https://mag.example.com/register"


def with_policy(office: Office, **changed: object) -> Office:
    """`changed`: of the programme."""
    policy = office.desk.policy
    mag = policy.mag.model_copy(update=changed)
    policy = policy.model_copy(update={"programmes": {**policy.programmes, "mag": mag}})
    office.bot = replace(office.bot, desk=replace(office.desk, policy=policy))
    return office


def an_addition(office: Office) -> Case:
    """One more person for C-1, approved and carried out."""
    first = office.case("C-1").ris
    nora = replace(first.users[0], first_name="Nora", last_name="Klein", email="nora@lindgren.example.org")
    case = a_case(office, replace(a_submission(), ris=replace(first, users=(nora,)), mail_id=7))
    with office.connect() as db:
        seen, now = case.content_hash, office.now
        additions.confirm_same(db, office.desk, ref=case.ref, other="C-1", seen=seen, by=BLAKE, now=now)
        seen = office.case(case.ref).content_hash
        approvals.approve(db, office.desk, ref=case.ref, seen=seen, by=AVERY, now=now)
    office.work_till_quiet()
    return office.case(case.ref)


def names(office: Office) -> list[str]:
    with office.connect() as db:
        return [one.first_name for one in accounts.list_of_organisation(db, 1)]


@pytest.mark.slow
def test_people_of_an_addition_get_accounts_with_the_organisation_or_after_it(tmp_path: Path) -> None:
    early = an_invited(tmp_path)
    assert an_addition(early).status is CaseStatus.INVITED
    assert names(early) == []
    (confirmed,) = [
        mail.text
        for mail in early.mailer.sent
        if mail.subject.startswith("Order confirmed") and "C-2" in mail.subject
    ]
    assert "with their User ID once " in " ".join(confirmed.split())
    with early.connect() as db:
        card = cases.get_card(db, early.desk, "C-2", now=early.now)
    shown = str(case_card(card, words=words("en")).blocks)
    assert "○ Accounts · once the organization is registered." in shown
    assert "case_stop" in shown
    fill(early)
    submit(early)
    decide(early)
    early.work_till_quiet()

    assert early.case("C-2").status is CaseStatus.LIVE
    assert names(early) == ["Greta", "Tomasz", "Aylin", "Nora"]


@pytest.mark.slow
def test_people_of_an_addition_to_a_live_organisation_get_theirs_with_their_keys(tmp_path: Path) -> None:
    office = registered(tmp_path)
    decide(office)
    office.work_till_quiet()
    more = an_addition(office)

    (confirmed,) = [
        mail.text
        for mail in office.mailer.sent
        if mail.subject.startswith("Order confirmed") and "C-2" in mail.subject
    ]
    assert "with their User ID." in " ".join(confirmed.split())
    assert (more.status, names(office)) == (CaseStatus.LIVE, ["Greta", "Tomasz", "Aylin", "Nora"])
    assert [job.recipient for job in office.jobs("activation")][-1] == "nora@lindgren.example.org"


@pytest.mark.slow
def test_people_who_wait_for_the_registration_are_not_invited_and_can_be_stopped(tmp_path: Path) -> None:
    office = an_invited(tmp_path)
    addition = an_addition(office)
    for _ in range(24 * 4):
        office.clock.wait(hours=1)
        with office.connect() as db:
            nudges.nudge(db, office.desk, now=office.now)
    reminded = {
        job.recipient
        for job in office.jobs("invitation")
        if job.created_at > addition.created_at + timedelta(days=1)
    }
    assert reminded == {GRETA}
    with office.connect() as db:
        with pytest.raises(NotReviewable):
            reinviting.check_may_invite(db, ref="C-2", by=BLAKE, now=office.now)
        with pytest.raises(HasAdditions):
            case_step_hands.check_may_stop(
                db, ref="C-1", seen=office.case("C-1").content_hash, by=AVERY, now=office.now
            )
        stop = partial(case_step_hands.stop, db, office.desk, reason="Both left.", code="", now=office.now)
        stop(ref="C-2", seen=addition.content_hash, by=AVERY)
        stop(ref="C-1", seen=office.case("C-1").content_hash, by=AVERY)
    office.work_till_quiet()

    assert {office.case(ref).status for ref in ("C-1", "C-2")} == {CaseStatus.WITHDRAWN}


@pytest.mark.slow
def test_people_of_an_addition_go_on_where_the_registration_is_ticked(tmp_path: Path) -> None:
    office = with_policy(an_invited(tmp_path), accounts="outside", registration_url=PAGE)
    assert an_addition(office).status is CaseStatus.INVITED
    with office.connect() as db:
        seen = office.case("C-1").content_hash
        registration_decisions.tick(db, office.desk, ref="C-1", seen=seen, by=AVERY, now=office.now)
    office.work_till_quiet()

    assert (office.case("C-2").status, names(office)) == (CaseStatus.LIVE, [])


def test_a_code_is_asked_where_the_policy_says_so(tmp_path: Path) -> None:
    office = registered(tmp_path)
    rules = office.desk.policy.approvals.model_copy(update={"step_up": (Grave.REGISTRATION,)})
    policy = office.desk.policy.model_copy(update={"approvals": rules})
    office.bot = replace(office.bot, desk=replace(office.desk, policy=policy))
    with pytest.raises(NotEnrolled):
        decide(office)

    assert office.case("C-1").status is CaseStatus.REGISTRATION_REVIEW


def test_where_accounts_are_kept_elsewhere_the_desk_ticks_and_the_sponsor_hears(tmp_path: Path) -> None:
    office = with_policy(an_invited(tmp_path), accounts="outside", registration_url=PAGE)
    with office.connect() as db:
        registration.ask_again(db, office.desk, email=GRETA, now=office.now)
        office.clock.wait(hours=1)
        registration.ask_again(db, office.desk, email=GRETA, now=office.now)
    office.work()
    assert PAGE in office.mailer.sent[-1].text
    assert len(tokens(office)) == 1
    case = office.case("C-1")
    with office.connect() as db:
        tick = partial(registration_decisions.tick, db, office.desk, ref="C-1", now=office.now)
        with pytest.raises(NotApprover):
            tick(by=BLAKE, seen=case.content_hash)
        tick(by=CASEY, seen=case.content_hash)
        with pytest.raises(AlreadyDecided):
            tick(by=AVERY, seen=case.content_hash)
    office.work()

    assert (office.case("C-1").status, names(office)) == (CaseStatus.LIVE, [])
    assert office.mailer.sent[-1].subject.endswith("is set up (C-1)")
    assert "as the mails to them say" in office.mailer.sent[-1].text


def test_where_they_are_kept_here_nobody_ticks(tmp_path: Path) -> None:
    office = an_invited(tmp_path)
    seen = office.case("C-1").content_hash
    with office.connect() as db, pytest.raises(NotReviewable):
        registration_decisions.tick(db, office.desk, ref="C-1", seen=seen, by=CASEY, now=office.now)

    assert kept(office).decision is None


@pytest.mark.parametrize(
    "lines",
    [
        'accounts = "outside"',
        'accounts = "outside"\nregistration_url = "https://mag.example.com/register"',
        'registration_url = "https://mag.example.com/register"',
    ],
)
def test_a_policy_says_where_accounts_are_if_not_here(tmp_path: Path, lines: str) -> None:
    shipped = (Path(__file__).parents[2] / "usher.toml").read_text(encoding="utf-8")
    kept_lines = [
        line
        for line in shipped.splitlines()
        if not any(line.startswith(f"{one.partition(' =')[0]} =") for one in lines.splitlines())
    ]
    place = next(at for at, line in enumerate(kept_lines) if line.startswith("[programmes.mag]"))
    own = tmp_path / "usher.toml"
    own.write_text("\n".join([*kept_lines[: place + 1], lines, *kept_lines[place + 1 :]]), encoding="utf-8")

    with pytest.raises(SettingsFault):
        load(own)
