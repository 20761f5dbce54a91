"""A lost device: two others agree, with their own codes, and everybody concerned hears of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.absences import Absence
from bot.domain.errors import (
    NotApprover,
    NotEnrolled,
    NothingToReset,
    NotStaff,
    OwnDevice,
    Refusal,
    ResetAskedAlready,
    WrongCode,
)
from bot.domain.staff import Act, Member, Staff
from bot.domain.step_up import RESET_LASTS
from bot.services import enrolments, step_up
from bot.services.desk import Desk
from bot.store import absences, authenticators
from bot.store.database import transaction
from tests.authenticators import Phone, enrolled, mailed
from tests.cast import AVERY, BLAKE, CASEY, ELI, Office
from tests.contracts.racing import race

WHOSE = Member(id=BLAKE.id, name="Blake", email="Blake@desk.example.com")
DREW = Staff(id="U0DREW00001", name="Drew", staff=True, acts=frozenset(Act))


def without_codes(office: Office) -> Desk:
    """A desk whose policy asks for no code at an override."""
    policy = office.desk.policy
    plain = policy.approvals.model_copy(update={"step_up": ()})
    return replace(office.desk, policy=policy.model_copy(update={"approvals": plain}))


def agree(office: Office, by: Staff, whose: Member = WHOSE) -> bool:
    with office.connect() as db:
        return step_up.reset(db, without_codes(office), whose=whose, by=by, code="", now=office.now)


def has_phone(office: Office, who: Staff = BLAKE) -> bool:
    with office.connect() as db:
        return who.id in authenticators.list_confirmed(db)


def tags(office: Office) -> list[tuple[str, str]]:
    return [(event.tag, event.actor) for event in office.events() if "reset" in event.tag]


def test_two_others_reset_a_lost_phone_and_its_owner_hears_of_it(office: Office) -> None:
    phone = enrolled(office, BLAKE)

    assert not agree(office, AVERY)
    assert has_phone(office)
    assert agree(office, CASEY)
    assert not has_phone(office)
    assert tags(office) == [
        ("authenticator:reset_asked", AVERY.id),
        ("authenticator:reset", CASEY.id),
    ]
    office.work()
    assert office.mailer.sent[-1].to == "blake@desk.example.com"
    assert office.mailer.sent[-1].subject == "Your authenticator does not count any more"
    said = office.chat.texts()
    assert "<@U0AVERY0001> says that <@U0BLAKE0001> has lost the authenticator" in said
    assert "<@U0CASEY0001> agreed as the second" in said
    with office.connect() as db, pytest.raises(NotEnrolled):
        step_up.take_code(db, office.desk, by=BLAKE, code=phone.code(office.now), now=office.now)


def test_whose_phone_was_reset_sets_up_another(office: Office) -> None:
    old = enrolled(office, BLAKE)
    agree(office, AVERY)
    agree(office, CASEY)

    assert enrolled(office, BLAKE) != old
    assert has_phone(office)


def test_nobody_agrees_twice_nor_about_their_own(office: Office) -> None:
    enrolled(office, BLAKE)
    enrolled(office, AVERY)
    agree(office, AVERY)

    with pytest.raises(ResetAskedAlready):
        agree(office, AVERY)
    with pytest.raises(OwnDevice):
        agree(office, AVERY, Member(id=AVERY.id, name="Avery"))
    assert has_phone(office)
    assert has_phone(office, AVERY)


@pytest.mark.parametrize(("by", "refusal"), [(BLAKE, NotApprover), (ELI, NotStaff)])
def test_only_who_may_override_agrees(office: Office, by: Staff, refusal: type[Refusal]) -> None:
    enrolled(office, CASEY)

    with pytest.raises(refusal):
        agree(office, by, Member(id=CASEY.id, name="Casey"))


def stands_in(office: Office, deputy: Staff, person: Staff) -> Staff:
    """The deputy, with the rights of a colleague who is away today."""
    away = Absence(person=person.id, deputy=deputy.id, since=office.now, until=office.now + timedelta(days=7))
    with office.connect() as db, transaction(db):
        absences.add(db, away, made_by=person.id, now=office.now)
    return replace(deputy, stands_for=(person,))


def test_who_stands_for_a_colleague_is_still_one_person(office: Office) -> None:
    enrolled(office, BLAKE)
    twice = stands_in(office, AVERY, DREW)
    agree(office, twice)

    with pytest.raises(ResetAskedAlready):
        agree(office, twice)
    assert has_phone(office)


def test_nobody_resets_the_phone_of_whom_they_stand_for_by_that_right(office: Office) -> None:
    enrolled(office, CASEY)
    deputy = stands_in(office, BLAKE, CASEY)

    with pytest.raises(OwnDevice):
        agree(office, deputy, Member(id=CASEY.id, name="Casey"))


def test_a_deputy_agrees_in_the_place_of_another(office: Office) -> None:
    enrolled(office, CASEY)
    agree(office, stands_in(office, BLAKE, DREW), Member(id=CASEY.id, name="Casey"))

    assert office.events()[-1].data == {"right_of": DREW.id}
    with pytest.raises(ResetAskedAlready):
        agree(office, DREW, Member(id=CASEY.id, name="Casey"))


def test_a_first_yes_is_over_after_a_day(office: Office) -> None:
    enrolled(office, BLAKE)
    agree(office, AVERY)
    office.clock.at += RESET_LASTS
    office.clock.wait(seconds=1)

    assert not agree(office, CASEY)
    assert has_phone(office)
    assert agree(office, AVERY)


def test_there_is_nothing_to_reset_without_a_phone(office: Office) -> None:
    with pytest.raises(NothingToReset):
        agree(office, AVERY)
    mailed(office, BLAKE)
    with pytest.raises(NothingToReset):
        agree(office, AVERY)


def test_an_old_yes_does_not_meet_a_new_phone(office: Office) -> None:
    enrolled(office, BLAKE)
    agree(office, AVERY)
    agree(office, CASEY)
    enrolled(office, BLAKE)

    assert not agree(office, CASEY)
    assert has_phone(office)


def test_two_who_agree_at_once_are_two(office: Office) -> None:
    enrolled(office, BLAKE)

    said = race(lambda: agree(office, AVERY), lambda: agree(office, CASEY))

    assert sorted(said) == [False, True]
    assert not has_phone(office)


# With codes, as the shipped policy asks


def agree_with(office: Office, by: Staff, code: str) -> bool:
    with office.connect() as db:
        return step_up.reset(db, office.desk, whose=WHOSE, by=by, code=code, now=office.now)


def test_both_give_a_code_of_their_own(office: Office) -> None:
    enrolled(office, BLAKE)
    averys = enrolled(office, AVERY)
    with pytest.raises(WrongCode):
        agree_with(office, AVERY, averys.wrong(office.now))
    assert not agree_with(office, AVERY, averys.code(office.now))
    with pytest.raises(NotEnrolled):
        agree_with(office, CASEY, averys.code(office.now))
    caseys: Phone = enrolled(office, CASEY)

    assert agree_with(office, CASEY, caseys.code(office.now))
    assert not has_phone(office)


def test_a_link_that_was_still_out_is_over_too(office: Office) -> None:
    enrolled(office, BLAKE)
    token = office.tokens[-1]
    agree(office, AVERY)
    agree(office, CASEY)

    with office.connect() as db:
        enrolments.renew(db, office.desk, token=token, lang="en", now=office.now)
    assert len(office.jobs("enrolment")) == 1
