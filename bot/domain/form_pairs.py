"""Find labels with their values, beside or above them, among the rows of a sheet that hold no table."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.domain import forms
from bot.domain.choice_words import role_of
from bot.domain.form_evidence import fit, is_data
from bot.domain.form_labels import LONGEST_LABEL, Meaning, meaning_of
from bot.domain.form_pages import Page
from bot.domain.ris import Role

_UNDERSTOOD: Final = 0.5  #: of a label's words
_SHARE: Final = 0.5  #: of the cells of a column of labels that are labels
_FARTHEST: Final = 6  #: columns from a label to its value
_DIGIT: Final = re.compile(r"\d")
_A_COUNTRYS_CODE: Final = 3  #: letters
_STEADY: Final = 2  #: labels that make a column of labels
_IN_A_ROW: Final = 2
_SAME_AGAIN: Final = 4  #: fields that stand in two columns: two companies
_MOST_BESIDE: Final = 5  #: companies that share labels
_OF_A_LABEL: Final = (":", "*")  #: at the end of a cell
_ADMINISTRATORS: Final = (Role.ORGANIZATION_ADMINISTRATOR, Role.APPLICATION_ADMINISTRATOR)  #: no labels
_CHOSEN: Final = ("partner_type", "country", "application", "seats")


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A label and where its value stands, or would stand; `empty` where nothing does."""

    row: int
    column: int
    text: str
    meaning: Meaning
    value: tuple[int, int]
    empty: bool = True
    within: str = ""  #: the value, where it stands in the label's own cell


@dataclass(frozen=True)
class _Label:
    row: int
    column: int
    text: str
    meaning: Meaning


def find_pairs(page: Page, rows: Sequence[int]) -> list[Pair]:
    """The labels among these rows with their values, in reading order."""
    labels = _labels(page, rows)
    above = _rows_above_values(page, labels, _label_columns(page, rows, labels))
    beside = [label for label in labels if label.row not in above and label.row - 1 not in above]
    pairs = _beside(page, rows, beside)
    for row in above:
        pairs += [_pair(page, label, (row + 1, label.column)) for label in labels if label.row == row]
    return sorted(pairs, key=lambda pair: (pair.row, pair.column))


def _labels(page: Page, rows: Iterable[int]) -> list[_Label]:
    found = []
    for row in rows:
        for column in page.filled(row):
            meaning = page.label(row, column)
            if (meaning.fields or meaning.about) and meaning.coverage >= _UNDERSTOOD:
                text = page.own_text(row, column)
                if not _is_value(text, meaning):
                    found.append(_Label(row, column, text, meaning))
    return found


def _is_value(text: str, meaning: Meaning) -> bool:
    """Whether a cell with a label's word is no label: "Via Roma 3", "4 licences", "Org Admin"."""
    if is_data(text) or _value_within(text) or role_of(text) in _ADMINISTRATORS:
        return True
    if len(forms.plain(text)) > _A_COUNTRYS_CODE and forms.country_code(text):
        return True  # "United States" is no label of the state
    return _DIGIT.search(text) is not None and (meaning.coverage < 1 or fit("seats", text) >= 1)


def side_by_side(page: Page, pairs: Sequence[Pair]) -> list[list[Pair]]:
    """The pairs of each company where several stand beside each other, with or without own labels."""
    columns: dict[int, list[Pair]] = defaultdict(list)
    for pair in pairs:
        columns[pair.column].append(pair)
    groups: list[list[Pair]] = []
    said: list[set[str]] = []
    for _, group in sorted(columns.items()):
        fields = {pair.meaning.field for pair in group if pair.meaning.field and not pair.empty}
        if not groups or (said and len(fields & said[-1]) >= _SAME_AGAIN):
            groups.append([])
            said.append(set())
        groups[-1] += group
        said[-1] |= fields
    whole = [sorted(group, key=lambda pair: (pair.row, pair.column)) for group in groups]
    return whole + [more for group in whole for more in _further_values(page, group)]


def _further_values(page: Page, pairs: Sequence[Pair]) -> list[list[Pair]]:
    """The same labels with the values of a second company in the next column."""
    columns = {pair.value[1] for pair in pairs if pair.value[0] == pair.row}
    if len(columns) != 1:
        return []
    found = []
    for column in range(max(columns) + 1, max(columns) + 1 + _MOST_BESIDE):
        texts = [(pair, page.own_text(pair.row, column)) for pair in pairs]
        typed = sum(fit(pair.meaning.field, text) >= 1 for pair, text in texts)
        if typed < _SAME_AGAIN or sum(bool(text) for _, text in texts) < 2 * _SAME_AGAIN:
            break
        found.append([replace(pair, value=(pair.row, column), empty=not text) for pair, text in texts])
    return found


def pairs_within(page: Page, rows: Sequence[int]) -> list[Pair]:
    """Cells that hold a label and its value, such as "City: Hamburg"."""
    found = []
    for row in rows:
        for column in page.filled(row):
            text = page.own_text(row, column)
            if within := _value_within(text):
                label = text.partition(":")[0]
                found.append(
                    Pair(
                        row=row,
                        column=column,
                        text=label,
                        meaning=meaning_of(label),
                        value=(row, column),
                        empty=False,
                        within=within,
                    )
                )
    return found


def _value_within(text: str) -> str:
    """The value in a cell that says its label too; "Contact: e-mail" is all label."""
    label, colon, value = text.partition(":")
    if not colon or not value.startswith(" ") or len(label) > LONGEST_LABEL:
        return ""
    said, rest = meaning_of(label), meaning_of(value)
    whole = said.coverage == 1 and (said.weight >= 1 or bool(said.about & {"contact", "company"}))
    is_value = rest.coverage < 1 or said.field in _CHOSEN or is_data(value.strip())
    return value.strip() if whole and is_value else ""


