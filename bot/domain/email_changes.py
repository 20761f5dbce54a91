"""Another e-mail address for an account: it counts once both ends have said yes.

Its owner asks, or the desk in its own name; then a colleague may stand in for a mailbox that nobody reads.
Where nobody has activated the account the colleague's yes is enough: the new mailbox activates it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.accounts import Account, AccountStatus
from bot.domain.cooling import CoolingNotice, counts_from, has_cooled

CHANGE_LASTS = timedelta(hours=48)
COOLS = timedelta(hours=24)  #: in which the old mailbox can say no to a colleague's yes in its place
MOST_A_DAY = 3  #: changes asked for by one account, so that nobody floods a stranger's mailbox


class End(StrEnum):
    """Whose mailbox a link went to."""

    OLD = "old"
    NEW = "new"


class Bearer(StrEnum):
    """Who has a link: whoever reads either mailbox, or a text to a phone, whose link can only say no."""

    OLD = "old"
    NEW = "new"
    PHONE = "phone"

    @property
    def end(self) -> End | None:
        """For which end it can say yes."""
        return None if self is Bearer.PHONE else End(self.value)


class ChangeReason(StrEnum):
    """Why the desk asks for it, and not the owner of the account."""

    MAILBOX_LOST = "mailbox_lost"  # nobody reads it any more
    DOMAIN_RENAMED = "domain_renamed"  # a company has a new mail domain
    MISSPELT = "misspelt"  # it never was their address
    OWN_NAME = "own_name"  # somebody has another name, and so another address


class ChangeState(StrEnum):
    """How far a change is that the desk asked for; each value says how one gets there."""

    ASKED = "asked"  # both ends have their links
    AGREED = "agreed"  # asked -> the old end has said yes: by its link, or a colleague in its place
    COOLING = (
        "cooling"  # agreed -> the new one has too; the old one, for which a colleague stood in, has time
    )
    CHANGED = "changed"  # both ends have said yes
    STOPPED = "stopped"  # any of the open ones -> somebody said no
    OVERTAKEN = "overtaken"  # the same -> the password was changed, or another address asked for
    LAPSED = "lapsed"  # the same -> it took too long


@dataclass(frozen=True, kw_only=True)
class EmailChange:
    """A change that was asked for."""

    id: int
    account_id: int
    old: str
    new: str
    until: datetime
    confirmed: frozenset[End]
    asked_by: str = ""  #: a Slack id; "": the owner of the account
    reason: ChangeReason | None = None  #: the desk's
    agreed_by: str = ""  #: a Slack id: who stands in for the old end
    due_at: datetime | None = None  #: from when on it may count, where somebody stands in
    changed_at: datetime | None = None
    ended_at: datetime | None = None  #: whatever became of it
    ended_by: str = ""  #: who said no: a `Bearer`, or a Slack id

    @property
    def ref(self) -> str:
        return f"E-{self.id}"

    @property
    def unanswered(self) -> tuple[str, ...]:
        """The addresses that have not said yes."""
        return tuple(self.new if end is End.NEW else self.old for end in End if end not in self.confirmed)

    @property
    def is_proven(self) -> bool:
        return self.confirmed == frozenset(End)

    def is_due(self, notice: CoolingNotice | None, *, now: datetime) -> bool:
        """Whether it counts; `notice`: where somebody stands in for the old end, the mail about it."""
        ripe = not self.agreed_by or has_cooled(self.due_at, lasts=COOLS, notice=notice, now=now)
        return self.is_proven and ripe

    def counts_from(self, notice: CoolingNotice | None) -> datetime | None:
        """From when on it may count, as far as is known now; None where nobody stands in."""
        return counts_from(self.due_at, lasts=COOLS, notice=notice)

    def state_at(self, now: datetime) -> ChangeState:
        if self.changed_at is not None:
            return ChangeState.CHANGED
        if self.until <= (self.ended_at or now):
            return ChangeState.LAPSED
        if self.ended_at is not None:
            return ChangeState.STOPPED if self.ended_by else ChangeState.OVERTAKEN
        if self.is_proven:
            return ChangeState.COOLING
        return ChangeState.AGREED if End.OLD in self.confirmed else ChangeState.ASKED


OPEN = (ChangeState.ASKED, ChangeState.AGREED, ChangeState.COOLING)


@dataclass(frozen=True, kw_only=True)
class ChangeCard:
    """A change that the desk asked for, as the desk sees it."""

    change: EmailChange
    state: ChangeState
    account: Account
    company: str
    notice: CoolingNotice | None = None  #: where somebody stands in for the old end

    @property
    def is_unactivated(self) -> bool:
        """Whether the account waits to be activated, or did when its address changed."""
        changed = self.state is ChangeState.CHANGED and End.NEW not in self.change.confirmed
        return changed or is_unactivated(self.account)


def is_unactivated(account: Account) -> bool:
    """Whether a colleague's yes changes its address; a partner who has not activated is invited anew."""
    return account.status is AccountStatus.WAITING and not account.is_partner
