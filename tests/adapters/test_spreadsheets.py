"""Workbooks as strangers send them: sound, locked, broken, hostile; each ends in values or in a named no."""

import io
import random
import struct
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from xml.sax.saxutils import escape

import pytest
import xlsxwriter

from bot.adapters import carriers
from bot.adapters.limited import ChildDied, LimitedPool
from bot.adapters.sheet_rules import Limits
from bot.adapters.spreadsheets import is_spreadsheet, read_workbook
from bot.domain.review import read_form
from bot.domain.ris import Decision, User
from bot.domain.sheets import SheetRefusal, Workbook
from bot.rendering.workbooks import ris_form
from tests.forms import COMPANY, MARA, TOM, sound_form


@pytest.fixture(scope="module")
def pool() -> Iterator[LimitedPool]:
    pool = LimitedPool()
    pool.start()
    pool.call(abs, -1)  # the fork server's own start is not what is timed here
    yield pool
    pool.close()


def read_limited(pool: LimitedPool, name: str, content: bytes) -> Workbook:
    (only,) = carriers.read_limited(pool, name, content)
    return only


def _written(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    fill(book)
    book.close()
    return buffer.getvalue()


def _repacked(content: bytes, parts: Mapping[str, bytes]) -> bytes:
    """The same package with some parts replaced or added."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, data in parts.items():
            new.writestr(name, data)
    return buffer.getvalue()


def _part(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)


_SHEET_1 = "xl/worksheets/sheet1.xml"


def test_cells_stand_where_a_spreadsheet_program_shows_them() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("One")
        sheet.write(2, 1, "B3")
        sheet.write(2, 3, 4.5)
        sheet.write(4, 0, True)

    (sheet,) = read_workbook("x.xlsx", _written(fill)).sheets

    assert sheet.name == "One"
    assert sheet.rows == ((), (), (None, "B3", None, 4.5), (), (True,))


def test_hidden_sheets_count() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet("Shown")
        book.add_worksheet("Hidden").hide()
        book.add_worksheet("Very hidden").very_hidden()

    names = [sheet.name for sheet in read_workbook("x.xlsx", _written(fill)).sheets]

    assert names == ["Shown", "Hidden", "Very hidden"]


def test_our_forms_version_is_read() -> None:
    assert read_workbook("form.xlsx", sound_form()).form_version == "1"


def test_a_wrong_name_does_not_matter() -> None:
    found = read_workbook("form.csv", sound_form())

    assert read_form([found]).decision is Decision.COMPLETE


def test_formulas_count_when_they_have_no_stored_value_failed_or_reach_out() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("One")
        sheet.write_formula("A1", "=1+1", None, 2)
        sheet.write_formula("A2", "=1+1", None, "")
        sheet.write_formula("A3", '=HYPERLINK("http://example.com","Mara")', None, "Mara")
        sheet.write_formula("A4", "=cmd|' /C calc'!A0", None, 1)
        sheet.write_formula("A5", "=1/0", None, "#DIV/0!")
        sheet.write_formula("A6", '=WEBSERVICE("http://example.com")', None, "x")

    content = _written(fill)
    bare = _part(content, _SHEET_1).replace(b"<v></v>", b"")  # as a program that never calculated writes it
    found = read_workbook("x.xlsx", _repacked(content, {_SHEET_1: bare}))

    assert found.formulas == {("One", f"A{row}") for row in (2, 3, 4, 5, 6)}
    assert found.sheets[0].rows[0] == (2.0,)


def test_a_sheet_in_utf_16_is_refused_for_its_values_would_be_lost() -> None:
    content = sound_form()
    sheet = _part(content, _SHEET_1).decode().replace('encoding="UTF-8"', 'encoding="UTF-16"')

    found = read_workbook("x.xlsx", _repacked(content, {_SHEET_1: sheet.encode("utf-16")}))

    assert found.refusal is SheetRefusal.CORRUPT


def test_macros_are_seen_and_the_values_read_all_the_same() -> None:
    found = read_workbook("form.xlsm", _repacked(sound_form(), {"xl/vbaProject.bin": b"\0" * 64}))

    assert found.macros
    assert found.form_version == "1"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.xlsx", "passwd.xlsx"),
        ("C:\\Users\\mara\\form.xlsx", "form.xlsx"),
        ("form\r\nBcc: x@example.com.xlsx", "formBcc: x@example.com.xlsx"),
        ("f" * 4000 + ".xlsx", "f" * 115 + ".xlsx"),
    ],
)
def test_a_name_is_shown_without_folders_and_control_characters(name: str, shown: str) -> None:
    assert read_workbook(name, sound_form()).name == shown
    assert read_workbook(name, b"").name == shown


def test_it_tells_spreadsheets_from_other_files() -> None:
    assert is_spreadsheet("noname", sound_form())
    assert is_spreadsheet("broken.XLSX", b"")
    assert not is_spreadsheet("letter.docx", _zip({"word/document.xml": b"<w/>"}))
    assert not is_spreadsheet("picture.png", b"\x89PNG")


# What must be refused, and by which name.


def _zip(parts: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def _far_cell() -> bytes:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "near")
        sheet.write(1_048_575, 16_383, "far")

    return _written(fill)


def _far_row_without_references() -> bytes:
    xml = b"""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
        <row r="1"><c><v>1</v></c></row><row r="1048576"><c><v>2</v></c></row></sheetData></worksheet>"""
    return _repacked(sound_form(), {_SHEET_1: xml})


def _zip_bomb() -> bytes:
    return _repacked(sound_form(), {_SHEET_1: b" " * 60_000_000})


def _many_parts() -> bytes:
    return _repacked(sound_form(), {f"xl/media/{number}.png": b"" for number in range(1200)})


def _lying_directory() -> bytes:
    """The central directory says that a part is small; its bytes unfold to 60 MB."""
    content = bytearray(_zip_bomb())
    at = content.rindex(_SHEET_1.encode()) - 46
    assert content[at : at + 4] == b"PK\x01\x02"
    content[at + 24 : at + 28] = struct.pack("<I", 100)
    return bytes(content)


def _entities() -> bytes:
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    return _repacked(sound_form(), {"xl/workbook.xml": laughs + _part(sound_form(), "xl/workbook.xml")})


def _ole(*streams: str) -> bytes:
    """Enough of a compound file to show its stream names."""
    names = b"".join(stream.encode("utf-16-le").ljust(64, b"\0") for stream in streams)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1016 + names + b"\0" * 1024


def _encrypted_zip() -> bytes:
    content = bytearray(sound_form())
    at = content.rindex(b"PK\x01\x02")
    content[at + 8] |= 1
    return bytes(content)


def _too_many_rows() -> bytes:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        for row in range(20_100):
            sheet.write(row, 0, row)

    return _written(fill)


@pytest.mark.parametrize(
    ("make", "refusal"),
    [
        (_far_cell, SheetRefusal.TOO_LARGE),
        (_far_row_without_references, SheetRefusal.TOO_LARGE),
        (_too_many_rows, SheetRefusal.TOO_LARGE),
        (lambda: b"PK\x03\x04" + b"x" * 11_000_000, SheetRefusal.TOO_LARGE),
        (_zip_bomb, SheetRefusal.ZIP_BOMB),
        (_many_parts, SheetRefusal.ZIP_BOMB),
        (_lying_directory, SheetRefusal.CORRUPT),
        (_entities, SheetRefusal.CORRUPT),
        (lambda: _ole("EncryptedPackage", "EncryptionInfo"), SheetRefusal.ENCRYPTED),
        (_encrypted_zip, SheetRefusal.ENCRYPTED),
        (lambda: _ole("WordDocument"), SheetRefusal.UNSUPPORTED),
        (lambda: _ole("Workbook"), SheetRefusal.CORRUPT),
        (lambda: _zip({"word/document.xml": b"<w/>"}), SheetRefusal.UNSUPPORTED),
        (lambda: _zip({"xl/workbook.xml": b"<workbook/>"}), SheetRefusal.CORRUPT),
        (lambda: sound_form()[:6000], SheetRefusal.CORRUPT),
        (lambda: b"PK\x03\x04", SheetRefusal.CORRUPT),
        (lambda: b"", SheetRefusal.CORRUPT),
        (lambda: b"\0" * 100, SheetRefusal.CORRUPT),
        (lambda: b"A letter, and no table.\nYours, Dana\n", SheetRefusal.UNSUPPORTED),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(
    make: Callable[[], bytes], refusal: SheetRefusal, pool: LimitedPool
) -> None:
    began = time.monotonic()
    found = read_limited(pool, "x.xlsx", make())

    assert (found.refusal, found.sheets) == (refusal, ())
    assert time.monotonic() - began < 10


@pytest.mark.slow
def test_a_file_that_kills_its_child_is_corrupt_and_the_next_one_is_read(pool: LimitedPool) -> None:
    # Without the look into the package the parser itself aborts on the far cell …
    careless = Limits(rows=10**9, columns=10**9)
    with pytest.raises(ChildDied):
        pool.call(read_workbook, "x.xlsx", _far_cell(), careless)

    # … and on an ODS, which is not looked into, that repeats one cell 17 thousand million times.
    assert read_limited(pool, "x.ods", _endless_ods()).refusal in (
        SheetRefusal.CORRUPT,
        SheetRefusal.TOO_LARGE,
    )
    assert read_limited(pool, "form.xlsx", sound_form()).refusal is None


def _ods(rows: str) -> bytes:
    table = f'<table:table table:name="One">{rows}</table:table>'
    names = ("office", "table", "text")
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in names)
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    manifest = b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return _zip(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": f"<office:document-content {spaces}>{body}</office:document-content>".encode(),
            "META-INF/manifest.xml": manifest,
        }
    )


def _endless_ods() -> bytes:
    cell = (
        '<table:table-cell table:number-columns-repeated="16384" office:value-type="float" office:value="1"/>'
    )
    return _ods(f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>')


def _as_ods(content: bytes) -> bytes:
    """Our form as another program keeps it: the sheets' cells one below the other, no version property."""
    rows = [row for sheet in read_workbook("x.xlsx", content).sheets[:2] for row in sheet.rows]
    return _ods("".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows))


