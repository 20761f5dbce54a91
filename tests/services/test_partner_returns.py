"""A closed account: its owner comes back by a new invitation with the old data; nobody else learns of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.account_views import AccountAct, WayRests
from bot.domain.accounts import AccountStatus
from bot.domain.invitation_files import Column
from bot.domain.lifecycle import LifeState
from bot.domain.outbox import Job, JobStatus
from bot.domain.partner_refusals import PartnerThere
from bot.domain.partners import NewInvitation
from bot.domain.password_refusals import ResetOften
from bot.domain.passwords import PasswordFault
from bot.services import (
    account_views,
    activation,
    diagnosis,
    lifecycle,
    partner_invitations,
    partner_requests,
    partner_wishes,
    partners,
    passwords,
    prolongation,
    recovery,
    registration,
)
from bot.store import accounts, outbox
from bot.store import lifecycle as lives
from bot.store import partner_invitations as kept
from bot.store.database import transaction
from tests.cast import AVERY, Office, a_case
from tests.invited import FORM, PIA, register, submit
from tests.partners import a_partner
from tests.people import PASSWORD, move_in
from tests.services.kept_out import mailed
from tests.services.test_account_files import HEAD, take
from tests.services.test_partners import moved_in, office

__all__ = ["office"]  # the fixture


@pytest.fixture
def closed(office: Office) -> Office:
    """Pia's account, number 1, which the clock has closed."""
    moved_in(office)
    become(office, LifeState.CLOSED, days=151)
    return office


def become(office: Office, state: LifeState, *, days: int) -> None:
    office.clock.wait(days=days)
    with office.connect() as db, transaction(db):
        life = lifecycle.find(db, 1)
        assert life is not None
        lives.save_all(db, [(replace(life, state=state), None)])


def by_prolong(office: Office) -> None:
    with office.connect() as db:
        prolongation.ask_for_link(db, office.desk, PIA, now=office.now)


def by_register(office: Office, email: str = PIA) -> None:
    with office.connect() as db:
        partner_wishes.ask(db, office.desk, email=email, name="P", company="R", lang="en", now=office.now)


def by_registration(office: Office) -> None:
    with office.connect() as db:
        registration.ask_again(db, office.desk, email=PIA, now=office.now)


def by_invite(office: Office) -> None:
    with office.connect() as db:
        said = {Column.EMAIL: PIA, Column.ROLE: "", Column.LANGUAGE: "en"}
        partner_invitations.invite(db, office.desk, said, by=AVERY, now=office.now)


def by_account(office: Office) -> str:
    with office.connect() as db:
        act = AccountAct.RESEND
        return account_views.act(db, office.desk, act, account_id=1, by=AVERY.id, now=office.now).sent


def by_question(office: Office) -> None:
    asker = mailed(office, PIA)
    with office.connect() as db, transaction(db):
        found = diagnosis.diagnose(db, office.desk, asker, [None], office.now)
        diagnosis.mend(db, office.desk, asker, found, question="conversation:1", now=office.now)


def invitations(office: Office) -> list[Job]:
    with office.connect() as db:
        jobs = outbox.list_jobs(db, tuple(JobStatus))
    return [job for job in jobs if job.template == "partner_invitation"][1:]


@pytest.mark.parametrize(
    "way", [by_prolong, by_register, by_registration, by_invite, by_account, by_question]
)
def test_each_way_leads_to_a_form_with_the_old_data_and_to_one_account(
    closed: Office, way: Callable[[Office], object]
) -> None:
    way(closed)
    (mail,) = invitations(closed)
    with closed.connect() as db:
        (old,) = accounts.list_by_email(db, PIA)
    assert old.user_id in str(mail.values)
    assert mail.recipient == PIA
    token = closed.tokens[-1]
    with closed.connect() as db:
        form = partners.get_form(db, partners.get_invitation(db, token, now=closed.now))
        assert {name: form.draft[name] for name in FORM} == FORM
        assert (form.changes, len(form.answers)) == ({}, 4)
        typed = {**FORM, "street": "Neuer Weg 1", "vat_id": "", "fax": "+49 30 23125 002"}
        submit(db, closed.desk, token, typed, now=closed.now)
        form = partners.get_form(db, partners.get_invitation(db, token, now=closed.now))
        assert form.changes == {"street": FORM["street"], "vat_id": FORM["vat_id"]}
        done = submit(db, closed.desk, token, {**typed, "vat_id": FORM["vat_id"]}, now=closed.now)
        old, new = accounts.list_by_email(db, PIA)
        mailed = partners.get_mailed(db, done.sent, now=closed.now)
        closing = account_views.get(db, closed.desk, old.id, now=closed.now).closing
    assert mailed.form.changes == {"street": FORM["street"]}  # the page after it says so, too
    assert (old.status, new.status) == (AccountStatus.DEACTIVATED, AccountStatus.WAITING)
    assert old.user_id != new.user_id
    assert closing is not None
    assert (closing.is_theirs, closing.successor) == (False, new.user_id)  # no administrator closed it
    by_prolong(closed)  # the old one is in nobody's way, and gets no second invitation
    assert len(invitations(closed)) == 1


