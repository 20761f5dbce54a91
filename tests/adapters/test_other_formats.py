"""Workbooks of other programs and times: ods, xls and Excel 2003's XML, with what stands beside values."""

import io
import random
import shutil
import struct
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from bot.adapters.carriers import read_workbooks
from bot.adapters.mail_parsing import read_files
from bot.adapters.packages_xls import find_formulas
from bot.adapters.sheet_rules import Limits
from bot.adapters.spreadsheets import is_spreadsheet, read_workbook
from bot.domain.review import read_form
from bot.domain.review_values import text_of
from bot.domain.ris import Decision
from bot.domain.sheets import Sheet, SheetRefusal, Workbook
from tests.forms import saved, sound_form, zipped
from tests.processes import need

SAMPLES = Path(__file__).parents[1] / "data" / "ris_samples"

# What xlsx says beside its values


def test_merged_ranges_and_hidden_sheets_of_xlsx_are_told() -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    first, hidden, buried = (book.add_worksheet(name) for name in ("One", "Hidden", "Buried"))
    first.merge_range("B2:D3", "merged")
    first.set_row(5, None, None, {"hidden": True})
    first.write("A6", "in a hidden row")
    hidden.write("A1", "x")
    hidden.hide()
    buried.very_hidden()
    book.close()

    sheets = read_workbook("x.xlsx", buffer.getvalue()).sheets

    assert [(sheet.name, sheet.hidden) for sheet in sheets] == [
        ("One", False),
        ("Hidden", True),
        ("Buried", True),
    ]
    assert sheets[0].merged == ((1, 1, 2, 3),)
    assert sheets[0].rows == ((), (None, "merged"), (), (), (), ("in a hidden row",))


def test_the_lists_of_our_own_form_are_no_content() -> None:
    names = [sheet.name for sheet in read_workbook("form.xlsx", sound_form()).sheets]

    assert "Lists" not in names


# Excel 2003's XML

_SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet"


def xml_workbook(rows: str, options: str = "") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        f'<Workbook xmlns="{_SPREADSHEET}" xmlns:ss="{_SPREADSHEET}">'
        f'<Worksheet ss:Name="One"><Table>{rows}</Table>{options}</Worksheet></Workbook>'
    ).encode()


ROWS = """<Row><Cell ss:MergeAcross="1"><Data ss:Type="String">Straße</Data></Cell><Cell><Data
 ss:Type="Number">49.5</Data></Cell></Row>
<Row ss:Index="4"><Cell ss:Index="3" ss:Formula="=1+1"/><Cell ss:Formula="=1/0"><Data
 ss:Type="Error">#DIV/0!</Data></Cell><Cell><ss:Data ss:Type="String"
 xmlns="http://www.w3.org/TR/REC-html40"><B>bo</B>ld</ss:Data></Cell></Row>"""


@pytest.mark.parametrize("name", ["RIS.xls", "RIS.xml", "RIS"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_excel_2003_s_xml_is_read(name: str, encoding: str) -> None:
    content = xml_workbook(ROWS).decode().encode(encoding)
    found = read_workbook(name, content)
    (sheet,) = found.sheets

    assert is_spreadsheet(name, content)
    assert sheet.name == "One"
    assert sheet.rows == (("Straße", None, 49.5), (), (), (None, None, None, None, "bold"))
    assert sheet.merged == ((0, 0, 0, 1),)
    assert found.formulas == {("One", "C4"), ("One", "D4")}


def test_a_hidden_sheet_of_excel_2003_is_told() -> None:
    options = (
        '<WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel"><Visible>SheetHidden</Visible>'
    )

    assert read_workbook("x.xml", xml_workbook(ROWS, options + "</WorksheetOptions>")).sheets[0].hidden


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (xml_workbook('<Row ss:Index="1000000"><Cell/></Row>'), SheetRefusal.TOO_LARGE),
        (xml_workbook('<Row><Cell ss:Index="16000"/></Row>'), SheetRefusal.TOO_LARGE),
        (xml_workbook('<Row/><Row ss:Index="1"/>'), SheetRefusal.CORRUPT),
        (xml_workbook("<Row>"), SheetRefusal.CORRUPT),
        (
            xml_workbook(ROWS).replace(b"<Workbook", b'<!DOCTYPE x [<!ENTITY a "b">]><Workbook'),
            SheetRefusal.CORRUPT,
        ),
    ],
)
def test_hostile_xml_is_refused_by_name(content: bytes, refusal: SheetRefusal) -> None:
    assert read_workbook("x.xml", content).refusal is refusal


# OpenDocument

_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)
_OF = 'table:formula="of:='
_TEXT = 'office:value-type="string"'
_FLOAT = 'office:value-type="float"'


