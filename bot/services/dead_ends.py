"""Tell once a week who will be locked out: administrators by mail, and the desk by one card."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.dead_ends import (
    HURRIED_WITHIN,
    ForAdministrators,
    ForDesk,
    OrganisationFacts,
    Unaccepted,
    find_for_administrators,
    find_for_desk,
)
from bot.domain.note_names import NoteName
from bot.domain.programmes import Programme
from bot.rendering import account_mails
from bot.services import applications, terms
from bot.services.account_mails import mail_owner
from bot.services.desk import Desk
from bot.services.queueing import queue_note
from bot.store import dead_ends as dead_end_store
from bot.store import organisations
from bot.store.database import transaction

MAIL = "dead_ends"


def tell(db: Database, desk: Desk, occasion: str, *, now: datetime) -> None:
    """Queue the digests of that week, one a recipient; nothing where there is nothing to say."""
    known = list(_list_organisations(db, desk))
    for facts in known:
        if found := find_for_administrators(facts, now=now, activation=_activation(desk)):
            _mail(db, desk, facts, found, occasion, now=now)
    if told := _for_desk(db, desk, known, now=now):
        named = [one.account.id for one in (*told.hurried, *told.unwarned)]
        with transaction(db):
            queue_note(
                db, NoteName.DEAD_ENDS, key=f"dead ends:{occasion}", values={"accounts": named}, now=now
            )


def find_note(db: Database, desk: Desk, *, now: datetime) -> ForDesk | None:
    """What the desk's card says at this moment; None when that is nothing any more."""
    return _for_desk(db, desk, list(_list_organisations(db, desk)), now=now)


def _for_desk(db: Database, desk: Desk, known: list[OrganisationFacts], *, now: datetime) -> ForDesk | None:
    rules = desk.policy.clock_rules
    return find_for_desk(
        known,
        dead_end_store.list_partners(db, ends_by=rules.calendar.day_of(now) + HURRIED_WITHIN),
        rules=rules,
        now=now,
        between_changes=desk.policy.password_rules(Programme.EXTRANET).between_changes,
        activation=_activation(desk),
    )


def _activation(desk: Desk) -> timedelta:
    """For which a link to activate works, and a day more."""
    return timedelta(days=desk.policy.mag.activation_days + 1)


def _mail(
    db: Database,
    desk: Desk,
    facts: OrganisationFacts,
    found: ForAdministrators,
    occasion: str,
    *,
    now: datetime,
) -> None:
    """To every administrator of an organisation, in a transaction of its own: there may be thousands."""
    with transaction(db):
        for one in facts.administrators:
            mail_owner(
                db,
                desk,
                one,
                MAIL,
                words=lambda customer, one=one: account_mails.dead_ends(  # type: ignore[misc]
                    one, customer, desk.policy, found, portal_url=desk.portal_url
                ),
                now=now,
                once=occasion,
            )


def _list_organisations(db: Database, desk: Desk) -> Iterator[OrganisationFacts]:
    for number, members in dead_end_store.list_members(db):
        customer = organisations.get_customer(db, members[0].account)
        facts = OrganisationFacts(id=number, company=customer.name, members=members)
        if administrators := facts.administrators:
            names = applications.names_of(desk, customer)
            standing = [terms.get_standing(db, desk, administrators[0], name) for name in names]
            lacking = [one for one in standing if not one.is_open]
            said = (Unaccepted(application=one.application, waiting=one.waiting) for one in lacking)
            facts = replace(facts, unaccepted=tuple(said))
        yield facts
