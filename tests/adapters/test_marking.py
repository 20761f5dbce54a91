"""A sender's own workbook with its wrong cells marked: nothing of theirs lost, nothing in it that runs."""

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.formatting.rule import Rule
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula

from bot import policy as policies
from bot.adapters.carriers import files_in
from bot.adapters.limited import LimitedPool
from bot.adapters.mail_parsing import read_mail_parts
from bot.adapters.marking import MOST_CELLS, LimitedMarker, mark_workbook
from bot.adapters.spreadsheets import read_workbook
from bot.domain.remarks import TITLE, Remark, Remarks, without_remarks
from bot.domain.ris import RisCase
from bot.domain.sheets import SheetRefusal
from bot.rendering.remarks import remarks
from tests.budget import examples
from tests.forms import COMPANY, MARA, TOM, case, reading, saved, sound_form, with_cells

POLICY = policies.load()
RED = "FFFFC7CE"
WRONG = {("Company", "B8"): None, ("Users", "D7"): "mara.lindqvist(at)example.com", ("Users", "I8"): "Boss"}


def marked(content: bytes, lang: str = "en") -> bytes:
    """The workbook as its sender gets it back."""
    result = mark_workbook(content, remarks(reading(content).cases, lang, POLICY))
    assert result is not None
    return result


def opened(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def comment(book: openpyxl.Workbook, sheet: str, cell: str) -> str:
    found = book[sheet][cell].comment
    return found.text if found else ""


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


# What is marked


@pytest.mark.parametrize("lang", ["en", "de"])
def test_each_wrong_cell_is_red_and_says_what_to_do_in_the_senders_language(lang: str) -> None:
    book = opened(marked(with_cells(sound_form(), WRONG), lang))
    red = [
        (sheet.title, cell.coordinate)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.fill.fgColor.rgb == RED
    ]

    assert red == list(WRONG)
    assert "2. " in comment(book, "Users", "D7")
    assert "mara.lindqvist@example.com" in comment(book, "Users", "D7")  # the suggestion
    assert ("Ort" if lang == "de" else "City") in comment(book, "Company", "B8")
    book.close()


def test_the_first_sheet_lists_every_problem_with_the_mails_numbers_and_leads_to_its_cell() -> None:
    book = opened(marked(with_cells(sound_form(), WRONG)))
    sheet = book.worksheets[0]
    lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=6, max_row=8)]
    link = sheet["B7"].hyperlink

    assert (sheet.title, sheet["A1"].value) == ("Usher", TITLE.en)
    assert book.active is sheet
    assert [line[0] for line in lines] == ["1.", "2.", "3."]
    assert "D7" in str(lines[1][1])
    assert link is not None
    assert link.location == "'Users'!D7"
    assert [other.title for other in book.worksheets if other.sheet_view.tabSelected] == ["Usher"]
    book.close()


def test_two_problems_of_one_cell_share_its_comment() -> None:
    items = tuple(Remark(words=f"w{n}", number=n, sheet="Users", cell="D7") for n in (1, 2))
    book = opened(_with(sound_form(), items))

    assert comment(book, "Users", "D7").endswith("1. w1\n2. w2")
    book.close()


def test_a_problem_in_merged_cells_marks_their_first_one() -> None:
    book = opened(sound_form())
    book["Company"].merge_cells("B6:C6")
    found = opened(_with(saved(book), (Remark(words="w", number=1, sheet="Company", cell="C6"),)))

    assert found["Company"]["B6"].fill.fgColor.rgb == RED
    found.close()


def test_a_place_that_is_not_there_is_listed_all_the_same() -> None:
    book = opened(_with(sound_form(), (Remark(words="w", number=1, sheet="Gone", cell="C6"),)))

    assert book["Usher"]["C6"].value == "w"
    book.close()


def test_nobody_has_to_correct_what_they_cannot_see() -> None:
    book = opened(with_cells(sound_form(), WRONG))
    book["Users"].row_dimensions[7].hidden = True
    book["Users"].sheet_state = "hidden"
    found = opened(marked(saved(book)))

    assert (found["Users"].row_dimensions[7].hidden, found["Users"].sheet_state) == (False, "visible")
    found.close()


def _with(content: bytes, items: tuple[Remark, ...]) -> bytes:
    result = mark_workbook(content, replace(_no_remarks(), items=items))
    assert result is not None
    return result


