"""Which applications an organisation has, and whether its people can open them."""

from sqlite_utils import Database

from bot.domain.accounts import Customer
from bot.domain.applications import Application, Stage
from bot.domain.sessions import Visitor
from bot.services import terms
from bot.services.desk import Desk


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
    standing = terms.get_standing(db, desk, visitor.account, name)
    stage = Stage.OPEN if standing.is_open else Stage.AGREE if standing.may_accept else Stage.WAITING
    return Application(
        name=name,
        stage=stage,
        needs=desk.policy.mag.launch_of(name).needs,
        waits_for=standing.waits_for,
        waiting=standing.waiting,
    )
