"""Somebody asks for an invitation to the Extranet; the desk decides."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

LONGEST: Final = 100  #: characters of a name or company
MOST_A_DAY: Final = 50  #: that the desk is shown within a day; the others' cards come later …
LONGEST_WAIT: Final = timedelta(days=7)  #: … by so much at most; beyond it nobody is kept


class RequestState(StrEnum):
    """How far one is; each value says how one gets there."""

    ASKED = "asked"
    INVITED = "invited"  # asked -> staff have invited them
    REFUSED = "refused"  # asked -> staff have not


@dataclass(frozen=True, kw_only=True)
class PartnerRequest:
    """Who asks, in their own words."""

    id: int
    email: str  #: lower case
    name: str
    company: str
    lang: str
    asked_at: datetime
    state: RequestState
    decided_by: str = ""
    closed: tuple["ClosedByHand", ...] = ()  #: accounts of that address


@dataclass(frozen=True, kw_only=True)
class ClosedByHand:
    """An account that somebody has closed, and nobody has come back from; with the person who did."""

    user_id: str
    by: str
    at: datetime
