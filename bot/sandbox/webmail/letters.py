"""Take a stored mail apart for showing; whatever came, something is shown."""

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from functools import lru_cache
from html.parser import HTMLParser
from itertools import islice

from bot.sandbox.mail import StoredMail

#: More parts than any honest mail has; a hostile one must not make the page endless.
_MOST_PARTS = 100
_MOST_TEXT = 200_000
_THOUSAND = 1000
_ID = re.compile(r"<[^<>\s]{1,900}>")


@dataclass(frozen=True, kw_only=True)
class Part:
    name: str
    type: str
    content: bytes = field(repr=False)
    content_id: str = ""

    @property
    def size(self) -> str:
        size = float(len(self.content))
        for unit in ("B", "kB"):
            if size < _THOUSAND:
                return f"{size:.0f} {unit}"
            size /= _THOUSAND
        return f"{size:.1f} MB"


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail as a reader sees it."""

    sender: str
    sender_address: str
    to: str
    cc: str
    subject: str
    date: str
    message_id: str
    thread: tuple[str, ...]  #: its own id and those it answers
    verdict: str  #: DMARC's, as our server stamped it; "" without one
    text: str
    html: str
    attachments: tuple[Part, ...]
    inline: tuple[Part, ...]
    fault: str = ""

    @property
    def snippet(self) -> str:
        """The first words, without the rules below headings."""
        text = self.text if self.text.strip() else _words_of(self.html[:20_000])
        return " ".join(word for word in text.split() if word.strip("=-"))[:160]

    @property
    def sender_name(self) -> str:
        names = [name or address for name, address in getaddresses([self.sender])]
        return (names[0] if names else "") or self.sender or "(no sender)"


def letter_of(mail: StoredMail) -> Letter:
    return _letter(mail.raw)


@lru_cache(maxsize=1024)
def _letter(raw: bytes) -> Letter:
    head = email.message_from_bytes(_head_of(raw), policy=policy.compat32)
    try:
        parts = list(islice(_parts(email.message_from_bytes(raw, policy=policy.compat32)), _MOST_PARTS))
        fault = "" if len(parts) < _MOST_PARTS else f"Only the first {_MOST_PARTS} parts are shown."
    except (RecursionError, MessageError, ValueError, LookupError, AttributeError, TypeError) as error:
        parts, fault = [], f"This mail cannot be taken apart ({type(error).__name__}); see its source."
    return _assembled(head, parts, fault)


def _assembled(head: Message, parts: list[Part], fault: str) -> Letter:
    bodies = [part for part in parts if not part.name]
    ids = _ID.findall(" ".join(_said(head, name) for name in ("Message-ID", "In-Reply-To", "References")))
    own = _ID.findall(_said(head, "Message-ID"))
    sender = _said(head, "From")
    return Letter(
        sender=sender,
        sender_address=next((address for _, address in getaddresses([sender])), ""),
        to=_said(head, "To"),
        cc=_said(head, "Cc"),
        subject=_said(head, "Subject"),
        date=_said(head, "Date"),
        message_id=own[0] if own else "",
        thread=tuple(dict.fromkeys(ids)),
        verdict=_verdict(_said(head, "Authentication-Results")),
        text=_first(bodies, "text/plain"),
        html=_first(bodies, "text/html"),
        attachments=tuple(part for part in parts if part.name and not part.content_id),
        inline=tuple(part for part in parts if part.name and part.content_id),
        fault=fault,
    )


def date_of(letter: Letter) -> str:
    """The claimed date if it is none the reader would understand at once."""
    try:
        parsedate_to_datetime(letter.date)
    except (ValueError, TypeError, IndexError):
        return letter.date
    return ""


def _head_of(raw: bytes) -> bytes:
    end = re.search(rb"\r?\n\r?\n", raw)
    return raw[: end.end()] if end else raw


def _said(head: Message, name: str) -> str:
    """One header as text: decoded where it can be, as written where not, in one line always."""
    value = head.get(name, "")
    try:
        text = str(make_header(decode_header(value)))
    except (ValueError, LookupError, MessageError, TypeError):
        text = str(value)
    return " ".join(text.encode("utf-8", "replace").decode().split())[:2000]


def _parts(message: Message) -> Iterator[Part]:
    """The leaves, without descending into attached mails, which are handed over whole."""
    waiting = [message]
    while waiting:
        part = waiting.pop(0)
        if part.get_content_type().startswith("multipart/") and isinstance(part.get_payload(), list):
            waiting[:0] = [child for child in part.get_payload() if isinstance(child, Message)]
        else:
            yield _part(part, is_root=part is message)


def _part(part: Message, *, is_root: bool) -> Part:
    kind = part.get_content_type()
    if kind == "message/rfc822" or isinstance(part.get_payload(), list):
        nested = [child for child in part.get_payload() if isinstance(child, Message)]
        content = b"\r\n".join(child.as_bytes() for child in nested)
        return Part(name=part.get_filename() or "attached mail.eml", type=kind, content=content)
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    name = _file_name(part)
    shown = (
        kind in {"text/plain", "text/html"} and not name and part.get_content_disposition() != "attachment"
    )
    if not shown and not (is_root and not content):
        name = name or f"unnamed.{kind.partition('/')[2] or 'bin'}"
    if shown:
        content = _decoded(content, part).encode()
    return Part(
        name=name, type=kind, content=content, content_id=str(part.get("Content-ID", "")).strip("<> ")
    )


def _file_name(part: Message) -> str:
    """Only the last component, printable: the name goes into a page and a header."""
    try:
        name = part.get_filename() or ""
        name = str(make_header(decode_header(name)))
    except (ValueError, LookupError, MessageError, TypeError):
        name = "unreadable name"
    name = re.split(r"[/\\]", name.encode("utf-8", "replace").decode())[-1]
    return "".join(char for char in name if char.isprintable()).strip()[:150]


def _decoded(content: bytes, part: Message) -> str:
    charset = str(part.get_content_charset() or "utf-8")
    try:
        return content.decode(charset, "replace")
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace")


def _first(bodies: list[Part], kind: str) -> str:
    return next((part.content.decode() for part in bodies if part.type == kind), "")[:_MOST_TEXT]


def _verdict(results: str) -> str:
    found = re.search(r"\bdmarc=(\w+)", results)
    return found.group(1) if found else ""


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._hidden += tag in {"style", "script", "title"}

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"style", "script", "title"}

    def handle_data(self, data: str) -> None:
        if self._hidden <= 0:
            self.words.append(data)


def _words_of(html: str) -> str:
    reader = _Words()
    reader.feed(html)
    return " ".join(reader.words)
