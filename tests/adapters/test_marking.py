"""A sender's own workbook with its wrong cells marked: nothing of theirs lost, nothing in it that runs."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font

from bot.adapters.carriers import files_in
from bot.adapters.mail_parsing import read_files
from bot.adapters.marking import mark_workbook
from bot.adapters.spreadsheets import read_workbook
from bot.domain.remarks import TITLE, Remark, without_remarks
from bot.rendering.words import words
from tests.adapters.marked import RED, WRONG, comment, marked, no_remarks, opened, packed, parts, with_macros
from tests.forms import COMPANY, MARA, TOM, case, saved, sound_form, with_cells

pytestmark = pytest.mark.slow

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
    result = mark_workbook(content, replace(no_remarks(), items=items))
    assert result is not None
    return result


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
    book = opened(marked(packed(entries)))

    assert ("B10 B12", "Lists!$A$1:$A$9", "") in _rules(book["Company"])
    book.close()


def test_macros_are_kept_as_data() -> None:
    plain = with_cells(sound_form(), WRONG)
    content = with_macros(plain)
    result = parts(marked(content))

    assert result["xl/vbaProject.bin"] == b"VBA \xd0\xcf"
    assert b"sheet.macroEnabled.main+xml" in result["[Content_Types].xml"]
    assert read_workbook("", marked(content)).macros
    assert "xl/vbaProject.bin" not in parts(marked(plain))


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
    content = packed(entries)
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


SAMPLES = sorted((Path(__file__).parents[1] / "data" / "ris_samples").glob("*.eml"))


@pytest.mark.parametrize("mail", SAMPLES, ids=lambda path: path.name[:30])
def test_a_form_by_other_hands_reads_the_same_once_it_is_marked(mail: Path) -> None:
    """Every value of every sheet, merged and hidden ones too; files of other kinds are not marked."""
    for part in read_files(mail.read_bytes()):
        for name, content, _ in files_in(part.name, part.content):
            before = read_workbook(name, content)
            if before.refusal or not before.sheets:
                continue
            item = Remark(words="w", number=1, sheet=before.sheets[0].name, cell="B2")
            after = mark_workbook(content, replace(no_remarks(), items=(item,)))
            if not name.endswith((".xlsx", ".xlsm")):
                assert after is None
                continue
            assert after is not None
            assert without_remarks(read_workbook(name, after)).sheets == before.sheets


@pytest.mark.parametrize(
    ("lang", "question", "counts"), [("en", "A question", "They are counted"), ("de", "Eine Frage", "zählt")]
)
def test_a_name_that_is_struck_through_is_a_question_and_no_advice(
    lang: str, question: str, counts: str
) -> None:
    """Under "nothing has to be done about it" nobody would read that whoever is struck through counts."""
    book = opened(with_cells(sound_form(), {("Company", "B8"): None, ("Users", "D8"): "tom@gmail.com"}))
    for cell in ("B8", "C8"):
        book["Users"][cell].font = Font(strike=True)
    listed = opened(marked(saved(book), lang)).worksheets[0]
    lines = [[str(cell.value) for cell in row if cell.value] or [""] for row in listed.iter_rows()]
    heads = [line[0] for line in lines]
    at = next(number for number, head in enumerate(heads) if head.startswith(question))
    advice = heads.index(words(lang).say("remarks.advice"))

    assert counts in lines[at + 1][-1]
    assert at + 1 < advice
    assert not any(counts in cell for line in lines[advice:] for cell in line)
    assert "'Users'!C8" in str(listed.cell(at + 2, 2).hyperlink)
