"""The parts of a mail: its text, its attachments and what it returns, within bounds."""

import binascii
import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import NamedTuple

from bot.adapters.mail_calendar import words_of
from bot.adapters.mail_charsets import decode
from bot.adapters.mail_flowed import unflowed
from bot.adapters.mail_headers import file_name_of, header_of, parameters_of
from bot.adapters.mail_html import html_to_text
from bot.adapters.mail_sealed import PGP, PGP_TEXT, SMIME, signed_mail
from bot.adapters.mail_unparsed import unparsed
from bot.adapters.tnef import is_tnef, read_tnef
from bot.domain.mail import Attachment

MOST_PARTS = 500
DEEPEST = 20
MOST_ATTACHMENTS = 100
LONGEST_BODY = 400_000  #: characters of one text part that are read for what they say …
LONGEST_PAGE = 2_000_001  #: … and for tables; one more than is looked at tells that it was cut

#: what the stdlib's parser and generator raise on broken mails (see the tests' corpus)
BROKEN = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError, binascii.Error)

_TYPE = re.compile(r"\s*([\w.+-]+/[\w.+-]+)")
_BODIES = frozenset({"text/plain", "text/html"})
_STATUS = frozenset({"message/delivery-status", "message/global-delivery-status"})
#: which may be encoded as a whole (RFC 6532, 3.7); of others some say quoted-printable and are not
_GLOBAL = frozenset({"message/global", "message/global-headers"})
_RETURNED_HEADERS = frozenset({"text/rfc822-headers", "message/global-headers"})


class BodyPart(NamedTuple):
    """One text part as it was sent; `mail` is 0 for the mail itself, then counts those within it."""

    mail: int
    html: bool
    text: str


@dataclass
class Content:
    """What a walk over the parts found."""

    bodies: list[BodyPart] = field(default_factory=list)  #: every text part, alternatives too
    texts: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    statuses: list[Message] = field(default_factory=list)  #: delivery-status parts of the mail itself
    returned: list[Message] = field(default_factory=list)  #: mails it holds, at the first level
    forwarded: list[Message] = field(default_factory=list)  #: the same, with those in files
    returned_headers: list[str] = field(default_factory=list)  #: header blocks it quotes as a part
    faults: list[str] = field(default_factory=list)
    sealed: str = ""  #: the name of a part that is encrypted, or signed so that it cannot be taken apart


@dataclass(frozen=True, kw_only=True)
class _Body:
    """One text part; HTML is converted only when nothing better stands beside it."""

    text: str
    html: bool = False
    passed_on: bool = False  #: it belongs to a mail within the mail

    def words(self) -> str:
        return html_to_text(self.text) if self.html else self.text.strip()


def read_content(message: Message, digest: "hashlib._Hash") -> Content:
    """Walk the parts in order; every decoded part goes into the digest."""
    walk = _Walk(digest)
    bodies = walk.visit(message, 0, nested=False)
    own = [words for body in bodies if not body.passed_on and (words := body.words())]
    walk.found.texts = own or [words for body in bodies if body.passed_on and (words := body.words())]
    if not walk.found.texts:
        walk.found.texts = [text for text in (*walk.named_texts[:1], *walk.invitations[:1]) if text][:1]
    return walk.found


def kind_of(part: Message) -> str:
    """Return the lower-case content type, "text/plain" where it is none."""
    match = _TYPE.match(header_of(part, "content-type"))
    return match[1].lower() if match else "text/plain"


