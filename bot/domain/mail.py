"""Mail as values: what came in, what goes out, and what kind a mail is."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

#: "Re:", "AW:", "Fwd:" and their kin: such a subject is another mail's
ANSWERED = re.compile(r"\s*(?:re|aw|antw|antwort|sv|fwd?|wg|wtr)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
#: a mail that hands another one on
FORWARDS = re.compile(r"\s*(?:fwd?|wg|wtr|weitergeleitet)\s*:", re.IGNORECASE)

#: ids of a mail's thread: each costs a signature or more, and thousands of References are not worth them
MOST_IDS = 60


class Kind(StrEnum):
    """What the desk takes a mail for; the order is the order in which the rules are asked."""

    OWN = "own"  # we sent it: our signed Message-ID came back
    LOOP = "loop"  # from one of our own addresses, or through us before
    BOUNCE = "bounce"
    AUTO_REPLY = "auto_reply"
    LIST = "list"
    EMPTY = "empty"
    REPLY = "reply"  # carries a valid thread token
    RIS = "ris"
    QUESTION = "question"  # everything else


@dataclass(frozen=True, kw_only=True)
class Address:
    """One mailbox of RFC 5322; `address` is lower-cased, either may be empty."""

    name: str = ""
    address: str = ""

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    @property
    def brief(self) -> str:
        """As it may stand in a log, which carries no address in full."""
        return f"{self.address[:1]}…@{self.domain}"


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A decoded part with a name or a disposition; `type` is as declared, never trusted."""

    name: str
    type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Enclosure:
    """What is known of a file that came with a mail; its bytes stay with whoever read it."""

    name: str
    type: str  #: as declared, never trusted
    size: int = 0  #: bytes
    digest: str = ""  #: hex SHA-256
    answers: bool = False  #: a calendar's answer to an invitation (RFC 5546)


@dataclass(frozen=True, kw_only=True)
class RecipientReport:
    """What a delivery report says of one recipient (RFC 3464, 2.3)."""

    recipient: str  #: lower case
    permanent: bool  #: class 5 of RFC 3463, or words to that effect
    gave_up: bool = True  #: False while their server still tries
    status: str = ""  #: of RFC 3463, e.g. "5.1.1"; "" where none is named
    detail: str = ""  #: what their server said, on one line and capped


@dataclass(frozen=True, kw_only=True)
class BounceReport:
    """What a delivery report says, at its worst; `original_ids` are the Message-IDs it quotes."""

    recipients: tuple[str, ...]  #: lower case; whom it calls delivered is none of them
    permanent: bool
    original_ids: tuple[str, ...] = ()
    gave_up: bool = True
    status: str = ""
    detail: str = ""
    each: tuple[RecipientReport, ...] = ()  #: () where it does not tell its recipients apart

    def of(self, address: str) -> "BounceReport":
        """The same of that recipient (lower case) alone; all of it where the report tells nobody apart."""
        one = next((one for one in self.each if one.recipient == address), None)
        if one is None:
            return self
        return replace(
            self,
            recipients=(address,),
            permanent=one.permanent,
            gave_up=one.gave_up,
            status=one.status,
            detail=one.detail,
            each=(one,),
        )


@dataclass(frozen=True, kw_only=True)
class Forwarded:
    """A mail that came within another: what tells whose it is. All of it may be forged."""

    message_id: str  #: with angle brackets; "" when absent
    sender: str  #: the address of From, lower case
    hosts: tuple[str, ...] = ()  #: to which its links lead, lower case; "?" for one that cannot be read


@dataclass(frozen=True, kw_only=True)
class InboundMail:
    """A mail, read behind guards: every field holds something sound, whatever came."""

    message_id: str  #: with angle brackets; "" when absent
    sender: Address  #: From, a claim
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    subject: str = ""
    date: datetime | None = None
    thread_ids: tuple[str, ...] = ()  #: ids of In-Reply-To, then References newest first
    headers: tuple[tuple[str, str], ...] = ()  #: all, in order, names lower-cased, values unfolded
    text: str = ""  #: what the sender wrote: quotes, signature and HTML stripped
    quoted_text: str = ""  #: the whole text part, capped
    attachments: tuple[Enclosure, ...] = ()
    lang: str = "en"  #: "en" or "de"
    content_hash: str = ""  #: hex SHA-256 of From, Date, Subject and decoded parts
    bounce: BounceReport | None = None
    forwarded: tuple[Forwarded, ...] = ()  #: mails that are attached to it, the first few
    linked: tuple[str, ...] = ()  #: hosts to which links of its own HTML lead
    fault: str = ""  #: why it could not be read in full; "" when it could

    def header(self, name: str) -> str:
        """The topmost header of that (lower-case) name, or ""."""
        return next((value for key, value in self.headers if key == name), "")

    def all_headers(self, name: str) -> tuple[str, ...]:
        return tuple(value for key, value in self.headers if key == name)


@dataclass(frozen=True, kw_only=True)
class Classification:
    """A kind and the rule that gave it, in words for the ledger, e.g. "auto-submitted: auto-replied"."""

    kind: Kind
    reason: str
    thread_ref: str | None = None  #: the case or conversation our token names, e.g. "C-7"
    by_number: bool = False  #: not our token names it, but the mail's own subject


@dataclass(frozen=True, kw_only=True)
class OutboundMail:
    """A mail ready to be carried: one recipient, words in text and HTML."""

    message_id: str
    sender: Address
    to: str
    cc: tuple[str, ...] = ()
    reply_to: str = ""
    envelope: str = ""  #: where it goes that comes back; "" for the sender's own address
    subject: str
    text: str
    html: str
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    automatic: bool = True  #: says `Auto-Submitted` (RFC 3834)
    attachments: tuple[Attachment, ...] = ()
    date: datetime


@dataclass(frozen=True, kw_only=True)
class FetchedMail:
    """A mail as the mailbox holds it."""

    uid: int
    raw: bytes = field(repr=False)
    received_at: datetime  #: INTERNALDATE, aware
    size: int
    whole: bool = True  #: False when it was too large and `raw` is only its header
