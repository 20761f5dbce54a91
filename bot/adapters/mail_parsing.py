"""Read mails and their spreadsheets in limited children: what kills a child costs only itself."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from email import message_from_bytes
from email.message import Message
from email.parser import BytesParser
from time import monotonic

from bot.adapters.body_tables import workbooks_in_bodies
from bot.adapters.carriers import count_opened, find_limited, find_workbooks, given_up, read_limited
from bot.adapters.limited import ChildDied, LimitedPool, TookTooLong
from bot.adapters.mail_bounces import find_bounce
from bot.adapters.mail_charsets import decode
from bot.adapters.mail_content import BROKEN, Content, read_content
from bot.adapters.mail_forwards import find_forwarded, find_linked
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
from bot.adapters.sheet_rules import Limits
from bot.adapters.spreadsheets import LIMITS
from bot.domain.languages import language_of
from bot.domain.mail import ANSWERED, Attachment, Enclosure, InboundMail
from bot.domain.own_words import LONGEST_TEXT, own_words
from bot.domain.sheets import SheetRefusal, Workbook
from bot.ports import ReadMail

#: the most of a mail that a parent reads by itself when no child survived it
HEAD = 64_000
SECONDS = 3.0  #: for a mail with its spreadsheets, and again for the mail alone
PATIENCE = 8.0  #: seconds of one mail after which its further spreadsheets are not tried any more

#: a calendar accepts or declines (RFC 5546); what is asked in an invitation is asked by a person
_ANSWERS = re.compile(rb"^METHOD:(?:REPLY|REFRESH|COUNTER)\s*$", re.IGNORECASE | re.MULTILINE)

_FAILED = (ChildDied, TookTooLong, *BROKEN)


class LimitedReader:
    """The port `Reader` over pools of children; any thread may read.

    `files`: where single files are read, if elsewhere, so that what is uploaded holds up no mail.
    """

    def __init__(
        self, pool: LimitedPool, limits: Limits = LIMITS, *, files: LimitedPool | None = None
    ) -> None:
        self._pool = pool
        self._files = files or pool
        self._limits = limits

    def read_mails(self, raws: Sequence[bytes]) -> list[ReadMail]:
        """Read several in one call, which has the limits of a single mail: a hostile one soon ends it."""
        return self._pool.call(_read_each, raws, self._limits, seconds=SECONDS)

    def read_mail(self, raw: bytes) -> ReadMail:
        """Read all in one call; where that call dies, the mail and each file in calls of their own."""
        began = monotonic()
        try:
            return self._pool.call(_read_all, raw, self._limits, seconds=SECONDS)
        except _FAILED:
            mail, files = self._read_alone(raw)
        if mail.bounce:
            return mail, ()
        books: list[Workbook] = []
        for one in _may_hold_workbooks(files):
            if monotonic() - began < PATIENCE:
                known = count_opened(books)
                books += find_limited(self._pool, one.name, one.content, self._limits, before=known)
            else:
                books += given_up(one.name, one.content)
        return mail, (*books, *self._body_tables(raw))

    def read_workbooks(self, name: str, content: bytes, *, rows: int = 0) -> tuple[Workbook, ...]:
        limits = replace(self._limits, rows=rows) if rows else self._limits
        return read_limited(self._files, name, content, limits)

    def close(self) -> None:
        self._pool.close()
        self._files.close()

    def _read_alone(self, raw: bytes) -> tuple[InboundMail, list[Attachment]]:
        try:
            return self._pool.call(_read_with_files, raw, seconds=SECONDS)
        except _FAILED as exc:
            fault = f"only its headers can be read ({type(exc).__name__}: {exc})"[:200]
            return read_head(raw, fault=fault), []

    def _body_tables(self, raw: bytes) -> tuple[Workbook, ...]:
        try:
            return self._pool.call(_read_bodies, raw, self._limits, seconds=SECONDS)
        except _FAILED:
            return ()


def _read_each(raws: Sequence[bytes], limits: Limits = LIMITS) -> list[ReadMail]:
    # First all mails, then all workbooks: by turns they push each other's code out of the processor's cache.
    parsed = [_read(raw) for raw in raws]
    return [_with_workbooks(mail, content, limits) for mail, content in parsed]


def _read_all(raw: bytes, limits: Limits = LIMITS) -> ReadMail:
    return _with_workbooks(*_read(raw), limits)


def _with_workbooks(mail: InboundMail, content: Content, limits: Limits) -> ReadMail:
    """A mail with its workbooks: those in its files in their order, then the tables of its bodies.

    What a delivery report brings back is our own, or nobody's.
    """
    if mail.bounce:
        return mail, ()
    books: list[Workbook] = []
    for one in _may_hold_workbooks(content.attachments):
        books += find_workbooks(one.name, one.content, limits, before=count_opened(books))
    if content.sealed:
        books.append(Workbook(name=content.sealed, refusal=SheetRefusal.SEALED))
    return mail, (*books, *workbooks_in_bodies(content.bodies, mail.subject, limits))


def _may_hold_workbooks(files: Sequence[Attachment]) -> list[Attachment]:
    """All but mails within the mail, which have brought their files along already."""
    return [one for one in files if one.type != "message/rfc822"]


def read_mail_parts(raw: bytes) -> InboundMail:
    """Parse a mail. Meant for a limited child: it raises nothing, but its time and memory are the mail's."""
    return _read(raw)[0]


def read_files(raw: bytes) -> list[Attachment]:
    """The files of a mail. In a limited child, as above."""
    return _read_with_files(raw)[1]


def _read_with_files(raw: bytes) -> tuple[InboundMail, list[Attachment]]:
    mail, content = _read(raw)
    return mail, content.attachments


def _read_bodies(raw: bytes, limits: Limits) -> tuple[Workbook, ...]:
    mail, content = _read(raw)
    return workbooks_in_bodies(content.bodies, mail.subject, limits)


def _read(raw: bytes) -> tuple[InboundMail, Content]:
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
    mail = replace(
        mail,
        attachments=tuple(map(_enclosure, content.attachments)),
        content_hash=digest.hexdigest(),
        bounce=find_bounce(message, mail, content, len(raw)),
        forwarded=find_forwarded(content),
        linked=find_linked(content),
        fault="; ".join([*faults, *content.faults]),
    )
    return mail, content


def _enclosure(file: Attachment) -> Enclosure:
    return Enclosure(
        name=file.name,
        type=file.type,
        size=len(file.content),
        digest=hashlib.sha256(file.content).hexdigest(),
        answers=file.type == "text/calendar" and _ANSWERS.search(file.content) is not None,
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
    fresh = not mail.thread_ids and not ANSWERED.match(mail.subject)
    text = own_words(whole, mail.subject, fresh=fresh)
    return replace(mail, text=text, quoted_text=whole, lang=language_of(text, mail.subject, whole))
