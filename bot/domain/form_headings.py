"""Understand the headings of a table of users: from their words and from what stands below them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count, takewhile
from typing import Final

from bot.domain import choice_words as choices
from bot.domain.form_evidence import column_fit, is_data
from bot.domain.form_labels import NOTHING, Meaning, meaning_of
from bot.domain.form_pages import View
from bot.domain.plain_words import LATER
from bot.domain.ris import HeadingRead

USER_FIELDS: Final = frozenset(
    {
        "salutation",
        "first_name",
        "last_name",
        "full_name",
        "name",
        "email",
        "phone",
        "job_title",
        "role",
        "credential",
    }
)
COMPANY_FIELDS: Final = frozenset(
    {
        "company_name",
        "street",
        "postal_code",
        "city",
        "state",
        "country",
        "website",
        "vat_id",
        "partner_type",
        "seats",
        "purchase_order",
        "application",
    }
)
#: The contact's columns in a table that repeats the company beside each user.
CONTACT_FIELDS: Final = frozenset({"contact_name", "contact_email", "contact_phone"})
_WHO: Final = frozenset({"first_name", "last_name", "full_name", "name", "email"})
_EVIDENT: Final = ("email", "role", "credential", "salutation", "phone")
_ENOUGH_FIELDS: Final = 3
_ENOUGH_UNDERSTOOD: Final = 0.5
_LOWEST: Final = 0.4  #: score below which a heading is not taken
_SURE: Final = 0.7
_DOUBTFUL: Final = 0.69  #: what a column may be by its content alone
_UNDERSTOOD: Final = 0.6  #: of a heading's words, which leaves no doubt whatever stands below
_NEAR: Final = 0.05
_LOOK_AHEAD: Final = 40  #: lines below the headings that are looked at
_A_LOOK: Final = 100  #: labels that a look at the columns counts as
_HARDLY_ANY: Final = 4  #: values a column
_MOST_OTHERS: Final = 6
_A_PAIR: Final = 3  #: cells of a line: a number, a label and its value
_FEW: Final = 0.9
_MOSTLY: Final = 0.4  #: fit of a column of phones with other things below them
_MOST_PHONES: Final = 6  #: columns; who gives more of them is no person
_ANSWERS: Final = re.compile(r"\b(?:yes|no|ja|nein|x|y|n|j|ankreuzen|tick|please)\b|[()?/]", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Column:
    """What one column of a table (or row, where users stand across) holds."""

    index: int
    field: str  #: a user's field, "phone", "full_name", or a company's field
    label: str
    line: int  #: of the heading
    together: tuple[str, ...] = ()
    ordinal: int | None = None
    ticks: str = ""  #: the choice that a tick in this column stands for
    sure: bool = True


@dataclass(frozen=True, kw_only=True)
class Headings:
    """The columns of a table and the line at which its records begin."""

    columns: tuple[Column, ...]
    first_line: int
    score: float

    @cached_property
    def indexes(self) -> frozenset[int]:
        return frozenset(column.index for column in self.columns)

    @cached_property
    def boxes(self) -> bool:
        return any(column.ticks for column in self.columns)

    def others(self, indexes: Iterable[int]) -> list[int]:
        """Those of the first indexes that hold no field: numbers, marks and notes."""
        return [index for index in indexes if index not in self.indexes][:_MOST_OTHERS]

    @cached_property
    def _by_field(self) -> dict[str, list[Column]]:
        return {c.field: [other for other in self.columns if other.field == c.field] for c in self.columns}

    def of(self, name: str) -> list[Column]:
        return self._by_field.get(name, [])

    def has(self, *names: str) -> bool:
        return any(column.field in names for column in self.columns)


@dataclass(frozen=True)
class _Heading:
    index: int
    line: int
    text: str
    meaning: Meaning


def find_headings(view: View, line: int) -> Headings | None:
    """The headings that begin at a line, over one line or two; None where it holds none."""
    if view.page.exhausted:
        return None
    one = _judged(view, _one_line(view, line), line + 1)
    if line + 1 >= view.lines:
        return one
    two = _judged(view, _two_lines(view, line), line + 2)
    if two is None or (one and one.score >= two.score - _NEAR):
        return one
    below = _judged(view, _one_line(view, line + 1), line + 2)
    return None if below and below.score >= two.score - _NEAR else two


def _one_line(view: View, line: int) -> list[_Heading]:
    found = []
    for index in view.within(line):
        text = view.own_text(line, index)
        if text:
            if is_data(text):
                return []
            found.append(_Heading(index, line, text, view.label(line, index)))
    return found


def _two_lines(view: View, line: int) -> list[_Heading]:
    """Each heading of the lower line with the group it stands under, and what only the upper line says."""
    found = []
    group = ""
    indexes = sorted({*view.within(line), *view.within(line + 1)})
    for index in indexes:
        above, below = view.own_text(line, index), view.own_text(line + 1, index)
        if is_data(above) or is_data(below):
            return []
        group = above or group
        if below:
            found.append(_Heading(index, line + 1, below, _sub_meaning(view, line + 1, index, group)))
        elif above:
            found.append(_Heading(index, line, above, view.label(line, index)))
    return found


def _sub_meaning(view: View, line: int, index: int, group: str) -> Meaning:
    own = view.label(line, index)
    text = view.own_text(line, index)
    if (own.fields and own.weight >= 1) or _choice_of(text):
        return own
    joined = meaning_of(f"{group} {text}")
    return joined if joined.fields else own


def _judged(view: View, headings: list[_Heading], first_line: int) -> Headings | None:
    """The headings with their columns' fields, or None where they are no headings of users."""
    known = [h for h in headings if h.meaning.fields or h.meaning.about or _choice_of(h.text)]
    fields = {h.meaning.field for h in known if "contact" not in h.meaning.about} & USER_FIELDS
    if len(fields) < _ENOUGH_FIELDS or not fields & _WHO:
        return None
    counted = [h for h in headings if h.meaning is not NOTHING or not h.text.isdigit()]
    if len(known) < _ENOUGH_UNDERSTOOD * len(counted):
        return None
    view.page.spend(_A_LOOK)
    columns = _columns(view, headings, first_line)
    users = [column for column in columns if column.field in USER_FIELDS]
    if len({column.field for column in users}) < _ENOUGH_FIELDS or not _plausible(view, users, first_line):
        return None
    unsaid = {h.index for h in headings if not h.meaning.fields}
    score = len(users) + 0.25 * (len(columns) - len(users)) - 0.5 * sum(c.index in unsaid for c in users)
    return Headings(columns=tuple(columns), first_line=first_line, score=score)


