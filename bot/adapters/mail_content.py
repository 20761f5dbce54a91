"""The parts of a mail: its text, its attachments and what it returns, within bounds."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message

from bot.adapters.mail_charsets import decode
from bot.adapters.mail_headers import LONGEST_HEADER, file_name_of, parameters_of, unfold
from bot.adapters.mail_html import html_to_text
from bot.domain.mail import Attachment

MOST_PARTS = 500
DEEPEST = 20
MOST_ATTACHMENTS = 100
LONGEST_BODY = 400_000  #: characters of one text part

#: what the stdlib's parser and generator raise on broken mails (see the tests' corpus)
BROKEN = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError, binascii.Error)

_TYPE = re.compile(r"\s*([\w.+-]+/[\w.+-]+)")
_BODIES = frozenset({"text/plain", "text/html"})
_STATUS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RETURNED_HEADERS = frozenset({"text/rfc822-headers", "message/global-headers"})


@dataclass
class Content:
    """What a walk over the parts found."""

    texts: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    statuses: list[Message] = field(default_factory=list)  #: delivery-status parts of the mail itself
    returned: list[Message] = field(default_factory=list)  #: mails it holds, at the first level
    returned_headers: list[str] = field(default_factory=list)  #: header blocks it quotes as a part
    faults: list[str] = field(default_factory=list)


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
        walk.found.texts = [text for text in walk.named_texts[:1] if text]
    return walk.found


def kind_of(part: Message) -> str:
    """Return the lower-case content type, "text/plain" where it is none."""
    match = _TYPE.match(_header(part, "content-type"))
    return match[1].lower() if match else "text/plain"


class _Walk:
    def __init__(self, digest: "hashlib._Hash") -> None:
        self.found = Content()
        self.named_texts: list[str] = []  # a text part with a name is the text when there is no other
        self._digest = digest
        self._parts = 0

    def visit(self, part: Message, depth: int, *, nested: bool) -> list[_Body]:
        kind = kind_of(part)
        if self._is_too_much(depth):
            return []
        if kind in _STATUS:
            self.found.statuses += [] if nested else [part]
            return []
        if not part.is_multipart():
            return self._leaf(part, kind, nested=nested)
        children = [one for one in part.get_payload() if isinstance(one, Message)]
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
        if "base64" in _header(part, "content-transfer-encoding").lower():
            children = [_decoded_mail(one) for one in children]
        if not nested:
            self.found.returned += children
        if (name or attached) and children:
            self._attach(name or "message.eml", "message/rfc822", _flattened(children[0]))
        bodies = [body for one in children for body in self.visit(one, depth + 1, nested=True)]
        return [_Body(text=body.text, html=body.html, passed_on=True) for body in bodies]

    def _leaf(self, part: Message, kind: str, *, nested: bool) -> list[_Body]:
        content = _bytes_of(part)
        self._digest.update(f"{kind} {len(content)}\n".encode("utf-8", "replace"))
        self._digest.update(content)
        if kind in _RETURNED_HEADERS and not nested:
            self.found.returned_headers.append(_text_of(part, content))
            return []
        name, attached = _name_of(part)
        if kind in _BODIES and not name and not attached:
            return [_Body(text=_text_of(part, content), html=kind == "text/html", passed_on=nested)]
        if kind == "text/plain" and not attached and not nested:
            self.named_texts.append(_text_of(part, content))
        if name or not kind.startswith("image/") or attached:
            self._attach(name or "attachment", kind, content)
        return []

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


def _header(part: Message, name: str) -> str:
    """Return a part's raw header, unfolded; `part[name]` would raise on some."""
    for key, value in part.raw_items():
        if key.lower() == name:
            return unfold(str(value)[:LONGEST_HEADER])
    return ""


def _name_of(part: Message) -> tuple[str, bool]:
    """Return the file name, "" where there is none, and whether the part says it is an attachment."""
    disposition, kind = _header(part, "content-disposition"), _header(part, "content-type")
    claimed = parameters_of(disposition).get("filename", "") or parameters_of(kind).get("name", "")
    return file_name_of(claimed), disposition.lower().startswith("attachment")


def _bytes_of(part: Message) -> bytes:
    try:
        content = part.get_payload(decode=True)
    except BROKEN:
        content = None
    if isinstance(content, bytes):
        return content
    payload = part.get_payload()
    return payload.encode("utf-8", "surrogateescape") if isinstance(payload, str) else b""


def _text_of(part: Message, content: bytes) -> str:
    charset = parameters_of(_header(part, "content-type")).get("charset", "")
    return decode(content[: 4 * LONGEST_BODY], charset)[:LONGEST_BODY]


def _decoded_mail(child: Message) -> Message:
    """Undo base64 around message/rfc822, which RFC 2046 forbids and some gateways do."""
    payload = child.get_payload()
    try:
        return message_from_bytes(base64.b64decode(payload)) if isinstance(payload, str) else child
    except BROKEN:
        return child


def _flattened(message: Message) -> bytes:
    try:
        return message.as_bytes()
    except BROKEN:
        return b""
