"""Who a mail may be believed to come from: From is a claim, the trusted server's verdict is evidence."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from authres import AuthenticationResultsHeader, AuthResError

from bot.domain.addresses import domain_in_wire, parse_addresses
from bot.domain.mail import InboundMail

#: the `TRUSTED_AUTHSERV_ID` that stands for Exchange Online, whose header names no server
MICROSOFT365 = "microsoft365"
LONGEST_HEADER = 8_000  #: a server's own header is far shorter; authres is slow on padded ones


class Verdict(StrEnum):
    PASSED = "passed"  # the trusted server vouches for the domain in From
    FAILED = "failed"  # it says the domain in From did not send this
    NONE = "none"  # no verdict of a trusted server: nothing may be changed by it


@dataclass(frozen=True, kw_only=True)
class SenderCheck:
    """`evidence` is the part of the header that decided, for the card and the ledger."""

    verdict: Verdict
    evidence: str = ""


@dataclass(frozen=True, kw_only=True)
class _Result:
    """One result of RFC 8601; properties are "header.from", "smtp.mailfrom", … or a bare name."""

    method: str
    result: str
    properties: tuple[tuple[str, str], ...] = ()

    def __getitem__(self, name: str) -> str:
        """The one value of that name; two that differ are none."""
        values = {value for key, value in self.properties if key == name}
        return values.pop() if len(values) == 1 else ""


def check_sender(mail: InboundMail, trusted_id: str) -> SenderCheck:
    """Weigh the topmost `Authentication-Results` of the trusted server; whatever is unclear is no verdict.

    Headers below it may be the sender's own forgery, so they are never looked at, not even when the
    topmost one cannot be read, nor when the server writes one for each of its filters.
    """
    trusted = trusted_id.strip().lower()
    if not trusted:
        return _none("TRUSTED_AUTHSERV_ID is not set; `usher doctor` names it")
    domain = _from_domain(mail)
    if not domain:
        return _none("From does not name exactly one address")
    headers = mail.all_headers("authentication-results")
    if trusted == MICROSOFT365:  # no name to know it by: then only the very topmost can be its own
        headers = headers[:1]
    header = next((one for one in headers if authserv_id(one) == trusted), None)
    if header is None:
        return _none(f"no Authentication-Results of {trusted}")
    results = _read(header, microsoft=trusted == MICROSOFT365)
    if results is None:
        return _none("Authentication-Results cannot be read")
    return _weigh(results, domain)


def is_sponsor(address: str, sponsors: Sequence[str]) -> bool:
    """Tell whether the address, or exactly its domain, is among the sponsors."""
    address = address.strip().lower()
    local, at, domain = address.rpartition("@")
    if not (local and at and domain):
        return False
    named = {one.strip().lower() for one in sponsors} - {""}
    return not named.isdisjoint({address, domain, f"@{domain}"})


def _none(evidence: str) -> SenderCheck:
    return SenderCheck(verdict=Verdict.NONE, evidence=evidence)


_ENDS = re.compile(r">\s*(?:\([^()]*\)\s*)?\Z")


def _from_domain(mail: InboundMail) -> str:
    """Return the domain of From, or "" unless one header names one address, the one we act upon."""
    headers = mail.all_headers("from")
    boxes = parse_addresses(headers[0]) if len(headers) == 1 else ()
    if len(boxes) != 1 or not boxes[0].address or boxes[0].address != mail.sender.address:
        return ""
    if ">" in headers[0] and not _ENDS.search(headers[0]):
        return ""  # words behind the address: another program may read another address
    return domain_in_wire(boxes[0].domain)


_QUOTED = r'"(?:[^"\\]|\\.)*"'
_COMMENT_OR_SPACE = re.compile(r"\s+|\((?:[^()\\]|\\.)*\)")
_ID = re.compile(rf'{_QUOTED}(?=[\s;(]|$)|[^\s;=()"]+')


def authserv_id(header: str) -> str:
    """Name who wrote the header; Exchange Online begins with the first result instead."""
    text = header[:LONGEST_HEADER]
    start = 0
    while skipped := _COMMENT_OR_SPACE.match(text, start):
        start = skipped.end()
    name = _ID.match(text, start)
    if not name:
        return ""
    return MICROSOFT365 if text[name.end() : name.end() + 1] == "=" else _unquote(name[0]).lower()


@lru_cache(maxsize=64)
def _read(header: str, *, microsoft: bool) -> Sequence[_Result] | None:
    """A filter that names no signature writes the same of every mail of one sender."""
    if len(header) > LONGEST_HEADER:
        return None
    if microsoft:
        return _read_microsoft(header)
    try:
        # Some servers end the header with a semicolon, which RFC 8601 has only between two results.
        parsed = AuthenticationResultsHeader.parse(f"Authentication-Results: {header.rstrip(' ;')}")
    except (AuthResError, RecursionError, ValueError):
        return None
    return [
        _Result(
            method=(one.method or "").lower(),
            result=(one.result or "").lower(),
            properties=tuple((f"{p.type}.{p.name}".lower(), _unquote(p.value)) for p in one.properties),
        )
        for one in parsed.results
    ]


_PIECE = re.compile(rf'{_QUOTED}|[();]|[^"();]+|"', re.DOTALL)
_PAIR = re.compile(rf'([\w.-]+)=((?:{_QUOTED}|[^\s"])*)')


def _read_microsoft(header: str) -> Sequence[_Result] | None:
    """Read Exchange Online's form: no authserv-id, bare `action=` and `reason=`, `compauth=`."""
    results: list[_Result] = []
    segments, depth = [""], 0
    for piece in _PIECE.findall(header):
        depth += (piece == "(") - (piece == ")")
        if depth < 0 or piece == '"':
            return None  # a comment or quote that is not closed: what follows cannot be told apart
        if piece == ";" and not depth:
            segments.append("")
        elif not depth and piece != ")":
            segments[-1] += piece
    for segment in segments:
        pairs = [(key.lower(), _unquote(value)) for key, value in _PAIR.findall(segment)]
        # Words before the first pair are none of Microsoft's; some of its servers put a bare domain between.
        if pairs and _PAIR.match(segment.lstrip()):
            (method, result), *properties = pairs
            results.append(_Result(method=method, result=result.lower(), properties=tuple(properties)))
    return None if depth else results


