"""Any form by any hand: what is read is what stands at the labels, or the form is not complete."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain import form_vocabulary, forms
from bot.domain.form_labels import meaning_of
from bot.domain.review import read_form
from bot.domain.review_values import text_of
from bot.domain.ris import Decision
from bot.domain.sheets import CellValue, Sheet, Workbook
from tests.budget import examples
from tests.domain.hands import COMPANY, GERMAN, HEADINGS, MARA, MARA_ROW, SAYS, TOM, TOM_ROW, Row, sheet

pytestmark = pytest.mark.slow

_PHRASES = {
    name: sorted(
        phrase
        for phrase in (" ".join(words.split()) for words in form_vocabulary.STRONG[name].split(";"))
        if meaning_of(phrase).fields[:1] == ((name, 1.0),) and len(meaning_of(phrase).fields) == 1
    )
    for name in form_vocabulary.STRONG
}
_OF_COMPANY = {name: ("company_name" if name == "name" else name) for name in GERMAN if "contact" not in name}
_OF_USER = (
    "salutation",
    "first_name",
    "last_name",
    "email",
    "phone",
    "phone",
    "job_title",
    "role",
    "credential",
)
_LAYOUTS = ("beside", "above", "row", "numbered")


def _said(draw: st.DrawFn, name: str) -> str:
    label = draw(st.sampled_from(_PHRASES[name]))
    return draw(st.sampled_from([label, label.title(), f"{label.capitalize()} *", f"{label}:"]))


def _laid_out(pairs: Sequence[tuple[str, CellValue]], layout: str) -> list[Row]:
    if layout == "beside":
        return list(pairs)
    if layout == "numbered":
        return [(number, *pair) for number, pair in enumerate(pairs, 1)]
    if layout == "row":
        return [[label for label, _ in pairs], [value for _, value in pairs]]
    return [row for label, value in pairs for row in ((label,), (value,))]


@st.composite
def _forms(draw: st.DrawFn) -> Workbook:
    """Our company and users under any labels of the vocabulary, in any layout."""
    pairs = [(_said(draw, word), SAYS[name]) for name, word in _OF_COMPANY.items()]
    pairs += [(GERMAN[name], SAYS[name]) for name in GERMAN if "contact" in name]
    company = _laid_out(pairs, draw(st.sampled_from(_LAYOUTS)))
    headings = [_said(draw, name) for name in _OF_USER]
    users: list[Row] = [headings, MARA_ROW, TOM_ROW]
    if draw(st.booleans()):
        users = [list(row) for row in zip(*users, strict=True)]
    return Workbook(name="x.xlsx", sheets=(sheet(company, "A"), sheet(users, "B")))


@settings(deadline=None, max_examples=examples(120), suppress_health_check=[HealthCheck.too_slow])
@given(workbook=_forms())
def test_any_words_and_layouts_read_back_the_same_or_are_asked_for(workbook: Workbook) -> None:
    reading = read_form([workbook])
    assert len(reading.cases) == 1, reading
    (case,) = reading.cases
    errors = [problem for problem in case.problems if problem.severity == "error"]

    assert errors == []
    assert case.company == COMPANY
    assert [replace(user, sheet="", row=None) for user in case.users] == [MARA, TOM]


_CHANGES = ("blank row", "note row", "swap rows", "relabel", "swap cells", "shift", "drop row")


def _changed(rows: list[list[CellValue]], change: str, one: int, other: int) -> list[list[CellValue]]:
    one, other = one % len(rows), other % len(rows)
    match change:
        case "blank row":
            rows.insert(one, [])
        case "note row":
            rows.insert(one, ["bitte beachten", None, "siehe Anlage"])
        case "swap rows":
            rows[one], rows[other] = rows[other], rows[one]
        case "relabel":
            rows[one][:1] = ["etwas ganz anderes"]
        case "swap cells":
            if rows[one] and rows[other]:
                rows[one][-1], rows[other][-1] = rows[other][-1], rows[one][-1]
        case "shift":
            rows = [[None, None, *row] for row in rows]
        case "drop row":
            del rows[one]
    return rows


@settings(deadline=None, max_examples=examples(160), suppress_health_check=[HealthCheck.too_slow])
@given(
    changes=st.lists(
        st.tuples(st.sampled_from(_CHANGES), st.integers(0, 30), st.integers(0, 30)), max_size=3
    ),
    name=st.text(max_size=8),
)
def test_a_changed_form_is_complete_only_with_what_stands_at_its_labels(
    changes: list[tuple[str, int, int]], name: str
) -> None:
    rows: list[list[CellValue]] = [[label, SAYS[field]] for field, label in GERMAN.items()]
    for change in changes:
        rows = _changed(rows, *change)
    users = Sheet(name="U", rows=(HEADINGS, MARA_ROW, TOM_ROW))
    workbook = Workbook(name="x", sheets=(sheet(rows, name), users))
    at_labels = {str(row[-2]): text_of(row[-1]) for row in rows if len(row) > 1}
    reading = read_form([workbook])

    if reading.decision is Decision.COMPLETE:
        company = reading.cases[0].company
        for field in ("name", "street", "city", "contact_name", "contact_email"):
            assert getattr(company, field) == at_labels[GERMAN[field]]


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_heading_nobody_understands_is_asked_for(heading: str) -> None:
    headings = ["etwas ganz anderes" if other == heading else other for other in HEADINGS]
    company = sheet([(label, SAYS[field]) for field, label in GERMAN.items()])
    reading = read_form([Workbook(name="x", sheets=(company, sheet([headings, MARA_ROW, TOM_ROW], "U")))])

    assert reading.decision is (Decision.COMPLETE if heading.startswith("Tel.") else Decision.INCOMPLETE)


_CELLS = st.one_of(
    st.none(), st.text(max_size=30), st.floats(), st.sampled_from([*GERMAN.values(), *HEADINGS, *MARA_ROW])
)


@settings(deadline=None, max_examples=examples(160), suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.lists(st.lists(_CELLS, max_size=12), max_size=15),
    merged=st.lists(st.tuples(*[st.integers(0, 20)] * 4), max_size=4),
)
def test_no_sheet_is_too_strange(
    rows: list[list[CellValue]], merged: list[tuple[int, int, int, int]]
) -> None:
    strange = Sheet(name="x", rows=tuple(map(tuple, rows)), merged=tuple(merged))
    reading = read_form([Workbook(name="x", sheets=(strange,))], vouched=True)

    assert reading.refusal is None


@pytest.mark.parametrize(
    "write_rows",
    [
        pytest.param(
            lambda: [tuple(f"{HEADINGS[(i + j) % 9]} {i * j}" for j in range(256)) for i in range(3_000)],
            marks=pytest.mark.slow,
        ),
        lambda: [tuple(HEADINGS[(i + j) % 9] for j in range(256)) for i in range(3_000)],
        lambda: [HEADINGS] * 3_000,
        lambda: [tuple(["Firma", "Name", "x"] * 85)] * 3_000,
        lambda: [
            HEADINGS,
            *[(*MARA_ROW[:3], f"u{i}@nordlicht.example.com", *MARA_ROW[4:]) for i in range(5_000)],
        ],
    ],
    ids=["labels with numbers", "labels", "headings again and again", "pairs", "5,000 users"],
)
def test_large_sheets_take_seconds_of_cpu_at_most(write_rows: Callable[[], list[Row]]) -> None:
    rows = write_rows()
    started = time.process_time()
    read_form([Workbook(name="x", sheets=(sheet(rows),))])

    assert time.process_time() - started < 8


def test_an_older_version_of_our_form_is_read() -> None:
    """Without the fields that came later, and without the property that says so."""
    labels = {f.name: f.label.en for f in forms.COMPANY_FIELDS if f.name not in {"state", "partner_type"}}
    headings = [f.label.en for f in forms.USER_FIELDS if f.label.en != "Phone 3"]
    company = sheet([(f"{label} *", SAYS[name]) for name, label in labels.items()], "Company")
    users = sheet([(), headings, MARA_ROW, TOM_ROW], "Users")
    (case,) = read_form([Workbook(name="x", sheets=(company, users))]).cases

    assert [(p.kind, p.field) for p in case.problems] == [("missing", "partner_type")]
    assert [user.email for user in case.users] == [MARA.email, TOM.email]
