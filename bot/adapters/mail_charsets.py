"""Bytes of a mail into clean text, whatever charset they claim to be in."""

import codecs
import re

from bot.domain.whole_text import whole

#: HTML's and every mail program's reading: what claims Latin-1 or ASCII and is not, is Windows'
_ALIASES = {"iso8859-1": "cp1252", "ascii": "utf-8"}
#: Codecs that are no charsets, cost quadratic time (idna, punycode) or would let text write escapes.
_NO_CHARSETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"}
#: everything below space but tab and newline, DEL, C1, and what turns the direction of text around it
_UNSOUND = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decode(content: bytes, charset: str = "") -> str:
    """Decode in the declared charset, else as UTF-8, else as Windows-1252; never raise."""
    bom = next((name for mark, name in _BOMS if content.startswith(mark)), "")
    for name in (bom, _known(charset), "utf-8"):
        if name:
            try:
                return clean(content.decode(name))
            except (ValueError, LookupError):
                continue
    return clean(content.decode("cp1252", "replace"))


def clean(text: str) -> str:
    """Take out what no database, page or JSON wants: lone surrogates, control and direction characters."""
    return _UNSOUND.sub("", whole(text).replace("\r\n", "\n").replace("\r", "\n"))


def from_wire(raw: str) -> str:
    """Give a header as the stdlib keeps it (ASCII with escaped bytes) its 8-bit characters back."""
    if raw.isascii():
        return clean(raw)
    return decode(raw.encode("utf-8", "surrogateescape"))


def _known(charset: str) -> str:
    try:
        name = codecs.lookup(charset.strip().strip("'\"")).name
    except (LookupError, ValueError, UnicodeError):
        return ""
    return "" if name.replace("-", "_") in _NO_CHARSETS else _ALIASES.get(name, name)