def test_who_asks_gets_one_invitation_again_and_a_stranger_or_whom_the_desk_closed_none(
    closed: Office,
) -> None:
    for minutes in (0, 1, 6, 6, 6, 6):
        closed.clock.wait(minutes=minutes)
        closed.work()
        by_prolong(closed)
        by_register(closed)
        by_register(closed, "stranger@rotor.example.org")
    mails = invitations(closed)
    assert [mail.recipient for mail in mails] == [PIA] * 5
    assert len({mail.key.partition(":")[0] for mail in mails}) == 1
    closed.work()
    assert by_account(closed) == "partner_invitation"
    with pytest.raises(WayRests):
        by_account(closed)
    closed.clock.wait(days=31)
    with closed.connect() as db, transaction(db):
        accounts.move(db, 1, since=AccountStatus.ACTIVE, to=AccountStatus.DEACTIVATED, now=closed.now)
    by_prolong(closed)
    by_register(closed)
    assert len(invitations(closed)) == 6
    closed.work()
    assert by_account(closed) == "partner_invitation"


@pytest.mark.parametrize(
    ("state", "mail"), [(LifeState.VALID, "recovery"), (LifeState.EXPIRED, "prolong_link")]
)
def test_the_way_in_is_the_one_that_leads_in_now(office: Office, state: LifeState, mail: str) -> None:
    moved_in(office)
    become(office, state, days=1)
    assert by_account(office) == mail
    with office.connect() as db:
        sent = outbox.find_newest(db, "A-1:")
    assert sent is not None
    assert sent.template == mail
    with pytest.raises(WayRests):
        by_account(office)
    for _ in range(4):
        office.work()
        office.clock.wait(minutes=5)
        by_account(office)
    office.work()
    office.clock.wait(minutes=5)
    with pytest.raises(WayRests if state is LifeState.EXPIRED else ResetOften):
        by_account(office)


def shared(office: Office) -> tuple[int, int]:
    """Bob's account beside Pia's at her address; both are closed."""
    ends_on = office.now.date() + timedelta(days=80)
    assert take(office, f"{HEAD}\n;Bob;Second;{PIA};en;;Acme;{ends_on}").imported
    with office.connect() as db, transaction(db):
        life = lifecycle.find(db, 2)
        assert life is not None
        lives.save_all(db, [(replace(life, state=LifeState.CLOSED), None)])
    return 1, 2


def test_at_a_shared_address_the_one_who_asked_comes_back_and_nobody_elses_account_ends(
    closed: Office,
) -> None:
    shared(closed)
    with closed.connect() as db:
        pia, bob = accounts.list_by_email(db, PIA)
        prolongation.ask_for_link(db, closed.desk, pia.user_id, now=closed.now)
        invited = partners.get_invitation(db, closed.tokens[-1], now=closed.now)
        assert (invited.closed_id, partners.get_form(db, invited).draft["last_name"]) == (pia.id, "Roth")
        prolongation.ask_for_link(db, closed.desk, bob.user_id, now=closed.now)
        other = partners.get_invitation(db, closed.tokens[-1], now=closed.now)
        assert (other.closed_id, partners.get_form(db, other).draft["last_name"]) == (bob.id, "Second")
        submit(db, closed.desk, closed.tokens[-1], now=closed.now)
        states = [one.status for one in accounts.list_by_email(db, PIA)]
    assert states == [AccountStatus.ACTIVE, AccountStatus.DEACTIVATED, AccountStatus.WAITING]


def test_whose_user_id_is_given_for_a_forgotten_password_of_an_expired_account_gets_its_link(
    office: Office,
) -> None:
    moved_in(office)
    shared(office)
    become(office, LifeState.EXPIRED, days=95)
    with office.connect() as db:
        pia, _ = accounts.list_by_email(db, PIA)
        recovery.ask_for_link(db, office.desk, pia.user_id, now=office.now)

    assert [one.template for one in office.mails()][-1] == "prolong_link"


