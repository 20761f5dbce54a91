"""No page takes an address of the desk for a person's: each says so where it was typed, and mails nothing."""

import pytest

from bot.domain.accounts import Account
from bot.store.database import rows
from tests.people import PASSWORD
from tests.portal.conftest import Town
from tests.portal.people import csrf_of
from tests.portal.test_contact import FORM
from tests.portal.test_members import NEW, everybody, people, signed_in
from tests.portal.test_partners import wish_for

__all__ = ["people"]  # pytest finds the fixture here

OWN = "onboarding@desk.example.com"
SUB = "onboarding+new@Desk.example.com"


def mailed(town: Town) -> list[str]:
    with town.bot.connect() as db:
        return [str(one["recipient"]) for one in rows(db, "select recipient from outbox where kind = 'mail'")]


@pytest.mark.parametrize("path", ["/users/new", "/users/invite"])
@pytest.mark.parametrize("own", [OWN, SUB])
def test_an_administrator_adds_and_invites_nobody_at_the_desk(
    town: Town, people: list[Account], path: str, own: str
) -> None:
    before = everybody(town), mailed(town)
    answer = signed_in(town, people[0]).post(path, on=path, **NEW | {"email": own})

    assert answer.status_code == 400
    assert "an address of ours" in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert (everybody(town), mailed(town)) == before


def test_nobodys_mails_are_led_to_the_desk(town: Town, people: list[Account]) -> None:
    before = mailed(town)
    browser = signed_in(town, people[0])
    answer = browser.post("/account/email", on="/account", email=OWN, current=PASSWORD)

    assert answer.status_code == 400
    assert f"{OWN} belongs to this desk" in answer.text
    assert mailed(town) == before


def test_a_question_in_the_desks_own_name_is_not_asked(town: Town) -> None:
    client = town.client()
    token = csrf_of(client.get("/contact").text)
    answer = client.post("/contact", data={**FORM, "email": OWN, "csrf_token": token})

    assert answer.status_code == 400
    assert 'id="email-fault">That is an address of ours' in answer.text
    assert "My account is locked" in answer.text
    with town.bot.connect() as db:
        assert rows(db, "select id from conversations") == []


def test_a_wish_for_an_invitation_to_the_desk_itself_says_so_and_keeps_what_was_typed(town: Town) -> None:
    answer = wish_for(town, OWN)

    assert answer.status_code == 400
    assert f"{OWN} belongs to this desk" in answer.text
    assert 'value="Kranbau Süd"' in answer.text
    with town.bot.connect() as db:
        assert rows(db, "select id from partner_requests") == []
