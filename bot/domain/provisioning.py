"""What is made outside for a case: the Sales Provisioning Case and the site, each once."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.mail import Address
from bot.domain.ris import Company, User


class Task(StrEnum):
    """What is made (process.md, step 5)."""

    CASE = "case"  # the Sales Provisioning Case Form, in NetSuite
    SITE = "site"  # the customer's site of the application


class Way(StrEnum):
    """Who makes it; `[provisioning]` of usher.toml chooses one for each task."""

    DESK = "desk"  # a person, who then enters its number
    NETSUITE = "netsuite"  # SuiteTalk REST
    WEBHOOK = "webhook"  # whatever takes signed JSON


@dataclass(frozen=True, kw_only=True)
class Order:
    """All that whoever makes it needs to know."""

    external_id: str  #: of case and task, e.g. "usher-C-7-site"; the same for ever
    task: Task
    ref: str
    company: Company
    users: tuple[User, ...]
    seats: int
    sponsor: Address
    lang: str
    case_number: str = ""  #: of a site: what the provisioning case is called


@dataclass(frozen=True, kw_only=True)
class Record:
    """What stands outside now."""

    number: str  #: what people there call it
    url: str = ""  #: where it opens; "" where nobody says
