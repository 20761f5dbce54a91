"""License Keys: one a voucher, one a seat, one owner; whole only in the mail to whom it belongs."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain.keyring import Keyring
from bot.domain.money import Money
from bot.domain.outbox import JobStatus
from bot.domain.refs import AROUND, BETWEEN
from bot.domain.ris import Credential

SHOWN = 4  #: characters of a key that staff may see

_BETWEEN_ASCII = {code: None for code in range(128) if unicodedata.category(chr(code)) in BETWEEN}

#: kinds of signs in a key as it is folded
LETTERS, DIGITS, OTHERS = "A", "9", "*"
_KINDS = {LETTERS: re.compile("[A-Z]"), DIGITS: re.compile("[0-9]"), OTHERS: re.compile("[^A-Z0-9]")}

#: for what vouchers and their keys are sealed and marked (`Keyring`)
VOUCHER = "voucher"
KEY = "license key"

AGAIN_AFTER = timedelta(minutes=5)  #: since it went the last time
MOST_AGAIN = 3  #: times that a key is sent again …
AGAIN_WITHIN = timedelta(hours=24)  #: … within this
LONGEST_NAME = 120
KEYS_A_PAGE = 20


class KeysTo(StrEnum):
    """To whom the keys of a case are mailed; `keys_to` of usher.toml."""

    USERS = "users"  # to each user their own
    CONTACT = "contact"  # all of them to the company's contact
    SPONSOR = "sponsor"  # all of them to the sponsor


class KeyState(StrEnum):
    """Where a key is; each value says how one gets there."""

    STOCK = "stock"  # imported; issued -> it came back, and nobody has seen it
    ISSUED = "issued"  # stock -> it belongs to a seat
    USED = "used"  # issued -> its owner has entered it
    VOID = "void"  # stock or issued -> it is worth nothing any more


class Mailed(StrEnum):
    """Why a key was mailed."""

    FIRST = "first"
    AGAIN = "again"  # staff had it sent again
    HANDED_OVER = "handed_over"  # to whom it belongs from then on


class KeyVoided(StrEnum):
    """Why a key is worth nothing any more; each chooses its sentence in the owner's mail."""

    EXPOSED = "exposed"  # somebody else may know it
    MISTAKEN = "mistaken"  # it went to the wrong person
    NOT_NEEDED = "not_needed"  # its owner does not come
    DEFECTIVE = "defective"  # it was refused where it was entered


@dataclass(frozen=True, kw_only=True)
class NewKey:
    """A voucher with its License Key, as a file brings it."""

    voucher: str
    key: str
    credential: Credential = Credential.PHONE_OTP
    expires_on: date | None = None  #: the last day on which it can be entered


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What is known of a key's looks without opening it, so that few words have to be compared with it."""

    signs: int  #: as it is folded
    kinds: str  #: which there are among them: `LETTERS`, `DIGITS`, `OTHERS`


@dataclass(frozen=True, kw_only=True)
class SealedKey:
    """A voucher and its key as they lie in the database: found by keyed hashes, read by nobody else."""

    voucher_mark: str
    voucher_sealed: str
    key_mark: str
    key_sealed: str
    tail: str
    shape: Shape
    credential: Credential
    expires_on: date | None


@dataclass(frozen=True, kw_only=True)
class LicenseKey:
    """A key without what is secret of it."""

    id: int
    tail: str  #: its last characters
    credential: Credential
    state: KeyState
    expires_on: date | None
    seat_id: int | None
    mailed_at: datetime | None  #: since when somebody outside may know it

    @property
    def masked(self) -> str:
        return mask_of(self.tail)


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Whose seat it is."""

    name: str
    email: str
    lang: str = "en"


@dataclass(frozen=True, kw_only=True)
class Seat:
    """One seat that was ordered: paid by a case, held by a person or spare, with its key once it is issued.

    `organisation` is the case with which the organisation began; `used_in` the case that named its holder.
    """

    id: int
    case_id: int
    organisation: int
    number: int  #: counts from 1 within its case
    purchase_order: int | None  #: None where no price is set, so that nothing is charged
    price: Money | None
    holder: Holder | None  #: None of a spare one
    used_in: int | None
    closed_at: datetime | None
    key: LicenseKey | None

    @property
    def case_of_holder(self) -> int:
        """The case in whose thread stands what happens to it."""
        return self.used_in or self.case_id

    @property
    def seal(self) -> str:
        """The hash of what somebody saw of it: whose it is, and where its key is."""
        key = (self.key.id, self.key.state.value) if self.key else None
        holder = (self.holder.name, self.holder.email) if self.holder else None
        return hashlib.sha256(repr((self.id, holder, key, self.closed_at)).encode()).hexdigest()[:32]


@dataclass(frozen=True, kw_only=True)
class KeyMail:
    """How far the newest mail with a key is."""

    job_id: int
    why: Mailed
    to: str
    status: JobStatus
    queued_at: datetime
    sent_at: datetime | None
    returned: bool = False  #: their server sent it back


@dataclass(frozen=True, kw_only=True)
class SeatShown:
    """A seat as staff see it."""

    seat: Seat
    mail: KeyMail | None


@dataclass(frozen=True, kw_only=True)
class CaseKeys:
    """One page of a case's seats."""

    ref: str
    company: str
    keys_to: KeysTo
    seats: tuple[SeatShown, ...]
    page: int  #: counts from 1
    pages: int
    total: int
    entered_outside: bool  #: accounts are kept elsewhere, so that staff say when a key was entered


@dataclass(frozen=True, kw_only=True)
class FoundKey:
    """A key that staff pasted: masked, and whose it is; `ref` is "" of one in stock."""

    key: LicenseKey
    seat: Seat | None = None
    ref: str = ""
    company: str = ""


def fold_key(text: str) -> str:
    """As it is marked: people type it in any case, with or without its hyphens, of whatever kind."""
    if text.isascii():  # by far the quickest, and nearly all are
        return text.translate(_BETWEEN_ASCII).upper()
    return "".join(sign for sign in text.upper() if unicodedata.category(sign) not in BETWEEN)


def list_marks(ring: Keyring, text: str) -> list[str]:
    """By what a key is found that was typed or pasted: as it stands, and without the signs around it."""
    folded = fold_key(text)
    ways = dict.fromkeys((folded, folded.strip(AROUND)))  # a key may end in such a sign itself
    return [mark for way in ways for mark in ring.list_signatures(KEY, way)]


def shape_of(key: str) -> Shape:
    folded = fold_key(key)
    return Shape(signs=len(folded), kinds=kinds_of(folded))


def kinds_of(folded: str) -> str:
    """Which kinds of signs a folded key, or what may be one, is made of."""
    return "".join(kind for kind, signs in _KINDS.items() if signs.search(folded))


def mask_of(tail: str) -> str:
    """What stands in a key's place wherever it is shown."""
    return f"•••• {tail}"


def tail_of(key: str) -> str:
    """What staff see of a key; of a short one less."""
    return key[-min(SHOWN, len(key) // 3) :] if len(key) >= SHOWN else ""
