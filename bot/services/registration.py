"""The invitation to register an organisation, as whoever holds its link sees it."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain.cases import STANDING
from bot.domain.errors import LinkUnknown
from bot.domain.registration import find_invited
from bot.domain.ris import Company
from bot.store import cases, links

LINK = "registration"  #: the purpose of an invitation's link


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """What the desk knows of the organisation that is to be registered."""

    ref: str
    company: Company
    invited: str  #: who becomes its Organization Administrator
    email: str


def get_invitation(db: Database, token: str, *, now: datetime) -> Invitation:
    """What the page shows; raise LinkUnknown or LinkExpired. A case that was taken back invites nobody."""
    ref = links.get_subject(db, token, purpose=LINK, now=now)
    case = cases.find(db, int(ref.removeprefix("C-")))
    if case is None or case.status not in STANDING:
        raise LinkUnknown
    if (invited := find_invited(case.ris)) is None:
        raise LinkUnknown
    name = f"{invited.first_name} {invited.last_name}".strip()
    return Invitation(ref=case.ref, company=case.ris.company, invited=name, email=invited.email)
