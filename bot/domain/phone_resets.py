"""All phones of an account are lost, and no recovery code is left: who has to agree, and how long."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.accounts import Account, AccountStatus
from bot.domain.approvals import Approval
from bot.domain.cooling import CoolingNotice, counts_from, has_cooled

LAPSES = timedelta(days=7)  #: after which nobody agrees any more, or removes what was due all that time
MOST_ASKED = 3  #: times that somebody asks …
ASKED_WITHIN = timedelta(days=1)  #: … within this


class ResetState(StrEnum):
    """How far it is; each value says how one gets there."""

    ASKED = "asked"  # its owner has asked, signed in with the password
    AGREED = "agreed"  # asked -> an Organization Administrator, or else the desk, has agreed
    COOLING = "cooling"  # agreed -> a second eye has too: its owner has time to stop it
    DONE = "done"  # cooling -> the phones are gone
    REFUSED = "refused"  # any of the open ones -> an administrator or the desk has said no
    STOPPED = "stopped"  # the same -> its owner has, or has signed in with a factor after all
    LAPSED = "lapsed"  # the same -> nobody agreed in time, or the account has ended


@dataclass(frozen=True, kw_only=True)
class PhoneReset:
    """One request. `given`: who has agreed, "account:7" or a Slack id, the first eye before the second."""

    id: int
    account_id: int
    state: ResetState
    asked_at: datetime
    given: tuple[Approval, ...] = ()
    due_at: datetime | None = None  #: from when on the phones may be removed
    ended_at: datetime | None = None

    @property
    def ref(self) -> str:
        return f"R-{self.id}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_undecided(self) -> bool:
        return self.state in UNDECIDED

    @property
    def since(self) -> datetime:
        """Since when it is as it is, while nobody or one alone has agreed."""
        return self.given[-1].at if self.given else self.asked_at

    @property
    def lapses_at(self) -> datetime:
        return (self.due_at or self.asked_at) + LAPSES

    @property
    def cooling(self) -> timedelta:
        """How long its owner has to stop it, once they could know of it."""
        return self.due_at - self.given[-1].at if self.due_at else timedelta(0)

    def is_due(self, notice: CoolingNotice | None, *, now: datetime) -> bool:
        """Whether the phones may go; `notice`: the mail about the cooling time."""
        return has_cooled(self.due_at, lasts=self.cooling, notice=notice, now=now)

    def counts_from(self, notice: CoolingNotice | None) -> datetime | None:
        """From when on they may go, as far as is known now; None before two have agreed."""
        return counts_from(self.due_at, lasts=self.cooling, notice=notice)


UNDECIDED = (ResetState.ASKED, ResetState.AGREED)
OPEN = (*UNDECIDED, ResetState.COOLING)


@dataclass(frozen=True, kw_only=True)
class ResetCard:
    """A request as the desk sees it."""

    reset: PhoneReset
    account: Account
    company: str
    eyes: tuple[str, ...]  #: who has agreed: names of administrators, Slack ids of staff
    codes_left: int  #: unused recovery codes: who has some may have lost those too, or be somebody else
    needs_desk: bool  #: no administrator is left who could agree
    notice: CoolingNotice | None = None  #: once two have agreed, the mail about the cooling time


@dataclass(frozen=True, kw_only=True)
class ResetWaits:
    """A reminder below its card that it waits for the desk."""

    reset: PhoneReset
    after: int  #: working hours of the desk
    people: tuple[str, ...]  #: Slack ids: who may decide it; none where nobody is there


def actor(account: Account) -> str:
    return f"account:{account.id}"


def list_eyes(
    asker: Account,
    everybody: Collection[Account],
    reset: PhoneReset,
    *,
    makers: Mapping[int, Collection[int]],
    late: Collection[int],
) -> list[Account]:
    """The administrators who may agree still.

    Never who asks or who has agreed, under whichever of their accounts: one mailbox is one person. Nor
    whoever stands in the same hands as who has agreed, or is of the asker's making (`makers`: by account who
    added, invited or promoted it), nor whoever was not an administrator with a factor by then (`late`).
    """
    spent = {one.by for one in reset.given} | {actor(asker)}
    people = {one.email for one in everybody if actor(one) in spent} | {asker.email}
    gone = {asker.id}.union(*(_hands(one.id, makers) for one in everybody if _has_agreed(one, reset)))
    return [
        one
        for one in everybody
        if one.is_administrator
        and one.status is AccountStatus.ACTIVE
        and one.email not in people
        and one.id not in late
        and not gone & _hands(one.id, makers)
    ]


def _has_agreed(one: Account, reset: PhoneReset) -> bool:
    return actor(one) in {yes.by for yes in reset.given}


def _hands(number: int, makers: Mapping[int, Collection[int]]) -> set[int]:
    """The account itself, who made it, who made them, and so on."""
    found: set[int] = set()
    ahead = {number}
    while ahead:
        found |= ahead
        ahead = {by for one in ahead for by in makers.get(one, ())} - found
    return found
