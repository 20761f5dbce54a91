"""What goes by mail to whoever has only typed an address, or presses on the page of an old link."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from bot.domain.accounts import AccountStatus
from bot.domain.lifecycle import LifeState
from bot.domain.outbox import Job
from bot.domain.partners import invitation_ref
from bot.domain.recovery import Way
from bot.domain.registration import find_invited
from bot.services import accounts as opening
from bot.services import (
    activation,
    members,
    partner_invitations,
    partner_wishes,
    partners,
    prolongation,
    recovery,
    registration,
    sign_in,
)
from bot.store import accounts, events, links
from bot.store import registration as registrations
from bot.store.database import transaction
from tests.cast import AVERY, Office
from tests.invited import PIA, register
from tests.partners import begun
from tests.people import CountingHasher
from tests.services.kept_out import TOM_, Town, life, town, waiting
from tests.services.test_partner_returns import become
from tests.services.test_partners import moved_in, office

__all__ = ["office", "town"]  # the fixtures

Door = Callable[[Office, str], None]
STRANGE = "nobody@else.example.org"


def by_register(office: Office, email: str) -> None:
    with office.connect() as db:
        registration.ask_again(db, office.desk, email=email, now=office.now)


def by_wish(office: Office, email: str) -> None:
    with office.connect() as db:
        partner_wishes.ask(db, office.desk, email=email, name="P", company="R", lang="en", now=office.now)


def by_prolong(office: Office, email: str) -> None:
    with office.connect() as db:
        prolongation.ask_for_link(db, office.desk, email, now=office.now)


def by_forgotten(office: Office, email: str) -> None:
    with office.connect() as db:
        recovery.ask_for_link(db, office.desk, email, now=office.now)


def by_sign_in(office: Office, email: str) -> None:
    with office.connect() as db:
        assert not sign_in.sign_in(db, office.desk, name=email, password="x", now=office.now)


def by_activation_link(office: Office, email: str) -> None:
    with office.connect() as db:
        account, token = accounts.list_by_email(db, email)[0], office.desk.new_token()
        links.add(
            db, token, purpose=opening.ACTIVATION, subject=account.ref, now=office.now,
            expires_at=office.now,
        )  # fmt: skip
        activation.renew(db, office.desk, token, now=office.now)


def by_invitation_link(office: Office, _: str) -> None:
    with office.connect() as db:
        token = office.desk.new_token()
        links.add(
            db, token, purpose=partner_invitations.LINK, subject=invitation_ref(1), now=office.now,
            expires_at=office.now,
        )  # fmt: skip
        partners.renew(db, office.desk, token, now=office.now)


def mails(office: Office, door: Door, email: str) -> Sequence[Job]:
    before = len(office.mails())
    door(office, email)
    return office.mails()[before:]


def told(office: Office, door: Door, email: str) -> list[tuple[str, str]]:
    return [(job.template, job.values["words"].get("way", "")) for job in mails(office, door, email)]


@pytest.mark.parametrize("door", [by_register, by_wish, by_activation_link, by_invitation_link])
@pytest.mark.parametrize(
    ("state", "days", "brings"),
    [(LifeState.CLOSED, 151, "partner_invitation"), (LifeState.EXPIRED, 100, "prolong_link")],
)
def test_who_does_not_get_in_any_more_is_not_told_to_sign_in_as_always(
    office: Office, state: LifeState, days: int, brings: str, door: Door
) -> None:
    moved_in(office)
    become(office, state, days=days)

    assert told(office, door, PIA) == [(brings, "")]


@pytest.mark.parametrize("door", [by_activation_link, by_invitation_link])
def test_whose_account_a_person_has_closed_hears_so_from_every_old_link(office: Office, door: Door) -> None:
    moved_in(office)
    office.clock.wait(days=1)
    with office.connect() as db, transaction(db):
        (account,) = accounts.list_by_email(db, PIA)
        opening.deactivate(db, office.desk, account, by=AVERY.id, now=office.now)

    assert told(office, door, PIA) == [("recovery", Way.CLOSED)]


def test_of_an_address_the_account_that_lives_is_named_and_not_an_older_one_that_has_run_out(
    town: Town,
) -> None:
    younger = begun(town.db, town.office.desk, number=2, now=town.office.now)
    accounts.set_email(town.db, younger.id, town.amara.email)
    town.office.clock.wait(days=1)
    life(LifeState.CLOSED, days=60)(town)

    (job,) = mails(town.office, by_register, town.amara.email)
    assert job.values["words"]["user_id"] == younger.user_id


@pytest.mark.parametrize("active", ["partner", "person of an organisation"])
def test_nobody_who_has_an_active_account_reads_that_none_was_activated(town: Town, active: str) -> None:
    town.office.clock.wait(days=1)
    lives = town.amara if active == "partner" else town.mara
    town.db.conn.execute("update accounts set email = ?", [TOM_])
    town.db.conn.execute("update accounts set status = 'waiting' where id <> ?", [lives.id])

    expected = ("prolong_link", "") if active == "partner" else ("recovery", Way.ENDLESS)
    assert told(town.office, by_prolong, TOM_) == [expected]


def test_a_mail_of_accounts_that_wait_takes_nothing_from_that_of_those_to_sign_in_to(town: Town) -> None:
    town.office.clock.wait(days=1)
    town.db.conn.execute("update accounts set email = ?", [TOM_])
    town.db.conn.execute("update accounts set status = 'waiting'")
    (first,) = mails(town.office, by_prolong, TOM_)
    town.db.conn.execute("update accounts set status = 'active' where organisation > 0")

    (second,) = mails(town.office, by_sign_in, TOM_)
    assert [job.values["words"]["over"] for job in (first, second)] == ["waiting", ""]


@pytest.mark.parametrize("door", [by_register, by_prolong, by_forgotten])
def test_no_stranger_uses_up_what_an_administrator_may_send(town: Town, door: Door) -> None:
    waiting(town)
    town.office.work()
    town.office.clock.wait(days=2)
    for _ in range(4):
        door(town.office, TOM_)
        town.office.work()
        town.office.clock.wait(hours=2)

    before = len(town.office.mails())
    members.remind(town.db, town.office.desk, account_id=town.tom.id, by=town.mara, now=town.office.now)
    town.office.work()
    with transaction(town.db):
        own = replace(town.tom, activated_at=None)
        accounts.move(
            town.db, own.id, since=AccountStatus.WAITING, to=AccountStatus.DEACTIVATED, now=town.office.now
        )
        opening.reopen(town.db, town.office.desk, own, by=AVERY.id, now=town.office.now)
    assert [job.template for job in town.office.mails()[before:]] == ["activation"] * 2


@pytest.mark.parametrize("door", [by_register, by_wish, by_prolong, by_forgotten, by_sign_in])
def test_no_stranger_uses_up_what_a_partner_may_have_sent(office: Office, door: Door) -> None:
    with office.connect() as db:
        _, page = register(db, office.desk, office.tokens, now=office.now)
        office.work()
        office.clock.wait(days=2)
        door(office, PIA)
        office.work()
        sent = []
        for _ in range(5):
            sent.append(partners.send_again(db, office.desk, page, now=office.now))
            office.work()
            office.clock.wait(minutes=6)

    assert sent == [True] * 4 + [False]


@pytest.mark.parametrize("door", [by_register, by_wish, by_prolong, by_sign_in])
def test_of_an_address_that_was_only_typed_one_activation_mail_a_day_comes(town: Town, door: Door) -> None:
    waiting(town)
    town.office.work()
    town.office.clock.wait(days=2)
    before = len(town.office.jobs("activation"))
    for _ in range(9):
        door(town.office, TOM_)
        town.office.work()
        town.office.clock.wait(hours=2)

    assert len(town.office.jobs("activation")) == before + 1


@pytest.mark.parametrize("door", [by_register, by_wish])
def test_an_address_with_an_account_and_a_strange_one_cost_the_same(town: Town, door: Door) -> None:
    hasher = town.office.desk.hasher
    assert isinstance(hasher, CountingHasher)
    for email in (TOM_, STRANGE, STRANGE):
        asked, noted = len(hasher.calls), events.head(town.db)
        door(town.office, email)
        assert hasher.calls[asked:] == ["verify"]
        assert events.head(town.db) != noted


def test_the_field_of_partners_tells_also_who_belongs_to_an_organisation(town: Town) -> None:
    town.office.clock.wait(days=1)

    assert told(town.office, by_wish, TOM_) == [("recovery", Way.THERE)]
    assert town.db["partner_requests"].count == 1  # the desk sees the wish none the less


def test_the_field_of_partners_mails_the_invitation_to_register_once_more(town: Town) -> None:
    invited = find_invited(town.office.case("C-1").ris)
    assert invited is not None
    email = invited.email.lower()
    town.db.conn.execute("update accounts set email = ?", [STRANGE])
    town.db.conn.execute("update cases set status = 'invited' where id = 1")
    registrations.invite(town.db, 1, email, now=town.office.now)
    town.office.clock.wait(days=2)

    assert [template for template, _ in told(town.office, by_wish, email)] == ["invitation"]


def test_of_several_that_wait_a_forgotten_password_brings_how_each_is_activated(town: Town) -> None:
    town.office.clock.wait(days=1)
    town.db.conn.execute("update accounts set status = 'waiting', email = ?", [TOM_])
    (job,) = mails(town.office, by_forgotten, TOM_)

    assert (job.template, job.values["words"]["over"]) == ("user_ids", "waiting")
