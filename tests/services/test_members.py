"""An Organization Administrator adds, invites, changes and ends accounts of their own organisation only."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.domain.accounts import Account, AccountStatus, NewAccount, Origin
from bot.domain.errors import LinkExpired, Refusal
from bot.domain.key_refusals import KeyAlreadyUsed, SeatChanged, UnknownSeat
from bot.domain.license_keys import KeyState, Seat
from bot.domain.member_refusals import (
    AddressShared,
    AdministratorsOnly,
    InvitedAlready,
    LastAdministrator,
    MemberThere,
    MemberUnknown,
)
from bot.domain.members import Members, read_member
from bot.domain.ris import Role
from bot.domain.sessions import Strength
from bot.services import (
    accounts,
    license_keys,
    member_invitations,
    members,
    recovery,
    sessions,
)
from bot.store import accounts as kept
from bot.store import links
from bot.store.database import transaction
from tests.cast import AVERY, Office, a_case, an_office
from tests.services.walked import approved
from tests.services.walked import office as stocked

__all__ = ["stocked"]

GIVEN = {
    "salutation": "Ms", "first_name": "Ina", "last_name": "Okoye", "email": "Ina.Okoye@kunde.example.org",
    "job_title": "Buyer", "language": "en", "role": "user",
}  # fmt: skip


def a_person(**changes: str) -> NewAccount:
    new, faults = read_member(GIVEN | changes, origin=Origin.ADMINISTRATOR)
    assert new is not None, faults
    return new


def opened(office: Office, ref: str) -> tuple[Account, Account]:
    """The active administrator and a user of a case's organisation."""
    with office.connect() as db, transaction(db):
        people = accounts.open_all(db, office.desk, office.case(ref), by=AVERY.id, now=office.now)
        for one in people:
            kept.move(db, one.id, since=AccountStatus.WAITING, to=AccountStatus.ACTIVE, now=office.now)
        people = kept.list_of_case(db, office.case(ref).id)
    administrator = next(one for one in people if one.is_administrator)
    return administrator, next(one for one in people if not one.is_administrator)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = an_office(tmp_path)
    a_case(office)
    return office


def do(office: Office, verb: Callable[..., Any], *given: object, **named: object) -> Any:  # noqa: ANN401
    """One verb at this moment."""
    with office.connect() as db:
        return verb(db, *given, **named, now=office.now)


def listed(office: Office, by: Account) -> Members:
    with office.connect() as db:
        return members.list_members(db, by)


def find(office: Office, account_id: int) -> Account:
    with office.connect() as db:
        found = kept.find(db, account_id)
    assert found is not None
    return found


def test_whoever_is_added_takes_a_spare_seat_and_its_key(stocked: Office) -> None:
    case = approved(stocked)
    stocked.work_till_quiet()
    administrator, user = opened(stocked, case.ref)
    assert listed(stocked, administrator).spare == 1

    added = do(stocked, members.create, stocked.desk, a_person(), by=administrator)
    again = do(
        stocked, members.create, stocked.desk, a_person(email="jo@kunde.example.org"), by=administrator
    )
    stocked.work_till_quiet()

    found = listed(stocked, administrator)
    keys = {one.account.id: one.key for one in found.members}
    assert found.spare == 0
    key = keys[added.id]
    assert key
    assert key.state is KeyState.ISSUED
    assert keys[again.id] is None
    mails = {(job.template, job.recipient) for job in stocked.mails()}
    assert {("activation", added.email), ("license_key", added.email)} <= mails
    assert ("license_key", again.email) not in mails
    has_key = {job.recipient: job.values["words"]["takes_key"] for job in stocked.jobs("activation")}
    assert has_key == {administrator.email: True, user.email: True, added.email: True, again.email: False}


def test_whoever_is_invited_registers_once_in_the_role_that_was_given(office: Office) -> None:
    administrator, _ = opened(office, "C-1")
    invite = {"email": "new@kunde.example.org", "role": Role.USER, "by": administrator}
    do(office, member_invitations.invite, office.desk, **invite)
    office.work()
    (token,) = re.findall(r"/join/([\w-]+)", "".join(mail.text for mail in office.mailer.sent))
    greedy = a_person(email="mallory@elsewhere.example.net", role="organization_administrator")

    activating = do(office, member_invitations.join, office.desk, token, greedy, sent="")

    with office.connect() as db:
        ref = links.get_subject(db, activating, purpose=accounts.ACTIVATION, now=office.now)
    joined = find(office, int(ref.removeprefix("A-")))
    assert (joined.email, joined.role, joined.origin) == ("new@kunde.example.org", Role.USER, Origin.INVITED)
    assert joined.organisation == administrator.organisation
    with pytest.raises(Refusal):
        do(office, member_invitations.join, office.desk, token, greedy, sent="")
    assert listed(office, administrator).invited == ()


