"""One address, several accounts: those that are over stand in nobody's way, wherever it is asked."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.diagnosis import Cause
from bot.domain.lifecycle import LifeState
from bot.domain.recovery import Way
from bot.services import accounts as opening
from bot.services import partner_wishes, prolongation, recovery, registration, sign_in
from bot.store import accounts
from tests.cast import AVERY
from tests.partners import begun
from tests.people import PASSWORD
from tests.services.kept_out import TOM_, Town, life, mailed, town, waiting

__all__ = ["town"]  # pytest finds the fixture here


@pytest.fixture
def shared(town: Town) -> Town:
    """Tom was a partner as well, with the same address, until the clock closed that account."""
    accounts.set_email(town.db, town.amara.id, TOM_)
    life(LifeState.CLOSED, days=200)(town)
    return town


def recovered(town: Town, name: str) -> dict[str, Any]:
    """What Account Recovery mails whoever gives that name."""
    before = {job.id for job in town.office.mails()}
    recovery.ask_for_link(town.db, town.office.desk, name, now=town.office.now)
    (job,) = [one for one in town.office.mails() if one.id not in before]
    words: dict[str, Any] = job.values["words"]
    return words


def test_a_closed_account_keeps_nobody_out_of_another_with_its_address(shared: Town) -> None:
    desk, now = shared.office.desk, shared.office.now

    assert sign_in.sign_in(shared.db, desk, name=TOM_, password=PASSWORD, now=now)
    for name in (TOM_, shared.tom.user_id):
        told = recovered(shared, name)
        assert (told["way"], told["user_id"]) == (Way.LINK, shared.tom.user_id)
        shared.office.clock.wait(minutes=5)  # from one link to the next
    assert Cause.SEVERAL not in shared.causes(mailed(shared.office, TOM_), "reset-password")


def test_who_names_an_account_that_is_over_hears_of_that_one_and_gets_no_others_link(shared: Town) -> None:
    accounts.set_email(shared.db, shared.mara.id, TOM_)
    opening.deactivate(shared.db, shared.office.desk, shared.mara, by=AVERY.id, now=shared.office.now)

    told = recovered(shared, shared.mara.user_id)

    assert (told["way"], told["user_id"]) == (Way.CLOSED, shared.mara.user_id)


def tried(town: Town, name: str) -> dict[str, Any]:
    """What is mailed to whoever tried to sign in with it, and did not get in."""
    before, desk = {job.id for job in town.office.mails()}, town.office.desk
    assert not sign_in.sign_in(town.db, desk, name=name, password=PASSWORD, now=town.office.now)
    (job,) = [one for one in town.office.mails() if one.id not in before]
    words: dict[str, Any] = job.values["words"]
    return words


@pytest.mark.parametrize("state", [LifeState.EXPIRED, LifeState.CLOSED])
def test_of_which_all_have_expired_the_mails_say_so(town: Town, state: LifeState) -> None:
    second = begun(town.db, town.office.desk, number=2, now=town.office.now)
    accounts.set_email(town.db, second.id, town.amara.email)
    for one in (town.amara, second):
        life(state, days=95)(replace(town, amara=one))
    told, named = recovered(town, town.amara.email), tried(town, town.amara.email)

    assert (told["way"], named["over"]) == (Way.SEVERAL, "expired")
    for words in (told, named):
        assert "/prolong?" in words["page_url"]
        assert len(words["accounts"]) == 2


@pytest.mark.parametrize("state", [LifeState.EXPIRED, LifeState.CLOSED])
def test_where_one_still_works_the_mails_say_of_none_that_it_has_expired(
    town: Town, state: LifeState
) -> None:
    second = begun(town.db, town.office.desk, number=2, now=town.office.now)
    accounts.set_email(town.db, second.id, TOM_)
    accounts.set_email(town.db, town.amara.id, TOM_)
    life(state, days=1)(town)

    assert tried(town, TOM_)["over"] == ""
    assert recovered(town, TOM_)["page_url"] is None


def test_of_which_all_were_deactivated_every_mail_says_so_and_names_them(town: Town) -> None:
    accounts.set_email(town.db, town.mara.id, TOM_)
    for one in (town.mara, town.tom):
        opening.deactivate(town.db, town.office.desk, one, by=AVERY.id, now=town.office.now)

    told, named = recovered(town, TOM_), tried(town, TOM_)

    assert (told["way"], named["over"]) == (Way.CLOSED, "deactivated")
    for words in (told, named):
        assert {one["user_id"] for one in words["accounts"]} == {town.mara.user_id, town.tom.user_id}


def prolonged(town: Town, name: str) -> list[tuple[str, str]]:
    """The mails to whoever asks for the link twice at once, each with the way that it says."""
    before = len(town.office.mails())
    for _ in range(2):
        prolongation.ask_for_link(town.db, town.office.desk, name, now=town.office.now)
    return [(job.template, job.values["words"].get("way", "")) for job in town.office.mails()[before:]]


@pytest.mark.parametrize("by", ["user_id", "email"])
def test_whoever_asks_to_prolong_an_account_that_has_no_end_hears_that_by_mail(town: Town, by: str) -> None:
    assert prolonged(town, getattr(town.tom, by)) == [("recovery", Way.ENDLESS)]


def test_only_accounts_without_an_end_are_said_to_have_none(town: Town) -> None:
    town.db.conn.execute("update accounts set user_id = 'b4tz-k7m3' where id = ?", [town.amara.id])
    for one in (town.amara, town.mara):
        accounts.set_email(town.db, one.id, TOM_)

    assert prolonged(town, TOM_) == [("prolong_link", "")]
    assert prolonged(town, town.mara.user_id) == [("recovery", Way.ENDLESS)]
    (*_, told) = [job.values["words"] for job in town.office.jobs("recovery")]
    assert {one["user_id"] for one in told["accounts"]} == {town.mara.user_id, town.tom.user_id}


def test_who_never_activated_gets_the_activation_mail_also_by_asking_to_prolong(town: Town) -> None:
    waiting(town)
    town.office.work()
    town.office.clock.wait(days=1)  # since the mail that its making brought

    assert prolonged(town, TOM_) == [("activation", "")]


@pytest.mark.parametrize("ask", [tried, prolonged])
def test_of_several_that_were_never_activated_one_mail_says_how_each_gets_its_own_once_more(
    town: Town, ask: Callable[[Town, str], object]
) -> None:
    """One, and not one for each: anybody's administrator makes accounts with any address."""
    town.db.conn.execute("update accounts set status = 'waiting', email = ?", [TOM_])
    town.office.work()
    town.office.clock.wait(days=2)
    before = len(town.office.mails())
    ask(town, TOM_)

    (job,) = town.office.mails()[before:]
    told = job.values["words"]
    assert (job.template, told["over"], len(told["accounts"])) == ("user_ids", "waiting", 3)
    assert "/password/forgotten" in told["page_url"]
    recovery.ask_for_link(town.db, town.office.desk, town.tom.user_id, now=town.office.now)
    assert town.office.mails()[-1].template == "activation"