def ods(rows: str, manifest: str = "", more: str = "") -> bytes:
    table = f'<table:table table:name="One">{rows}</table:table>{more}'
    content = f"<office:document-content {_SPACES}><office:body><office:spreadsheet>{table}"
    content += "</office:spreadsheet></office:body></office:document-content>"
    space = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{space}">{manifest}</manifest:manifest>',
        )
    return buffer.getvalue()


def cell(text: str, attributes: str = 'office:value-type="string"') -> str:
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def test_merged_ranges_of_ods_stand_where_repeated_rows_and_cells_put_them() -> None:
    spans = f'{_TEXT} table:number-columns-spanned="2" table:number-rows-spanned="3"'
    rows = (
        '<table:table-row table:number-rows-repeated="4"><table:table-cell/></table:table-row>'
        "<table:table-row>"
        f'<table:table-cell table:number-columns-repeated="2"/>{cell("merged", spans)}'
        "<table:covered-table-cell/></table:table-row>"
    )
    (sheet,) = read_workbook("x.ods", ods(rows)).sheets

    assert sheet.rows[4] == (None, None, "merged")
    assert sheet.merged == ((4, 2, 6, 3),)


def test_formulas_of_ods_count_as_those_of_xlsx_do() -> None:
    cells = (
        cell("2", f'{_OF}1+1" {_FLOAT} office:value="2"')
        + f'<table:table-cell {_OF}1+1"/>'
        + cell("#DIV/0!", f'{_OF}1/0" {_FLOAT} office:value="0"')
        + cell("Mara", f'{_OF}HYPERLINK(&quot;http://example.com&quot;)" office:value-type="string"')
        + cell("x", f'{_OF}DDE(&quot;soffice&quot;)" office:value-type="string"')
    )
    found = read_workbook("x.ods", ods(f"<table:table-row>{cells}</table:table-row>"))

    assert found.formulas == {("One", f"{column}1") for column in "BCDE"}


@pytest.mark.parametrize(
    "row",
    [
        f'<table:table-row table:number-rows-repeated="1048576">{cell("x")}</table:table-row>',
        '<table:table-row><table:table-cell table:number-columns-repeated="16383"/>'
        + cell("x")
        + "</table:table-row>",
        f'<table:table-row table:number-rows-repeated="99999999999">{cell("x")}</table:table-row>',
    ],
)
def test_far_cells_of_ods_are_refused(row: str) -> None:
    assert read_workbook("x.ods", ods(row)).refusal is SheetRefusal.TOO_LARGE


def test_formatting_down_to_the_last_row_of_ods_is_no_far_cell() -> None:
    wide = "<table:table-cell table:number-columns-repeated='16383'/>"
    rows = (
        f"<table:table-row>{cell('x')}{wide}</table:table-row>"
        f"<table:table-row table:number-rows-repeated='1048575'>{wide}</table:table-row>"
    )

    assert read_workbook("x.ods", ods(rows)).sheets[0].rows == (("x",),)


def test_a_locked_ods_says_so() -> None:
    entry = '<manifest:file-entry><manifest:encryption-data manifest:checksum="x"/></manifest:file-entry>'

    assert read_workbook("x.ods", ods("", entry)).refusal is SheetRefusal.ENCRYPTED


# Excel's binary workbook


def xlsb(
    cells: Sequence[tuple[int, int, int, bytes]], merged: Sequence[tuple[int, int, int, int]] = ()
) -> bytes:
    """One sheet of cells (row, column, kind of record, value), as small as a reader takes it."""

    def record(kind: int, data: bytes = b"") -> bytes:
        head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
        return head + bytes([len(data)]) + data

    def text(words: str) -> bytes:
        return struct.pack("<I", len(words)) + words.encode("utf-16-le")

    rows = b"".join(
        record(0, struct.pack("<I", row) + bytes(13)) + record(kind, struct.pack("<II", column, 0) + value)
        for row, column, kind, value in cells
    )
    size = record(
        148, struct.pack("<4I", 0, max(cell[0] for cell in cells), 0, max(cell[1] for cell in cells))
    )
    areas = b"".join(record(176, struct.pack("<4I", *area)) for area in merged)
    sheet = record(129) + size + record(145) + rows + record(146) + areas + record(130)
    book = record(143) + record(156, struct.pack("<II", 0, 1) + text("rId1") + text("One"))
    book += record(144) + record(132)
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    relation = f'<Relationship Id="rId1" Type="{kinds}" Target="worksheets/sheet1.bin"/>'
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    relations = f'<Relationships xmlns="{space}">{relation}</Relationships>'
    return zipped(
        {
            "[Content_Types].xml": b"<Types/>",
            "xl/workbook.bin": book,
            "xl/_rels/workbook.bin.rels": relations.encode(),
            "xl/worksheets/sheet1.bin": sheet,
        }
    )