def test_one_person_gets_one_account_however_often_somebody_clicks(office: Office) -> None:
    administrator, user = opened(office, "C-1")
    create = partial(do, office, members.create, office.desk, by=administrator)
    invite = partial(do, office, member_invitations.invite, office.desk, role=Role.USER, by=administrator)
    first = create(a_person())
    assert create(a_person(first_name="INA")).id == first.id  # the second of a double click
    invite(email="jo@kunde.example.org")
    invite(email="jo@kunde.example.org")
    office.clock.wait(minutes=1)

    assert refusal_of(create, a_person(), shared=True) is MemberThere
    assert refusal_of(create, a_person(first_name="Twin")) is AddressShared
    assert refusal_of(invite, email=user.email) is AddressShared
    assert refusal_of(invite, email="jo@kunde.example.org") is InvitedAlready
    assert refusal_of(create, a_person(first_name="Twin"), shared=True) is None
    assert refusal_of(invite, email=first.email, shared=True) is None
    with pytest.raises(MemberThere):  # by an invitation neither
        do(office, member_invitations.join, office.desk, office.tokens[-1], a_person(), sent="")
    assert [job.recipient for job in office.jobs("activation")].count(first.email) == 2
    assert len(office.jobs("self_registration")) == 2


def refusal_of(act: Callable[..., object], *given: object, **named: object) -> type[Refusal] | None:
    try:
        act(*given, **named)
    except Refusal as refusal:
        return type(refusal)
    return None


def test_one_administrator_always_remains(office: Office) -> None:
    administrator, user = opened(office, "C-1")

    with pytest.raises(LastAdministrator):
        do(office, members.deactivate, office.desk, account_id=administrator.id, by=administrator)
    with pytest.raises(LastAdministrator):
        do(
            office,
            members.set_role,
            office.desk,
            account_id=administrator.id,
            role=Role.USER,
            by=administrator,
        )
    do(
        office,
        members.set_role,
        office.desk,
        account_id=user.id,
        role=Role.ORGANIZATION_ADMINISTRATOR,
        by=administrator,
    )
    do(
        office,
        members.set_role,
        office.desk,
        account_id=administrator.id,
        role=Role.USER,
        by=find(office, user.id),
    )
    assert not find(office, administrator.id).is_administrator


def test_a_deactivated_account_is_signed_out_everywhere_and_its_links_are_over(office: Office) -> None:
    administrator, user = opened(office, "C-1")
    with office.connect() as db, transaction(db):
        token = sessions.begin(db, office.desk, user, strength=Strength.PHONE_OTP, now=office.now)
    do(office, members.reset_password, office.desk, account_id=user.id, by=administrator)
    reset = office.tokens[-1]
    do(office, recovery.get, office.desk, reset)
    do(office, members.deactivate, office.desk, account_id=user.id, by=administrator)
    do(office, members.deactivate, office.desk, account_id=user.id, by=administrator)

    with pytest.raises(Refusal):
        do(office, sessions.get, office.desk, token)
    assert find(office, user.id).status is AccountStatus.DEACTIVATED
    assert [event.tag for event in office.events()].count("account:deactivated") == 1
    do(office, members.reactivate, office.desk, account_id=user.id, by=administrator)
    assert (
        refusal_of(do, office, recovery.get, office.desk, reset) is LinkExpired
    )  # what was mailed before opens nothing


def test_everybody_concerned_hears_who_is_an_administrator_and_who_is_no_user(
    office: Office,
) -> None:
    administrator, user = opened(office, "C-1")
    role, desk = Role.ORGANIZATION_ADMINISTRATOR, office.desk
    do(office, members.set_role, desk, account_id=user.id, role=role, by=administrator)
    do(office, member_invitations.invite, desk, email="b@kunde.example.org", role=role, by=administrator)
    do(office, member_invitations.join, desk, office.tokens[-1], a_person(), sent="")
    do(office, members.create, desk, a_person(role=role, email="c@kunde.example.org"), by=administrator)
    do(office, members.deactivate, desk, account_id=user.id, by=administrator)
    do(office, members.reactivate, desk, account_id=user.id, by=administrator)

    told = [(job.recipient, job.values["words"]["why"]) for job in office.jobs("member_notice")]
    assert told == [
        (user.email, "promoted"),
        (administrator.email, "joined"),  # whom they had invited
        (user.email, "joined"),
        (user.email, "joined"),  # whom the other created
        (user.email, "deactivated"),
        (user.email, "reactivated"),
    ]


def keyed(office: Office) -> tuple[Account, Account, Account]:
    """An administrator and a user with keys, and somebody added who has none; no seat is spare."""
    case = approved(office, seats=2)
    office.work_till_quiet()
    administrator, user = opened(office, case.ref)
    added = do(office, members.create, office.desk, a_person(), by=administrator)
    office.work_till_quiet()
    return administrator, user, added


