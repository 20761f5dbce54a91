"""Dead ends seen before they hurt: who will be locked out of what, and who can mend it in time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain.accounts import Account, AccountStatus
from bot.domain.lifecycle import ClockRules, Stage
from bot.domain.prolongation import counts_from
from bot.domain.terms import MAY_ACCEPT

#: so long before its end: until the digest of the next week and a day more, for whoever mends it
HURRIED_WITHIN = timedelta(days=8)


@dataclass(frozen=True, kw_only=True)
class MemberFacts:
    """What matters of a member; nobody whose account was ended."""

    account: Account
    phones: int  #: verified ones
    recovery_codes: int = 0  #: unused: each is a way in without a phone


@dataclass(frozen=True, kw_only=True)
class Unaccepted:
    """Terms that nobody accepted, and how many cannot open the application."""

    application: str
    waiting: int


@dataclass(frozen=True, kw_only=True)
class OrganisationFacts:
    """An organisation of the MAG with its members."""

    id: int
    company: str
    members: tuple[MemberFacts, ...]
    unaccepted: tuple[Unaccepted, ...] = ()

    @property
    def administrators(self) -> list[Account]:
        """Who can do something now."""
        return [
            one.account
            for one in self.members
            if one.account.is_administrator and one.account.status is AccountStatus.ACTIVE
        ]


@dataclass(frozen=True, kw_only=True)
class PartnerFacts:
    """A partner whose account works."""

    account: Account
    validated_on: date
    ends_on: date
    password_set_at: datetime | None
    lost: bool  #: a warning of this end came back, or never went

    def is_hurried(self, rules: ClockRules, between_changes: timedelta) -> bool:
        """Whether a new password is asked for and cannot be set before the account ends.

        One that counts as the change of this validation is asked for no more, however fresh it is.
        """
        if self.password_set_at is None:
            return False
        counts = counts_from(rules, validated_on=self.validated_on, ends_on=self.ends_on)
        may_change = self.password_set_at + between_changes
        return self.password_set_at < counts and may_change > rules.due(Stage.EXPIRED, self.ends_on)


@dataclass(frozen=True, kw_only=True)
class ForAdministrators:
    """What the administrators of an organisation can mend."""

    one_phone: tuple[Account, ...] = ()  #: if that is lost, nobody gets in
    unaccepted: tuple[Unaccepted, ...] = ()
    waiting: tuple[Account, ...] = ()  #: did not activate while the link of their first mail worked
    alone: bool = False  #: there is one administrator, and no other who is to become one
    terms_alone: bool = False  #: and nobody else accepts terms


@dataclass(frozen=True, kw_only=True)
class ForDesk:
    """What only the desk can mend."""

    leaderless: tuple[OrganisationFacts, ...] = ()
    hurried: tuple[PartnerFacts, ...] = ()  #: cannot change the password before the account ends
    unwarned: tuple[PartnerFacts, ...] = ()


def find_for_administrators(
    facts: OrganisationFacts, *, now: datetime, activation: timedelta
) -> ForAdministrators | None:
    """None where nothing is to be said, or nobody is there who could mend it; `activation` as below."""
    if not facts.administrators:
        return None
    one_phone = tuple(
        one.account
        for one in facts.members
        if one.account.status is AccountStatus.ACTIVE and one.phones == 1 and not one.recovery_codes
    )
    unaccepted = tuple(one for one in facts.unaccepted if one.waiting)
    waiting = tuple(
        one.account
        for one in facts.members
        if one.account.status is AccountStatus.WAITING and one.account.made_at <= now - activation
    )
    alone = sum(one.account.is_administrator for one in facts.members) == 1
    terms_alone = alone and sum(one.account.role in MAY_ACCEPT for one in facts.members) == 1
    found = ForAdministrators(
        one_phone=one_phone, unaccepted=unaccepted, waiting=waiting, alone=alone, terms_alone=terms_alone
    )
    return found if one_phone or unaccepted or waiting or alone else None


def find_for_desk(
    organisations: Iterable[OrganisationFacts],
    partners: Sequence[PartnerFacts],
    *,
    rules: ClockRules,
    now: datetime,
    between_changes: timedelta,
    activation: timedelta,
) -> ForDesk | None:
    """`between_changes`: of a password; `activation`: for which a link to activate an account works."""
    leaderless = tuple(one for one in organisations if _is_leaderless(one, now - activation))
    last = rules.calendar.day_of(now) + HURRIED_WITHIN
    hurried = tuple(one for one in partners if one.ends_on <= last and one.is_hurried(rules, between_changes))
    unwarned = tuple(one for one in partners if one.lost)
    found = ForDesk(leaderless=leaderless, hurried=hurried, unwarned=unwarned)
    return found if leaderless or hurried or unwarned else None


def _is_leaderless(facts: OrganisationFacts, since: datetime) -> bool:
    """Nobody administers it, and nobody whose link to do so may still work."""
    coming = any(
        one.account.is_administrator and one.account.made_at > since
        for one in facts.members
        if one.account.status is AccountStatus.WAITING
    )
    return bool(facts.members) and not facts.administrators and not coming
