"""Writes a winmail.dat as Outlook does, as far as anybody reads it."""

import struct
from collections.abc import Sequence
from typing import NamedTuple


class Attached(NamedTuple):
    """A file; without a long name only the short one of the DOS days is written."""

    content: bytes
    short_name: str = "RIS~1.XLS"
    long_name: str = ""
    within_properties: bool = False  #: Exchange may put the content there
    is_message: bool = False  #: the content is a winmail.dat of its own: a forwarded mail


def winmail(files: Sequence[Attached], *, text: str = "", html: str = "", code_page: int = 1252) -> bytes:
    parts = [
        b"\x78\x9f\x3e\x22\x01\x00",
        _attribute(1, 0x9006, 8, struct.pack("<I", 0x10000)),
        _attribute(1, 0x9007, 6, struct.pack("<II", code_page, 0)),
    ]
    if text:
        parts.append(_attribute(1, 0x800C, 2, text.encode(f"cp{code_page}") + b"\0"))
    if html:
        parts.append(_attribute(1, 0x9003, 6, _properties([(0x0102, 0x1013, html.encode())])))
    for file in files:
        parts.append(_attribute(2, 0x9002, 6, bytes(14)))
        parts.append(_attribute(2, 0x8010, 1, file.short_name.encode() + b"\0"))
        properties: list[tuple[int, int, bytes]] = [(0x0003, 0x0E21, struct.pack("<I", 0))]
        if file.long_name:
            properties.append((0x001F, 0x3707, (file.long_name + "\0").encode("utf-16-le")))
        if file.is_message:
            properties.append((0x000D, 0x3701, bytes(16) + file.content))
        elif file.within_properties:
            properties.append((0x0102, 0x3701, file.content))
        else:
            parts.append(_attribute(2, 0x800F, 6, file.content))
        parts.append(_attribute(2, 0x9005, 6, _properties(properties)))
    return b"".join(parts)


def _attribute(level: int, number: int, kind: int, data: bytes) -> bytes:
    head = struct.pack("<BHHI", level, number, kind, len(data))
    return head + data + struct.pack("<H", sum(data) & 0xFFFF)


def _properties(properties: Sequence[tuple[int, int, bytes]]) -> bytes:
    """A named property stands before them, as in every real one."""
    named = struct.pack("<HH16sIIIHH", 0x000B, 0x8001, bytes(16), 1, 4, 0x41, 1, 0)
    return struct.pack("<I", len(properties) + 1) + named + b"".join(map(_property, properties))


def _property(one: tuple[int, int, bytes]) -> bytes:
    kind, number, data = one
    head = struct.pack("<HH", kind, number)
    if kind == 0x0003:
        return head + data
    return head + struct.pack("<II", 1, len(data)) + data + bytes(-len(data) % 4)