def _no_remarks() -> Remarks:
    return remarks([RisCase(company=COMPANY)], "en", POLICY)


# What is kept


def test_drop_downs_protection_and_the_forms_version_are_kept() -> None:
    before, after = opened(sound_form()), opened(marked(with_cells(sound_form(), WRONG)))
    for name in ("Company", "Users"):
        rules = [_rules(book[name]) for book in (before, after)]

        assert rules[0] == rules[1]
        assert after[name].protection.sheet
        assert after[name]["A5"].protection.locked
    assert not after["Users"]["D7"].protection.locked
    assert after["Lists"].sheet_state == "veryHidden"
    assert read_workbook("", marked(sound_form())).form_version == "1"


def _rules(sheet: Any) -> list[tuple[str, str, str]]:  # noqa: ANN401 - openpyxl's own
    return sorted(
        (str(rule.sqref), rule.formula1 or "", rule.prompt or "")
        for rule in sheet.data_validations.dataValidation
    )


EXCEL_LIST = (
    b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" '
    b'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main">'
    b'<x14:dataValidations count="1" xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main">'
    b'<x14:dataValidation type="list" allowBlank="1" showErrorMessage="1">'
    b"<x14:formula1><xm:f>Lists!$A$1:$A$9</xm:f></x14:formula1><xm:sqref>B10 B12</xm:sqref>"
    b"</x14:dataValidation></x14:dataValidations></ext></extLst></worksheet>"
)


def test_drop_downs_as_excel_itself_writes_them_are_kept() -> None:
    entries = parts(sound_form())
    sheet = "xl/worksheets/sheet1.xml"
    entries[sheet] = entries[sheet].replace(b"</worksheet>", EXCEL_LIST)
    book = opened(marked(_packed(entries)))

    assert ("B10 B12", "Lists!$A$1:$A$9", "") in _rules(book["Company"])
    book.close()


