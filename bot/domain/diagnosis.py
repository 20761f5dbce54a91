"""What keeps somebody out: the causes, what is known of whoever asks, and what is found in it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from bot.domain.account_views import AccountMail
from bot.domain.accounts import Account
from bot.domain.email_changes import EmailChange
from bot.domain.lifecycle import Life
from bot.domain.phone_resets import PhoneReset
from bot.domain.programmes import Programme
from bot.domain.sessions import Strength


class Cause(StrEnum):
    """Why they cannot get in, or cannot do what they ask about; what keeps out most stands first."""

    SEVERAL = "several"  # accounts at this address: nothing is said of any of them
    DEACTIVATED = "deactivated"
    CLOSED = "closed"  # the clock has closed it: it takes a new invitation
    EXPIRED = "expired"
    IN_REVIEW = "in_review"  # the organisation's registration waits for the desk
    TO_REGISTER = "to_register"  # their organisation's registration waits for them
    INVITED = "invited"  # to the Extranet, or by an administrator to register themselves
    NOT_ACTIVATED = "not_activated"
    LOCKED = "locked"
    CODES_LOCKED = "codes_locked"
    NO_APP = "no_app"  # no authenticator app is set up
    RESET_WAITS = "reset_waits"  # the removal of a lost factor waits for somebody's yes
    RESET_COOLS = "reset_cools"  # or for the time in which its owner may stop it
    TERMS = "terms"  # of an application, which nobody of the organisation accepted
    NO_KEY = "no_key"  # the License Key is not entered
    NO_PHONE = "no_phone"  # no phone is verified
    WEAK_SESSION = "weak_session"  # signed in by the password alone
    CODE_OLD = "code_old"
    MAIL_BACK = "mail_back"  # the last mail about the account came back
    MAIL_GIVEN_UP = "mail_given_up"  # the address is given up, or their mail was refused for good
    MAIL_HELD = "mail_held"
    ADDRESS_COOLS = "address_cools"  # a change of address waits for its time, or for a yes
    PASSWORD_YOUNG = "password_young"  # noqa: S105 - it was changed a short while ago
    ENDING = "ending"
    ENDLESS = "endless"  # MAG has no clock
    SOUND = "sound"  # nothing stands in the way of a new password


class Mend(StrEnum):
    """A mail to the address on file with the way in that fits."""

    ACTIVATION = "activation"
    PROLONGATION = "prolongation"
    RETURN = "return"  # a new invitation in the place of a closed account
    INVITATION = "invitation"  # to the Extranet, once more
    JOINING = "joining"  # an administrator's, once more
    REGISTRATION = "registration"
    RESET = "reset"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What is true for them. Of the values only those that the cause's text names are set."""

    cause: Cause
    programme: Programme = Programme.MAG
    at: datetime | None = None  #: when it happened
    until: datetime | None = None  #: or from when on it is over
    day: date | None = None  #: of an end
    last: date | None = None  #: the last day on which an expired account comes back
    days: int = 0  #: since an end, or until it
    name: str = ""  #: of an application, or the template of a mail
    yours: bool = False  #: they do what is to be done themselves, or it is their session
    mend: Mend | None = None  #: what can be mailed to them
    mended: bool = False  #: and is on its way


@dataclass(frozen=True, kw_only=True)
class TermsWait:
    """An application that nobody of their organisation can open."""

    application: str
    since: datetime | None  #: when they had their account; None where a new version asks again
    yours: bool


@dataclass(frozen=True, kw_only=True)
class Facts:
    """One account as its owner may know it."""

    account: Account
    activation_at: datetime | None = None  #: the last activation mail that went out
    locked_until: datetime | None = None  #: by wrong passwords
    codes_locked_until: datetime | None = None
    life: Life | None = None  #: as it stands today
    last_way_back: date | None = None
    may_validate: bool = False  #: its end is so near that the clock asks for it
    terms: TermsWait | None = None
    key_entered: bool = False
    phones: int = 0  #: verified
    strength: Strength | None = None  #: of the strongest open session, or of the one that asks
    code_at: datetime | None = None  #: of the newest code that nobody has entered
    password_at: datetime | None = None
    password_from: datetime | None = None  #: from when on it may be changed
    has_app: bool = True
    reset: PhoneReset | None = None
    change: EmailChange | None = None
    mail: AccountMail | None = None  #: the newest
    given_up: bool = False  #: mails to the address wait for staff


@dataclass(frozen=True, kw_only=True)
class Invited:
    """Who was mailed an invitation to this address and has not taken it."""

    programme: Programme
    at: datetime
    until: datetime | None  #: None where that is not kept
    mend: Mend


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """All that is known of whoever asks; of several accounts at an address only how many."""

    now: datetime
    today: date  #: by the desk's calendar
    accounts: int = 0  #: at their address that are not over; or all, where each is
    programme: Programme = Programme.MAG  #: whose desk helps with them
    own: Facts | None = None  #: the one that they are proven to own
    invited: tuple[Invited, ...] = ()
    in_review: datetime | None = None  #: since when their organisation's registration is


def mended(findings: Iterable[Finding], mend: Mend) -> tuple[Finding, ...]:
    """The same, once the mail is queued."""
    return tuple(replace(one, mended=True) if one.mend is mend else one for one in findings)