def test_without_a_spare_seat_the_sponsor_is_asked_now_and_then(stocked: Office) -> None:
    administrator, user, added = keyed(stocked)
    ask = {"account_id": added.id, "by": administrator}

    told = []
    for days in (0, 1, 13, 15, 30, 60, 90):
        stocked.clock.wait(days=days)
        told.append(do(stocked, members.ask_credential, stocked.desk, **ask))
    assert told == ["asked", "asked_lately", "asked", "asked", "asked_often", "asked_often", "asked"]
    wish = do(stocked, members.ask_credential, stocked.desk, account_id=user.id, by=administrator)
    assert wish == "spare"
    job, *others = stocked.jobs("credential_request")
    assert len(others) == 3
    assert job.recipient == stocked.case("C-1").sponsor.address
    assert (job.values["words"]["person"], job.values["attach"]) == (added.name, {"what": "blank_form"})


def test_an_unused_key_passes_to_another_of_them_and_a_used_one_never(stocked: Office) -> None:
    administrator, user, added = keyed(stocked)
    seat = seat_of(stocked, administrator, user)
    pass_on = partial(do, stocked, members.pass_key_on, stocked.desk, seat_id=seat.id, by=administrator)

    with pytest.raises(SeatChanged):
        pass_on(seen="what another page showed", to=added.id)
    with pytest.raises(MemberUnknown):
        pass_on(seen=seat.seal, to=999)
    stranger = replace(administrator, organisation=999)
    with pytest.raises(UnknownSeat):
        pass_on(seen=seat.seal, to=added.id, by=stranger)
    pass_on(seen=seat.seal, to=added.id)
    stocked.work_till_quiet()

    assert seat_of(stocked, administrator, added).id == seat.id
    told = {(job.template, job.recipient) for job in stocked.mails()}
    assert {("key_handed_over", added.email), ("key_taken_over", user.email)} <= told
    held = seat_of(stocked, administrator, added)
    do(stocked, license_keys.mark_used, key_id=held.key.id if held.key else 0)
    with pytest.raises(KeyAlreadyUsed):
        pass_on(seen=seat_of(stocked, administrator, added).seal, to=user.id)


def seat_of(office: Office, by: Account, whose: Account) -> Seat:
    found = listed(office, by).members
    seat = next(one.seat for one in found if one.account.id == whose.id)
    assert isinstance(seat, Seat)
    return seat


def _every_verb(office: Office, by: Account, other: Account) -> dict[str, Callable[[], object]]:
    desk = office.desk
    return {
        "list": lambda: listed(office, by),
        "create": lambda: do(office, members.create, desk, a_person(), by=by),
        "invite": lambda: do(
            office, member_invitations.invite, desk, email="x@y.example", role=Role.USER, by=by
        ),
        "call_back": lambda: do(office, member_invitations.call_back, invitation_id=1, by=by),
        "again": lambda: do(office, member_invitations.invite_again, desk, invitation_id=1, by=by),
        "remind": lambda: do(office, members.remind, desk, account_id=other.id, by=by),
        "set_role": lambda: do(
            office, members.set_role, office.desk, account_id=other.id, role=Role.USER, by=by
        ),
        "deactivate": lambda: do(office, members.deactivate, office.desk, account_id=other.id, by=by),
        "reactivate": lambda: do(office, members.reactivate, desk, account_id=other.id, by=by),
        "ask_credential": lambda: do(office, members.ask_credential, desk, account_id=other.id, by=by),
        "pass_key_on": lambda: do(office, members.pass_key_on, desk, seat_id=1, seen="", to=other.id, by=by),
    }


def test_nobody_but_an_active_administrator_does_any_of_it(office: Office) -> None:
    administrator, user = opened(office, "C-1")
    claims = replace(user, role=Role.ORGANIZATION_ADMINISTRATOR)
    do(
        office,
        members.set_role,
        office.desk,
        account_id=user.id,
        role=Role.ORGANIZATION_ADMINISTRATOR,
        by=administrator,
    )
    do(office, members.deactivate, office.desk, account_id=administrator.id, by=find(office, user.id))
    do(office, members.deactivate, office.desk, account_id=administrator.id, by=find(office, user.id))
    with office.connect() as db:
        kept.set_role(db, user.id, Role.USER)

    for nobody in (administrator, claims, replace(claims, id=999)):
        for verb in _every_verb(office, nobody, user).values():
            with pytest.raises(AdministratorsOnly):
                verb()


def test_another_organisations_people_are_as_unknown_as_nobody(office: Office) -> None:
    a_case(office)
    administrator, _ = opened(office, "C-1")
    theirs, their_user = opened(office, "C-2")
    do(office, member_invitations.invite, office.desk, email="x@y.example", role=Role.USER, by=theirs)

    for stranger in (their_user, replace(their_user, id=999)):
        verbs = _every_verb(office, administrator, stranger)
        for name in (
            "call_back",
            "again",
            "remind",
            "set_role",
            "deactivate",
            "reactivate",
            "ask_credential",
        ):
            with pytest.raises(MemberUnknown):
                verbs[name]()
    assert find(office, their_user.id) == their_user
