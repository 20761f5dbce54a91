"""Being away: from when to when, and who decides meanwhile."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Absence:
    """`deputy` decides by `person`'s right from `since` until before `until`, never about their own work."""

    person: str
    deputy: str
    since: datetime
    until: datetime
