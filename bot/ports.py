"""What we need from outside, written down once; adapters fit by shape and `bootstrap` picks one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bot.domain.errors import PermanentFailure, TransientFailure
from bot.domain.mail import Attachment, FetchedMail, InboundMail, OutboundMail
from bot.domain.provisioning import CalledOff, Order, Record
from bot.domain.remarks import Remarks
from bot.domain.sheets import Workbook
from bot.domain.staff import Member

Block = dict[str, Any]
Failure = TransientFailure | PermanentFailure
ReadMail = tuple[InboundMail, tuple[Workbook, ...]]  #: a mail with every table in it, files first


class Mailbox(Protocol):
    """The onboarding mailbox. Every method raises TransientFailure or PermanentFailure (log-in, folder)."""

    def open(self) -> int:
        """Connect, log in, select the folder anew; return its UIDVALIDITY."""

    def next_uid(self) -> int:
        """The number the next mail gets at the least, as of the opening; 0 where the server does not say."""

    def uids_after(self, uid: int) -> list[int]:
        """List, ascending, the UIDs above `uid`."""

    def fetch(self, uids: Sequence[int], *, old_before: datetime | None = None) -> Iterable[FetchedMail]:
        """Fetch whole mails without marking them, in the order of `uids`; one that vanished is left out.

        Of a mail received before `old_before` the bytes are not fetched.
        """

    def move(self, uids: Sequence[int], folder: str) -> Mapping[int, Failure]:
        """Move mails aside, making the folder when it is not there; repeating it does no harm.

        Return those that the server does not move, each with why: Copied, where a copy was made all the same.
        """

    def wait(self, seconds: float) -> None:
        """Return when something may have come, or after `seconds` (IDLE only wakes)."""

    def abilities(self) -> frozenset[str]:
        """What the server offers, e.g. IDLE and MOVE; after `open`."""

    def wake(self) -> None:
        """End the present wait, or the next one, at once; for other threads and signal handlers."""

    def close(self) -> None: ...


class Mailer(Protocol):
    """The way out for mails."""

    def prepare(self, mails: Iterable[OutboundMail]) -> None:
        """Do ahead for several what can be done before their turn; each is sent as well without."""

    def send(self, mail: OutboundMail) -> tuple[str, ...]:
        """Hand one mail over, or raise TransientFailure, PermanentFailure or UnknownOutcome.

        Return who was to get a copy and was refused for good, each with the server's words.
        """

    def check(self) -> str:
        """Connect and log in for real; return what the server calls itself."""

    def close(self) -> None: ...


class Texter(Protocol):
    """The way out for texts to phones."""

    def send(self, to: str, text: str, *, key: str) -> None:
        """Hand one over to an E.164 number; `key` tells a repeat from another with the same words.

        Raise TransientFailure, PermanentFailure or UnknownOutcome.
        """

    def check(self) -> str:
        """Connect, send nothing, and return who was reached; raise TransientFailure or PermanentFailure."""


class Provisioner(Protocol):
    """Whoever makes a case or a site outside, once per external id, however often it is asked."""

    def place(self, order: Order) -> Record | None:
        """Make it and read it back; None where a person makes it and enters its number.

        It is looked for first: an earlier try may have made it. Where a corrected form is ordered, what
        stands there is changed to it. Raise NotNow, TransientFailure, PermanentFailure, or UnknownOutcome
        where the line was lost after the last byte.
        """

    def call_off(self, order: Order) -> CalledOff:
        """Say that the order's case has ended, if anything stands there, as often as it is asked.

        Nothing is deleted. Raise as `place` does.
        """

    def check(self) -> str:
        """Log in for real and change nothing; say who answers. Raise TransientFailure or PermanentFailure."""

    def close(self) -> None: ...


class Tokens(Protocol):
    """Who gives us the tokens that mail servers take for a password."""

    def check(self) -> str:
        """Ask for one for real; say who gives it, or raise TransientFailure or PermanentFailure."""


class Codes(Protocol):
    """What an authenticator app shows: six digits, another code every 30 seconds."""

    def new_secret(self) -> str:
        """A new device's secret: 160 random bits as base32."""

    def find_step(self, secret: str, code: str, *, at: datetime) -> int | None:
        """The number of the 30-second step that a code is of, at most one step from `at`; else None."""

    def make_uri(self, secret: str, *, name: str, issuer: str) -> str:
        """The `otpauth://` address that apps read from a QR code."""