def real(number: float) -> tuple[int, bytes]:
    return 5, struct.pack("<d", number)


def test_xlsb_is_read_with_merged_ranges_and_failed_formulas() -> None:
    words = "Nordlicht"
    string = struct.pack("<I", len(words)) + words.encode("utf-16-le")
    cells = [(0, 0, 6, string), (2, 1, *real(4.5)), (3, 1, 3, b"\x07"), (4, 1, *real(1.0))]
    found = read_workbook("x.xlsb", xlsb(cells, [(0, 1, 0, 2)]))

    assert (found.refusal, found.sheets[0].name) == (None, "One")
    assert found.sheets[0].rows[0][:1] == (words,)
    assert found.sheets[0].rows[2] == (None, 4.5)
    assert found.sheets[0].merged == ((0, 0, 1, 2),)
    assert found.formulas == {("One", "B4")}


def test_far_cells_of_xlsb_are_refused() -> None:
    for row, column in ((1_000_000, 1), (1, 16_000)):
        found = read_workbook("x.xlsb", xlsb([(0, 0, *real(1.0)), (row, column, *real(1.0))]))

        assert found.refusal is SheetRefusal.TOO_LARGE


# As LibreOffice saves them


def converted(content: bytes, suffix: str, folder: Path, more: tuple[str, ...] = ()) -> Workbook:
    need("soffice", "libreoffice-calc")
    (folder / "form.xlsx").write_bytes(content)
    command = [shutil.which("soffice") or "", f"-env:UserInstallation=file://{folder}/profile", "--headless"]
    subprocess.run(
        [*command, *more, "--convert-to", suffix, "--outdir", str(folder), str(folder / "form.xlsx")],
        check=True,
        capture_output=True,
        timeout=50,
    )
    (book,) = read_workbooks(f"form.{suffix}", (folder / f"form.{suffix}").read_bytes())
    return book


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["ods", "xls"])
def test_what_libreoffice_saves_keeps_what_stands_beside_values(suffix: str, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "One"
    sheet["A1"], sheet["A3"], sheet["A4"], sheet["A5"] = "Company", "=1+1", "=1/0", "x"
    sheet["A6"] = '=HYPERLINK("http://example.com","Mara")'
    sheet.merge_cells("A1:C1")
    sheet.row_dimensions[5].hidden = True
    book.create_sheet("Hidden").sheet_state = "hidden"
    found = converted(saved(book), suffix, tmp_path)

    assert [(one.name, one.hidden) for one in found.sheets] == [("One", False), ("Hidden", True)]
    assert found.sheets[0].merged == ((0, 0, 0, 2),)
    assert found.sheets[0].rows == (("Company",), (), (2.0,), (), ("x",), ("Mara",))
    assert found.formulas == {("One", "A4"), ("One", "A6")}


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["ods", "xls"])
def test_our_form_saved_by_libreoffice_is_complete(suffix: str, tmp_path: Path) -> None:
    found = converted(sound_form(), suffix, tmp_path)

    assert read_form([found]).decision is Decision.COMPLETE
    assert found.refusal is None


def texts(sheet: Sheet) -> list[list[str]]:
    """Below the introduction, whose lines a page wraps, and beside the hints."""
    return [[text_of(cell) for cell in row[:2]] for row in sheet.rows[4:]]


@pytest.mark.slow
def test_our_form_saved_as_a_page_keeps_every_cell(tmp_path: Path) -> None:
    found = converted(sound_form(), "html", tmp_path)
    sheets = {sheet.name: sheet for sheet in read_workbook("form.xlsx", sound_form()).sheets}

    company, users = found.sheets[:2]
    assert texts(company) == texts(sheets["Company"])
    assert texts(users) == texts(sheets["Users"])


def test_damaged_xls_never_raise() -> None:
    dice = random.Random(9)
    raw = next(SAMPLES.glob("04-*.eml")).read_bytes()
    good = next(one.content for one in read_files(raw))
    for _ in range(1000):
        content = bytearray(good)
        for _ in range(dice.choice((1, 5, 50))):
            content[dice.choice((dice.randrange(512), dice.randrange(len(content))))] = dice.choice(
                (0, 1, 255)
            )

        assert isinstance(find_formulas(bytes(content)), frozenset)


def test_limits_hold_in_every_format() -> None:
    few = Limits(rows=2)
    rows = "<table:table-row>" + cell("x") + "</table:table-row>"

    assert read_workbook("x.ods", ods(rows * 3), few).refusal is SheetRefusal.TOO_LARGE
    assert (
        read_workbook("x.xml", xml_workbook("<Row><Cell/></Row>" * 3), few).refusal is SheetRefusal.TOO_LARGE
    )
