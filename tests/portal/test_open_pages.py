"""A page that stood open while its reader lost the role or the account does nothing any more."""

import re
from collections.abc import Callable

import pytest

from bot.domain.accounts import Account
from bot.domain.ris import Role
from bot.services import members
from bot.store.database import rows
from tests.people import PASSWORD
from tests.portal.conftest import Town
from tests.portal.test_members import NEW, TERMS, people, signed_in

__all__ = ["people"]  # pytest finds the fixture here

#: where it is noted that somebody was there, or tried
NOTED = ("events", "sessions", "tries", "numbers", "sqlite_sequence")
#: what an administrator's open pages send
FORMS = {
    "/users/new": NEW,
    "/users/invite": {
        "email": "jo@kunde.example.org",
        "language": "en",
        "role": "organization_administrator",
    },
    "/users/{own}/role": {"role": "organization_administrator"},
    "/users/{other}/role": {"role": "user"},
    "/users/{other}/reset": {},
    "/users/{other}/credential": {},
    "/users/{other}/deactivate": {"sure": "yes"},
}


def everything(town: Town) -> dict[str, list[dict[str, object]]]:
    with town.bot.connect() as db:
        named = rows(db, "select name from sqlite_master where type = 'table' and name not like 'finding%'")
        names = [str(one["name"]) for one in named if one["name"] not in NOTED]
        return {name: rows(db, f"select * from [{name}]") for name in names}


def set_role(town: Town, by: Account, whose: Account, role: Role) -> None:
    with town.bot.connect() as db:
        now = town.bot.clock.now()
        members.set_role(db, town.bot.desk, account_id=whose.id, role=role, by=by, now=now)


def lose_role(town: Town, by: Account, whose: Account) -> None:
    set_role(town, by, whose, Role.USER)


def lose_account(town: Town, by: Account, whose: Account) -> None:
    with town.bot.connect() as db:
        members.deactivate(db, town.bot.desk, account_id=whose.id, by=by, now=town.bot.clock.now())


@pytest.mark.parametrize(("lose", "status"), [(lose_role, 403), (lose_account, 303)])
def test_who_is_no_administrator_any_more_sends_their_open_pages_in_vain(
    town: Town, people: list[Account], lose: Callable[[Town, Account, Account], None], status: int
) -> None:
    first, second = people[:2]
    set_role(town, first, second, Role.ORGANIZATION_ADMINISTRATOR)
    browser = signed_in(town, second)
    token, digest = (
        browser.token("/users/new"),
        re.findall(r'name="digest" value="(\w+)"', browser.get(TERMS).text),
    )
    lose(town, first, second)
    before = everything(town)
    answers = {
        path: browser.client.post(
            path.format(own=second.id, other=first.id), data={"csrf_token": token, **fields}
        ).status_code
        for path, fields in FORMS.items()
    }
    agreed = browser.client.post(TERMS, data={"csrf_token": token, "digest": digest[0], "agree": "yes"})

    assert set(answers.values()) == {status}
    assert agreed.status_code == (409 if status == 403 else 303)
    after = everything(town)
    assert {name: found for name, found in after.items() if found != before[name]} == {}


def test_a_closed_account_moves_neither_its_address_nor_its_password(
    town: Town, people: list[Account]
) -> None:
    browser = signed_in(town, people[1])
    token = browser.token("/account")
    lose_account(town, people[0], people[1])
    before = everything(town)
    fields = {"csrf_token": token, "current": PASSWORD}
    for path, more in (
        ("/account/email", {"email": "jo@kunde.example.org"}),
        ("/password", {"password": "Neun rote Ruder!", "again": "Neun rote Ruder!"}),
    ):
        assert browser.client.post(path, data=fields | more).status_code == 303

    assert everything(town) == before
