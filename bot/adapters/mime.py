"""Write an OutboundMail down as the bytes that travel: headers no value breaks out of, CRLF, short lines."""

import base64
import binascii
import hashlib
import re
import textwrap
from collections.abc import Iterable
from email.utils import format_datetime
from functools import lru_cache
from urllib.parse import quote

import idna

from bot.domain.errors import PermanentFailure
from bot.domain.mail import Address, Attachment, OutboundMail

#: says that a mail went through this desk, for our own loop check and for other robots
OWN_HEADER = "X-Usher"

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,900}>")
_ADDRESS = re.compile(r"[^\s\x00-\x20\x7f<>(),:;\[\]\\\"@]{1,64}@[^\s\x00-\x20\x7f<>(),:;\[\]\\\"@]{1,255}")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~ ]+")
_TYPE = re.compile(r"(?!message/|multipart/)[a-z]+/[a-z0-9][a-z0-9.+-]*")
LONGEST_REFERENCES = 20  # an old thread's middle is no use to anybody
LONGEST_NAME = 100  # of a file: what every mail program keeps
LONGEST_WORD = 60  # longer ones cannot be folded and are encoded
LONGEST_CHUNK = 39  # bytes of an encoded word: behind `Subject: ` it keeps within 76 letters (RFC 2047)
LINE = 76

Headers = Iterable[tuple[str, str]]


def as_bytes(mail: OutboundMail) -> bytes:
    """Raise PermanentFailure for an address or Message-ID that cannot stand in a header.

    Written by hand: the standard library's generator takes longer than all else about a mail.
    """
    return _lines([*_headers(mail), ("MIME-Version", "1.0")]) + _body(mail)


def envelope_address(address: str) -> str:
    """Return the address with its domain as A-labels; raise PermanentFailure when it is none."""
    if not _ADDRESS.fullmatch(address):
        raise PermanentFailure("an address of the mail is not a mail address: correct it and send again")
    local, _, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        # IDNA 2008: the standard library's 2003 would send straße.example to strasse.example
        return f"{local}@{idna.encode(domain, uts46=True).decode('ascii')}"
    except idna.IDNAError:
        raise PermanentFailure("an address of the mail has an impossible domain: correct it") from None


def _headers(mail: OutboundMail) -> list[tuple[str, str]]:
    headers = [
        ("From", _mailbox(mail.sender)),
        ("To", envelope_address(mail.to)),
        ("Cc", ",\r\n ".join(map(envelope_address, mail.cc))),
        ("Reply-To", envelope_address(mail.reply_to) if mail.reply_to else ""),
        ("Subject", _unstructured(mail.subject, "Subject")),
        ("Date", format_datetime(mail.date)),
        ("Message-ID", _own_id(mail.message_id)),
        ("In-Reply-To", "".join(_ids((mail.in_reply_to,)))),
        ("References", "\r\n ".join(_ids(mail.references))),
        *_robot_headers(mail),
    ]
    return [(name, value) for name, value in headers if value]


def _robot_headers(mail: OutboundMail) -> list[tuple[str, str]]:
    """RFC 3834: a robot says so, and whether it answers; Exchange listens to X-Auto-Response-Suppress."""
    if not mail.automatic:
        return [(OWN_HEADER, "written")]
    return [
        ("Auto-Submitted", "auto-replied" if mail.in_reply_to else "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("X-Loop", envelope_address(mail.sender.address)),
        (OWN_HEADER, "automatic"),
    ]


def _own_id(message_id: str) -> str:
    if not _MESSAGE_ID.fullmatch(message_id):
        raise PermanentFailure("the mail's Message-ID is not one of RFC 5322: it cannot be sent")
    return message_id


def _ids(message_ids: tuple[str, ...]) -> list[str]:
    """Keep what is a Message-ID: the others came from strangers and help nobody's thread."""
    sound = [given for given in message_ids if _MESSAGE_ID.fullmatch(given)]
    return sound if len(sound) <= LONGEST_REFERENCES else [sound[0], *sound[1 - LONGEST_REFERENCES :]]


def _mailbox(who: Address) -> str:
    address = envelope_address(who.address)
    name = _one_line(who.name)
    if not name:
        return address
    if _ATOMS.fullmatch(name) and _foldable(name):
        return f"{name} <{address}>"
    if name.isascii() and _foldable(name):
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}" <{address}>'
    # one word a line: a long name must not push the address beyond the longest line
    return f"{_encoded(name)}\r\n <{address}>"


