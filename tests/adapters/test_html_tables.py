"""Tables in HTML: cells over several rows, layout, links, quotes, and pages made to hurt."""

import random
import time

import pytest

from bot.adapters.html_tables import DEEPEST_TABLE, LONGEST_PAGE, tables_of_body, tables_of_file
from bot.adapters.sheet_rules import Limits, Refused
from bot.adapters.spreadsheets import is_spreadsheet, read_workbook
from bot.domain.sheets import CellValue, SheetRefusal

LIMITS = Limits()
Rows = list[tuple[tuple[CellValue, ...], ...]]


def in_file(html: str) -> Rows:
    return [sheet.rows for sheet in tables_of_file(html, LIMITS)]


def in_body(html: str, subject: str = "RIS") -> Rows:
    return [sheet.rows for sheet in tables_of_body(html, subject, LIMITS)]


def test_cells_over_several_rows_and_columns_are_merged_ranges() -> None:
    (sheet,) = tables_of_file(
        "<table><tr><td colspan=2 rowspan='2'>A</td><td>B</td></tr>"
        "<tr><td>C</td></tr><tr><td>D</td><td>E</td><td>F</td></tr></table>",
        LIMITS,
    )

    assert sheet.rows == (("A", None, "B"), (None, None, "C"), ("D", "E", "F"))
    assert sheet.merged == ((0, 0, 1, 1),)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("<p>one</p><p>two</p>", "one\ntwo"),
        ("one<br>two<br/>", "one\ntwo"),
        ("&nbsp;", None),
        (" a \n  b&nbsp;&amp;&#8211;c ", "a b &–c"),  # noqa: RUF001
        ('<a href="mailto:mara@example.com">Mara</a>', "Mara"),
        ('<a href="mailto:mara@example.com">mara@example.com</a>', "mara@example.com"),
        ("a<span style='display:none'>no</span><!-- no --><script>no</script>b", "a b"),
        ("<p class=MsoNormal><span lang=DE>x<o:p></o:p></span></p>", "x"),
        ("<b>x", "x"),
    ],
)
def test_a_cell_says_what_a_reader_sees(cell: str, value: str | None) -> None:
    assert in_file(f"<table><tr><td>{cell}</td><td>y</td></tr></table>") == [((value, "y"),)]


def test_rows_and_cells_need_no_end_tags() -> None:
    assert in_file("<TABLE><TR><TH>a<TH>b<TR><TD>c<TD>d") == [(("a", "b"), ("c", "d"))]


def test_a_table_within_a_cell_is_a_table_of_its_own() -> None:
    assert in_file("<table><tr><td>out<table><tr><td>in</table>side<td>x</table>") == [
        (("outside", "x"),),
        (("in",),),
    ]


def test_layout_around_a_table_is_no_table() -> None:
    layout = "<table><tr><td><table><tr><td>a<td>b</table></td></tr><tr><td>Imprint</td></tr></table>"

    assert in_body(layout) == [(("a", "b"),)]


def test_hidden_rows_count_and_hidden_tables_are_told() -> None:
    html = (
        "<table><tr style='display:none'><td>a<td>b<tr><td>c</table>"
        "<div hidden><table><tr><td>d<td>e</table></div><table><tr><td>f<td>g</table>"
    )

    assert [(sheet.rows[0], sheet.hidden) for sheet in tables_of_file(html, LIMITS)] == [
        (("a", "b"), False),
        (("d", "e"), True),
        (("f", "g"), False),
    ]


NEW = "<p>Here it is.</p><table><tr><td>new<td>1</table><p>Kind regards<br>Dana</p>"
OLD = "<table><tr><td>old<td>2</table>"
QUOTES = [
    f"<p>On 2026-09-01, Desk &lt;ris@example.org&gt; wrote:</p><blockquote>{OLD}</blockquote>",
    f"<p>Am 01.09.2026 um 10:00 schrieb Desk:</p><blockquote type=cite>{OLD}</blockquote>",
    f"<div>-----Original Message-----</div>{OLD}",
    f"<p>-----Ursprüngliche Nachricht-----</p><p>Von: x</p>{OLD}",
    f"<p><b>From:</b> Desk<br><b>Sent:</b> Monday<br><b>To:</b> Dana<br><b>Subject:</b> RIS</p>{OLD}",
    f"<blockquote>{OLD}</blockquote>",
]