class Reader(Protocol):
    """Reads what strangers send, in limited children: never hangs, never raises for what is in it."""

    def read_mail(self, raw: bytes) -> ReadMail:
        """Parse a mail and every spreadsheet in it."""

    def read_mails(self, raws: Sequence[bytes]) -> Sequence[ReadMail]:
        """Parse several in one go, or raise where one of them is too much for that."""

    def read_workbooks(self, name: str, content: bytes, *, rows: int = 0) -> tuple[Workbook, ...]:
        """Read a file that is a form, or carries one; what cannot be read is refused by name.

        `rows` of a sheet at most, where it is no form; 0 for what a form may have.
        """

    def close(self) -> None: ...


class Marker(Protocol):
    """Writes our remarks into senders' own files, in limited children; raises TransientFailure at most."""

    def find_form(
        self, raw: bytes, form_hash: str, applications: tuple[str, ...], own_addresses: frozenset[str]
    ) -> Attachment | None:
        """The file of a raw mail that holds exactly that RIS, or None where none does."""

    def mark(self, content: bytes, remarks: Remarks) -> bytes | None:
        """The workbook with its cells marked and nothing in it that runs; None where that cannot be done."""


class Hasher(Protocol):
    """Passwords and answers as hashes that say how they were made; slow: never inside a transaction."""

    def hash(self, secret: str) -> str: ...

    def verify(self, hashed: str, secret: str) -> bool:
        """Whether that is the secret; "" is nobody's hash, and costs as much."""

    def is_outdated(self, hashed: str) -> bool:
        """Whether it was made with other costs than are used today."""


@dataclass(frozen=True, kw_only=True)
class ChatMessage:
    """A message for Slack; `key` is what it is found by again when an answer got lost."""

    channel: str
    key: str
    text: str
    blocks: list[Block] = field(default_factory=list)
    thread_ts: str = ""
    broadcast: bool = False  #: an answer in a thread stands in the channel too


@dataclass(frozen=True, kw_only=True)
class Picture:
    """An image for Slack; `alt` says in words what it shows."""

    name: str
    content: bytes
    title: str
    alt: str


@dataclass(frozen=True, kw_only=True)
class SharedFile:
    """A file that somebody gave in Slack."""

    name: str
    content: bytes = field(repr=False)


class Chat(Protocol):
    """Slack, as far as the outbox and the staff list need it. Raises the three failures."""

    def post(self, message: ChatMessage) -> str:
        """Post and return the message's `ts`."""

    def update(self, message: ChatMessage, ts: str) -> None: ...

    def find(self, message: ChatMessage) -> str | None:
        """Look for an earlier post with the same key, among the newest of its channel or thread."""

    def list_keys(self, channel: str, beginning: str, *, most: int) -> list[tuple[str, datetime]]:
        """Keys that begin so of what we ourselves posted in that channel, and when; the newest first."""

    def write_to(self, user_id: str, text: str, blocks: Sequence[Block]) -> tuple[str, str]:
        """Write to one person directly; return the conversation's id and the message's `ts`."""

    def send_picture(self, channel: str, picture: Picture) -> None:
        """Put a picture into a conversation."""

    def fetch_file(self, file_id: str, *, most: int) -> SharedFile:
        """What somebody gave in a modal; PermanentFailure for one of more than `most` bytes."""

    def member(self, user_id: str) -> Member:
        """Who that is; an unknown id is a member who is not `full`."""

    def resolve(self, names: Sequence[str]) -> frozenset[str]:
        """Turn ids, e-mail addresses and user groups into user ids; unknown ones are left out."""

    def check(self) -> str:
        """Ask who we are; return the bot's user id."""

    def check_line(self, app_token: str) -> None:
        """Ask for a line as Socket Mode does; a wrong app token is a PermanentFailure."""

    def scopes(self) -> frozenset[str]:
        """What the bot token may do."""

    def joined(self, channel: str) -> bool:
        """Whether the bot is in that channel; PermanentFailure when there is none."""
