"""Stamp a mail on reception: trace headers and the verdicts the receiving server vouches for."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, getaddresses

#: The id under which the sandbox's server signs its verdicts (RFC 8601).
AUTHSERV_ID = "mx.usher.example"

# A lone CR or LF ends a line for Python's parser and for many mail programs, so it does here too:
# otherwise a header hidden behind one would pass the cleaning below unseen.
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """What the server knows of one delivered copy."""

    sender: str
    recipient: str
    helo: str
    protocol: str
    queue_id: str
    authentic: bool
    at: datetime


def stamped(raw: bytes, arrival: Arrival) -> bytes:
    """The mail as it lies in the mailbox: our trace on top, nobody else's claim to be us below it."""
    fields, rest = split_header(raw)
    kept = b"".join(field for field in fields if not _is_ours(field))
    return trace(arrival, from_domain(raw)).encode("utf-8", "replace") + kept + rest


def trace(arrival: Arrival, author: str | None) -> str:
    when = format_datetime(arrival.at)
    return (
        f"Authentication-Results: {AUTHSERV_ID};\r\n {verdicts(arrival, author)}\r\n"
        f"Return-Path: <{_clean(arrival.sender)}>\r\n"
        f"Received: from {_clean(arrival.helo) or 'unknown'} ([127.0.0.1])\r\n"
        f" by {AUTHSERV_ID} with {arrival.protocol} id {arrival.queue_id}\r\n"
        f" for <{_clean(arrival.recipient)}>; {when}\r\n"
    )


def verdicts(arrival: Arrival, author: str | None) -> str:
    """SPF and DKIM speak for the envelope's domain; DMARC passes only if the author's is aligned with it."""
    signer = domain_of(arrival.sender) or author or "invalid"
    passed = "pass" if arrival.authentic else "fail"
    aligned = arrival.authentic and author is not None and _aligned(author, signer)
    return (
        f"spf={passed} smtp.mailfrom={signer};\r\n dkim={passed} header.d={signer};\r\n"
        f" dmarc={'pass' if aligned else 'fail'} header.from={author or 'invalid'}"
    )


def split_header(raw: bytes) -> tuple[list[bytes], bytes]:
    """The header's fields, each with its continuation lines, and everything from the blank line on."""
    fields: list[bytes] = []
    at = 0
    for match in _LINE.finditer(raw):
        line = match.group()
        if not line.strip(b"\r\n"):
            break
        if line[:1] in b" \t" and fields:
            fields[-1] += line
        else:
            fields.append(line)
        at = match.end()
    return fields, raw[at:]


def from_domain(raw: bytes) -> str | None:
    """The domain of the one author, or None: several authors cannot be vouched for (RFC 7489, 6.6.1)."""
    fields, _ = split_header(raw)
    values = [_value(field) for field in fields if _name(field) == b"from"]
    addresses = [address for _, address in getaddresses(values)]
    if len(values) != 1 or len(addresses) != 1:
        return None
    return domain_of(addresses[0])


def domain_of(address: str) -> str | None:
    _, at, domain = address.rpartition("@")
    domain = domain.lower()
    return domain if at and _DOMAIN.fullmatch(domain) else None


def _is_ours(field: bytes) -> bool:
    """A Return-Path, or verdicts in our name: only the delivering server may write those.

    RFC 5321 section 4.4, RFC 8601 section 5.
    """
    name = _name(field)
    if name == b"return-path":
        return True
    if name != b"authentication-results":
        return False
    claimed = _without_comments(_value(field)).partition(";")[0].split()
    return bool(claimed) and claimed[0].strip('"').lower() == AUTHSERV_ID


def _name(field: bytes) -> bytes:
    return field.partition(b":")[0].strip().lower()


def _value(field: bytes) -> str:
    value = field.partition(b":")[2].decode("utf-8", "replace")
    return " ".join(value.split())


def _without_comments(value: str) -> str:
    """One pass with a depth, because comments nest and a sender may nest thousands."""
    depth, kept = 0, []
    escaped = False
    for char in value:
        if depth and escaped:
            escaped = False
        elif char == "(":
            depth += 1
        elif depth:
            escaped = char == "\\"
            depth -= char == ")"
        else:
            kept.append(char)
    return "".join(kept)


def _aligned(author: str, signer: str) -> bool:
    """Relaxed alignment, told without a list of public suffixes: the same domain, or one below the other."""
    return author == signer or author.endswith(f".{signer}") or signer.endswith(f".{author}")


def _clean(text: str) -> str:
    """Nothing a client said may end our header line early."""
    return "".join(char for char in text if char.isprintable() and char not in "<>")
