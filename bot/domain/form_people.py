"""Read the users of a table whose headings are understood; notes, totals and examples are no users."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from bot.domain import forms
from bot.domain.choice_words import ticked
from bot.domain.form_evidence import is_phone_like
from bot.domain.form_found import FoundCell, FoundUser
from bot.domain.form_headings import COMPANY_FIELDS, CONTACT_FIELDS, Headings, find_headings
from bot.domain.form_labels import meaning_of
from bot.domain.form_names import names_of, parts_of, without_salutation
from bot.domain.form_pages import View
from bot.domain.languages import LANGUAGES
from bot.domain.plain_words import folded, words_in
from bot.domain.review_values import written_address
from bot.domain.ris import Role

_TOTAL: Final = re.compile(
    r"(?:gesamt|summe|total|totaal|totale|subtotal|zwischensumme|anzahl|sum|count|number of|ende|end)"
    r"\b.{0,40}"
)
_EXAMPLE: Final = re.compile(
    r"(?:e\.? ?g\.?|z\.? ?b\.?|bsp\.?|ex\.?|beispiel\w*|example\w*|muster|sample|exemple"
    r"|ejemplo|esempio|voorbeeld)"
    r"(?:[:. /(\[].{0,30})?"
)
_EXAMPLE_HOSTS: Final = words_in("""
    example.com example.org example.net beispiel.de muster.de firma.de
""")
_NOBODY: Final = words_in(
    folded("""
    mustermann musterfrau doe muster mustermensch beispiel example sample smithexample nachname
    lastname surname vorname firstname name yourname
""")
)
_OF_COMPANY: Final = COMPANY_FIELDS | CONTACT_FIELDS
_NOTE_FILLED: Final = 2  #: so few cells in a line may be a note
_LONGEST_MARK: Final = 40  #: of "Example (do not fill in)"
_COMPANY_LINES: Final = 2
_COMPANY_LABELS: Final = 3
_MARKS: Final = "*()[]<> "


@dataclass(kw_only=True)
class People:
    """What a table holds: users, and the company's cells of each where the table has them."""

    users: list[FoundUser] = field(default_factory=list)
    companies: list[dict[str, FoundCell]] = field(default_factory=list)
    headings: list[Headings] = field(default_factory=list)
    end: int = 0  #: the first line after the table


def read_people(view: View, headings: Headings) -> People:
    """The users from the line below the headings to the end of the table."""
    people = People(headings=[headings], end=headings.first_line)
    line = headings.first_line
    while line < view.lines:
        if not _is_plain_user(view, headings, line) and not view.page.exhausted:
            repeated = _headings_again(view, headings, line)
            if repeated:
                headings, line = repeated, repeated.first_line
                people.headings.append(headings)
                continue
            if not view.across and _company_begins(view, line):
                break
        user = read_user(view, headings, line)
        if user:
            people.users.append(user)
            people.companies.append(_company_beside(view, headings, line))
        line += 1
    people.end = line
    return people


def _company_beside(view: View, headings: Headings, line: int) -> dict[str, FoundCell]:
    """The company's cells in a user's line; what shares one is taken apart."""
    found: dict[str, FoundCell] = {}
    shared: dict[str, FoundCell] = {}
    for column in headings.columns:
        cell = view.cell(line, column.index)
        if column.field in _OF_COMPANY and len(column.together) > 1:
            parts = parts_of(column.together, cell.text)
            shared |= {name: cell._replace(text=text) for name, text in parts.items()}
        elif column.field in _OF_COMPANY:
            found[column.field] = cell
    return shared | found


def _is_plain_user(view: View, headings: Headings, line: int) -> bool:
    return any("@" in view.own_text(line, column.index) for column in headings.of("email"))


def _headings_again(view: View, headings: Headings, line: int) -> Headings | None:
    """Headings within the table: the same once more, or those of the next one."""
    texts = [(view.own_text(line, c.index), c.label) for c in headings.columns]
    if all(text == label for text, label in texts):
        return replace(headings, first_line=line + 1)
    labels = sum(bool(view.label(line, column.index).fields) for column in headings.columns)
    return find_headings(view, line) if labels > _NOTE_FILLED else None


def _company_begins(view: View, line: int) -> bool:
    """Whether a block of labels and values of a company begins here."""
    found = 0
    for below in range(line, min(line + 6, view.lines)):
        filled = [c for c in view.page.filled(below) if not view.own_text(below, c).strip(".)").isdigit()]
        if not filled:
            continue
        if len(filled) > 4:  # noqa: PLR2004 - a label, its value, a note
            return below == line and _is_row_of_labels(view, line, filled)
        meaning = view.label(below, filled[0])
        names = {name for name, _ in meaning.fields} & COMPANY_FIELDS or meaning.about & {
            "company",
            "contact",
        }
        found += bool(names) and meaning.coverage > 0.8  # noqa: PLR2004
        if below == line and not found:
            return False
    return found >= _COMPANY_LINES


