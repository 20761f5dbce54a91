"""A new password is asked of an administrator: who hears of it, and that somebody always does."""

import pytest

from bot.domain.accounts import Account
from bot.domain.lifecycle import LifeState
from bot.domain.ris import Role
from bot.rendering.account_notes import reset_wish_note
from bot.rendering.words import words
from bot.services import account_notes, recovery
from bot.store import accounts
from tests.services.kept_out import Town, life, town, waiting

__all__ = ["town"]  # pytest finds the fixture here


def ask(town: Town, name: str) -> None:
    recovery.ask_administrator(town.db, town.office.desk, name, now=town.office.now)


def notes(town: Town) -> list[str]:
    """What the desk reads of it."""
    before = len(town.office.chat.standing)
    town.office.work()
    texts = [str(one.blocks) for one in town.office.chat.standing.values()][before:]
    return [text for text in texts if "new password was asked" in text]


def test_who_has_an_administrator_is_theirs_alone(town: Town) -> None:
    ask(town, town.tom.user_id)

    assert [job.recipient for job in town.office.jobs("reset_wished")] == [town.mara.email]
    assert notes(town) == []


def test_while_no_mail_goes_an_administrator_gets_one_and_not_one_a_day(town: Town) -> None:
    for _ in range(3):
        ask(town, town.tom.user_id)
        town.office.clock.wait(days=1)
    assert len(town.office.jobs("reset_wished")) == 1
    town.office.work()
    ask(town, town.tom.user_id)

    assert len(town.office.jobs("reset_wished")) == 2


@pytest.mark.parametrize("who", ["sole administrator", "user whose administrator left", "partner"])
def test_whom_no_administrator_can_help_the_desk_hears_of_once_a_day(town: Town, who: str) -> None:
    account = {"partner": town.amara, "sole administrator": town.mara}.get(who, town.tom)
    if account is town.tom:
        accounts.set_role(town.db, town.mara.id, Role.USER)
    for _ in range(2):
        ask(town, account.email)

    assert town.office.jobs("reset_wished") == []
    (said,) = notes(town)
    assert account.name in said
    assert f"/usher account {account.user_id}" in said
    town.office.clock.wait(days=1)
    ask(town, account.email)
    assert len(notes(town)) == 1


def test_whom_no_password_helps_is_mailed_what_does(town: Town) -> None:
    waiting(town)
    town.office.work()
    town.office.clock.wait(minutes=5)  # since the mail that its making brought
    before = len(town.office.jobs("activation"))
    ask(town, town.tom.user_id)
    assert len(town.office.jobs("activation")) == before + 1
    life(LifeState.EXPIRED, days=102)(town)
    ask(town, town.amara.email)
    assert [job.recipient for job in town.office.jobs("prolong_link")] == [town.amara.email]
    town.db.conn.execute("update accounts set status = 'deactivated' where id = ?", [town.tom.id])
    ask(town, town.tom.user_id)
    assert [job.values["words"]["way"] for job in town.office.jobs("recovery")] == ["closed"]
    assert notes(town) == []


def test_one_of_several_reads_how_to_name_themselves(town: Town) -> None:
    accounts.set_email(town.db, town.mara.id, town.tom.email)
    ask(town, town.tom.email)
    assert [job.values["words"]["way"] for job in town.office.jobs("recovery")] == ["several"]


def test_whose_account_closed_meanwhile_no_note_is_about(town: Town) -> None:
    ask(town, town.mara.user_id)
    town.db.conn.execute("update accounts set status = 'deactivated' where id = ?", [town.mara.id])

    assert notes(town) == []


@pytest.mark.parametrize("lang", ["en", "de"])
def test_the_note_names_the_account_and_what_to_do(town: Town, lang: str) -> None:
    for account in (town.mara, town.amara):
        found = account_notes.find_reset_wish(town.db, {"account_id": account.id})
        assert found is not None
        said = str(reset_wish_note(found["note"], words=words(lang)).blocks)
        assert all(text in said for text in shown(account))


def shown(account: Account) -> tuple[str, ...]:
    return account.name, f"/usher account {account.user_id}"
