"""A spare License Key is given to somebody, also for a void one; nobody with a certificate gets any."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.accounts import account_of
from bot.domain.cases import Case
from bot.domain.errors import NothingToAdd
from bot.domain.events import EventTag
from bot.domain.key_refusals import HasSeat, SeatChanged
from bot.domain.license_keys import Holder
from bot.domain.member_refusals import NeedsNoKey
from bot.domain.ris import Credential, User
from bot.services import additions, approvals
from bot.services.accounts import open_all, open_one
from bot.services.members import open_member
from bot.store.database import transaction
from tests.cast import AVERY, BLAKE, Office, a_case, a_submission
from tests.forms import MARA, TOM
from tests.license_keys import (
    KEYS,
    NADIA,
    a_desk,
    approved,
    hand_over,
    mail_keys,
    seat_of,
    seats_of,
    sent_to,
    stock,
    user,
    void,
    work,
)

HAL = replace(user("Hal", "Vogt", "Hal@nordlicht.example.com"), credential=Credential.MLOA_HARDWARE)
TO_HAL = Holder(name="Hal V", email=HAL.email)
TO_TOM = Holder(name="Tom", email=TOM.email)


def a_supplied_desk(
    folder: Path, *, seats: int = 3, users: tuple[User, ...] = (MARA, TOM), keys_to: str = "users"
) -> Office:
    """C-1 is approved, and its people have their keys."""
    office = a_desk(folder, keys_to=keys_to)
    stock(office, KEYS[:6])
    case = approved(office, seats=seats, users=users)
    mail_keys(office, case)
    work(office)
    return office


def an_addition(office: Office, *users: User) -> Case:
    """A form of C-1's organisation, as staff say."""
    submission = a_submission()
    case = a_case(office, replace(submission, ris=replace(submission.ris, users=users)))
    with office.connect() as db:
        return additions.confirm_same(
            db, office.desk, ref=case.ref, other="C-1", seen=case.content_hash, by=BLAKE, now=office.now
        )


def approve(office: Office, ref: str) -> Case:
    seen = office.case(ref).content_hash
    with office.connect() as db:
        return approvals.approve(db, office.desk, ref=ref, seen=seen, by=AVERY, now=office.now)


@pytest.mark.parametrize("named", ["form", "addition", "account"])
@pytest.mark.parametrize("spare", [True, False])
def test_nobody_with_a_certificate_gets_a_key(tmp_path: Path, named: str, spare: bool) -> None:
    office = a_supplied_desk(tmp_path, users=(MARA, TOM, HAL) if named == "form" else (MARA, TOM))
    case = office.case("C-1")
    if named == "addition":
        an_addition(office, HAL)
    if named == "account":
        with office.connect() as db, transaction(db):
            open_one(db, office.desk, case, account_of(HAL, lang="en"), by="usher", now=office.now)
    seat = next(seat for seat in seats_of(office, case) if (seat.holder is None) is spare)

    with pytest.raises(NeedsNoKey):
        hand_over(office, seat, TO_HAL)
    assert seat in seats_of(office, case)


@pytest.mark.parametrize("keys_to", ["users", "sponsor"])
def test_a_spare_key_replaces_a_void_one(tmp_path: Path, keys_to: str) -> None:
    office = a_supplied_desk(tmp_path, keys_to=keys_to)
    case = office.case("C-1")
    tom = seat_of(office, case, "Tom")
    spare = next(seat for seat in seats_of(office, case) if seat.holder is None)
    with pytest.raises(HasSeat):
        hand_over(office, spare, TO_TOM)
    void(office, tom)
    work(office)

    given = hand_over(office, spare, TO_TOM)
    work(office)

    assert (given.id, given.used_in, given.holder) == (spare.id, case.id, replace(TO_TOM, lang=case.lang))
    to = TOM.email if keys_to == "users" else case.sponsor.address
    assert KEYS[2] in sent_to(office, to)[-1]
    event = next(event for event in office.events() if event.tag == EventTag.KEY_GIVEN)
    assert (event.data["seat"], event.data["number"], event.actor) == (spare.id, "3", AVERY.id)
    assert any("gave the spare License Key of seat 3" in str(note) for note in office.chat.standing.values())
    with pytest.raises(SeatChanged) as late:
        hand_over(office, spare, NADIA)
    assert late.value.values["by"] == AVERY.id


def test_a_key_that_is_void_is_ordered_again_with_an_addition(tmp_path: Path) -> None:
    """Nobody but whose key is void counts as new once more; their account is theirs already."""
    office = a_supplied_desk(tmp_path, seats=2)
    case = office.case("C-1")
    with office.connect() as db, transaction(db):
        open_all(db, office.desk, case, by="usher", now=office.now)
    addition = an_addition(office, MARA, TOM)
    with pytest.raises(NothingToAdd):
        approve(office, addition.ref)

    void(office, seat_of(office, case, "Tom"))
    assert office.case(addition.ref).ordered_users == (TOM,)
    approve(office, addition.ref)

    (seat,) = [seat for seat in seats_of(office, addition) if seat.case_id == addition.id]
    assert seat.holder is not None
    assert seat.holder.email == TOM.email
    with office.connect() as db, transaction(db):
        assert open_all(db, office.desk, office.case(addition.ref), by="usher", now=office.now) == []


def test_whoever_got_a_spare_key_meanwhile_is_ordered_none(tmp_path: Path) -> None:
    office = a_supplied_desk(tmp_path)
    case = office.case("C-1")
    void(office, seat_of(office, case, "Tom"))
    addition = an_addition(office, MARA, TOM)
    assert addition.ordered_users == (TOM,)
    hand_over(office, next(seat for seat in seats_of(office, case) if not seat.holder), TO_TOM)

    with pytest.raises(NothingToAdd):
        approve(office, addition.ref)


def test_whom_an_administrator_added_with_a_spare_key_no_addition_orders_one_for(tmp_path: Path) -> None:
    office = a_supplied_desk(tmp_path)
    nadia = user("Nadia", "Vogt", "nadia@nordlicht.example.com")
    new, addition = account_of(nadia, lang="en"), an_addition(office, TOM, nadia)
    assert addition.ordered_users == (nadia,)
    with office.connect() as db, transaction(db):
        open_member(db, office.desk, office.case("C-1"), new, by="account:1", now=office.now)

    with pytest.raises(NothingToAdd):
        approve(office, addition.ref)
    with pytest.raises(NothingToAdd):
        approve(office, an_addition(office, nadia).ref)
