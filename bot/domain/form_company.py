"""Understand labels with values as one company after the other: whose name it is, whose address."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.domain.form_evidence import fit
from bot.domain.form_found import FoundCell
from bot.domain.form_headings import COMPANY_FIELDS
from bot.domain.form_labels import Meaning
from bot.domain.form_names import address_of, parts_of
from bot.domain.form_pages import Page
from bot.domain.form_pairs import Pair
from bot.domain.ris import HeadingRead

_CONTACT: Final = {
    "name": "contact_name",
    "full_name": "contact_name",
    "email": "contact_email",
    "phone": "contact_phone",
    "first_name": "contact_first_name",
    "last_name": "contact_last_name",
}
_SECTIONS: Final = ("other", "contact", "company", "user")
_SURE: Final = 0.75
_UNDERSTOOD: Final = 0.6
_SHORTEST_CODE: Final = 4  #: characters of a postal code
_ENOUGH_TYPED: Final = 3
#: Fields whose values have a look of their own.
_TYPED: Final = {
    "contact_email": "email",
    "contact_phone": "phone",
    "postal_code": "postal_code",
    "country": "country",
    "website": "website",
    "vat_id": "vat_id",
    "partner_type": "partner_type",
    "seats": "seats",
    "street": "street",
}
_CORE: Final = frozenset({"name", "street", "postal_code", "city", "country"})


@dataclass(frozen=True)
class _Said:
    """One field as one label says it."""

    cell: FoundCell
    score: float
    read: HeadingRead


@dataclass(kw_only=True)
class FoundCompany:
    """One company of a sheet, in the words of Company."""

    sheet: str
    first_row: int
    said: dict[str, _Said] = field(default_factory=dict)

    def cells(self) -> dict[str, FoundCell]:
        """The cells by field; a contact's names are joined, a house number ends its street."""
        cells = {name: said.cell for name, said in self.said.items()}
        first, last = cells.pop("contact_first_name", None), cells.pop("contact_last_name", None)
        name = cells.get("contact_name")
        last = last or (name if first and name and first.text not in name.text else None)
        if (first or last) and (last is name or not name or not name.text):
            whole = " ".join(cell.text for cell in (first, last) if cell and cell.text)
            cells["contact_name"] = (first or last or FoundCell())._replace(text=whole)
        street = cells.get("street")
        if street and not cells.keys() & {"postal_code", "city"}:
            cells |= _address_parts(street)
        number = cells.pop("house_number", None)
        if number and number.text and street and street.text:
            cells["street"] = street._replace(text=f"{street.text} {number.text}")
        return cells

    def add(self, cells: Mapping[str, FoundCell]) -> None:
        """Cells whose headings are kept elsewhere."""
        for name, cell in cells.items():
            read = HeadingRead(field=name, label="", sheet=cell.sheet)
            self.said[name] = _Said(cell, 1.0, read)

    def headings(self) -> list[HeadingRead]:
        return [said.read for said in self.said.values() if said.read.label]

    @property
    def explains(self) -> bool:
        """Whether it is a page that explains the form: its values suit their labels badly."""
        fits = [
            fit(_TYPED[name], said.cell.text)
            for name, said in self.said.items()
            if name in _TYPED and said.cell.text
        ]
        enough = len(fits) >= _ENOUGH_TYPED or (bool(fits) and self.said.keys().isdisjoint(_CORE))
        return enough and sum(fits) < 0

    @property
    def filled(self) -> int:
        return sum(bool(said.cell.text or said.cell.formula) for said in self.said.values())


def _address_parts(cell: FoundCell) -> dict[str, FoundCell]:
    """A whole address under a label that only says "Address", where nothing else gives code and city."""
    parts = address_of(cell.text)
    if len(parts.get("postal_code", "")) < _SHORTEST_CODE or not parts.get("city"):
        return {}
    return {name: cell._replace(text=text) for name, text in parts.items()}


def companies_in(page: Page, pairs: Sequence[Pair]) -> list[FoundCompany]:
    """The companies that a sheet's labels tell of; a new one begins where its main fields are said again."""
    found: list[FoundCompany] = []
    sections: dict[int, str] = {}  # by the column of the heading that opened it
    for number, pair in enumerate(pairs):
        below = [other for other in pairs[number + 1 :] if other.column == pair.column][:2]
        opened = _section(pair, below)
        if opened:
            sections[pair.column] = opened
            continue
        section = next((sections[c] for c in range(pair.column, -1, -1) if c in sections), "")
        company = found[-1] if found else None
        names = _fields(pair, section, company)
        if not names or _is_group(page, pair, names):
            continue
        if company is None or _begins_again(company, names, pair, page):
            company = FoundCompany(sheet=page.sheet.name, first_row=pair.row)
            found.append(company)
            names = _fields(pair, section, company)
        for name, said in _said(page, pair, names):
            _keep(company, name, said)
    return found