@pytest.mark.parametrize("quote", QUOTES)
def test_tables_of_the_answered_mail_are_not_read(quote: str) -> None:
    assert in_body(NEW + quote, "Re: RIS") == [(("new", "1"),)]
    assert in_body("<p>Done.</p>" + quote, "Re: RIS") == []


@pytest.mark.parametrize("quote", QUOTES)
def test_tables_of_a_forwarded_mail_are_read(quote: str) -> None:
    assert in_body("<p>FYI</p>" + quote, "Fwd: RIS") == [(("old", "2"),)]


def test_a_forward_is_also_known_by_its_own_line() -> None:
    assert in_body(f"<p>FYI</p><p>---------- Forwarded message ---------</p>{OLD}", "RIS") == [
        (("old", "2"),)
    ]


def test_a_table_below_the_signature_is_read() -> None:
    assert in_body(f"<p>Viele Grüße<br>Mira Wendel</p>{OLD}") == [(("old", "2"),)]


def test_the_marks_that_count_tables_mean_nothing_in_a_mail() -> None:
    assert in_body(f"\ue0001\ue001<blockquote>{OLD}</blockquote>", "Re: RIS") == []


def test_a_table_that_ends_beyond_the_longest_page_is_not_read() -> None:
    html = NEW + "<table><tr><td>half<td>" + "x" * LONGEST_PAGE + "<tr><td>rest</table>"

    assert in_body(html) == [(("new", "1"),)]


@pytest.mark.parametrize("name", ["RIS.xls", "RIS.html", "RIS", "RIS.xlsx", "RIS.csv"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_a_page_is_read_under_any_name(name: str, encoding: str) -> None:
    content = "<html><table><tr><td>Straße<td>Hafen 1</table>".encode(encoding)

    assert is_spreadsheet(name, content)
    assert read_workbook(name, content).sheets[0].rows == (("Straße", "Hafen 1"),)


def test_a_page_without_a_table_is_no_spreadsheet() -> None:
    assert not is_spreadsheet("disclaimer.html", b"<html><p>Confidential.</p></html>")


HOSTILE = [
    "<table>" * 50_000,
    "<table><tr><td>x" * 20_000,
    "<table><tr>" + "<td colspan=1000 rowspan=9999>x" * 12_000,
    "<td>" * 80_000,
    "<table>" + "<tr><td>x" * 40_000,
    "<table>" + "<p hidden>" * 36_000 + "<tr><td>",
    "<table><tr><td colspan=256>a<td>b</table>" * 8_000,
    "<table><tr><td>" + "<span hidden>" * 16_000 + "</b>" * 16_000,
    "<table><tr><td rowspan=20000>x" + "<tr><td rowspan=20000>x" * 16_000,
    "<table><tr><td " + "colspan=2 " * 20_000 + ">a<td>b",
    "<table " * 50_000,
]


@pytest.mark.slow
@pytest.mark.parametrize("html", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_pages_end_within_seconds(html: str) -> None:
    began = time.process_time()
    for read in (in_file, in_body):
        try:
            read(html)
        except Refused as exc:
            assert exc.refusal is SheetRefusal.TOO_LARGE  # noqa: PT017 - it need not be refused

    assert time.process_time() - began < 3


def test_tables_deeper_than_anybody_writes_are_left_out() -> None:
    html = "<table><tr><td>a" * (DEEPEST_TABLE + 5) + "</table>" * (DEEPEST_TABLE + 5)

    assert len(in_file(html)) == DEEPEST_TABLE


def test_mutated_pages_never_raise() -> None:
    dice = random.Random(5)
    good = f"<html><body>{NEW}{QUOTES[0]}<table><tr><td colspan=2>x<tr><td rowspan=2>y</table></body>"
    for _ in range(500):
        letters = list(good)
        for _ in range(dice.choice((1, 5, 20))):
            letters[dice.randrange(len(letters))] = dice.choice("<>/\"'= tdr&;\0ü")
        html = "".join(letters)
        tables_of_body(html, "Re: x", LIMITS)
        tables_of_file(html[: dice.randrange(len(html))], LIMITS)
