"""Headers of a mail, each read in a guard: encoded words, parameters, ids and dates of any quality."""

import base64
import binascii
import re
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from urllib.parse import unquote_to_bytes

from bot.adapters.mail_charsets import clean, decode, from_wire
from bot.domain.addresses import parse_addresses
from bot.domain.mail import MOST_IDS, Address

MOST_HEADERS = 500
LONGEST_HEADER = 16_000
LONGEST_SUBJECT = 500
LONGEST_NAME = 150
LONGEST_ID = 500

_FOLD = re.compile(r"[ \t]*\r?[\r\n][ \t]*")


def read_headers(message: Message) -> tuple[tuple[str, str], ...]:
    """List name (lower-cased) and unfolded value; encoded words stay, so that structure cannot be faked."""
    pairs: list[tuple[str, str]] = []
    for name, raw in list(message.raw_items())[:MOST_HEADERS]:
        value = str(raw)[:LONGEST_HEADER]
        pairs.append((clean(str(name)).strip().lower()[:100], unfold(value)))
    return tuple(pairs)


def header_of(part: Message, name: str) -> str:
    """The topmost header of that (lower-case) name, unfolded, or ""; `part[name]` would raise on some."""
    for key, value in part.raw_items():
        if key.lower() == name:
            return unfold(str(value)[:LONGEST_HEADER])
    return ""


def unfold(raw: str) -> str:
    return from_wire(_FOLD.sub(" ", raw)).replace("\n", " ").strip()


_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?)")


def decode_words(value: str) -> str:
    """Read RFC 2047's encoded words; what is broken stays as it stands."""
    if "=?" not in value:
        return value
    text, parts, end = _BETWEEN_WORDS.sub(r"\1", value), list[str](), 0
    # Neighbours of one charset are joined as bytes: some programs cut a word within a character.
    pending, charset = b"", ""
    for match in _WORD.finditer(text):
        name = match[1].partition("*")[0].lower()
        if match.start() != end or name != charset:
            parts.append(decode(pending, charset) + text[end : match.start()])
            pending, charset = b"", name
        pending += _word_bytes(match[2], match[3])
        end = match.end()
    parts.append(decode(pending, charset) + text[end:])
    return clean("".join(parts)).replace("\n", " ")


def _word_bytes(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "surrogateescape")
    if encoding in "qQ":
        return binascii.a2b_qp(raw, header=True)
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    return base64.b64decode(letters + b"=" * (-len(letters) % 4))


def subject_of(value: str) -> str:
    return " ".join(decode_words(value).split())[:LONGEST_SUBJECT]


def address_of(value: str) -> Address:
    """Return the first mailbox of From; a name written in the form of an address stays a name."""
    first = next(iter(parse_addresses(value)), Address())
    return Address(name=" ".join(decode_words(first.name).split()), address=first.address)


def addresses_of(value: str) -> tuple[str, ...]:
    return tuple(one.address for one in parse_addresses(value) if one.address)


def date_of(value: str) -> datetime | None:
    """Read Date as an aware instant; a date without zone is taken as UTC."""
    try:
        date = parsedate_to_datetime(value[:100])
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        return date.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


_ID = re.compile(r"<([^<>]{1,1000})>")


def ids_of(value: str) -> tuple[str, ...]:
    """List the Message-IDs of a header; some servers fold an id in its middle, some drop the brackets."""
    found = _ID.findall(value) or [word for word in value.split() if "@" in word.strip("@")]
    joined = ("".join(one.split()) for one in found)
    return tuple(f"<{one}>" for one in joined if one and len(one) <= LONGEST_ID)[:1000]


def thread_ids_of(in_reply_to: str, references: str) -> tuple[str, ...]:
    """List what a mail answers: In-Reply-To first, then References from the newest to the oldest."""
    ids = (*ids_of(in_reply_to), *reversed(ids_of(references)))
    return tuple(dict.fromkeys(ids))[:MOST_IDS]


def message_id_of(value: str) -> str:
    ids = ids_of(value)
    if ids:
        return ids[0]
    bare = "".join(value.split()).strip("<>")
    return f"<{bare[:LONGEST_ID]}>" if bare else ""


_PARAMETER = re.compile(r';\s*([^\s=;"]{1,80})\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)')
_SECTION = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?")


def parameters_of(value: str) -> dict[str, str]:
    """Read the parameters of Content-Type or Content-Disposition, RFC 2231 and RFC 2047 alike."""
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for key, raw in _PARAMETER.findall(value[:LONGEST_HEADER])[:100]:
        section = _SECTION.fullmatch(key.lower())
        if section:
            piece = (int(section[2] or 0), bool(section[3]), _plain(raw))
            pieces.setdefault(section[1], []).append(piece)
    return {key: _joined(sorted(parts)) for key, parts in pieces.items()}


def _plain(raw: str) -> str:
    raw = raw.strip()
    if raw.startswith('"'):
        return re.sub(r"\\(.)", r"\1", raw[1:].removesuffix('"'))
    return raw


def _joined(parts: list[tuple[int, bool, str]]) -> str:
    """Put the sections of RFC 2231 together; only the first one names the charset."""
    if not any(extended for _, extended, _ in parts):
        return decode_words("".join(text for _, _, text in parts))
    charset, content = "", b""
    for number, (_, extended, part) in enumerate(parts):
        text = part
        if extended and number == 0 and text.count("'") > 1:
            charset, _, text = text.split("'", 2)
        content += unquote_to_bytes(text) if extended else text.encode("utf-8", "replace")
    return decode(content, charset)


_UNFIT = re.compile(r'[\x00-\x1f<>:"|?*\u200b-\u200f]')


def file_name_of(claimed: str) -> str:
    """Make a claimed file name a plain one: no path, no control characters, capped before its ending."""
    name = re.split(r"[/\\]", clean(claimed).replace("\n", " "))[-1]
    name = " ".join(_UNFIT.sub("", name).split()).lstrip(".").strip()
    if len(name) <= LONGEST_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    ending = f"{dot}{ending}" if stem and len(ending) <= 10 else ""  # noqa: PLR2004 - longer is no ending
    return name[: LONGEST_NAME - len(ending)].rstrip(". ") + ending
