"""What a delivery report counts for: whose mail it speaks of, what it says of an address, what follows."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.addresses import in_wire
from bot.domain.mail import BounceReport
from bot.domain.outbox import JobStatus

PROBE = "address_probe"  #: the mail that asks an address for a second word
PROBE_AFTER = timedelta(hours=1)  #: so long a full disk or a wrong route at the other end may take
PROBE_PATIENCE = timedelta(days=5)  #: servers try for up to five days (RFC 5321, 4.5.4.1) before they give up
SOFT_LIMIT = 5  #: so many mails that came back for a passing reason
SOFT_WINDOW = timedelta(days=14)  #: within so long make an address doubtful, too

#: a mail that may have reached their server; the report may be faster than our own note of the sending
WENT_OUT = frozenset({JobStatus.SENT, JobStatus.SENDING, JobStatus.UNKNOWN})


class AddressState(StrEnum):
    GOOD = (
        "good"  # doubtful -> the probe stayed out; given up -> staff's release; any -> a verified mail came
    )
    DOUBTFUL = "doubtful"  # good -> a hard bounce, or too many soft ones: a probe is queued
    GIVEN_UP = "given_up"  # doubtful -> the probe came back hard: mails to it wait for staff


class Measure(StrEnum):
    """What a bounce asks for beyond being counted."""

    NOTHING = "nothing"
    PROBE = "probe"
    GIVE_UP = "give_up"


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """An address that is not known to be good; `probe` is the key of the mail that is to find out."""

    address: str
    state: AddressState
    since: datetime
    probe: str


@dataclass(frozen=True, kw_only=True)
class Returned:
    """What came back of a mail that their server had taken."""

    recipient: str
    gave_up: bool  #: False while their server still tries
    status: str
    at: datetime
    said: str = ""  #: by their server, beside the code


def list_believed(report: BounceReport, *, to: str, cc: tuple[str, ...]) -> tuple[str, ...]:
    """The mail's recipients of whom the report speaks; one that names nobody means the only one there is."""
    if not report.recipients:
        return () if cc else (to,)
    named = set(map(in_wire, report.recipients))
    return tuple(one for one in dict.fromkeys((to, *cc)) if in_wire(one) in named)


def said_of(report: BounceReport, address: str) -> BounceReport:
    """What the report says of that recipient, in whichever letters it writes their domain."""
    named = (one for one in report.recipients if in_wire(one) == in_wire(address))
    return report.of(next(named, address))


#: codes (RFC 3463, Exchange Online) that speak against the address: nobody is there any more, or no domain.
#: Every other one may be about us, about their server or about this one mail.
_THE_ADDRESS = re.compile(r"5\.(?:1\.(?:[01236]|10)|2\.1|4\.(?:1|4|310))")
#: "other address status" is said of ours as well
_OF_SOME_ADDRESS = "5.1.0"
#: what servers say of our address, and not of its reader's
_OF_THE_SENDER = re.compile(
    r"\bsender(?:'s)?(?: address| domain)? (?:\S{1,320} )?(?:rejected|denied|refused|blocked|verif|not found"
    r"|not allowed|unknown|does not exist|is )"
    r"|\b(?:invalid|unknown|no such) sender|\bof (?:the )?sender\b|absender\w*.{0,60}(?:abgelehnt|unbekannt"
    r"|nicht gefunden|existiert nicht|ung(?:ü|ue)ltig)"
    r"|expéditeur.{0,60}(?:refusé|rejeté|inconnue?|introuvable)"
    r"|\bmail from\b.{0,60}(?:rejected|denied|refused|blocked|not allowed)",
    re.IGNORECASE,
)


def is_hard(report: BounceReport) -> bool:
    """Whether the report speaks against the address itself."""
    told = _THE_ADDRESS.fullmatch(report.status) and not _names_the_sender(report.status, report.detail)
    return report.gave_up and report.permanent and bool(told)


def _names_the_sender(status: str, said: str) -> bool:
    return status == _OF_SOME_ADDRESS and speaks_of_sender(said)


def speaks_of_sender(said: str) -> bool:
    """Whether a server refuses who writes, in English, German or French: the address that is bad is ours."""
    return _OF_THE_SENDER.search(said) is not None


def standing(
    doubt: Doubt | None, probe: JobStatus | None, *, sent_at: datetime | None, now: datetime
) -> AddressState:
    """An address's state now; a doubt ends once its probe stayed out long enough, or will never go."""
    if doubt is None or doubt.state is AddressState.GIVEN_UP:
        return doubt.state if doubt else AddressState.GOOD
    arrived = sent_at is not None and now >= sent_at + PROBE_PATIENCE
    never_goes = probe in (None, JobStatus.DISCARDED, JobStatus.FAILED)
    return AddressState.GOOD if arrived or never_goes else AddressState.DOUBTFUL


def next_measure(state: AddressState, *, hard: bool, of_probe: bool, recent_soft: int) -> Measure:
    """What follows for an address when one more mail to it came back."""
    if state is AddressState.GIVEN_UP:
        return Measure.NOTHING
    if of_probe:
        return Measure.GIVE_UP if hard else Measure.NOTHING
    suspicious = hard or recent_soft >= SOFT_LIMIT
    return Measure.PROBE if suspicious and state is AddressState.GOOD else Measure.NOTHING


#: what a status code says in plain words, the most particular first
_REASONS: tuple[tuple[str, str], ...] = (
    (r"[45]\.1\.(?:1|6|10)|5\.1\.0", "no_mailbox"),
    (r"[45]\.1\.2|5\.4\.(?:[34]|310)", "no_domain"),
    (r"[45]\.2\.1", "disabled"),
    (r"[45]\.2\.2", "full"),
    (r"[45]\.(?:2\.3|3\.4)", "too_large"),
    (r"[45]\.7\.\d+|5\.4\.1|5\.1\.[78]", "refused"),
    (r"4\.\d+\.\d+|5\.4\.(?!5$)\d+", "unreachable"),
)


def reason_in(answer: str) -> str:
    """The same of a server's whole answer, e.g. "550 5.1.1 no such user"; "" where it names no such code."""
    found = re.search(r"(?<![\d.])[45]\.\d\.\d{1,3}(?![\d.])", answer)
    reason = reason_of(found[0], answer) if found else "other"
    return "" if reason == "other" else reason


def reason_of(status: str, said: str = "") -> str:
    """The code of the words for staff; "other" where the status, with what is `said`, says nothing plain."""
    if _names_the_sender(status, said):
        return "refused"
    return next((reason for form, reason in _REASONS if re.fullmatch(form, status)), "other")