def _plausible(view: View, columns: Sequence[Column], first_line: int) -> bool:
    """Whether anything below the headings looks like users, unless there is hardly anything below them."""
    lines = range(first_line, min(view.lines, first_line + _LOOK_AHEAD))
    texts = {c: [text for line in lines if (text := view.text(line, c.index))] for c in columns}
    if sum(map(len, texts.values())) <= _HARDLY_ANY * len(columns):
        return True
    return any(c.ticks or column_fit(c.field, texts[c]) > 0 for c in columns if c.field in _EVIDENT)


def _columns(view: View, headings: Sequence[_Heading], first_line: int) -> list[Column]:
    texts = _texts_below(view, headings, first_line)
    ticked = _tick_columns(headings, texts)
    taken = {column.index for column in ticked}
    plain = {h.meaning.field for h in headings if "contact" not in h.meaning.about}
    offers = sorted(
        (
            (score, h, name)
            for h in headings
            if h.index not in taken
            for name, score in _offers(h, texts[h.index], plain)
        ),
        key=lambda offer: (-offer[0], offer[1].index),
    )
    return _named(_assigned(offers, ticked))


def _texts_below(view: View, headings: Sequence[_Heading], first_line: int) -> dict[int, list[str]]:
    """What stands below each heading, without lines that hold so little that they may be notes or pairs."""
    lines = range(first_line, min(view.lines, first_line + _LOOK_AHEAD))
    rows = [[view.text(line, h.index) for h in headings] for line in lines]
    full = [row for row in rows if sum(map(bool, row)) > _A_PAIR] or rows
    return {h.index: [row[at] for row in full] for at, h in enumerate(headings)}


def _offers(heading: _Heading, texts: Iterable[str], plain: set[str]) -> list[tuple[str, float]]:
    """What a column may be, and how likely; `plain` is what other headings say without a contact."""
    meaning, column = heading.meaning, list(texts)
    if "contact" in meaning.about and (name := _of_contact(meaning.field, plain)):
        return [(name, 1.0)]
    if "other" in meaning.about and meaning.field in _WHO | {"phone"}:
        return []
    about = 0.9 if "contact" in meaning.about else 1.0
    shared = meaning.together[:1] if set(meaning.together) <= COMPANY_FIELDS else ()
    words = dict.fromkeys(shared, 1.5) or {name: min(weight, 1.5) for name, weight in meaning.fields}
    if not words and "company" in meaning.about:
        words = {"company_name": 1.0}
    said = {
        name: about * weight * (0.5 + 0.5 * meaning.coverage) + 0.8 * column_fit(name, column)
        for name, weight in words.items()
    }
    if len(said) == 1 and meaning.weight >= 1 and meaning.coverage == 1:
        said = {name: max(score, _LOWEST) for name, score in said.items()}  # plain words, bad values
    said = {
        name: score
        for name, score in said.items()
        if name not in COMPANY_FIELDS or words[name] >= 1 or score >= _SURE
    }
    if meaning.ordinal and max(said.values(), default=0.0) < _SURE and column_fit("phone", column) > _MOSTLY:
        return [("phone", 1.0)]  # "Third number" over phones
    if not said:
        said = {name: _DOUBTFUL for name in _EVIDENT if column_fit(name, column) >= _FEW}
    return list(said.items())


def _of_contact(name: str, plain: set[str]) -> str:
    """The contact's field, where the users have one of their own beside it."""
    if name in {"email", "phone"}:
        return f"contact_{name}" if name in plain else ""
    return "contact_name" if plain & (_WHO - {"email"}) and name in {"", "name", "full_name"} else ""


