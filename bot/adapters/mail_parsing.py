"""Raw bytes of a mail into a value: in a limited child, behind guards, and never with an exception."""

import hashlib
import re
from dataclasses import replace
from email import message_from_bytes
from email.message import Message
from email.parser import BytesParser

from bot.adapters.limited import ChildDied, LimitedPool, TookTooLong
from bot.adapters.mail_bounces import find_bounce
from bot.adapters.mail_charsets import decode
from bot.adapters.mail_content import BROKEN, Content, read_content
from bot.adapters.mail_headers import (
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
from bot.domain.mail import InboundMail

#: the most of a mail that a parent reads by itself when no child survived it
HEAD = 64_000


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


def read_head(raw: bytes) -> InboundMail:
    """Read the headers alone by a few rules on bytes that cost nothing, whatever is in them."""
    head, _, body = raw[:HEAD].replace(b"\r\n", b"\n").partition(b"\n\n")
    lines = re.sub(rb"\n[ \t]+", b" ", head).split(b"\n")[:MOST_HEADERS]
    pairs = (line.partition(b":") for line in lines)
    headers = tuple(
        (decode(name).strip().lower()[:100], decode(value[:2_000]).replace("\n", " ").strip())
        for name, colon, value in pairs
        if colon and name.strip()
    )
    mail = _from_headers(headers)
    named = "\n".join(mail.header(name) for name in ("from", "date", "subject"))
    digest = hashlib.sha256(named.encode("utf-8", "replace") + body + raw[HEAD:])
    return replace(mail, content_hash=digest.hexdigest())


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
