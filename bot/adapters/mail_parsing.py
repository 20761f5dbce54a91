"""Read mails and their spreadsheets in limited children: what kills a child costs only itself."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from email import message_from_bytes
from email.message import Message
from email.parser import BytesParser
from time import monotonic

from bot.adapters.limited import ChildDied, LimitedPool, TookTooLong
from bot.adapters.mail_bounces import find_bounce
from bot.adapters.mail_charsets import decode
from bot.adapters.mail_content import BROKEN, Content, read_content
from bot.adapters.mail_headers import (
    LONGEST_HEADER,
    MOST_HEADERS,
    address_of,
    addresses_of,
    date_of,
    message_id_of,
    read_headers,
    subject_of,
    thread_ids_of,
)
from bot.adapters.mail_language import language_of
from bot.adapters.mail_text import LONGEST_TEXT, own_words
from bot.adapters.spreadsheets import is_spreadsheet, read_limited, read_workbook
from bot.domain.mail import Attachment, InboundMail
from bot.domain.sheets import SheetRefusal, Workbook
from bot.ports import ReadMail

#: the most of a mail that a parent reads by itself when no child survived it
HEAD = 64_000
SECONDS = 3.0  #: for a mail with its spreadsheets, and again for the mail alone
PATIENCE = 8.0  #: seconds of one mail after which its further spreadsheets are not tried any more
MOST_WORKBOOKS = 20

_FAILED = (ChildDied, TookTooLong, *BROKEN)


class LimitedReader:
    """The port `Reader` over a started pool of children; any thread may read."""

    def __init__(self, pool: LimitedPool) -> None:
        self._pool = pool

    def read_mails(self, raws: Sequence[bytes]) -> list[ReadMail]:
        """Read several in one call, which has the limits of a single mail: a hostile one soon ends it."""
        return self._pool.call(_read_each, raws, seconds=SECONDS)

    def read_mail(self, raw: bytes) -> ReadMail:
        """Read all in one call; where that call dies, the mail and each spreadsheet in calls of their own."""
        began = monotonic()
        try:
            return self._pool.call(_read_all, raw, seconds=SECONDS)
        except _FAILED:
            mail = self._read_alone(raw)
        books: list[Workbook] = []
        for one in spreadsheets_in(mail):
            if monotonic() - began < PATIENCE:
                books.append(self.read_workbook(one.name, one.content))
            else:
                books.append(Workbook(name=one.name, refusal=SheetRefusal.CORRUPT))
        return mail, tuple(books)

    def read_workbook(self, name: str, content: bytes) -> Workbook:
        return read_limited(self._pool, name, content)

    def close(self) -> None:
        self._pool.close()

    def _read_alone(self, raw: bytes) -> InboundMail:
        try:
            return self._pool.call(read_mail_parts, raw, seconds=SECONDS)
        except _FAILED as exc:
            return read_head(raw, fault=f"only its headers can be read ({type(exc).__name__}: {exc})"[:200])


def _read_each(raws: Sequence[bytes]) -> list[ReadMail]:
    return [_read_all(raw) for raw in raws]


def _read_all(raw: bytes) -> ReadMail:
    mail = read_mail_parts(raw)
    return mail, tuple(read_workbook(one.name, one.content) for one in spreadsheets_in(mail))


def spreadsheets_in(mail: InboundMail) -> list[Attachment]:
    """List what is to be read; what a delivery report brings back is our own, or nobody's."""
    if mail.bounce:
        return []
    found = [one for one in mail.attachments if is_spreadsheet(one.name, one.content)]
    return found[:MOST_WORKBOOKS]


def read_mail_parts(raw: bytes) -> InboundMail:
    """Parse a mail. Meant for a limited child: it raises nothing, but its time and memory are the mail's."""
    faults: list[str] = []
    message = _parsed(raw, faults)
    headers = read_headers(message)
    if len(message.keys()) > MOST_HEADERS:
        faults.append(f"more than {MOST_HEADERS} headers; the rest was left out")
    mail = _from_headers(headers)
    digest = hashlib.sha256()
    for name in ("from", "date", "subject"):
        digest.update(f"{name}: {mail.header(name)}\n".encode("utf-8", "replace"))
    content = _content(message, digest, faults)
    mail = _with_text(mail, content)
    return replace(
        mail,
        attachments=tuple(content.attachments),
        content_hash=digest.hexdigest(),
        bounce=find_bounce(message, mail, content, len(raw)),
        fault="; ".join([*faults, *content.faults]),
    )


def read_head(raw: bytes, *, fault: str = "") -> InboundMail:
    """Read the headers alone by a few rules on bytes that cost nothing, whatever is in them."""
    head, _, body = raw[:HEAD].replace(b"\r\n", b"\n").partition(b"\n\n")
    lines = re.sub(rb"\n[ \t]+", b" ", head).split(b"\n")[:MOST_HEADERS]
    pairs = (line.partition(b":") for line in lines)
    headers = tuple(
        (decode(name).strip().lower()[:100], decode(value[:LONGEST_HEADER]).replace("\n", " ").strip())
        for name, colon, value in pairs
        if colon and name.strip()
    )
    mail = _from_headers(headers)
    named = "\n".join(mail.header(name) for name in ("from", "date", "subject"))
    digest = hashlib.sha256(named.encode("utf-8", "replace") + body + raw[HEAD:])
    return replace(mail, content_hash=digest.hexdigest(), fault=fault)


def _parsed(raw: bytes, faults: list[str]) -> Message:
    """Parse under compat32: a sixth of the cost of policy.default, which besides raises on reading."""
    try:
        return message_from_bytes(raw)
    except BROKEN as exc:
        faults.append(f"its parts cannot be told apart ({type(exc).__name__})")
        return BytesParser().parsebytes(raw, headersonly=True)


def _from_headers(headers: tuple[tuple[str, str], ...]) -> InboundMail:
    mail = InboundMail(message_id="", sender=address_of(""), headers=headers)
    return replace(
        mail,
        message_id=message_id_of(mail.header("message-id")),
        sender=address_of(mail.header("from")),
        to=addresses_of(mail.header("to")),
        cc=addresses_of(mail.header("cc")),
        subject=subject_of(mail.header("subject")),
        date=date_of(mail.header("date")),
        thread_ids=thread_ids_of(mail.header("in-reply-to"), mail.header("references")),
    )


def _content(message: Message, digest: "hashlib._Hash", faults: list[str]) -> Content:
    try:
        return read_content(message, digest)
    except BROKEN as exc:
        faults.append(f"its parts cannot be read ({type(exc).__name__})")
        return Content()


def _with_text(mail: InboundMail, content: Content) -> InboundMail:
    whole = "\n\n".join(content.texts)[:LONGEST_TEXT]
    text = own_words(whole, mail.subject)
    return replace(mail, text=text, quoted_text=whole, lang=language_of(text, mail.subject, whole))
