"""CSV as programs and people write it: separators, quotes, encodings, and texts that are no tables."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.sheet_rules import Limits, Refused
from bot.adapters.spreadsheets import is_spreadsheet, read_workbook
from bot.adapters.text_tables import SEPARATORS, decode_text, looks_like_table, read_text, tab_tables
from bot.domain.sheets import CellValue, SheetRefusal

LIMITS = Limits()


def rows(content: bytes, name: str = "form.csv") -> tuple[tuple[CellValue, ...], ...]:
    (sheet,) = read_workbook(name, content).sheets
    assert (sheet.name, sheet.merged, sheet.hidden) == ("", (), False)
    return sheet.rows


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"], ids=str
)
def test_every_separator_in_every_encoding_is_read(separator: str, encoding: str) -> None:
    lines = [["Firma", "Grünwald & Söhne"], [], ["Vorname", "Straße"], ["Jörg", 'Übel"weg']]
    text = "\r\n".join(separator.join(line) for line in lines)

    assert rows(text.encode(encoding)) == tuple(map(tuple, lines))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a;"x\r\ny"\r\n\r\nb;c', (("a", "x\ny"), (), ("b", "c"))),
        ('a;"say ""so"""\nb;c', (("a", 'say "so"'), ("b", "c"))),
        ('12" pipe;b\nc;"d', (('12" pipe', "b"), ("c", '"d'))),
        ('"Mül;b\nc;d\ne;"f"', (('"Mül', "b"), ("c", "d"), ("e", "f"))),
        ("sep=;\na,b;c\nd,e;f", (("a,b", "c"), ("d,e", "f"))),
        ('"sep=|"\na;b|c', (("a;b", "c"),)),
        ("Nachname, Vorname;Ort\nÖz, Tom;Kiel", (("Nachname, Vorname", "Ort"), ("Öz, Tom", "Kiel"))),
        (";;;\n;x;;\n;;;\n", ((), (None, "x"))),
        ("only one column\nand a second row", (("only one column",), ("and a second row",))),
    ],
)
def test_rows_are_those_that_a_spreadsheet_program_shows(
    text: str, expected: tuple[tuple[str | None, ...], ...]
) -> None:
    assert rows(text.encode()) == expected


def test_more_rows_or_columns_than_a_sheet_may_have_are_refused() -> None:
    few = Limits(rows=3, columns=3)

    assert read_workbook("x.csv", b"a;b\n" * 3, few).refusal is None
    assert read_workbook("x.csv", b"a;b\n" * 4, few).refusal is SheetRefusal.TOO_LARGE
    assert read_workbook("x.csv", b"a;b;c;d\n", few).refusal is SheetRefusal.TOO_LARGE


@pytest.mark.parametrize(
    "text",
    [
        "Viele Grüße\nMira Wendel\nNordlicht GmbH, Hamburg, Germany\nTel. +49 30 1234; Fax -99\n",
        "Dear all,\nplease find the form, as you asked, below.\nIt is short, so please, do read it.\nBye\n",
        "one line; and no other",
        "",
    ],
)
def test_letters_and_signatures_are_no_tables(text: str) -> None:
    assert not looks_like_table(text)
    assert not is_spreadsheet("note.txt", text.encode())


@pytest.mark.parametrize("name", ["list.txt", "list", "list.dat", "list.xls", "list.doc", "list.csv"])
def test_a_table_is_known_by_its_text_whatever_its_name(name: str) -> None:
    content = b"First name\tLast name\tE-mail\nMara\tLind\tm@example.com\nTom\tO\tt@example.com\n"

    assert is_spreadsheet(name, content)
    assert rows(content, name)[1] == ("Mara", "Lind", "m@example.com")


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\0\0;\n;\n", b"%PDF-1.7\n\x01;\n\x02;\n", b"\0" * 50])
def test_what_is_no_text_is_no_table(content: bytes) -> None:
    assert decode_text(content) is None
    assert not is_spreadsheet("list.txt", content)


@pytest.mark.parametrize("name", ["invite.ics", "card.vcf", "smime.p7s", "key.asc", "data.json"])
def test_known_texts_of_another_kind_are_no_tables(name: str) -> None:
    assert not is_spreadsheet(name, b"A;B\nC;D\nE;F\n")


def test_tables_in_a_plain_body_are_runs_of_lines_with_tabs() -> None:
    lines = ["Hello,", "Name\tCity", "Mara\tKiel", "", "one\ttab", "Bye"]

    assert [sheet.rows for sheet in tab_tables(lines, LIMITS)] == [(("Name", "City"), ("Mara", "Kiel"))]


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        ';"a' * 300_000,
        ';""' * 300_000,
        '"' * 1_000_000,
        '""' * 500_000 + "x",
        ';"' + '""' * 300_000,
        ';"x""' * 200_000,
        "\n" * 1_000_000,
        '"a" ' * 250_000,
    ],
)
def test_hostile_text_is_read_in_linear_time(text: str) -> None:
    began = time.process_time()
    looks_like_table(text)
    read_workbook("x.csv", text.encode())

    assert time.process_time() - began < 6


def test_mutated_bytes_never_raise() -> None:
    dice = random.Random(3)
    good = 'sep=;\n"Name";"E-mail"\n"Jörg";j@example.com\n'.encode("utf-16")
    for _ in range(500):
        content = bytearray(good)
        for _ in range(dice.choice((1, 3, 10))):
            content[dice.randrange(len(content))] = dice.randrange(256)
        found = read_workbook("x.csv", bytes(content[: dice.randrange(len(content))]))

        assert found.refusal in (None, SheetRefusal.CORRUPT, SheetRefusal.UNSUPPORTED)


cells = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zs", "Zl", "Zp", "Co")), max_size=8)


@given(st.lists(st.lists(cells, min_size=3, max_size=3), min_size=2, max_size=6), st.sampled_from(SEPARATORS))
def test_what_was_written_with_quotes_is_read_back(table: list[list[str]], separator: str) -> None:
    text = f"sep={separator}\n" + "\n".join(
        separator.join('"{}"'.format(cell.replace('"', '""')) for cell in line) for line in table
    )
    try:
        read = read_text(text, LIMITS).rows
    except Refused:
        raise AssertionError from None

    padded = [[*row, *[None] * (3 - len(row))] for row in read] + [[None] * 3] * (len(table) - len(read))
    assert padded == [[cell or None for cell in line] for line in table]
