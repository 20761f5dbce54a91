"""A marked workbook in a program that people have: LibreOffice opens and saves it, and nothing is lost."""

import io
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from bot import policy as policies
from bot.domain.ris import RisCase
from bot.rendering.remarks import placed_in_form, remarks
from bot.rendering.workbooks import ris_form
from tests.adapters.marked import RED, WRONG, marked, with_macros
from tests.forms import case, sound_form, with_cells
from tests.outside import PlainMarker
from tests.processes import need

pytestmark = [pytest.mark.slow, pytest.mark.service, pytest.mark.timeout(180)]

NAMES = ("en.xlsx", "de.xlsx", "macros.xlsm", "form.xlsx", "blank-en.xlsx", "blank-de.xlsx")


def convert(folder: Path, kind: str, files: list[Path]) -> Path:
    """Let one LibreOffice open all of them and save them as that kind."""
    target = folder / kind.partition(":")[0]
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--norestore", "--convert-to", kind, "--outdir", str(target)]
    subprocess.run([*command, *map(str, files)], check=True, capture_output=True, timeout=150)
    return target


@pytest.fixture(scope="module")
def resaved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, bytes]]:
    """Each marked workbook as LibreOffice saves it as .xlsx; with PICTURES its pages as PDF there too."""
    need("soffice", "libreoffice-calc")
    folder = tmp_path_factory.mktemp("office")
    wrong = with_cells(sound_form(), WRONG)
    falsch = with_cells(sound_form("de"), {("Firma", "B8"): None, ("Benutzer", "D7"): "mara(at)example.com"})
    contents = (
        marked(wrong),
        marked(falsch, "de"),
        marked(with_macros(wrong)),
        filled(case(wrong)),
        ris_form("en"),
        ris_form("de"),
    )
    files = [folder / name for name in NAMES]
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content)
    saved = convert(folder, "xlsx:Calc MS Excel 2007 XML", files)
    if pictures := os.environ.get("PICTURES"):
        for page in convert(folder, "pdf", files).iterdir():
            shutil.copy(page, Path(pictures) / f"marked-{page.name}")
    yield {name: (saved / name).with_suffix(".xlsx").read_bytes() for name in NAMES}
    shutil.rmtree(folder, ignore_errors=True)


def filled(ris: RisCase) -> bytes:
    """Our own form with the entries and the marks, as goes back for a file that cannot be marked itself."""
    placed = placed_in_form(ris, "en")
    content = PlainMarker().mark(
        ris_form("en", placed.company, placed.users), remarks([placed], "en", policies.load())
    )
    assert content is not None
    return content


@pytest.mark.parametrize("name", ["en.xlsx", "macros.xlsm", "form.xlsx"])
def test_marks_lists_and_locks_are_alive_after_libreoffice_saved_it(
    resaved: dict[str, bytes], name: str
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(resaved[name]))
    red = [
        (sheet.title, cell.coordinate)
        for sheet in book.worksheets
        for row in sheet.iter_rows(max_row=60)
        for cell in row
        if cell.fill.fgColor.rgb == RED and cell.comment
    ]
    lists = {
        str(rule.sqref).partition(":")[0]: rule.formula1
        for sheet in book.worksheets
        for rule in sheet.data_validations.dataValidation
        if rule.type == "list"
    }

    assert red == list(WRONG)
    assert {"B10", "B13", "B14", "A6", "I6", "J6"} <= set(lists)
    assert all("Lists" in (source or "") for source in lists.values())
    assert book["Company"].protection.sheet
    assert not book["Users"]["D7"].protection.locked
    assert book.worksheets[0].title == "Usher"
    book.close()


def test_what_libreoffice_saved_reads_as_what_was_sent(resaved: dict[str, bytes]) -> None:
    wrong = case(with_cells(sound_form(), WRONG))

    assert case(resaved["en.xlsx"]).content_hash() == wrong.content_hash()
    assert case(resaved["form.xlsx"]).content_hash() == wrong.content_hash()


def test_a_copy_corrected_in_libreoffice_is_complete(resaved: dict[str, bytes]) -> None:
    mend = {("Firma", "B8"): "Hamburg", ("Benutzer", "D7"): "mara@example.com"}

    assert case(with_cells(resaved["de.xlsx"], mend)).decision == "complete"