def _unstructured(value: str, name: str) -> str:
    text = _one_line(value)
    return _folded(text, name) if text.isascii() and _foldable(text) else _encoded(text)


def _folded(text: str, name: str) -> str:
    room = LINE - len(f"{name}: ")
    if len(text) <= room:
        return text
    # Between words only: a reader's program puts a space where a line was broken.
    return "\r\n ".join(textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False))


def _encoded(text: str) -> str:
    """RFC 2047: encoded words, each on a line of its own and with whole characters."""
    raw, start = text.encode(), 0
    words: list[str] = []
    while start < len(raw) or not words:
        end = min(start + LONGEST_CHUNK, len(raw))
        while end < len(raw) and raw[end] & 0xC0 == 0x80:  # noqa: PLR2004 - within a character
            end -= 1
        words.append(f"=?utf-8?b?{base64.b64encode(raw[start:end]).decode()}?=")
        start = end
    return "\r\n ".join(words)


def _foldable(text: str) -> bool:
    """`=?` as written must stay as written, so it is encoded too."""
    return "=?" not in text and len(text) < 10 * LONGEST_WORD and all(map(_is_short, text.split(" ")))


def _is_short(word: str) -> bool:
    return len(word) <= LONGEST_WORD


def _one_line(value: str) -> str:
    """Newlines end a header and start the next: nothing of the kind gets through, nor half a character."""
    clean = value.encode("utf-8", "replace").decode("utf-8")
    return " ".join(_CONTROL.sub(" ", clean).split())


def _body(mail: OutboundMail) -> bytes:
    words = _multipart("alternative", mail, [_text(mail.text, "plain"), _text(mail.html, "html")])
    if not mail.attachments:
        return words
    return _multipart("mixed", mail, [words, *map(_attachment, mail.attachments)])


def _lines(headers: Headers) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers).encode()


def _part(headers: Headers, content: bytes) -> bytes:
    return _lines(headers) + b"\r\n" + content


def _multipart(kind: str, mail: OutboundMail, parts: list[bytes]) -> bytes:
    """`=_` stands in no quoted-printable or base64; made of the id, it makes the same bytes again."""
    boundary = f"=_{hashlib.sha256(f'{kind} {mail.message_id}'.encode()).hexdigest()[:24]}"
    rule = f"--{boundary}".encode()
    content = b"".join(rule + b"\r\n" + part + b"\r\n" for part in parts) + rule + b"--\r\n"
    return _part([("Content-Type", f'multipart/{kind}; boundary="{boundary}"')], content)


def _text(text: str, kind: str) -> bytes:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    raw = text.encode("utf-8", "replace").removesuffix(b"\n") + b"\n"
    headers = [
        ("Content-Type", f'text/{kind}; charset="utf-8"'),
        ("Content-Transfer-Encoding", "quoted-printable"),
    ]
    return _part(headers, b"\r\n".join(map(_quoted_printable, raw.split(b"\n"))))


@lru_cache(maxsize=2048)
def _quoted_printable(line: bytes) -> bytes:
    """A line of text; most lines of a mail are those of the mail before."""
    return binascii.b2a_qp(line).replace(b"\n", b"\r\n")


def _attachment(attachment: Attachment) -> bytes:
    declared = attachment.type.lower()
    headers = [
        ("Content-Type", declared if _TYPE.fullmatch(declared) else "application/octet-stream"),
        ("Content-Transfer-Encoding", "base64"),
        ("Content-Disposition", f"attachment;\r\n {_file_name(attachment.name)}"),
    ]
    return _part(headers, base64.encodebytes(attachment.content).replace(b"\n", b"\r\n"))


def _file_name(name: str) -> str:
    """As RFC 2231 has it beyond ASCII, within the longest line."""
    name = _one_line(name).replace("/", "_").replace("\\", "_")[-LONGEST_NAME:] or "attachment"
    if name.isascii():
        return 'filename="{}"'.format(name.replace('"', '\\"'))
    return f"filename*=utf-8''{quote(name.encode()[-3 * LONGEST_NAME :].decode('utf-8', 'ignore'), safe='')}"
