"""A file of vouchers is read as people write them; whatever is doubtful is refused by line and column."""

import codecs
import io
from datetime import UTC, date, datetime

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.carriers import read_workbooks
from bot.domain.license_keys import NewKey, fold_key
from bot.domain.sheets import Sheet, SheetRefusal, Workbook
from bot.domain.vouchers import MOST_ROWS, BadRow, Column, FileFault, RowFault, VoucherReading, read_vouchers

TODAY = date(2026, 3, 2)
PLAIN = "voucher,license key\nV-0001,AAAA-1111\nV-0002,BBBB-2222\n"


def read(content: str | bytes, *, name: str = "vouchers.csv") -> VoucherReading:
    raw = content.encode() if isinstance(content, str) else content
    return read_vouchers(read_workbooks(name, raw), today=TODAY)


def faults(reading: VoucherReading) -> list[tuple[int, str, str]]:
    return [(row.line, row.column, row.fault) for row in reading.bad]


def keys(reading: VoucherReading) -> list[tuple[str, str]]:
    return [(row.key.voucher, row.key.key) for row in reading.good]


def rows(*cells: tuple[object, ...], formulas: frozenset[tuple[str, str]] = frozenset()) -> VoucherReading:
    sheet = Sheet(name="Vouchers", rows=cells)  # type: ignore[arg-type]
    return read_vouchers([Workbook(name="v.xlsx", sheets=(sheet,), formulas=formulas)], today=TODAY)


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        codecs.BOM_UTF8 + PLAIN.encode(),
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        PLAIN.encode("utf-16"),
        PLAIN.encode("utf-16-le"),
        'sep=;\nvoucher;"license key"\n"V-0001";"AAAA-1111"\n\n;\nV-0002;BBBB-2222\n\n',
        "\n\nVoucher Code,Licence-Key\n V-0001 ,AAAA-1111  \nV-0002,\tBBBB-2222",
    ],
    ids=["plain", "bom", "semicolons", "tabs", "crlf", "cr", "utf-16", "no-mark", "quotes", "spaces"],
)
def test_however_a_sheet_program_saves_it_the_same_is_read(content: str | bytes) -> None:
    reading = read(content)

    assert keys(reading) == [("V-0001", "AAAA-1111"), ("V-0002", "BBBB-2222")]
    assert (reading.bad, reading.fault) == ((), None)


def test_german_headings_in_another_order_and_in_latin_1() -> None:
    headings = "Gültig bis;Lizenzschlüssel;Zugangsmittel;Gutschein;Schätzung"
    reading = read(f"{headings}\n31.03.2027;AAAA-1111;Telefon-OTP;V-1234;9\n".encode("latin-1"))

    assert [row.key for row in reading.good] == [
        NewKey(voucher="V-1234", key="AAAA-1111", expires_on=date(2027, 3, 31))
    ]
    assert reading.left_out == ("Schätzung",)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", None),
        ("voucher,license key\n", FileFault.EMPTY),
        ("voucher,license key\n,\n , \n", FileFault.EMPTY),
        ("V-0001,AAAA-1111\nV-0002,BBBB-2222\n", FileFault.NO_VOUCHERS),
        ("voucher,amount\nV-0001,AAAA-1111\n", FileFault.NO_KEYS),
        ("voucher,key,license key\nV-0001,AAAA-1111,BBBB-1111\n", FileFault.TWICE),
    ],
)
def test_a_file_without_plain_columns_is_refused_as_a_whole(content: str, fault: FileFault | None) -> None:
    reading = read(content)

    assert (reading.good, reading.bad) == ((), ())
    assert reading.fault is fault
    assert (reading.refusal is SheetRefusal.CORRUPT) is (fault is None)


def test_a_workbook_is_read_like_a_csv() -> None:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet, day = book.add_worksheet("Vouchers"), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["Voucher", "License Key", "Expires"])
        sheet.write_row(1, 0, ["V-0001", "AAAA-1111"])
        sheet.write_datetime(1, 2, datetime(2027, 3, 31), day)  # noqa: DTZ001 - as cells have it
        sheet.write(2, 0, 123456)
        sheet.write(2, 1, "BBBB-2222")
        sheet.write(3, 0, "V-0003")
        sheet.write_formula(3, 1, '=HYPERLINK("https://evil.example")', value="CCCC-3333")
    reading = read(made.getvalue(), name="vouchers.xlsx")

    assert [row.key.expires_on for row in reading.good] == [date(2027, 3, 31)]
    assert faults(reading) == [
        (3, Column.VOUCHER, RowFault.SPOILED),
        (4, Column.KEY, RowFault.FORMULA),
    ]


def test_of_two_sheets_nobody_knows_which_is_meant() -> None:
    one = Sheet(name="A", rows=(("voucher", "key"), ("V-0001", "AAAA-1111")))
    hidden = Sheet(name="B", rows=(("notes",),), hidden=True)

    assert (
        read_vouchers([Workbook(name="x", sheets=(one, one))], today=TODAY).fault is FileFault.SEVERAL_SHEETS
    )
    assert len(read_vouchers([Workbook(name="x", sheets=(one, hidden))], today=TODAY).good) == 1


