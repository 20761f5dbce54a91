"""Which applications an organisation has, and whether its people can open them."""

from sqlite_utils import Database

from bot.domain.accounts import Account, AccountStatus, Customer
from bot.domain.applications import Application, Stage
from bot.domain.ris import Role
from bot.domain.sessions import Visitor
from bot.services.desk import Desk
from bot.store import accounts

#: who accepts terms for everybody
ACCEPTING = (Role.ORGANIZATION_ADMINISTRATOR, Role.APPLICATION_ADMINISTRATOR)


def is_open(db: Database, customer: Customer, name: str) -> bool:
    """Whether the organisation has accepted the terms of that application.

    Nobody records terms yet, so that each is open: the one place that changes once they are.
    """
    del db, customer, name
    return True


def list_of(db: Database, desk: Desk, visitor: Visitor) -> list[Application]:
    """What stands under My Applications."""
    return [_shown(db, desk, visitor, name) for name in names_of(desk, visitor.customer)]


def find(db: Database, desk: Desk, visitor: Visitor, name: str) -> Application | None:
    """One of theirs by its name; None for whatever else was asked for."""
    known = name in names_of(desk, visitor.customer)
    return _shown(db, desk, visitor, name) if known else None


def names_of(desk: Desk, customer: Customer) -> tuple[str, ...]:
    """What its form names, or else everything that the programme has."""
    return (customer.application,) if customer.application else desk.policy.mag.applications


def _shown(db: Database, desk: Desk, visitor: Visitor, name: str) -> Application:
    needs = desk.policy.mag.launch_of(name).needs
    if is_open(db, visitor.customer, name):
        return Application(name=name, stage=Stage.OPEN, needs=needs)
    if visitor.account.role in ACCEPTING:
        return Application(name=name, stage=Stage.AGREE, needs=needs)
    return Application(name=name, stage=Stage.WAITING, needs=needs, waits_for=_accepting(db, visitor.account))


def _accepting(db: Database, account: Account) -> tuple[str, ...]:
    people = accounts.list_of_organisation(db, account.organisation)
    return tuple(
        one.name for one in people if one.role in ACCEPTING and one.status is not AccountStatus.DEACTIVATED
    )
