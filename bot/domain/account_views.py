"""What the desk sees of one account, and what it may do about it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.domain.accounts import Account, AccountStatus, Closing, Customer
from bot.domain.email_changes import EmailChange, is_unactivated
from bot.domain.errors import Refusal
from bot.domain.lifecycle import Foreseen, Life, LifeState, Moved
from bot.domain.lifecycle_refusals import ReasonNeeded
from bot.domain.outbox import JobStatus
from bot.domain.partners import Invitation
from bot.domain.phone_resets import ResetCard
from bot.domain.tries import Tries

MAILS = 5  #: the newest that are shown
MOVES = 5  #: of an end, as many
COMING = 3  #: what the clock does next, as much of it
LONGEST_REASON = 200


class AccountAct(StrEnum):
    """What staff do about an account."""

    RESEND = "resend"  # the way in, to the address on file, whichever is the one that it has now
    UNLOCK = "unlock"  # wrong tries are forgotten
    CLOSE = "close"  # signed out everywhere, and signed in no more
    REOPEN = "reopen"  # as it was before it was closed
    PROMOTE = "promote"  # its owner is an Organization Administrator from now on


@dataclass(frozen=True, kw_only=True)
class AccountMail:
    """A mail to an account's owner, and how far it came."""

    template: str
    at: datetime  #: when it was sent, or else queued
    status: JobStatus
    came_back: bool  #: their server gave up


class InvitationAct(StrEnum):
    """What staff do about an invitation that is open, or whose time is over."""

    AGAIN = "again"  # mailed once more
    WITHDRAW = "withdraw"  # its links work no longer


@dataclass(frozen=True, kw_only=True)
class InvitationView:
    """One invitation that nobody has registered by, as it is at this moment."""

    invitation: Invitation
    mails: tuple[AccountMail, ...]  #: the newest first
    now: datetime

    @property
    def is_over(self) -> bool:
        """It was withdrawn: nothing can be done about it."""
        return self.invitation.ended_at is not None


@dataclass(frozen=True, kw_only=True)
class LifeView:
    """How long a partner's account lasts, and why."""

    life: Life
    back_until: date  #: the last day on which it can come back once it has expired
    is_over: bool  #: it can come back no more
    coming: tuple[Foreseen, ...]  #: what the clock does next if nobody acts; what is due comes at once
    waits: bool  #: what is due waits for a click
    moves: tuple[Moved, ...]  #: of its end, the newest first


@dataclass(frozen=True, kw_only=True)
class AccountView:
    """One account, as it is at this moment."""

    account: Account
    customer: Customer
    now: datetime
    tries: Tries  #: of the password
    signed_in_at: datetime | None
    sessions: int  #: that are open
    phones: tuple[str, ...]  #: verified ones, masked
    key_entered: bool  #: their License Key is registered
    certificates: tuple[str, ...]  #: registered ones, by their subjects
    waits_for: tuple[str, ...]  #: who may accept the terms for which it waits, by name
    waits: bool  #: for terms that nobody accepted
    mails: tuple[AccountMail, ...]  #: the newest first
    life: LifeView | None = None  #: None for an account without a clock
    change: EmailChange | None = None  #: of its address, that is asked for
    reset: ResetCard | None = None  #: its owner says that all phones, or the app, are lost
    invitations: int = 0  #: that it has sent and nobody took: they end with it
    lost: int = 0  #: that ended lately with its right to send them, and whom nobody invited since
    is_unreached: bool = False  #: it waits to be activated, and mails to its address come back, or fail
    closing: Closing | None = None  #: of one that is closed
    sent: str = ""  #: the template of the mail that has just been queued

    @property
    def is_locked(self) -> bool:
        return self.tries.is_locked(self.now)

    @property
    def acts(self) -> tuple[AccountAct, ...]:
        """What can be done about it now."""
        if self.account.erased:
            return ()
        if self.account.status is AccountStatus.DEACTIVATED:
            return (AccountAct.RESEND if self.life and self.life.is_over else AccountAct.REOPEN,)
        unlock = (AccountAct.UNLOCK,) if self.tries.wrong else ()
        promote = (AccountAct.PROMOTE,) if self.can_promote else ()
        return (AccountAct.RESEND, *unlock, *promote, AccountAct.CLOSE)

    @property
    def can_promote(self) -> bool:
        """Whether it is of an organisation, and no administrator's."""
        return bool(self.account.organisation) and not self.account.is_administrator

    @property
    def is_open(self) -> bool:
        """Whether it is active, and its clock, where it has one, has not closed it."""
        closed = self.life is not None and self.life.life.state is LifeState.CLOSED
        return self.account.status is AccountStatus.ACTIVE and not closed

    @property
    def can_change_address(self) -> bool:
        """Whether the desk can ask for another one now."""
        return self.is_open or is_unactivated(self.account)

    @property
    def can_extend(self) -> bool:
        """Whether its end can be moved now."""
        return self.is_open and self.life is not None


@dataclass(frozen=True, kw_only=True)
class AccountNote:
    """An account about which the desk is told something."""

    account: Account
    company: str


def read_reason(typed: str) -> str:
    """Why an end is moved, on one line; raise ReasonNeeded."""
    reason = " ".join(typed.split())
    if not 0 < len(reason) <= LONGEST_REASON:
        raise ReasonNeeded(most=LONGEST_REASON)
    return reason


class NoAccountNamed(Refusal):
    """`/usher account` was typed without a User ID or an address."""

    code = "no_account_named"


class NoSuchAccount(Refusal):
    """No account has that User ID or address; values: name."""

    code = "no_such_account"


class SeveralAccounts(Refusal):
    """An address has several accounts; values: user_ids."""

    code = "several_accounts"


class ActTooLate(Refusal):
    """It is not as it was shown: nothing is to be done; values: user_id."""

    code = "act_too_late"


class WayRests(Refusal):
    """The way in was mailed a moment ago, or often today, or its owner has another account."""

    code = "way_rests"