@pytest.mark.parametrize(
    ("row", "column", "fault"),
    [
        (("", "AAAA-1111"), Column.VOUCHER, RowFault.MISSING),
        (("V-0001",), Column.KEY, RowFault.MISSING),
        (("V-0001", "=1+1"), Column.KEY, RowFault.FORMULA),
        (("+49151", "AAAA-1111"), Column.VOUCHER, RowFault.FORMULA),
        (("@SUM(A1)", "AAAA-1111"), Column.VOUCHER, RowFault.FORMULA),
        (("-2+3", "AAAA-1111"), Column.VOUCHER, RowFault.FORMULA),
        (("V-0001", "AAAA-1111", "", "=TODAY()"), Column.EXPIRES, RowFault.FORMULA),
        (("1,23457E+15", "AAAA-1111"), Column.VOUCHER, RowFault.SPOILED),
        ((1234567.0, "AAAA-1111"), Column.VOUCHER, RowFault.SPOILED),
        (("V-0001", True), Column.KEY, RowFault.SPOILED),
        (("V-0001", "abc"), Column.KEY, RowFault.LENGTH),
        (("V-0001", "A" * 101), Column.KEY, RowFault.LENGTH),
        (("V-0001", "A" * 1_000_000), Column.KEY, RowFault.LENGTH),
        (("V-0001", "АААА-1111"), Column.KEY, RowFault.SIGNS),  # noqa: RUF001 - Cyrillic letters
        (("V-0001", "AAAA\x001111"), Column.KEY, RowFault.SIGNS),
        (("V-0001", "AAAA\n1111"), Column.KEY, RowFault.SIGNS),
        (("V-0001", "AAAA\u200b1111"), Column.KEY, RowFault.SIGNS),
        (("AAAA-1111", "aaaa 1111"), Column.KEY, RowFault.SAME),
        (("V-0001", "AAAA-1111", "MLOA"), Column.CREDENTIAL, RowFault.BAD_CREDENTIAL),
        (("V-0001", "AAAA-1111", "fax"), Column.CREDENTIAL, RowFault.BAD_CREDENTIAL),
        (("V-0001", "AAAA-1111", "", "03/04/2027"), Column.EXPIRES, RowFault.BAD_DATE),
        (("V-0001", "AAAA-1111", "", "2027-02-31"), Column.EXPIRES, RowFault.BAD_DATE),
        (("V-0001", "AAAA-1111", "", 46_000), Column.EXPIRES, RowFault.BAD_DATE),
        (("V-0001", "AAAA-1111", "", "2026-03-01"), Column.EXPIRES, RowFault.EXPIRED),
    ],
)
def test_a_row_that_is_not_fit_is_named_by_line_and_column(
    row: tuple[object, ...], column: Column, fault: RowFault
) -> None:
    reading = rows(("voucher", "key", "credential", "expires"), row, ("V-0009", "ZZZZ-9999"))

    assert faults(reading) == [(2, column, fault)]
    assert keys(reading) == [("V-0009", "ZZZZ-9999")]


@pytest.mark.parametrize(
    "written", ["2026-03-02", "2.3.2026", "02. 03. 2026", date(2026, 3, 2), datetime(2026, 3, 2, tzinfo=UTC)]
)
def test_its_last_day_still_counts(written: object) -> None:
    reading = rows(("voucher", "key", "expires"), ("V-0001", "AAAA-1111", written))

    assert [row.key.expires_on for row in reading.good] == [TODAY]


def test_a_cell_of_a_workbook_that_is_computed_is_a_formula_whatever_it_shows() -> None:
    reading = rows(
        ("voucher", "key"), ("V-0001", "AAAA-1111"), formulas=frozenset({("Vouchers", "B2"), ("Other", "A1")})
    )

    assert faults(reading) == [(2, Column.KEY, RowFault.FORMULA)]


def test_what_stands_twice_names_the_line_on_which_it_stands_first() -> None:
    reading = rows(
        ("voucher", "key"),
        ("V-0001", "AAAA-1111"),
        ("v 0001", "BBBB-2222"),
        ("V-0003", "aaaa1111"),
        ("V-0001", "AAAA-1111"),
    )

    assert reading.bad == (
        BadRow(line=3, column=Column.VOUCHER, fault=RowFault.IN_FILE, other=2),
        BadRow(line=4, column=Column.KEY, fault=RowFault.IN_FILE, other=2),
        BadRow(line=5, column=Column.VOUCHER, fault=RowFault.IN_FILE, other=2),
    )


@pytest.mark.slow
def test_more_than_a_file_may_hold_is_refused() -> None:
    many = [("voucher", "key"), *((f"V-{number:07}", f"K-{number:07}") for number in range(MOST_ROWS + 1))]

    assert rows(*many).fault is FileFault.TOO_MANY
    assert len(rows(*many[:-1]).good) == MOST_ROWS


def test_people_type_a_key_with_any_hyphens_spaces_and_case() -> None:
    same = ["AAAA-1111", "aaaa 1111", "AAAA\u20131111", "AAAA\u00a01111", "AAAA\u00ad1111", "aaaa1111"]

    assert {fold_key(one) for one in same} == {"AAAA1111"}


@given(st.text(max_size=400) | st.binary(max_size=400))
def test_no_file_makes_it_raise(content: str | bytes) -> None:
    raw = content.encode("utf-8", "replace") if isinstance(content, str) else content
    read(b"voucher;license key;expires\n" + raw)
    read(raw)


@given(
    st.lists(st.tuples(*[st.none() | st.text(max_size=30) | st.floats() | st.booleans() | st.dates()] * 4))
)
def test_each_row_is_good_bad_or_blank(cells: list[tuple[object, ...]]) -> None:
    reading = rows(("voucher", "key", "credential", "expires"), *cells)
    told = [row.line for row in reading.good] + [row.line for row in reading.bad]
    filled = [number for number, row in enumerate(cells, 2) if any(cell not in (None, "") for cell in row)]

    assert sorted(told) == [number for number in filled if number in told]
    assert set(filled) == set(told)