def _assigned(offers: Sequence[tuple[float, _Heading, str]], ticked: Sequence[Column]) -> list[Column]:
    columns = list(ticked)
    used = {column.index for column in ticked}
    best: dict[str, float] = dict.fromkeys((column.field for column in ticked), 2.0)
    rivals: set[str] = set()
    for score, heading, name in offers:
        if score < _LOWEST or heading.index in used or name == "ignored":
            used |= {heading.index} if name == "ignored" else set()
            continue
        phones = sum(column.field == "phone" for column in columns) if name == "phone" else 0
        full = name != "phone" or phones >= _MOST_PHONES or score == _DOUBTFUL
        if name in best and full:
            rivals |= {name} if best[name] - score < _NEAR else set()
            continue
        used.add(heading.index)
        best[name] = score
        meaning = heading.meaning
        columns.append(
            Column(
                index=heading.index,
                field=name,
                label=heading.text,
                line=heading.line,
                together=meaning.together,
                ordinal=meaning.ordinal,
                sure=score >= _SURE or _is_clear(meaning, name, best),
            )
        )
    return [replace(column, sure=False) if column.field in rivals else column for column in columns]


def _is_clear(meaning: Meaning, name: str, taken: Mapping[str, float]) -> bool:
    """Whether the words leave no doubt, or other columns are all that they could mean besides."""
    if meaning.weight >= 1 and meaning.coverage >= _UNDERSTOOD:
        return True
    others = {other for other, _ in meaning.fields} - {name}
    return bool(others) and others <= taken.keys()


def _tick_columns(headings: Sequence[_Heading], texts: dict[int, list[str]]) -> list[Column]:
    """The boxes to tick: choices as headings over nothing but ticks, one of them ticked at least.

    A column that says a role or credential in words stands above them.
    """
    boxes: list[tuple[_Heading, str, str, bool]] = []
    said: set[str] = set()
    for heading in headings:
        chosen = _choice_of(heading.text)
        marks = [choices.ticked(text) for text in texts[heading.index]]
        if chosen and (None not in marks or True in takewhile(lambda mark: mark is not None, marks)):
            boxes.append((heading, *chosen, True in marks))
        elif heading.meaning.field in {"role", "credential"}:
            name = heading.meaning.field
            said |= {name} if column_fit(name, texts[heading.index]) > 0 else set()
    kinds = {name for _, name, _, is_ticked in boxes if is_ticked} - said
    return [
        Column(index=heading.index, field=name, label=heading.text, line=heading.line, ticks=choice)
        for heading, name, choice, _ in boxes
        if name in kinds
    ]


def _choice_of(text: str) -> tuple[str, str] | None:
    """The field and choice that a heading names, such as "Org Admin" above ticks."""
    bare = " ".join(_ANSWERS.sub(" ", text).split())
    if role := choices.role_of(bare):
        return "role", role
    credential = choices.credential_of(bare)
    return ("credential", credential) if credential else None


def _named(columns: list[Column]) -> list[Column]:
    """A bare "Name" beside a first name is the last name, alone it is the whole; phones by their numbers."""
    fields = {column.field for column in columns}
    whole = fields & {"first_name", "last_name"} == {"first_name", "last_name"}
    kept = []
    for column in columns:
        name = column.field
        if name == "name":
            name = (
                "last_name"
                if "first_name" in fields
                else "first_name"
                if "last_name" in fields
                else "full_name"
            )
        if (
            name == "full_name"
            and not column.together
            and "last_name" not in fields
            and "first_name" in fields
        ):
            name = "last_name"
        if name == "full_name" and (whole or (column.field == "name" and "full_name" in fields)):
            continue
        if name != column.field and (name in fields):
            continue
        kept.append(replace(column, field=name))
    phones = _in_order([column for column in kept if column.field == "phone"])
    return [column for column in kept if column.field != "phone"] + phones


def _in_order(phones: Sequence[Column]) -> list[Column]:
    """Phones by the numbers of their headings; those without one fill the gaps, "further" ones last."""
    said: dict[int, Column] = {}
    others: list[Column] = []
    for column in sorted(phones, key=lambda column: ((column.ordinal or 0) == LATER, column.index)):
        if column.ordinal is None or column.ordinal == LATER or column.ordinal in said:
            others.append(column)
        else:
            said[column.ordinal] = column
    free = (number for number in count(1) if number not in said)
    placed = said | dict(zip(free, others))  # noqa: B905 - the numbers never end
    return [placed[number] for number in sorted(placed)]


def heading_reads(view: View, headings: Headings) -> list[HeadingRead]:
    """How each heading was understood, in the words of Company and User."""
    names = {"phone": "phones", "full_name": "last_name", "company_name": "name"}
    return [
        HeadingRead(
            field=names.get(name, name),
            label=column.label,
            sheet=view.page.sheet.name,
            cell=view.cell(column.line, column.index).cell,
            sure=column.sure,
        )
        for column in sorted(headings.columns, key=lambda column: column.index)
        for name in column.together or (column.field,)
    ]