@pytest.mark.parametrize("by", ["user_id", "email"])
def test_whoever_asks_to_prolong_a_deactivated_account_hears_that_it_is(town: Town, by: str) -> None:
    town.office.clock.wait(days=1)
    opening.deactivate(town.db, town.office.desk, town.tom, by=AVERY.id, now=town.office.now)
    before = len(town.office.mails())
    for _ in range(2):  # once a day
        prolongation.ask_for_link(town.db, town.office.desk, getattr(town.tom, by), now=town.office.now)

    (job,) = town.office.mails()[before:]
    assert (job.template, job.values["words"]["way"]) == ("recovery", Way.CLOSED)


def test_who_was_one_of_several_in_the_morning_hears_on_that_day_that_it_was_deactivated(town: Town) -> None:
    accounts.set_email(town.db, town.mara.id, TOM_)
    assert recovered(town, town.tom.user_id)["way"] == Way.SEVERAL
    town.office.work()
    opening.deactivate(town.db, town.office.desk, town.tom, by=AVERY.id, now=town.office.now)

    assert recovered(town, town.tom.user_id)["way"] == Way.CLOSED


def test_a_deactivated_account_is_told_of_where_no_other_of_its_address_is_left(town: Town) -> None:
    accounts.set_email(town.db, town.mara.id, TOM_)
    opening.deactivate(town.db, town.office.desk, town.mara, by=AVERY.id, now=town.office.now)

    assert prolonged(town, TOM_) == [("recovery", Way.ENDLESS)]


def test_of_several_that_live_the_desk_of_the_named_one_helps_and_no_closed_one_is_listed(
    town: Town,
) -> None:
    policy, partner = town.office.desk.policy, "b4tz-k7m3"
    town.db.conn.execute("update accounts set user_id = ? where id = ?", [partner, town.amara.id])
    for one in (town.amara, town.mara):
        accounts.set_email(town.db, one.id, TOM_)
    mara, tom = town.mara.user_id, town.tom.user_id
    for name, support in ((tom, policy.mag.support_desk), (partner, policy.extranet.support_desk)):
        told = recovered(town, name)
        assert told["support_desk"] == support
        assert {one["user_id"] for one in told["accounts"]} == {mara, tom, partner}
        town.office.clock.wait(days=1)  # the mail goes once a day
    life(LifeState.CLOSED, days=200)(town)

    assert {one["user_id"] for one in recovered(town, TOM_)["accounts"]} == {mara, tom}


def wished(town: Town, ask: str, email: str) -> list[tuple[str, str]]:
    """The mails to whoever wishes twice for an invitation, on the page of partners or of organisations."""
    before, desk, now = len(town.office.mails()), town.office.desk, town.office.now
    for _ in range(2):
        if ask == "partner":
            partner_wishes.ask(town.db, desk, email=email, name="P", company="C", lang="en", now=now)
        else:
            registration.ask_again(town.db, desk, email=email, now=now)
    return [(job.template, job.values["words"].get("way", "")) for job in town.office.mails()[before:]]


@pytest.mark.parametrize("ask", ["partner", "organisation"])
def test_whoever_wishes_for_an_invitation_and_has_an_account_hears_how_to_get_in(
    town: Town, ask: str
) -> None:
    owner, activation = (town.amara, "partner_password") if ask == "partner" else (town.tom, "activation")
    assert wished(town, ask, owner.email) == [("recovery", Way.THERE)]
    town.db.conn.execute("update accounts set status = 'waiting'")
    town.office.work()
    town.office.clock.wait(days=1)  # since the mail that its making brought

    assert wished(town, ask, owner.email) == [(activation, "")]
    assert wished(town, ask, "nobody@else.example.org") == []
