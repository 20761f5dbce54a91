"""The people of an organisation as its Organization Administrator sees and changes them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.accounts import Account, AccountStatus, NewAccount, Origin
from bot.domain.license_keys import KeyState, LicenseKey, Seat
from bot.domain.review_values import is_address, text_of, would_run
from bot.domain.ris import Credential, Role

INVITATION_LASTS = timedelta(days=14)
MOST_A_DAY = 100  #: people whom one organisation adds or invites, so that nobody floods
LONGEST = 120  #: characters of a name or job title

#: the fields of a new member, in the order in which they are asked for
FIELDS = ("salutation", "first_name", "last_name", "email", "job_title", "role")
OPTIONAL = frozenset({"salutation", "job_title"})


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


@dataclass(frozen=True, kw_only=True)
class Invited:
    """Somebody who was invited to register themselves and has not."""

    id: int
    email: str
    role: Role
    until: datetime


def read_member(
    given: Mapping[str, str], *, lang: str, origin: Origin
) -> tuple[NewAccount | None, dict[str, str]]:
    """The person of a form, and by field what is wrong.

    missing, too_long, formula (as the forms of registrations say it), bad_email or unknown_role.
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
    if said["role"] and said["role"] not in set(Role):
        faults["role"] = "unknown_role"
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
            lang=lang,
            origin=origin,
        ),
        {},
    )


def is_last_administrator(account: Account, everybody: Iterable[Account]) -> bool:
    """Whether nobody would be left who could do an administrator's work: one always remains."""
    others = (one for one in everybody if one.id != account.id)
    return account.is_administrator and not any(
        one.is_administrator and one.status is AccountStatus.ACTIVE for one in others
    )