def test_whose_user_id_is_given_for_a_forgotten_password_is_invited_where_all_of_the_address_are_closed(
    closed: Office,
) -> None:
    shared(closed)
    with closed.connect() as db:
        _, bob = accounts.list_by_email(db, PIA)
        recovery.ask_for_link(db, closed.desk, bob.user_id, now=closed.now)
        assert partners.get_invitation(db, closed.tokens[-1], now=closed.now).closed_id == bob.id


@pytest.mark.parametrize("way", [by_prolong, by_register, by_registration])
def test_which_of_several_is_meant_a_person_decides(closed: Office, way: Callable[[Office], object]) -> None:
    shared(closed)
    way(closed)
    assert not invitations(closed)
    with closed.connect() as db:
        assert partner_requests.get(db, 1).email == PIA


@pytest.mark.parametrize("status", [AccountStatus.ACTIVE, AccountStatus.WAITING])
@pytest.mark.parametrize("way", [by_prolong, by_register, by_registration])
def test_whose_account_is_closed_beside_anothers_is_for_a_person_to_decide(
    office: Office, way: Callable[[Office], object], status: AccountStatus
) -> None:
    moved_in(office)
    with office.connect() as db, transaction(db):
        accounts.move(db, 1, since=AccountStatus.ACTIVE, to=status, now=office.now)
    shared(office)
    way(office)
    with office.connect() as db:
        assert partner_requests.get(db, 1).email == PIA


def test_who_has_an_account_of_the_other_programme_comes_back_to_a_closed_one(closed: Office) -> None:
    case = a_case(closed)
    with closed.connect() as db:
        one, *_ = move_in(db, closed.desk, case, now=closed.now)
        accounts.set_email(db, one.id, PIA)
        db.conn.commit()
    by_registration(closed)
    assert [mail.recipient for mail in invitations(closed)] == [PIA]


@pytest.mark.parametrize(
    ("first", "last", "closed_id"), [("Anna", "Other", 0), ("PIA", "Roth", 1), ("", "Second", 2), ("", "", 0)]
)
def test_the_desk_invites_by_a_name_and_the_form_is_of_that_person_or_empty(
    closed: Office, first: str, last: str, closed_id: int
) -> None:
    shared(closed)
    said = {Column.EMAIL: PIA, Column.FIRST_NAME: first, Column.LAST_NAME: last}
    with closed.connect() as db:
        made = partner_invitations.invite(db, closed.desk, said, by=AVERY, now=closed.now)
        form = partners.get_form(db, made)
        other = partners.get_form(db, replace(made, draft={"first_name": "Zoe"}))
    assert (made.closed_id, bool(form.draft["company"])) == (closed_id, bool(closed_id))
    assert list(other.changes) == (["first_name"] if first or closed_id else [])


def test_an_account_is_not_opened_again_beside_the_one_that_came_after_it(office: Office) -> None:
    moved_in(office)
    with office.connect() as db:
        account_views.act(db, office.desk, AccountAct.CLOSE, account_id=1, by=AVERY.id, now=office.now)
        named = {"first_name": "Paula", "last_name": "Roth-Meyer"}  # another name is the same person's
        register(db, office.desk, office.tokens, named=named, now=office.now)
        _, new = accounts.list_by_email(db, PIA)
        with pytest.raises(PartnerThere) as refused:
            account_views.act(db, office.desk, AccountAct.REOPEN, account_id=1, by=AVERY.id, now=office.now)
        states = [one.status for one in accounts.list_by_email(db, PIA)]
    assert refused.value.values["user_id"] == new.user_id
    assert states == [AccountStatus.DEACTIVATED, AccountStatus.WAITING]


def test_who_comes_back_may_take_none_of_the_last_passwords(closed: Office) -> None:
    """Nor after coming back again: it is one person's history."""
    by_prolong(closed)
    with closed.connect() as db:
        submit(db, closed.desk, closed.tokens[-1], now=closed.now)
        way = closed.tokens[-1]
        assert activation.choose_password(db, closed.desk, way, PASSWORD, now=closed.now) == (
            "",
            (PasswordFault.USED,),
        )
        draft, faults = activation.choose_password(
            db, closed.desk, way, "Zwölf Esel 8 singen", now=closed.now
        )
        assert (bool(draft), faults) == (True, ())
        with transaction(db):
            third = a_partner(db, number=3, now=closed.now)
            new = NewInvitation(email=PIA, first_name="", last_name="", lang="en", role="")
            until = closed.now + timedelta(days=9)
            number = kept.add(db, new, by="usher", now=closed.now, until=until, closed_id=2)
            kept.end(db, number, account_id=third.id, now=closed.now)
        assert passwords.find_all_faults(db, closed.desk, third, PASSWORD) == (PasswordFault.USED,)