class _Walk:
    def __init__(self, digest: "hashlib._Hash") -> None:
        self.found = Content()
        self.named_texts: list[str] = []  # a text part with a name is the text when there is no other
        self.invitations: list[str] = []  # and what one says, when there is none of these either
        self._digest = digest
        self._mails_met = 0
        self._parts = 0
        self._mails = [0]  # which mails the part stands in, the innermost last

    def visit(self, part: Message, depth: int, *, nested: bool) -> list[_Body]:
        kind = kind_of(part)
        if self._is_too_much(depth):
            return []
        if kind in _STATUS:
            self.found.statuses += [] if nested else [part]
            return []
        if not part.is_multipart():
            return self._leaf(part, kind, depth, nested=nested)
        children = [one for one in part.get_payload() if isinstance(one, Message)]
        if kind == PGP:
            self.found.sealed = self.found.sealed or "PGP"
        if kind.startswith("message/"):
            return self._mail_within(part, children, depth, nested=nested)
        visited = [self.visit(one, depth + 1, nested=nested) for one in children]
        if kind == "multipart/alternative":
            return _best(visited)
        return [body for bodies in visited for body in bodies]

    def _is_too_much(self, depth: int) -> bool:
        self._parts += 1
        if self._parts > MOST_PARTS:
            self._fault(f"more than {MOST_PARTS} parts; the rest was left out")
        if depth > DEEPEST:
            self._fault(f"parts nested deeper than {DEEPEST}; the rest was left out")
        return self._parts > MOST_PARTS or depth > DEEPEST

    def _mail_within(
        self, part: Message, children: list[Message], depth: int, *, nested: bool
    ) -> list[_Body]:
        name, attached = _name_of(part)
        encoding = header_of(part, "content-transfer-encoding").strip().lower()
        if encoding == "base64" or (encoding == "quoted-printable" and kind_of(part) in _GLOBAL):
            children = [_parsed_mail(unparsed(part, encoding))]
        if not nested:
            self.found.returned += children
            self.found.forwarded += children
        if (name or attached) and children:
            self._attach(name or "message.eml", "message/rfc822", _flattened(children[0]))
        return [body for one in children for body in self._visit_mail(one, depth)]

    def _visit_mail(self, message: Message, depth: int) -> list[_Body]:
        self._mails_met += 1
        self._mails.append(self._mails_met)
        bodies = self.visit(message, depth + 1, nested=True)
        self._mails.pop()
        return [_Body(text=body.text, html=body.html, passed_on=True) for body in bodies]

    def _leaf(self, part: Message, kind: str, depth: int, *, nested: bool) -> list[_Body]:
        content = _bytes_of(part)
        self._digest.update(f"{kind} {len(content)}\n".encode("utf-8", "replace"))
        self._digest.update(content)
        if kind in _RETURNED_HEADERS and not nested:
            self.found.returned_headers.append(_text_of(part, content)[:LONGEST_BODY])
            return []
        name, attached = _name_of(part)
        if kind in _BODIES and not name and not attached:
            return [self._body(part, _text_of(part, content), html=kind == "text/html", nested=nested)]
        if kind == "text/plain" and not attached and not nested:
            self.named_texts.append(_text_of(part, content)[:LONGEST_BODY])
        if kind == "text/calendar" and not nested:
            self.invitations.append(words_of(_text_of(part, content)[:LONGEST_BODY]))
        if is_tnef(content):
            return self._unwrapped(name, kind, content)
        if kind in SMIME and (mail := signed_mail(content)) is not None:
            return self.visit(_parsed_mail(mail), depth + 1, nested=nested)
        if kind in SMIME:
            self.found.sealed = self.found.sealed or name or "smime.p7m"
        if name or not kind.startswith("image/") or attached:
            self._attach(name or "attachment", kind, content)
        if name.lower().endswith(".eml") and not kind.startswith("text/"):
            within = _parsed_mail(content)
            self.found.forwarded += [] if nested else [within]
            return self._visit_mail(within, depth)
        return []

    def _body(self, part: Message, text: str, *, html: bool, nested: bool) -> _Body:
        self.found.bodies.append(BodyPart(self._mails[-1], html, text))
        said = parameters_of(header_of(part, "content-type"))
        text = text[:LONGEST_BODY]
        if text.lstrip().startswith(PGP_TEXT):
            self.found.sealed = self.found.sealed or "PGP"
        if not html and said.get("format", "").lower() == "flowed":
            text = unflowed(text, delsp=said.get("delsp", "").lower() == "yes")
        return _Body(text=text, html=html, passed_on=nested)

    def _unwrapped(self, name: str, kind: str, content: bytes) -> list[_Body]:
        """Outlook's winmail.dat is an envelope: the files in it are attachments, the words a mail within."""
        tnef = read_tnef(content)
        for file in tnef.files:
            self._attach(file_name_of(file.name) or "attachment", "application/octet-stream", file.content)
        if not tnef.files:
            self._attach(name or "winmail.dat", kind, content)
        bodies = [(text, html) for text, html in ((tnef.text, False), (tnef.html, True)) if text.strip()]
        self._mails_met += 1
        self.found.bodies += [BodyPart(self._mails_met, html, text[:LONGEST_PAGE]) for text, html in bodies]
        return [_Body(text=text[:LONGEST_BODY], html=html, passed_on=True) for text, html in bodies[:1]]

    def _attach(self, name: str, kind: str, content: bytes) -> None:
        if len(self.found.attachments) >= MOST_ATTACHMENTS:
            self._fault(f"more than {MOST_ATTACHMENTS} attachments; the rest was left out")
            return
        self.found.attachments.append(Attachment(name=name, type=kind, content=content))

    def _fault(self, words: str) -> None:
        if words not in self.found.faults:
            self.found.faults.append(words)


def _best(alternatives: list[list[_Body]]) -> list[_Body]:
    """Choose among multipart/alternative: plain text when there is any, else what reads best."""
    for bodies in alternatives:
        if any(not body.html and body.text.strip() for body in bodies):
            return bodies
    return next((bodies for bodies in reversed(alternatives) if bodies), [])


def _name_of(part: Message) -> tuple[str, bool]:
    """Return the file name, "" where there is none, and whether the part says it is an attachment."""
    disposition, kind = header_of(part, "content-disposition"), header_of(part, "content-type")
    claimed = parameters_of(disposition).get("filename", "") or parameters_of(kind).get("name", "")
    return file_name_of(claimed), disposition.lower().startswith("attachment")


def _bytes_of(part: Message) -> bytes:
    if header_of(part, "content-transfer-encoding").strip().lower() == "base64":
        # The stdlib says the same in three times the time; what is odd is left to it.
        with suppress(*BROKEN):
            return binascii.a2b_base64(_as_it_stands(part))
    with suppress(*BROKEN):
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            return content
    with suppress(*BROKEN):
        return _as_it_stands(part).encode("utf-8", "surrogateescape")
    return b""


def _as_it_stands(part: Message) -> str:
    """Its body, not decoded; of an 8-bit one the stdlib asks the charset, and raises where that is none."""
    payload = part.get_payload()
    return payload if isinstance(payload, str) else ""


def _text_of(part: Message, content: bytes) -> str:
    charset = parameters_of(header_of(part, "content-type")).get("charset", "")
    return decode(content[: 4 * LONGEST_PAGE], charset)[:LONGEST_PAGE]


def _parsed_mail(content: bytes) -> Message:
    """A mail that was attached as a file of no given kind, or encoded as a whole."""
    try:
        return message_from_bytes(content)
    except BROKEN:
        return Message()


def _flattened(message: Message) -> bytes:
    try:
        return message.as_bytes()
    except BROKEN:
        return b""
