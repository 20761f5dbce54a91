from hypothesis import given
from hypothesis import strategies as st

from bot.rendering import quoting


@given(text=st.text(), limit=st.integers(min_value=10, max_value=200))
def test_one_line_is_one_line_within_its_limit(text: str, limit: int) -> None:
    line = quoting.one_line(text, limit)

    assert len(line) <= limit + 2  # the isolating marks of right-to-left text
    assert len(line.splitlines()) <= 1


@given(text=st.text(alphabet="&<>a😀*_", max_size=300), limit=st.integers(min_value=10, max_value=100))
def test_escaped_text_keeps_within_its_limit_and_ends_in_no_half_entity(text: str, limit: int) -> None:
    escaped = quoting.slack(text, limit)
    bare = escaped.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")

    assert quoting.units(escaped) <= limit
    assert not set("&<>") & set(bare)


def test_text_that_fits_is_not_cut() -> None:
    assert quoting.slack("a" * 100, 100) == "a" * 100
    assert quoting.slack("a" * 101, 100) == "a" * 99 + "…"


def test_marks_that_reorder_text_are_dropped_and_right_to_left_text_is_isolated() -> None:
    assert quoting.one_line("evil\u202egpj.exe") == "evilgpj.exe"
    assert quoting.one_line("\u05d0\u05d1") == "\u2068\u05d0\u05d1\u2069"


def test_lines_keep_their_breaks_and_lose_control_characters() -> None:
    assert quoting.lines("a\r\nb\x00\x1b[31m\ud800") == "a\nb[31m"
