"""A partner's first page: what their role opens."""

from dataclasses import dataclass

from sqlite_utils import Database

from bot.domain.sessions import Visitor
from bot.extranet_policy import Opened, Said
from bot.services.desk import Desk
from bot.store import partners


@dataclass(frozen=True, kw_only=True)
class Home:
    """The role's name, and what it opens; nothing where the policy knows the role no more."""

    title: Said
    opens: tuple[Opened, ...]


def get(db: Database, desk: Desk, visitor: Visitor) -> Home:
    partner = partners.find(db, visitor.account.id)
    code = partner.role if partner else ""
    role = desk.policy.extranet.roles.get(code)
    if role is None:
        return Home(title=Said(en=code, de=code), opens=())
    return Home(title=role.title, opens=role.opens)
