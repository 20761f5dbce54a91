"""Whoever presses for another link on the page of an old one, and got in since, hears by mail how."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.domain.accounts import Account
from bot.domain.recovery import Way
from bot.services import activation, member_invitations, partners, registration
from bot.services.accounts import ACTIVATION
from bot.store import accounts, links
from bot.store import member_invitations as joined
from bot.store import partner_invitations as invited
from bot.store import registration as registrations
from tests.services.kept_out import NEWCOMER, Town, joining, partner_invited, town

__all__ = ["town"]  # pytest finds the fixture here

OLD = "a-link-of-a-mail-that-was-kept"


def an_old_link(town: Town, purpose: str, subject: str) -> str:
    now = town.office.now
    links.add(town.db, OLD, purpose=purpose, subject=subject, now=now, expires_at=now - timedelta(days=1))
    return OLD


def by_activation(town: Town) -> Account:
    token = an_old_link(town, ACTIVATION, town.tom.ref)
    activation.renew(town.db, town.office.desk, token, now=town.office.now)
    return town.tom


def by_joining(town: Town) -> Account:
    joining(town)
    now = town.office.now
    joined.end(town.db, 1, organisation=town.tom.organisation, account_id=town.tom.id, now=now)
    member_invitations.renew(town.db, town.office.desk, town.office.tokens[-1], now=now)
    return town.tom


def by_registration(town: Town) -> Account:
    registrations.invite(town.db, 1, town.mara.email, now=town.office.now)
    town.db.conn.execute("update cases set status = 'live' where id = 1")
    token = an_old_link(town, registration.LINK, "C-1")
    registration.renew(town.db, town.office.desk, token=token, now=town.office.now)
    return town.mara


def by_partner_invitation(town: Town) -> Account:
    partner_invited(town)
    invited.end(town.db, 1, account_id=town.amara.id, now=town.office.now)
    partners.renew(town.db, town.office.desk, town.office.tokens[-1], now=town.office.now)
    return town.amara


WAYS = (by_activation, by_joining, by_registration, by_partner_invitation)


@pytest.mark.parametrize("renew", WAYS)
def test_an_old_link_of_whoever_got_in_since_is_answered_by_mail(
    town: Town, renew: Callable[[Town], Account]
) -> None:
    owner = renew(town)

    (job,) = town.office.jobs("recovery")
    words = job.values["words"]
    assert (job.recipient, words["way"], words["user_id"]) == (owner.email, Way.THERE, owner.user_id)
    assert accounts.find(town.db, owner.id) == owner


def test_a_partners_invitation_is_mailed_again_also_where_organisations_ask_for_theirs(town: Town) -> None:
    partner_invited(town)
    town.office.work()
    town.office.clock.wait(minutes=10)
    for _ in range(2):  # a second click
        registration.ask_again(town.db, town.office.desk, email=NEWCOMER, now=town.office.now)

    assert [job.recipient for job in town.office.jobs("partner_invitation")] == [NEWCOMER, NEWCOMER]
