"""The people of an organisation as its Organization Administrator sees and changes them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.accounts import Account, AccountStatus, NewAccount, Origin
from bot.domain.addresses import reaches_desk
from bot.domain.languages import LANGUAGES
from bot.domain.license_keys import KeyState, LicenseKey, Seat
from bot.domain.review_values import is_address, text_of, would_run
from bot.domain.ris import Credential, Role

INVITATION_LASTS = timedelta(days=14)
MOST_INVITING = 3  #: mails of one invitation …
INVITING_WITHIN = timedelta(days=1)  #: … within this
AT_ONCE = timedelta(minutes=1)  #: in which the same once more is a second click
MOST_A_DAY = 100  #: people whom one organisation adds or invites, so that nobody floods
LONGEST = 120  #: characters of a name or job title

#: the fields of a new member, in the order in which they are asked for
FIELDS = ("salutation", "first_name", "last_name", "email", "job_title", "language", "role")
OPTIONAL = frozenset({"salutation", "job_title"})


ASKED_AGAIN = timedelta(days=14)  #: after which the sponsor is asked once more for the same person …
MOST_ASKED = 3  #: and so often …
ASKED_WITHIN = timedelta(days=180)  #: … in that time


SECOND_CLICK = timedelta(minutes=1)  #: in which the same wish is answered as the first was


class Wish(StrEnum):
    """What became of an administrator's wish for somebody's credential; each as the page names it."""

    SPARE = "spare"  # a seat was spare, or is theirs already
    ASKED = "asked"  # the sponsor gets a mail
    LATELY = "asked_lately"  # the sponsor got one a few days ago
    OFTEN = "asked_often"  # the sponsor has got enough of them, or gets none


def weigh_wish(asked: Sequence[datetime], *, now: datetime) -> Wish:
    """Whether the sponsor is asked once more who was asked then."""
    if any(at > now - ASKED_AGAIN for at in asked):
        return Wish.LATELY
    return Wish.OFTEN if sum(at > now - ASKED_WITHIN for at in asked) >= MOST_ASKED else Wish.ASKED


class MemberNotice(StrEnum):
    """Of what is told by mail about an account of an organisation."""

    PROMOTED = "promoted"  # its owner: they are an Organization Administrator now
    JOINED = "joined"  # the other administrators: somebody is one now
    DEACTIVATED = "deactivated"  # its owner
    REACTIVATED = "reactivated"  # its owner
    RETURNED = "returned"  # the administrators: the desk opened again what one of them had closed


@dataclass(frozen=True, kw_only=True)
class Member:
    """One of the organisation's people, with the seat that they hold, if they hold one."""

    account: Account
    seat: Seat | None

    @property
    def takes_key(self) -> bool:
        """Whether a License Key could be theirs."""
        ended = self.account.status is AccountStatus.DEACTIVATED
        return self.account.credential is Credential.PHONE_OTP and not ended

    @property
    def key(self) -> LicenseKey | None:
        return self.seat.key if self.seat else None

    @property
    def has_unused_key(self) -> bool:
        return self.key is not None and self.key.state is KeyState.ISSUED


@dataclass(frozen=True, kw_only=True)
class Members:
    """Everybody of an organisation, and what its administrator has in hand for more."""

    members: tuple[Member, ...]
    spare: int  #: seats that nobody holds, whose keys wait
    invited: tuple["Invited", ...]

    def find_holder(self, email: str) -> Account | None:
        """Who has an account at an address that was invited: they may have come another way meanwhile."""
        return next((one.account for one in self.members if one.account.email == email), None)


@dataclass(frozen=True, kw_only=True)
class Invited:
    """Somebody who was invited to register themselves and has not."""

    id: int
    email: str
    role: str  #: a `Role`, or as another version of Usher wrote it
    lang: str
    until: datetime
    ended_at: datetime | None = None  #: it was taken, called back, or ended with its sender's right to it

    def is_over(self, now: datetime) -> bool:
        return self.until <= now


def read_member(
    given: Mapping[str, str], *, origin: Origin, own_addresses: Collection[str] = ()
) -> tuple[NewAccount | None, dict[str, str]]:
    """The person of a form, and by field what is wrong; `own_addresses`: the desk's, in lower case.

    missing, too_long, formula (as the forms of registrations say it), bad_email, own_address,
    unknown_language or unknown_role.
    """
    said = {name: text_of(given.get(name, "")[: LONGEST * 4]) for name in FIELDS}
    faults = {name: "missing" for name in FIELDS if name not in OPTIONAL and not said[name]}
    faults |= {
        name: "too_long" for name in FIELDS if len(said[name]) > LONGEST or not said[name].isprintable()
    }
    faults |= {name: "formula" for name in FIELDS if would_run(said[name])}
    said["email"] = said["email"].lower()
    if said["email"] and not is_address(said["email"]):
        faults["email"] = "bad_email"
    elif reaches_desk(said["email"], own_addresses):
        faults["email"] = "own_address"
    if said["role"] and said["role"] not in set(Role):
        faults["role"] = "unknown_role"
    if said["language"] and said["language"] not in LANGUAGES:
        faults["language"] = "unknown_language"
    if faults:
        return None, faults
    return (
        NewAccount(
            salutation=said["salutation"],
            first_name=said["first_name"],
            last_name=said["last_name"],
            email=said["email"],
            phones=(),
            job_title=said["job_title"],
            role=Role(said["role"]),
            credential=Credential.PHONE_OTP,
            lang=said["language"],
            origin=origin,
        ),
        {},
    )


def owners(held: Iterable[Seat], people: Sequence[Account]) -> dict[int, Account]:
    """By seat whose it is: of whoever has its holder's name and address, one seat each.

    A name that is nobody's there, as staff may type one, means whoever alone has that address and no other.
    """
    by_address = defaultdict[str, list[Account]](list)
    for one in sorted(people, key=lambda one: one.status is AccountStatus.DEACTIVATED):
        by_address[one.email].append(one)
    found: dict[int, Account] = {}
    taken, rest = set[int](), []
    for seat in held:
        there = by_address.get(seat.holder.email.strip().lower(), []) if seat.holder else []
        named = [one for one in there if seat.holder and _plain(one.name) == _plain(seat.holder.name)]
        free = [one for one in named if one.id not in taken]
        if free:
            found[seat.id] = free[0]
            taken.add(free[0].id)
        elif len(there) == 1 and not named:
            rest.append((seat, there[0]))
    for seat, alone in rest:
        if alone.id not in taken:
            found[seat.id] = alone
            taken.add(alone.id)
    return found


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def same_person(one: NewAccount, other: NewAccount) -> bool:
    """Whether they have one name, however it is written, and one address."""
    return one.email == other.email and _named(one) == _named(other)


def _named(one: NewAccount) -> str:
    return _plain(f"{one.first_name} {one.last_name}")


def is_last_administrator(account: Account, everybody: Iterable[Account]) -> bool:
    """Whether nobody would be left who could do an administrator's work: one always remains."""
    others = (one for one in everybody if one.id != account.id)
    return account.is_administrator and not any(
        one.is_administrator and one.status is AccountStatus.ACTIVE for one in others
    )
