"""Which cells of an xlsx workbook are struck through as a whole: calamine does not tell of formats."""

import re
import zipfile
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree as ET

from bot.adapters.sheet_rules import local, plain_xml

_STYLES: Final = "xl/styles.xml"
_CELL: Final = re.compile(rb"<(?:\w+:)?c\s([^>]*)>")
_AT: Final = re.compile(rb"""\br=["']([A-Za-z]{1,3}\d{1,7})["']""")
_FORMAT: Final = re.compile(rb"""\bs=["'](\d{1,6})["']""")
_OFF: Final = frozenset({"0", "false"})


def struck_formats(archive: zipfile.ZipFile, names: set[str]) -> frozenset[bytes]:
    """The numbers of the cell formats whose font is struck through; hardly any workbook has one."""
    xml = archive.read(_STYLES) if _STYLES in names else b""
    if b"strike" not in xml:
        return frozenset()
    fonts: list[bool] = []
    formats: list[str] = []
    for part in ET.fromstring(plain_xml(xml)):  # noqa: S314 - in a limited child, without entities
        if local(part.tag) == "fonts":
            fonts = [_is_struck(font) for font in part]
        elif local(part.tag) == "cellXfs":
            formats = [one.get("fontId", "") for one in part]
    struck = {str(number) for number, is_struck in enumerate(fonts) if is_struck}
    return frozenset(str(number).encode() for number, font in enumerate(formats) if font in struck)


def _is_struck(font: ET.Element) -> bool:
    return any(local(one.tag) == "strike" and one.get("val", "1") not in _OFF for one in font)


def struck_cells(xml: bytes, formats: frozenset[bytes]) -> Iterator[str]:
    """The names of a sheet's cells with one of these formats."""
    for cell in _CELL.finditer(xml):
        at, style = _AT.search(cell[1]), _FORMAT.search(cell[1])
        if at and style and style[1] in formats:
            yield at[1].decode().upper()