def _packed(entries: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_macros_are_kept_as_data() -> None:
    plain = with_cells(sound_form(), WRONG)
    content = with_macros(plain)
    result = parts(marked(content))

    assert result["xl/vbaProject.bin"] == b"VBA \xd0\xcf"
    assert b"sheet.macroEnabled.main+xml" in result["[Content_Types].xml"]
    assert read_workbook("", marked(content)).macros
    assert "xl/vbaProject.bin" not in parts(marked(plain))


def with_macros(content: bytes) -> bytes:
    entries = parts(content)
    types = entries["[Content_Types].xml"]
    types = types.replace(b"spreadsheetml.sheet.main+xml", b"XX").replace(
        b"application/vnd.openxmlformats-officedocument.XX",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    bin_type = b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
    rel = (
        b'<Relationship Id="rIdVba" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" '
        b'Target="vbaProject.bin"/></Relationships>'
    )
    rels = "xl/_rels/workbook.xml.rels"
    return _packed(
        entries
        | {
            "[Content_Types].xml": types.replace(b"</Types>", bin_type),
            rels: entries[rels].replace(b"</Relationships>", rel),
            "xl/vbaProject.bin": b"VBA \xd0\xcf",
        }
    )


def test_the_senders_own_comment_stays_above_ours_and_survives_the_next_round() -> None:
    book = opened(with_cells(sound_form(), WRONG))
    book["Users"]["D7"].comment = Comment("ask Mara", "Dana")
    once = marked(saved(book))
    mended = with_cells(once, {("Users", "D7"): "mara@example.com"})
    twice = opened(marked(mended))

    assert comment(opened(once), "Users", "D7").startswith("ask Mara\n")
    assert comment(twice, "Users", "D7") == "ask Mara"
    assert twice["Users"]["D7"].fill.fgColor.rgb != RED
    assert comment(twice, "Company", "B8")


# What comes back


@pytest.mark.parametrize("lang", ["en", "de"])
def test_our_marks_do_not_disturb_the_reading(lang: str) -> None:
    for content in (sound_form(lang), with_cells(sound_form(), WRONG)):
        assert case(marked(content, lang)) == case(content)


def test_a_corrected_copy_is_complete_and_its_list_gone_after_the_next_round() -> None:
    mend = {("Company", "B8"): "Hamburg", ("Users", "D7"): MARA.email, ("Users", "I8"): "User"}
    corrected = with_cells(marked(with_cells(sound_form(), WRONG)), mend)
    book = opened(marked(corrected))

    assert case(corrected).company == COMPANY
    assert [replace(user, sheet="", row=None) for user in case(corrected).users] == [MARA, TOM]
    assert case(corrected).decision == "complete"
    assert [sheet.title for sheet in book.worksheets].count("Usher") == 1
    assert not [sheet for sheet in book.worksheets if sheet.title.startswith("Usher") and sheet["A6"].value]
    book.close()


def test_a_sheet_of_their_own_named_usher_is_read() -> None:
    book = opened(sound_form())
    book["Users"].title = "Usher"
    content = saved(book)

    assert len(case(content).users) == 2
    assert len(case(marked(content)).users) == 2


def test_formulas_give_way_to_the_values_that_were_reviewed() -> None:
    entries, sheet = parts(sound_form()), "xl/worksheets/sheet1.xml"
    formula = rb'<c r="B8"\1 t="str"><f>"Ham"&amp;"burg"</f><v>Hamburg</v></c>'
    entries[sheet] = re.sub(rb'<c r="B8"( s="\d+") t="s"><v>\d+</v></c>', formula, entries[sheet])
    content = _packed(entries)
    book = opened(content)
    assert book["Company"]["B8"].value == '="Ham"&"burg"'
    after = marked(content)

    assert case(after) == case(content) == case(sound_form())
    assert opened(after)["Company"]["B8"].value == "Hamburg"


def test_a_formula_that_gave_nothing_stays_as_text_and_is_asked_about_again() -> None:
    content = with_cells(sound_form(), {("Company", "B8"): '=WEBSERVICE("http://example.com")'})
    after = marked(content)
    cell = opened(after)["Company"]["B8"]

    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert [problem.kind for problem in case(after).problems] == ["formula"]


# Nothing runs


HOSTILE = (
    '=HYPERLINK("http://evil.example.net","x")',
    "=cmd|' /C calc'!A0",
    "+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_formula_is_left_anywhere(text: str) -> None:
    book = opened(with_cells(sound_form(), {("Company", "B5"): text, ("Users", "C7"): text}))
    book["Users"]["M9"] = ArrayFormula("M9:M10", text if text.startswith("=") else "=1")
    extra = book.create_sheet("More")
    extra["A1"] = text
    after = marked(saved(book))
    cells = [cell for sheet in opened(after).worksheets for row in sheet.iter_rows() for cell in row]

    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    assert b"<f>" not in b"".join(parts(after).values())
    loose = [
        cell
        for cell in cells
        if str(cell.value or "").startswith(("=", "+", "-", "@")) and not cell.quotePrefix
    ]
    assert loose == []


def test_links_names_and_rules_that_lead_out_of_the_workbook_are_gone() -> None:
    book = opened(with_cells(sound_form(), WRONG))
    sheet = book["Users"]
    sheet["D8"].hyperlink = "mailto:tom@example.com"
    sheet["D9"].hyperlink = "http://evil.example.net/"
    sheet["D10"].hyperlink = "\\\\evil.example.net\\share"
    book.defined_names["Out"] = DefinedName("Out", attr_text="'[1]Sheet1'!$A$1")
    book.defined_names["Auto_Open"] = DefinedName("Auto_Open", attr_text="Users!$A$1")
    book.defined_names["Fine"] = DefinedName("Fine", attr_text="Users!$A$1")
    rule = DataValidation(type="list", formula1="'[other.xlsx]Sheet1'!$A$1:$A$3")
    rule.add("M7")
    sheet.add_data_validation(rule)
    sheet.conditional_formatting.add("A7:A9", Rule(type="expression", formula=["'[1]Sheet1'!$A$1=1"]))
    sheet.conditional_formatting.add("B7:B9", Rule(type="expression", formula=['B7=""']))
    after = marked(saved(book))
    found = opened(after)

    assert set(found.defined_names) == {"Fine"}
    assert not [name for name, part in parts(after).items() if name.endswith(".rels") and b"evil" in part]
    assert [cell.coordinate for (cell,) in found["Users"]["D7:D10"] if cell.hyperlink] == ["D8"]
    assert [str(one.sqref) for one in found["Users"].conditional_formatting] == ["B7:B9"]
    assert not [rule for rule in found["Users"].data_validations.dataValidation if "M7" in str(rule.sqref)]
    assert not [name for name in parts(after) if "external" in name.lower()]


# What is too much, or none of its business


def test_equal_input_gives_equal_bytes() -> None:
    content = with_cells(sound_form(), WRONG)

    assert marked(content) == marked(content)


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"%PDF", sound_form()[:5000], b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 80]
)
def test_what_is_no_such_workbook_is_not_marked(content: bytes) -> None:
    assert mark_workbook(content, _no_remarks()) is None


def test_a_package_that_openpyxl_does_not_understand_is_not_marked() -> None:
    entries = parts(sound_form())
    assert mark_workbook(_packed(entries | {"xl/styles.xml": b"<no/>"}), _no_remarks()) is None
    assert read_workbook("", _packed(entries | {"xl/workbook.xml": b"<"})).refusal is SheetRefusal.CORRUPT


def test_very_many_cells_are_not_even_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.adapters.marking.MOST_CELLS", 50)

    assert MOST_CELLS > 2_000 * 12
    assert mark_workbook(sound_form(), _no_remarks()) is None


@pytest.mark.slow
def test_marking_in_a_child_gives_the_same_and_outlives_what_kills_it() -> None:
    pool = LimitedPool()
    pool.start()
    try:
        marker = LimitedMarker(pool)
        content = with_cells(sound_form(), WRONG)
        bomb = _packed({"xl/workbook.xml": b"<x/>", "xl/big": b"0" * 200_000_000})

        assert marker.mark(bomb, _no_remarks()) is None
        assert marker.mark(content, remarks(reading(content).cases, "en", POLICY)) == marked(content)
    finally:
        pool.close()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_whatever_was_broken_in_a_workbook_the_answer_is_one_or_none() -> None:
    """Parts cut, doubled, emptied and scrambled in a sound package; and bytes of the package itself."""
    luck, content = Random(4), with_macros(with_cells(sound_form(), WRONG))
    entries, found = parts(content), remarks(reading(content).cases, "en", POLICY)
    pool = LimitedPool()
    pool.start()
    try:
        marker = LimitedMarker(pool)
        results = [marker.mark(_broken(entries, luck), found) for _ in range(examples(120))]
        results += [marker.mark(_scrambled(content, luck), found) for _ in range(examples(60))]
    finally:
        pool.close()

    assert any(results)
    assert not all(results)
    assert all(read_workbook("", result).refusal is None for result in results if result)


def _broken(entries: dict[str, bytes], luck: Random) -> bytes:
    name = luck.choice(sorted(entries))
    part = entries[name]
    start, end = sorted(luck.choices(range(len(part) + 1), k=2))
    tags = re.findall(rb"<[^<>]+>", part) or [b""]
    values = re.findall(rb'"[^"]*"', part) or [b'""']
    ways = (
        lambda: part[:start],
        lambda: part[:start] + part[end:],
        lambda: b"",
        lambda: part.replace(luck.choice(tags), b"", 1),
        lambda: part.replace(luck.choice(tags), luck.choice(tags)),
        lambda: part.replace(luck.choice(values), luck.choice((b'"-1"', b'"x"', b'""', b'"99999999999"'))),
        lambda: _scrambled(part, luck),
    )
    changed = entries | {name: luck.choice(ways)()}
    if luck.random() < 0.1:
        del changed[name]
    return _packed(changed)


def _scrambled(content: bytes, luck: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(luck.randint(1, 8)):
        if changed:
            changed[luck.randrange(len(changed))] = luck.randrange(256)
    return bytes(changed)


SAMPLES = sorted((Path(__file__).parents[1] / "data" / "ris_samples").glob("*.eml"))


@pytest.mark.parametrize("mail", SAMPLES, ids=lambda path: path.name[:30])
def test_a_form_by_other_hands_reads_the_same_once_it_is_marked(mail: Path) -> None:
    """Every value of every sheet, merged and hidden ones too; files of other kinds are not marked."""
    for part in read_mail_parts(mail.read_bytes()).attachments:
        for name, content, _ in files_in(part.name, part.content):
            before = read_workbook(name, content)
            if before.refusal or not before.sheets:
                continue
            item = Remark(words="w", number=1, sheet=before.sheets[0].name, cell="B2")
            after = mark_workbook(content, replace(_no_remarks(), items=(item,)))
            if not name.endswith((".xlsx", ".xlsm")):
                assert after is None
                continue
            assert after is not None
            assert without_remarks(read_workbook(name, after)).sheets == before.sheets