def _weigh(results: Sequence[_Result], domain: str) -> SenderCheck:
    for one in results:
        if (one.method, one.result) in {("dmarc", "fail"), ("compauth", "fail")}:
            return SenderCheck(verdict=Verdict.FAILED, evidence=_words(one))
    if any(one.method == "dmarc" and _names_another(one, domain) for one in results):
        return _none("the server read another From than we do")
    for method, aligned in _PASSES:
        for one in results:
            if one.method == method and one.result == "pass" and aligned(one, results, domain):
                return SenderCheck(verdict=Verdict.PASSED, evidence=_words(one))
    said = ", ".join(_words(one) for one in results if one.method in _METHODS)
    return _none(f"nothing vouches for {domain}: {said or 'no results'}"[:200])


def _names_another(one: _Result, domain: str) -> bool:
    return bool(one["header.from"]) and not _same(one["header.from"], domain)


def _words(one: _Result) -> str:
    named = [f"{key}={value}" for key, value in one.properties if key in _TELLING]
    return " ".join([f"{one.method}={one.result}", *named])[:200]


_TELLING = ("header.from", "header.d", "header.i", "smtp.mailfrom", "reason")


def _same(claimed: str, domain: str) -> bool:
    """Tell whether that is exactly From's domain.

    Which domain above or below it may speak for it is for the list of public suffixes to say. We have none:
    the server has one, and says `dmarc=pass` by it.
    """
    return domain_in_wire(claimed.rpartition("@")[2]) == domain


def _by_dmarc(one: _Result, _results: Sequence[_Result], domain: str) -> bool:
    return _same(one["header.from"], domain)


def _by_dkim(one: _Result, _results: Sequence[_Result], domain: str) -> bool:
    return _same(one["header.d"] or one["header.i"], domain)


def _by_spf(one: _Result, _results: Sequence[_Result], domain: str) -> bool:
    return _same(one["smtp.mailfrom"], domain)


def _by_compauth(one: _Result, results: Sequence[_Result], domain: str) -> bool:
    # Reasons 1xx are proofs; 7xx and the like guess from the sender's reputation, 4xx and 9xx did not look.
    if not one["reason"].startswith("1"):
        return False
    return any(other.method == "dmarc" and _same(other["header.from"], domain) for other in results)


#: how a domain is vouched for, the strongest first
_PASSES: tuple[tuple[str, Callable[[_Result, Sequence[_Result], str], bool]], ...] = (
    ("dmarc", _by_dmarc),
    ("compauth", _by_compauth),
    ("dkim", _by_dkim),
    ("spf", _by_spf),
)
_METHODS = frozenset(method for method, _ in _PASSES)


def _unquote(value: str | None) -> str:
    value = value or ""
    quoted = len(value) > 1 and value[0] == value[-1] == '"'
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if quoted else value
