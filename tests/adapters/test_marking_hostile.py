"""Nothing that runs is left in what we write, and whatever is broken, the answer is a workbook or none."""

import re
from random import Random

import pytest
from openpyxl.formatting.rule import Rule
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula

from bot.adapters.limited import LimitedPool
from bot.adapters.marking import MOST_CELLS, LimitedMarker, mark_workbook
from bot.adapters.spreadsheets import read_workbook
from bot.domain.sheets import SheetRefusal
from bot.rendering.remarks import remarks
from tests.adapters.marked import POLICY, WRONG, marked, no_remarks, opened, packed, parts, with_macros
from tests.budget import examples
from tests.forms import reading, saved, sound_form, with_cells

pytestmark = pytest.mark.slow

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
    assert mark_workbook(content, no_remarks()) is None


def test_a_package_that_openpyxl_does_not_understand_is_not_marked() -> None:
    entries = parts(sound_form())
    assert mark_workbook(packed(entries | {"xl/styles.xml": b"<no/>"}), no_remarks()) is None
    assert read_workbook("", packed(entries | {"xl/workbook.xml": b"<"})).refusal is SheetRefusal.CORRUPT


def test_very_many_cells_are_not_even_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.adapters.marking.MOST_CELLS", 50)

    assert MOST_CELLS > 2_000 * 12
    assert mark_workbook(sound_form(), no_remarks()) is None


@pytest.mark.slow
def test_marking_in_a_child_gives_the_same_and_outlives_what_kills_it() -> None:
    pool = LimitedPool()
    pool.start()
    try:
        marker = LimitedMarker(pool)
        content = with_cells(sound_form(), WRONG)
        bomb = packed({"xl/workbook.xml": b"<x/>", "xl/big": b"0" * 200_000_000})

        assert marker.mark(bomb, no_remarks()) is None
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
    return packed(changed)


def _scrambled(content: bytes, luck: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(luck.randint(1, 8)):
        if changed:
            changed[luck.randrange(len(changed))] = luck.randrange(256)
    return bytes(changed)