def _is_group(page: Page, pair: Pair, names: Sequence[str]) -> bool:
    """Whether a label such as "Phones" stands over other labels and not before the contact's value."""
    if pair.meaning.about or not set(names) <= {"contact_phone", "contact_email"}:
        return False
    below = page.label(*pair.value)
    return below.weight >= 1 and below.coverage == 1


def _section(pair: Pair, following: Sequence[Pair]) -> str:
    """Whom the labels below are about, where this one is a heading without a value."""
    if not pair.empty or pair.meaning.coverage < 1:
        return ""
    about = next((whom for whom in _SECTIONS if whom in pair.meaning.about), "")
    if not about or (pair.meaning.fields and about != "user"):
        return ""
    generic = any(p.meaning.field in _CONTACT and not p.meaning.about for p in following)
    return about if generic or about == "user" or not following else ""


def _fields(pair: Pair, section: str, company: FoundCompany | None) -> tuple[str, ...]:
    """The fields of Company that a label means here, () where none."""
    meaning = pair.meaning
    name = meaning.field
    if meaning.together and name != "full_name":
        return meaning.together
    contact = "contact" in meaning.about or (section == "contact" and "company" not in meaning.about)
    if name in _CONTACT or (not name and meaning.about):
        others = "other" in meaning.about or (section == "other" and not meaning.about)
        if others or ("user" in meaning.about and "contact" not in meaning.about):
            return ()
        return _whose(name, meaning.about, section, company, contact=contact)
    if name == "company_name":
        return ("name",)
    return (name,) if name in COMPANY_FIELDS or name == "house_number" else ()


def _whose(
    name: str, about: Iterable[str], section: str, company: FoundCompany | None, *, contact: bool
) -> tuple[str, ...]:
    """Whether a name, an address or a phone is the company's or the contact's."""
    if contact:
        return (_CONTACT.get(name, "contact_name"),)
    if "company" in about and name in {"", "name"}:
        return ("name",)
    if name == "name":
        known = company is not None and "name" in company.said
        return ("contact_name",) if known and section != "company" else ("name",)
    return (_CONTACT[name],) if name else ()


def _begins_again(company: FoundCompany, names: Sequence[str], pair: Pair, page: Page) -> bool:
    """Whether the name of a company comes again, below a block that holds most of one."""
    if "name" not in names or "name" not in company.said or pair.empty:
        return False
    if pair.meaning.weight < 1 and "company" not in pair.meaning.about:
        return False  # "Customer" may be what kind of partner it is
    before = company.said["name"].cell
    return len(_CORE & company.said.keys()) >= 4 and before.text != page.text(*pair.value)  # noqa: PLR2004


def _said(page: Page, pair: Pair, names: Sequence[str]) -> list[tuple[str, _Said]]:
    cell = page.cell(*pair.value)
    if pair.within:
        cell = cell._replace(text=pair.within)
    meaning = pair.meaning
    weight = min(meaning.weight, 1.5) if meaning.fields else 1.0
    score = weight * (0.5 + 0.5 * meaning.coverage) + 0.5 * fit(meaning.field, cell.text)
    score += 0.5 * ("contact" in meaning.about)
    where = page.cell(pair.row, pair.column)
    parts = _parts(names, cell)
    return [
        (
            name,
            _Said(
                part,
                score,
                HeadingRead(
                    field=name,
                    label=pair.text,
                    sheet=where.sheet,
                    cell=where.cell,
                    sure=pair.empty or _is_sure(meaning, score),  # nothing was taken that could be wrong
                ),
            ),
        )
        for name, part in parts.items()
    ]


def _is_sure(meaning: Meaning, score: float) -> bool:
    """Whether the words alone, or the words with the value, leave no doubt."""
    words = (meaning.weight >= 1 or not meaning.fields) and meaning.coverage >= _UNDERSTOOD
    return words or score >= _SURE


def _parts(names: Sequence[str], cell: FoundCell) -> dict[str, FoundCell]:
    """The cell for each field it holds; what shares it is taken apart."""
    if len(names) == 1:
        return {names[0]: cell}
    return {name: cell._replace(text=text) for name, text in parts_of(names, cell.text).items()}


def _keep(company: FoundCompany, name: str, said: _Said) -> None:
    """Of two labels for a field the filled one counts, then the surer, then the first."""
    before = company.said.get(name)
    if before is None:
        company.said[name] = said
        return
    filled, had = bool(said.cell.text or said.cell.formula), bool(before.cell.text or before.cell.formula)
    if (filled and not had) or (filled == had and said.score > before.score):
        company.said[name] = said
