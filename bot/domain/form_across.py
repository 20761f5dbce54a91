"""Find users who stand across: their labels below each other, each person a column or a block of its own."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from bot.domain.form_headings import COMPANY_FIELDS, Headings, find_headings
from bot.domain.form_labels import Meaning
from bot.domain.form_pages import Page, View
from bot.domain.form_people import People, read_people

_ONLY_USERS: Final = frozenset(
    {"salutation", "first_name", "last_name", "full_name", "job_title", "role", "credential"}
)
_EITHER: Final = frozenset({"name", "email", "phone"})
_ENOUGH: Final = 3
_UNDERSTOOD: Final = 0.5  #: of a label's words
_GAP: Final = 2  #: blank rows within a block


@dataclass(kw_only=True)
class _Run:
    """Labels of users below each other in one column."""

    rows: list[int] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    headed: bool = False  #: whether a heading says that these are users

    def add(self, row: int, name: str) -> None:
        self.rows.append(row)
        self.fields.append(name)

    def distinct(self) -> set[str]:
        return set(self.fields) & _ONLY_USERS


@dataclass(frozen=True, kw_only=True)
class Across:
    """Users that stand across, and the rows they take."""

    view: View
    people: People
    rows: frozenset[int]


def rows_across(page: Page, highest: int) -> frozenset[int]:
    """Rows of a sheet so high at most that surely are labels of users who stand across, not headings."""
    if page.height > highest:
        return frozenset()
    runs = [run for labels in _labels_by_column(page, range(page.height)).values() for run in _runs(labels)]
    return frozenset(row for run in runs if len(run.distinct()) > _ENOUGH for row in run.rows)


def find_across(page: Page, rows: Sequence[int]) -> list[Across]:
    """Every block of such users among these rows."""
    for column, labels in sorted(_labels_by_column(page, rows).items()):
        runs = [run for run in _runs(labels) if len(run.distinct()) >= _ENOUGH]
        found = [block for run in runs for block in _blocks(page, column, run)]
        if found:
            return found
    return []


def _labels_by_column(page: Page, rows: Iterable[int]) -> dict[int, list[tuple[int, Meaning]]]:
    by_column: dict[int, list[tuple[int, Meaning]]] = defaultdict(list)
    for row in rows:
        for column in page.filled(row)[:4]:
            meaning = page.label(row, column)
            if (meaning.fields or meaning.about) and meaning.coverage >= _UNDERSTOOD:
                by_column[column].append((row, meaning))
    return by_column


def _runs(labels: Sequence[tuple[int, Meaning]]) -> list[_Run]:
    runs = [_Run()]
    contact = False
    of_contact: set[str] = set()
    for row, meaning in labels:
        run = runs[-1]
        name = meaning.field
        if run.rows and row - run.rows[-1] > _GAP + 1:
            run = _next(runs)
        if "contact" in meaning.about:
            contact = True
            of_contact.add(name)
            _next(runs)
        elif name in _ONLY_USERS and not _is_heading(meaning):
            if not run.distinct() and _belongs_to_contact(run, row, contact=contact):
                run = _next(runs, headed=run.headed)
            run.add(row, name)
        elif name in _EITHER and (
            not meaning.about & {"company", "other"} or run.headed or _goes_on(run, row) or name in of_contact
        ):
            contact = contact and name not in of_contact  # the contact's was said before
            if name in run.fields and not run.distinct() and row > run.rows[-1] + 1:
                contact, run = False, _next(runs, headed=run.headed)  # once more, below a gap
            run.add(row, name)
        elif "user" in meaning.about:
            contact = False
            _next(runs, headed=True)
        elif (name in COMPANY_FIELDS and (meaning.weight >= 1 or not _goes_on(run, row))) or meaning.about:
            contact = contact and name in COMPANY_FIELDS
            _next(runs)
    return runs


def _goes_on(run: _Run, row: int) -> bool:
    """Whether a label right below those of a user is one of theirs, even if it says "Company e-mail"."""
    begun = bool(run.distinct() or (run.headed and run.rows))
    return begun and row == run.rows[-1] + 1


def _next(runs: list[_Run], *, headed: bool = False) -> _Run:
    if not runs[-1].rows:
        runs[-1].headed = runs[-1].headed or headed
    else:
        runs.append(_Run(headed=headed))
    return runs[-1]


def _is_heading(meaning: Meaning) -> bool:
    """Whether "User" or "People with access" stands above a block rather than before a value."""
    return "user" in meaning.about and meaning.weight < 1


def _belongs_to_contact(run: _Run, row: int, *, contact: bool) -> bool:
    return bool(run.rows) and (contact or row - run.rows[-1] > 1)


def _blocks(page: Page, column: int, run: _Run) -> list[Across]:
    """The run as one table of users, or as a block for each of them where labels come again."""
    cuts = [0]
    seen: set[str] = set()
    for number, name in enumerate(run.fields):
        if name in seen and name != "phone":
            cuts.append(number)
            seen = set()
        seen.add(name)
    cuts.append(len(run.rows))
    found = []
    for start, end in pairwise(cuts):
        view = View(page=page, across=True, first=run.rows[start], last=run.rows[end - 1])
        headings = find_headings(view, column)
        if headings is None:
            continue
        people = read_people(view, headings)
        if _are_users(run, headings, people):
            found.append(Across(view=view, people=people, rows=frozenset(view.indexes)))
    return found


def _are_users(run: _Run, headings: Headings, people: People) -> bool:
    """Users have a role or a credential, or are several, or are called users; else it may be the contact."""
    return run.headed or len(people.users) > 1 or headings.has("role", "credential")