def _ods_cell(value: object) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, float):
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
    text = f"<text:p>{escape(str(value))}</text:p>"
    return f'<table:table-cell office:value-type="string">{text}</table:table-cell>'


def test_a_lying_dimension_is_not_believed() -> None:
    content = sound_form()
    for sheet in (_SHEET_1, "xl/worksheets/sheet2.xml"):
        xml = _part(content, sheet)
        start = xml.index(b"<dimension")
        end = xml.index(b"/>", start)
        for lie in (b"A1", b"A1:XFD1048576"):
            lying = _repacked(content, {sheet: xml[:start] + b'<dimension ref="' + lie + b'"' + xml[end:]})
            (only,) = read_form([read_workbook("x.xlsx", lying)]).cases

            assert only.company == COMPANY
            assert only.problems == ()


def test_formatting_down_to_the_last_row_is_no_far_cell() -> None:
    content = sound_form()
    xml = _part(content, _SHEET_1).replace(
        b"</sheetData>",
        b'<row r="1048576"><c r="XFD1048576" s="1"/><c r="XFE1048576" s="1"></c></row></sheetData>',
    )
    found = read_workbook("x.xlsx", _repacked(content, {_SHEET_1: xml}))

    assert read_form([found]).decision is Decision.COMPLETE


@pytest.mark.slow
def test_twenty_thousand_users_are_read_within_seconds(pool: LimitedPool) -> None:
    people = [replace(User(last_name="x"), first_name=str(number)) for number in range(20_000)]
    content = ris_form("en", COMPANY, people)
    began = time.monotonic()
    found = read_limited(pool, "x.xlsx", content)

    assert found.refusal is None
    assert found.sheets[1].rows[20_005][1:3] == ("19999", "x")
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("seed", range(4))
def test_mutated_bytes_never_end_the_service_nor_pass_for_complete_with_other_values(
    seed: int, pool: LimitedPool
) -> None:
    dice = random.Random(seed)
    good = sound_form()
    (truth,) = read_form([read_workbook("x.xlsx", good)]).cases
    for _ in range(40):
        content = bytearray(good)
        for _ in range(dice.choice((1, 3, 30))):
            content[dice.randrange(len(content))] = dice.randrange(256)
        began = time.monotonic()
        found = read_form([read_limited(pool, "x.xlsx", bytes(content))])

        assert time.monotonic() - began < 10
        assert found.decision is not Decision.COMPLETE or found.cases == (truth,)


@pytest.mark.slow
def test_mutated_sheets_inside_a_sound_package_never_end_the_service(pool: LimitedPool) -> None:
    dice = random.Random(7)
    good = sound_form()
    xml = _part(good, "xl/worksheets/sheet2.xml")
    for _ in range(60):
        mutated = bytearray(xml)
        for _ in range(5):
            mutated[dice.randrange(len(mutated))] = dice.randrange(32, 127)
        found = read_limited(pool, "x.xlsx", _repacked(good, {"xl/worksheets/sheet2.xml": bytes(mutated)}))

        assert found.refusal in (None, SheetRefusal.CORRUPT, SheetRefusal.TOO_LARGE)


@pytest.mark.parametrize("lang", ["en", "de"])
def test_our_form_saved_as_ods_on_one_sheet_is_found_by_its_labels(lang: str, pool: LimitedPool) -> None:
    found = read_limited(pool, "form", _as_ods(ris_form(lang, COMPANY, [MARA, TOM])))
    (only,) = read_form([found]).cases

    assert found.form_version == ""
    assert (only.company, only.problems) == (COMPANY, ())
    assert [user.email for user in only.users] == [MARA.email, TOM.email]