def _rows_above_values(page: Page, labels: Sequence[_Label], columns: Sequence[int]) -> list[int]:
    """Rows whose labels have their values below them.

    What stands beside a label of a whole column of labels is its value, even if it could be a label too.
    """
    places = {(label.row, label.column) for label in labels}
    by_row: dict[int, list[_Label]] = defaultdict(list)
    for label in labels:
        before = [c for c in page.filled(label.row) if c < label.column]
        follows = bool(before) and before[-1] in columns and label.column not in columns  # perhaps a value
        if not follows or fit(label.meaning.field, page.own_text(label.row + 1, label.column)) >= 1:
            by_row[label.row].append(label)
    below = {row: _votes(page, group, places, columns) for row, group in by_row.items()}
    all_in_all = sum(under - beside for under, beside in below.values()) > 0
    found: list[int] = []
    for row, (under, beside) in below.items():
        if found and found[-1] == row - 1:
            continue  # a value that looks like a label
        alone = len(by_row[row]) < _IN_A_ROW
        if under > beside and (all_in_all or not alone) and _only_labels(page, row, by_row[row]):
            found.append(row)
    return found


def _votes(
    page: Page, group: Sequence[_Label], places: set[tuple[int, int]], columns: Sequence[int]
) -> tuple[float, float]:
    """How much speaks for values below, and how much for values beside."""
    under = beside = 0.0
    filled = page.filled(group[0].row)
    solid = len(filled) > _IN_A_ROW and all((group[0].row, column) in places for column in filled)
    for label in group:
        end = page.last_column(label.row, label.column) + 1
        end = next((c for c in page.filled(label.row) if end <= c <= label.column + _FARTHEST), end)
        right, below = page.own_text(label.row, end), page.own_text(label.row + 1, label.column)
        name = label.meaning.field
        value_beside = (label.row, end) not in places or (label.column in columns and end not in columns)
        value_beside = value_beside and not solid
        if right and value_beside and not right.endswith(_OF_A_LABEL):
            beside += 1 + fit(name, right)
        known = name in _CHOSEN and fit(name, below) >= 1  # "Service partner" could be a label too
        if below and (known or (label.row + 1, label.column) not in places):
            under += 1 + fit(name, below)
    return under, beside


def _only_labels(page: Page, row: int, labels: Sequence[_Label]) -> bool:
    return len(labels) >= _SHARE * len(page.filled(row))


def _beside(page: Page, rows: Sequence[int], labels: Sequence[_Label]) -> list[Pair]:
    columns = _label_columns(page, rows, labels)
    values = {column: _value_column(page, column, columns, labels) for column in columns}
    pairs: list[Pair] = []
    taken: dict[int, int] = {}  # row → the last column that is a value or label already
    for label in labels:
        if label.column <= taken.get(label.row, -1):
            continue
        end = page.last_column(label.row, label.column)
        target = values.get(label.column)
        if target is None:
            if not _stands_alone(page, label):
                continue
            target = end + 1
        target = _nearer(page, label, max(target, end + 1), columns)
        pair = _pair(page, label, (label.row, target))
        pairs.append(pair)
        if not pair.empty:
            taken[label.row] = target
    return pairs


def _label_columns(page: Page, rows: Sequence[int], labels: Sequence[_Label]) -> list[int]:
    """The columns that hold labels; one beside them that holds values may say a label now and then."""
    counts = Counter(label.column for label in labels)
    found: list[int] = []
    for column, count in sorted(counts.items()):
        filled = sum(bool(page.own_text(row, column)) for row in rows)
        if (count >= _STEADY or len(counts) == 1) and count >= _SHARE * min(filled, 3 * count):
            share = count / max(filled, 1)
            if share >= _SHARE or (not found and count > _STEADY):
                found.append(column)
    return found


def _value_column(page: Page, column: int, columns: Sequence[int], labels: Sequence[_Label]) -> int:
    """The column whose cells suit the labels best; the nearest of equals."""
    limit = min([c for c in columns if c > column] + [column + _FARTHEST + 1])
    mine = [label for label in labels if label.column == column]

    def score(target: int) -> float:
        texts = [(label, page.own_text(label.row, target)) for label in mine]
        return sum(0.3 + fit(label.meaning.field, text) for label, text in texts if text) - 0.01 * target

    return max(range(column + 1, limit), key=score, default=column + 1)


def _nearer(page: Page, label: _Label, target: int, columns: Sequence[int]) -> int:
    """The value's column, or one before it where a section has its values nearer to their labels."""
    if page.text(label.row, target):
        return target
    end = page.last_column(label.row, label.column)
    between = [c for c in page.filled(label.row) if end < c < target and c not in columns]
    return between[0] if between else target


def _stands_alone(page: Page, label: _Label) -> bool:
    """Whether a label outside the columns of labels is one all the same: fully said, with a value beside."""
    right = page.own_text(label.row, page.last_column(label.row, label.column) + 1)
    return bool(right) and label.meaning.weight >= 1 and label.meaning.coverage > 0.99  # noqa: PLR2004


def _pair(page: Page, label: _Label, value: tuple[int, int]) -> Pair:
    empty = not page.text(*value)
    return Pair(
        row=label.row, column=label.column, text=label.text, meaning=label.meaning, value=value, empty=empty
    )