def _is_row_of_labels(view: View, line: int, filled: Sequence[int]) -> bool:
    """Whether a company's labels stand beside each other here, above their values."""
    names = {view.label(line, column).field for column in filled} & COMPANY_FIELDS
    return len(names) >= max(_COMPANY_LABELS, len(filled) // 2)


def read_user(view: View, headings: Headings, line: int) -> FoundUser | None:
    """The person of a line, or None where it holds none."""
    cells: dict[str, FoundCell] = {}
    phones: list[FoundCell] = []
    for column in headings.columns:
        if column.field == "phone":
            phones.append(view.cell(line, column.index))
        elif not column.ticks and column.field not in _OF_COMPANY:
            cells[column.field] = view.cell(line, column.index)
    if not _is_person(view, line, cells, phones, headings):
        return None
    whole = cells.pop("full_name", None)
    if whole:
        _split_name(cells, whole, headings)
    if headings.boxes:
        cells |= _ticks(view, headings, line)
    sheet = view.page.sheet.name
    return FoundUser(cells=cells, phones=tuple(phones), sheet=sheet, row=None if view.across else line + 1)


_WHO: Final = ("first_name", "last_name", "full_name", "email")


def _is_person(
    view: View, line: int, cells: Mapping[str, FoundCell], phones: Sequence[FoundCell], headings: Headings
) -> bool:
    who = [cells[name].text for name in _WHO if name in cells and cells[name].text]
    if not who and not any(cell.text or cell.formula for cell in phones):
        return any(cell.formula for cell in cells.values())
    filled = [cell.text for cell in (*cells.values(), *phones) if cell.text]
    if len(filled) <= _NOTE_FILLED and _is_note(view, line, filled):
        return False
    return not _is_example(view, line, cells, headings)


def _is_note(view: View, line: int, filled: Sequence[str]) -> bool:
    """A line with hardly anything in it that is a total or a remark."""
    if any("@" in text and " " not in text.strip() for text in filled) or any(map(is_phone_like, filled)):
        return False
    texts = [text for index in view.within(line) if (text := view.own_text(line, index))]
    first = folded(texts[0]).strip(_MARKS) if texts else ""
    if meaning_of(first).weight >= 1:
        return True  # "Date" with its day
    return len(filled) == 1 or bool(_TOTAL.fullmatch(first)) or any(len(text) > 60 for text in filled)  # noqa: PLR2004


def _is_example(view: View, line: int, cells: Mapping[str, FoundCell], headings: Headings) -> bool:
    """Whether a line says that it is an example, or names nobody at an address of nobody."""
    for index in headings.others(view.within(line)):
        text = view.own_text(line, index)
        if text and len(text) <= _LONGEST_MARK and _EXAMPLE.fullmatch(folded(text).strip(_MARKS)):
            return True
    return _nobody(cells)


def _nobody(cells: Mapping[str, FoundCell]) -> bool:
    address = cells["email"].text if "email" in cells else ""
    host = address.rpartition("@")[2].casefold().strip("<> ")
    if host not in _EXAMPLE_HOSTS:
        return False
    named = [cells[name].text for name in _WHO if name in cells]
    words = {word for text in named for word in re.findall(r"[a-z]+", folded(text.partition("@")[0]))}
    people = [forms.example_user(lang) for lang in LANGUAGES]
    return any(address.casefold() == person.email for person in people) or bool(words & _NOBODY)


def _split_name(cells: dict[str, FoundCell], whole: FoundCell, headings: Headings) -> None:
    order = next((column.together for column in headings.of("full_name")), ())
    said, name = without_salutation(whole.text)
    first, last = names_of(name, order, written_address(cells["email"].text) if "email" in cells else "")
    cells.setdefault("first_name", whole._replace(text=first))
    cells.setdefault("last_name", whole._replace(text=last))
    if said and not headings.has("salutation"):
        cells["salutation"] = whole._replace(text=said)


def _ticks(view: View, headings: Headings, line: int) -> dict[str, FoundCell]:
    """The choice of each group of tick boxes: the strongest that is ticked."""
    found: dict[str, FoundCell] = {}
    for name in ("role", "credential"):
        boxes = headings.of(name)
        if not boxes or not all(column.ticks for column in boxes):
            continue
        order = list(Role)
        marked = [c for c in boxes if ticked(view.text(line, c.index))]
        marked.sort(key=lambda c: order.index(Role(c.ticks)) if name == "role" else 0)
        if len({c.ticks for c in marked}) > 1 and name == "credential":
            marked = []
        where = view.cell(line, (marked or boxes)[0].index)
        left_to_user = name == "role" and not marked and all(c.ticks != Role.USER for c in boxes)
        found[name] = where._replace(text=marked[0].ticks if marked else Role.USER if left_to_user else "")
    return found
