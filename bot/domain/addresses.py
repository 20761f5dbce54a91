"""Address lists of RFC 5322, read so that one header never yields two truths about who wrote."""

import hashlib
import re
from collections.abc import Collection, Iterator

import idna

from bot.domain.mail import Address

MOST = 100
LONGEST = 320
LONGEST_DOMAIN = 255  #: RFC 1035

_SPACE = re.compile(r"\s+")
#: local part as dot-atom or quoted string; a domain without anything that could start a second address
_ADDRESS = re.compile(r'(?:[^\s"(),:;<>@\[\\\]]+|"(?:[^"\\]|\\.)*")@[^\s"(),:;<>@\\\[\]]+')
_DOMAIN = re.compile(r"(?:[\w-]{1,63}\.)+[\w-]{2,63}")
#: a piece is a quoted string, an escaped character, a structural character, or a run of anything else
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"?|\\.|[<>(),;:]|[^"\\<>(),;:]+', re.DOTALL)


def parse_addresses(header: str) -> tuple[Address, ...]:
    """List the mailboxes of a raw, unfolded header; one that cannot be understood has an empty address.

    The stdlib's `getaddresses` (before 3.12.6) takes the wrong one of two addresses in some malformed
    headers (CVE-2023-27043); here two in one mailbox are none. Display names keep their encoded words.
    """
    found: list[Address] = []
    for mailbox in _mailboxes(header):
        if len(found) == MOST:
            break
        if mailbox.filled:
            found.append(mailbox.address())
    return tuple(found)


def mailbox_of(address: str) -> str:
    """The mailbox behind an address, without its sub-address (RFC 5233): who reads anna+1@ is anna@."""
    local, at, domain = address.rpartition("@")
    return f"{local.partition('+')[0] or local}{at}{domain}"


def domain_in_wire(domain: str) -> str:
    """Bring a domain into the form of the wire, in which two spellings compare equal; "" if it has none.

    By IDNA 2008: the older rules make "strasse" of "straße", which may be somebody else's.
    """
    domain = domain.strip().rstrip(".").lower()
    if len(domain) > LONGEST_DOMAIN:
        return ""
    try:
        return domain if domain.isascii() else idna.encode(domain).decode()
    except UnicodeError:
        return ""


def in_wire(address: str) -> str:
    """An address as mail servers name it, in which two spellings of its domain compare equal."""
    local, at, domain = address.lower().rpartition("@")
    return f"{local}{at}{domain_in_wire(domain) or domain}"


def in_key(address: str) -> str:
    """What stands for an address in a key, which is kept for ever and names nobody.

    Of an account it is the address as it is: anna+1@ and anna+2@ may be two people's. Where it is about how
    much one reader gets, it is their `mailbox_of`.
    """
    return hashlib.sha256(address.encode()).hexdigest()[:16]


def reaches_desk(address: str, own_addresses: Collection[str]) -> bool:
    """Whether a mail to that address comes to the desk itself, which is nobody; its own are in lower case."""
    address = address.lower()
    return address in own_addresses or mailbox_of(address) in own_addresses


def is_address_or_domain(text: str) -> bool:
    """Whether a setting that lists people or houses may say this: `anna@example.com` or `example.org`."""
    return _sound(text) if "@" in text else _DOMAIN.fullmatch(text) is not None


class _Mailbox:
    """What stands between two commas: words outside of brackets, what is in them, and comments."""

    def __init__(self) -> None:
        self.words = ""
        self.angles: list[str] = []
        self.comment = ""

    @property
    def filled(self) -> bool:
        return bool(self.words.strip() or self.angles)

    def address(self) -> Address:
        if not self.angles:
            bare = self.words.strip()
            if _sound(bare):
                return Address(name=_tidy(self.comment), address=bare.lower())
            return Address(name=_tidy(bare))
        only = self.angles[0].strip() if len(self.angles) == 1 else ""
        return Address(name=_tidy(self.words), address=only.lower() if _sound(only) else "")


def _mailboxes(header: str) -> Iterator[_Mailbox]:
    box, depth, angle = _Mailbox(), 0, False
    for match in _PIECE.finditer(header):
        piece = match.group()
        if depth:  # inside a comment: only its end matters
            depth += (piece == "(") - (piece == ")")
            box.comment += piece if depth else ""
        elif piece == "(":
            depth = 1
        elif angle:
            angle = piece != ">"
            box.angles[-1] += piece if angle else ""
        elif piece == "<":
            angle = True
            box.angles.append("")
        elif piece in {",", ";"}:
            yield box
            box = _Mailbox()
        elif piece == ":" and not box.angles:
            box = _Mailbox()  # the name of a group, such as undisclosed-recipients
        else:
            box.words += piece
    yield box


def _sound(text: str) -> bool:
    return len(text) <= LONGEST and _ADDRESS.fullmatch(text) is not None


def _tidy(words: str) -> str:
    """Take the quotes off a display name."""
    words = _SPACE.sub(" ", words).strip()
    if len(words) > 1 and words[0] == words[-1] == '"':
        words = re.sub(r"\\(.)", r"\1", words[1:-1]).strip()
    return words[:LONGEST]
