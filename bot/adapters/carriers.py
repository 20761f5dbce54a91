"""The workbooks in a file, whatever carries them: the file itself, a zip around it, a winmail.dat.

One level of zip: what is zipped twice is refused, and no archive of another kind is opened. For a limited
child, as all that opens strangers' files.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from bot.adapters.limited import ChildDied, LimitedPool, TookTooLong
from bot.adapters.packages import ENCRYPTED_FLAG, check_directory, is_package
from bot.adapters.sheet_rules import Limits, Refused
from bot.adapters.spreadsheets import (
    BROKEN,
    LIMITS,
    OLE,
    SPREADSHEET_SUFFIXES,
    ZIP,
    is_spreadsheet,
    read_workbook,
    shown_name,
    suffix_of,
)
from bot.adapters.tnef import is_tnef, read_tnef
from bot.domain.sheets import SheetRefusal, Workbook

SECONDS: Final = 6.0  #: for one file; with the time it takes to end a child still below ten

#: how RAR and 7z begin; whatever is in them, sealed or not, nobody here can see
_ARCHIVES: Final = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
_PGP: Final = frozenset({".gpg", ".pgp", ".asc"})  #: behind the name of the file that OpenPGP has encrypted
_MAILS: Final = frozenset({".eml", ".msg"})
_SEALED: Final = ".p7m"  #: a mail, or a file, encrypted or signed by S/MIME
_MAY_HOLD_A_FORM: Final = frozenset({*SPREADSHEET_SUFFIXES, *_MAILS, _SEALED, ".zip"})
_LITTER: Final = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


class File(NamedTuple):
    """A file within another, its name as it stands there."""

    name: str
    content: bytes
    refusal: SheetRefusal | None = None  #: it was not taken out, and this is why


def read_workbooks(name: str, content: bytes, limits: Limits = LIMITS) -> tuple[Workbook, ...]:
    """Read every workbook in a file that somebody says is one; what is none is refused by name."""
    found = find_workbooks(name, content, limits)
    if found and not content.startswith(_ARCHIVES):
        return found
    if content.startswith(ZIP) or is_tnef(content):
        return (Workbook(name=shown_name(name), refusal=SheetRefusal.UNSUPPORTED),)
    return (read_workbook(name, content, limits),)


def read_limited(
    pool: LimitedPool, name: str, content: bytes, limits: Limits = LIMITS
) -> tuple[Workbook, ...]:
    """The same in a child; a file that kills or stalls it is corrupt."""
    try:
        return pool.call(read_workbooks, name, content, limits, seconds=SECONDS)
    except (ChildDied, TookTooLong):
        return (Workbook(name=shown_name(name), refusal=SheetRefusal.CORRUPT),)


def find_limited(
    pool: LimitedPool, name: str, content: bytes, limits: Limits, *, before: int = 0
) -> tuple[Workbook, ...]:
    """Like `find_workbooks`, in a child; one that dies of what is no spreadsheet has found none."""
    try:
        return pool.call(find_workbooks, name, content, limits, before, seconds=SECONDS)
    except (ChildDied, TookTooLong):
        return given_up(name, content)


def given_up(name: str, content: bytes, why: SheetRefusal = SheetRefusal.CORRUPT) -> tuple[Workbook, ...]:
    """What is said of a file that is not read, if it looks like a spreadsheet from outside."""
    if content.startswith((ZIP, OLE)) or suffix_of(name) in SPREADSHEET_SUFFIXES:
        return (Workbook(name=shown_name(name), refusal=why),)
    return ()


def find_workbooks(
    name: str, content: bytes, limits: Limits = LIMITS, before: int = 0
) -> tuple[Workbook, ...]:
    """Read the workbooks in any file of a mail; nothing where it holds none.

    `before`: so many are read already. What lies beyond the limit is named, and not opened.
    """
    if before >= limits.workbooks:
        return given_up(name, content, SheetRefusal.UNOPENED)
    books: list[Workbook] = []
    for file in files_in(name, content, limits):
        if before + count_opened(books) >= limits.workbooks:
            books += given_up(file.name, file.content, SheetRefusal.UNOPENED)
        elif _is_wanted(file):
            books.append(_read(file, limits))
    return tuple(books)


def count_opened(books: Iterable[Workbook]) -> int:
    return sum(book.refusal is not SheetRefusal.UNOPENED for book in books)


def files_in(name: str, content: bytes, limits: Limits = LIMITS) -> tuple[File, ...]:
    """Take the files out of a carrier; any other file is its own only one.

    The annotated workbook is made from one of them: the one with the name of `Workbook.name`.
    """
    if is_tnef(content):
        inner = (file for file in read_tnef(content).files if not is_tnef(file.content))
        return tuple(one for file in inner for one in files_in(file.name, file.content, limits))
    if is_zip_of_files(name, content):
        return tuple(_unzipped(name, content, limits))
    if content.startswith(_ARCHIVES):
        return (File(name, b"", SheetRefusal.UNOPENED),)
    if _is_encrypted_form(name, content):
        return (File(name, b"", SheetRefusal.ENCRYPTED),)
    return (File(name, content),)


def _is_encrypted_form(name: str, content: bytes) -> bool:
    """A spreadsheet, as its name says, that OpenPGP has encrypted; a signature beside one is no form."""
    form, _, _ = name.rpartition(".")
    if suffix_of(name) not in _PGP or suffix_of(form) not in SPREADSHEET_SUFFIXES:
        return False
    return b"BEGIN PGP SIGNATURE" not in content[:60]


def is_zip_of_files(name: str, content: bytes) -> bool:
    """A zip that is no workbook itself, nor one that is called so and is broken."""
    if not content.startswith(ZIP):
        return False
    if content[30:60].startswith(_FIRST_PARTS):  # the quick way
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return not is_package(archive)
    except BROKEN:
        return suffix_of(name) not in SPREADSHEET_SUFFIXES and not is_spreadsheet(name, content)


#: with which of their parts the documents of office programs begin
_FIRST_PARTS: Final = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"xl/", b"mimetype")


def _is_wanted(file: File) -> bool:
    return file.refusal is not None or is_spreadsheet(file.name, file.content)


def _read(file: File, limits: Limits) -> Workbook:
    if file.refusal:
        return Workbook(name=shown_name(file.name), refusal=file.refusal)
    return read_workbook(file.name, file.content, limits)


def _unzipped(name: str, content: bytes, limits: Limits) -> Iterator[File]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not _is_litter(entry)]
            if any(_is_locked(entry, content) for entry in entries):
                if any(suffix_of(entry.filename) in SPREADSHEET_SUFFIXES for entry in entries):
                    yield File(name, b"", SheetRefusal.ENCRYPTED)
                return
            check_directory(archive, limits)
            files = [_taken_out(archive, entry, limits) for entry in entries]
            yield from _with_carriers(files)
    except Refused as exc:
        yield File(name, b"", exc.refusal)
    except BROKEN:
        # Nobody can tell what was in it: whoever sent pictures is not told that their form is broken.
        if any(suffix.encode() in content.lower() for suffix in SPREADSHEET_SUFFIXES):
            yield File(name, b"", SheetRefusal.CORRUPT)


def _with_carriers(files: list[File]) -> list[File]:
    """What is packed once more is not opened, and is told: the more so where there is nothing else."""
    opened = [file for file in files if file.refusal is not SheetRefusal.UNOPENED]
    if any(_is_wanted(file) for file in opened):
        return files
    unsupported = SheetRefusal.UNSUPPORTED
    closed = (file for file in files if file.refusal is SheetRefusal.UNOPENED)
    return [
        *opened,
        *(file._replace(refusal=unsupported) for file in closed if suffix_of(file.name) not in _MAILS),
    ]


def _is_locked(entry: zipfile.ZipInfo, content: bytes) -> bool:
    """Whether either of a file's two headers says that it takes a password (APPNOTE 4.4.4)."""
    flags = content[entry.header_offset + 6 : entry.header_offset + 7]
    return bool((entry.flag_bits | (flags[0] if flags else 0)) & ENCRYPTED_FLAG)


def _is_litter(entry: zipfile.ZipInfo) -> bool:
    last = entry.filename.rpartition("/")[2]
    return entry.is_dir() or entry.filename.startswith(_LITTER) or last in _LITTER or last.startswith("._")


def _taken_out(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits) -> File:
    if entry.file_size > limits.file_bytes:
        named = suffix_of(entry.filename) in SPREADSHEET_SUFFIXES
        return File(entry.filename, b"", SheetRefusal.TOO_LARGE if named else None)
    try:
        content = archive.read(entry)
    except BROKEN:
        return File(entry.filename, b"")  # called a spreadsheet, it is refused as an empty one
    if _is_carrier(entry.filename, content):
        return File(entry.filename, b"", SheetRefusal.UNOPENED)
    return File(entry.filename, content)


def _is_carrier(name: str, content: bytes) -> bool:
    """Whether it may hold a form: a mail, what is sealed, RAR or 7z, a zip whose names speak of one."""
    if not is_zip_of_files(name, content):
        return suffix_of(name) in {*_MAILS, _SEALED} or content.startswith(_ARCHIVES)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return any(suffix_of(entry) in _MAY_HOLD_A_FORM for entry in archive.namelist())
    except BROKEN:
        return True
