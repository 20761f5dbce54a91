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
    version: int = 1  #: of the form; of two orders under one id the higher one counts
    corrected: bool = False  #: an earlier form was approved, and may have been ordered under this id
    #: the company's name in each version of the form, where we remember nothing that was made: what stands
    #: for another company is not ours then; empty where it is known to be
    names: tuple[str, ...] = ()
    before: Company | None = None  #: the company of that earlier form, where it is known what was made for it


@dataclass(frozen=True, kw_only=True)
class Record:
    """What stands outside now."""

    number: str  #: what people there call it
    url: str = ""  #: where it opens; "" where nobody says


@dataclass(frozen=True, kw_only=True)
class CalledOff:
    """What an outside system said when it was told that a case has ended."""

    record: Record | None  #: what stands there; None where it names nothing
    told: bool  #: it took the message, or was marked; False where only a person can close it


@dataclass(frozen=True, kw_only=True)
class KeptRecord:
    """A record outside, as we last knew it."""

    task: Task
    record: Record
    version: int  #: of the form for which it was made, or last changed
    by: str = ""  #: the person who made it by hand; "" where a system did


class Ending(StrEnum):
    """What became of one record outside when its case ended."""

    TOLD = "told"  # the system knows; a person looks whether it acted
    BY_HAND = "by_hand"  # it stands there, and only a person can close it
    NOTHING = "nothing"  # nothing stands there
    UNSEEN = "unseen"  # nobody could be asked, so that a person has to look
    TRYING = "trying"  # nobody could be asked yet; Usher asks on


@dataclass(frozen=True, kw_only=True)
class Ended:
    """One line about what stands outside after its case has ended."""

    task: Task
    ending: Ending
    external_id: str
    number: str = ""
    url: str = ""
    reason: str = ""  #: why nobody could be asked
