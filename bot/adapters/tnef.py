"""Outlook's winmail.dat (TNEF, MS-OXTNEF): the files and the words in it.

A reader of our own: tnefparse, the library on PyPI, has had no release since 2021, and a few changed bytes
make it count to four thousand million.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from bot.adapters.mail_charsets import decode

SIGNATURE: Final = b"\x78\x9f\x3e\x22"
_DEEPEST: Final = 5  #: messages within messages
_MOST_PROPERTIES: Final = 10_000

# Attributes (MS-OXTNEF 2.1.3.2)
_MESSAGE_PROPERTIES: Final = 0x9003
_ATTACHMENT_BEGINS: Final = 0x9002
_ATTACHMENT_TITLE: Final = 0x8010
_ATTACHMENT_DATA: Final = 0x800F
_ATTACHMENT_PROPERTIES: Final = 0x9005
_BODY: Final = 0x800C
_CODE_PAGE: Final = 0x9007

# Properties (MS-OXPROPS)
_LONG_NAME: Final = 0x3707
_SHORT_NAME: Final = 0x3704
_SHOWN_NAME: Final = 0x3001
_DATA: Final = 0x3701
_PLAIN_BODY: Final = 0x1000
_HTML_BODY: Final = 0x1013

# Types of properties (MS-OXCDATA 2.11.1)
_OBJECT: Final = 0x000D
_STRING: Final = 0x001E
_UNICODE: Final = 0x001F
_BINARY: Final = 0x0102
_MANY: Final = 0x1000  #: or'ed to a type: several values
_NAMED: Final = 0x8000  #: from here on an id is followed by what it is called
_SIZES: Final = {0x2: 4, 0x3: 4, 0x4: 4, 0xA: 4, 0xB: 4, 0x5: 8, 0x6: 8, 0x7: 8, 0x14: 8, 0x40: 8, 0x48: 16}


@dataclass(kw_only=True)
class TnefFile:
    """A file, its name as claimed ("" where it has none)."""

    name: str = ""
    content: bytes = b""


@dataclass(kw_only=True)
class Tnef:
    """What a winmail.dat holds; messages within it add to the same lists."""

    files: list[TnefFile] = field(default_factory=list)
    text: str = ""
    html: str = ""


def is_tnef(content: bytes) -> bool:
    return content.startswith(SIGNATURE)


def read_tnef(content: bytes) -> Tnef:
    """Read as far as it is sound: what is cut off or makes no sense is left out, nothing is raised."""
    found = Tnef()
    _read_into(found, content, 0)
    found.files = [file for file in found.files if file.content]
    return found


def _read_into(found: Tnef, content: bytes, depth: int) -> None:
    code_page = ""
    file = TnefFile()  # one that begins without saying so is dropped
    for attribute, value in _attributes(content):
        if attribute == _CODE_PAGE and len(value) >= 4:  # noqa: PLR2004
            code_page = f"cp{struct.unpack_from('<I', value)[0]}"
        elif attribute == _ATTACHMENT_BEGINS:
            file = TnefFile()
            found.files.append(file)
        elif attribute == _ATTACHMENT_TITLE:
            file.name = file.name or _string(value, code_page)
        elif attribute == _ATTACHMENT_DATA:
            file.content = value
        elif attribute == _ATTACHMENT_PROPERTIES:
            _take_file_properties(found, file, value, code_page, depth)
        elif attribute == _BODY:
            found.text = found.text or _string(value, code_page)
        elif attribute == _MESSAGE_PROPERTIES:
            _take_words(found, value, code_page)


def _take_file_properties(found: Tnef, file: TnefFile, value: bytes, code_page: str, depth: int) -> None:
    names: dict[int, str] = {}
    for kind, number, data in _properties(value):
        if number in (_LONG_NAME, _SHORT_NAME, _SHOWN_NAME):
            names[number] = _value_string(kind, data, code_page)
        elif number == _DATA and kind == _OBJECT:  # behind the 16 bytes that say what it is
            if is_tnef(data[16:]) and depth < _DEEPEST:
                _read_into(found, data[16:], depth + 1)
            else:
                file.content = file.content or data[16:]
        elif number == _DATA and kind == _BINARY:
            file.content = file.content or data
    best = names.get(_LONG_NAME) or file.name or names.get(_SHORT_NAME) or names.get(_SHOWN_NAME)
    file.name = best or ""


def _take_words(found: Tnef, value: bytes, code_page: str) -> None:
    for kind, number, data in _properties(value):
        if number == _PLAIN_BODY:
            found.text = found.text or _value_string(kind, data, code_page)
        elif number == _HTML_BODY:
            found.html = found.html or _value_string(kind, data, code_page)


def _attributes(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Each attribute: level, id, type, length, that many bytes and a sum over them, which is not asked."""
    position = 6  # signature and key
    while position + 9 <= len(content):
        number, _, length = struct.unpack_from("<HHI", content, position + 1)
        position += 9
        yield number, content[position : position + length]
        position += length + 2


def _properties(value: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Each property's type, id and (first) value; ends where the list stops making sense."""
    try:
        (count,) = struct.unpack_from("<I", value)
        position = 4
        for _ in range(min(count, _MOST_PROPERTIES)):
            kind, number = struct.unpack_from("<HH", value, position)
            position = _behind_name(value, position + 4, number)
            values, position = _values(value, position, kind)
            if values:
                yield kind & ~_MANY, number, values[0]
    except struct.error:
        return


def _behind_name(value: bytes, position: int, number: int) -> int:
    if number < _NAMED:
        return position
    (by_words,) = struct.unpack_from("<I", value, position + 16)
    (length,) = struct.unpack_from("<I", value, position + 20)
    return position + 24 + (_padded(length) if by_words else 0)


def _values(value: bytes, position: int, kind: int) -> tuple[list[bytes], int]:
    size = _SIZES.get(kind & ~_MANY)
    count = 1
    if size is None or kind & _MANY:
        (count,) = struct.unpack_from("<I", value, position)
        position += 4
    values: list[bytes] = []
    for _ in range(count):
        length = size
        if length is None:
            (length,) = struct.unpack_from("<I", value, position)
            position += 4
        if position > len(value):
            raise struct.error("cut off")
        if not values:
            values.append(value[position : position + length])
        position += _padded(length)
    return values, position


def _padded(length: int) -> int:
    return length + -length % 4


def _value_string(kind: int, data: bytes, code_page: str) -> str:
    if kind == _UNICODE:
        return decode(data[: len(data) // 2 * 2], "utf-16-le").rstrip("\0")
    if kind == _BINARY:  # HTML: in its own charset, which is mostly not the message's
        return decode(data.rstrip(b"\0"))
    return _string(data, code_page) if kind == _STRING else ""


def _string(data: bytes, code_page: str) -> str:
    return decode(data.split(b"\0", 1)[0], code_page)
