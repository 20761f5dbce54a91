"""Another e-mail address for an account: it counts once both mailboxes have said yes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

CHANGE_LASTS = timedelta(hours=48)
MOST_A_DAY = 3  #: changes asked for by one account, so that nobody floods a stranger's mailbox


class End(StrEnum):
    """Whose mailbox a link went to."""

    OLD = "old"
    NEW = "new"


@dataclass(frozen=True, kw_only=True)
class EmailChange:
    """A change that was asked for and is not over."""

    id: int
    account_id: int
    old: str
    new: str
    until: datetime
    confirmed: frozenset[End]

    @property
    def is_proven(self) -> bool:
        return self.confirmed == frozenset(End)
