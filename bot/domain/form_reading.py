"""Read forms by other hands: the companies and the users in a workbook, and which belong together."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from bot.domain.form_across import find_across, rows_across
from bot.domain.form_company import FoundCompany, companies_in
from bot.domain.form_evidence import fit
from bot.domain.form_found import FoundCase, FoundCell, FoundUser
from bot.domain.form_headings import find_headings, heading_reads
from bot.domain.form_pages import Page, View
from bot.domain.form_pairs import find_pairs, pairs_within, side_by_side
from bot.domain.form_people import People, read_people
from bot.domain.plain_words import folded
from bot.domain.review_values import is_address, written_address
from bot.domain.ris import HeadingRead
from bot.domain.sheets import Workbook

_MOST_FREE_ROWS: Final = 1_500  #: rows outside of tables; a form has some dozen
_TITLE_ROWS: Final = 40
_HIGHEST_ACROSS: Final = 300  #: rows of a sheet whose users may stand across
_TITLE: Final = re.compile(r"required information|\bris\b|forumpass|managed access gateway")
_SPECIAL: Final = {
    "role": 2.0,
    "credential": 2.0,
    "partner_type": 2.0,
    "seats": 1.0,
    "application": 1.0,
    "vat_id": 0.5,
}
_A_TABLE: Final = 4  #: fields of a table of users
_A_BLANK_TABLE: Final = 5
_A_COMPANY: Final = 4
_WHOLE_COMPANY: Final = 7
_RATHER_A_RIS: Final = 3.0
_SURELY_A_RIS: Final = 4.0
_A_LINE: Final = 4  #: filled cells of a user's line
_MOST_ASKED: Final = 10
_VOUCHED: Final = 3


@dataclass(kw_only=True)
class _Table:
    """Users as they stand together somewhere."""

    sheet: str
    row: int
    people: People
    reads: list[HeadingRead]
    across: bool = False

    @property
    def fields(self) -> set[str]:
        return {column.field for headings in self.people.headings for column in headings.columns}

    def addresses(self) -> set[str]:
        """As written in the users' lines, in lower case."""
        return {written_address(user.cell("email").text).lower() for user in self.people.users} - {""}

    def domains(self) -> set[str]:
        return {_domain(user.cell("email").text) for user in self.people.users} - {""}


@dataclass(kw_only=True)
class _Findings:
    companies: list[FoundCompany] = field(default_factory=list)
    tables: list[_Table] = field(default_factory=list)
    within: list[FoundCompany] = field(default_factory=list)  #: of cells that hold label and value
    unread: list[HeadingRead] = field(default_factory=list)  #: lines that may be users nobody read
    titled: bool = False


def read_forms(workbook: Workbook, *, vouched: bool = False) -> tuple[FoundCase, ...]:
    """The RIS in a workbook by whatever hand, one for each company; nothing where it is none.

    `vouched`: a person says that it is one, so that less of it has to be recognised.
    """
    found, hidden = _Findings(), _Findings()
    for sheet in workbook.sheets:
        _search(Page(sheet=sheet, formulas=workbook.formulas), hidden if sheet.hidden else found)
    _take_hidden(found, hidden)
    found.tables = _of_users(found.tables)
    companies = _merged(found.companies) or _from_tables(found.tables)
    if not any(company.filled >= _A_COMPANY for company in companies):
        companies = _merged(found.within) or companies
    if not _is_ris(found, companies, vouched=vouched):
        return ()
    groups = _together(companies, found.tables)
    cases = [_case(company, tables, macros=workbook.macros) for company, tables in groups]
    return (replace(cases[0], headings=(*cases[0].headings, *found.unread)), *cases[1:])


def _take_hidden(found: _Findings, hidden: _Findings) -> None:
    """What only hidden sheets hold counts as hidden rows do; people beside those in sight are asked for."""
    tables = [table for table in hidden.tables if table.people.users]
    known = {address for table in found.tables for address in table.addresses()}
    if not known:
        found.tables += tables
    else:
        new = [table for table in tables if table.addresses() - known]
        emails = [next((read for read in table.reads if read.field == "email"), None) for table in new]
        found.unread += [replace(read, sure=False) for read in emails if read]
    found.companies = found.companies or hidden.companies


def _search(page: Page, found: _Findings) -> None:
    free = _tables_down(page, found)
    if len(free) > _MOST_FREE_ROWS:
        free = free[:_MOST_FREE_ROWS]
    found.titled = found.titled or _titled(page, free)
    for across in find_across(page, free):
        reads = [read for h in across.people.headings for read in heading_reads(across.view, h)]
        found.tables.append(
            _Table(
                sheet=page.sheet.name, row=min(across.rows), people=across.people, reads=reads, across=True
            )
        )
        free = [row for row in free if row not in across.rows]
    pairs = find_pairs(page, free)
    for group in side_by_side(page, pairs):
        found.companies += companies_in(page, group)
    found.unread += _unread(page, free, {pair.value for pair in pairs})
    found.within += companies_in(page, pairs_within(page, free))


def _tables_down(page: Page, found: _Findings) -> list[int]:
    """Read every table of users whose headings stand in a row; return the rows outside of them."""
    view = View(page=page)
    free: list[int] = []
    row = 0
    if continued := _continued(page, found):
        found.tables.append(continued)
        return free
    across = rows_across(page, _HIGHEST_ACROSS)
    while row < page.height:
        looked_at = len(free) < _MOST_FREE_ROWS and page.filled(row) and row not in across
        headings = find_headings(view, row) if looked_at else None
        people = read_people(view, headings) if headings else None
        if people is None or _is_empty(people):
            free += [row] if any(value is not None for value in page.sheet.rows[row]) else []
            row += 1
            continue
        reads = [read for h in people.headings[:1] for read in heading_reads(view, h)]
        found.tables.append(_Table(sheet=page.sheet.name, row=row, people=people, reads=reads))
        row = people.end
    return free


def _is_empty(people: People) -> bool:
    """Whether nobody stands below headings that are too few for a blank table: a row of values, rather."""
    return not people.users and len({column.field for column in people.headings[0].columns}) < _A_BLANK_TABLE


def _unread(page: Page, rows: Sequence[int], values: Collection[tuple[int, int]]) -> list[HeadingRead]:
    """Addresses in lines that look like a user's and belong to nothing understood: asked, not dropped."""
    return [
        HeadingRead(
            field="email",
            label=page.own_text(row, column),
            sheet=page.sheet.name,
            cell=page.cell(row, column).cell,
            sure=False,
        )
        for row in rows
        if len(page.filled(row)) >= _A_LINE
        for column in page.filled(row)
        if (row, column) not in values and is_address(page.own_text(row, column))
    ][:_MOST_ASKED]


def _continued(page: Page, found: _Findings) -> _Table | None:
    """The users of a sheet that goes on from its first row as the last one ended, without headings."""
    before = found.tables[-1].people.headings[-1] if found.tables and not found.tables[-1].across else None
    rows = [row for row in range(min(page.height, _TITLE_ROWS)) if page.filled(row)]
    email = before.of("email") if before else []
    if before is None or not email or not rows:
        return None
    if not all(fit("email", page.text(row, email[0].index)) > 0 for row in rows):
        return None
    people = read_people(View(page=page), replace(before, first_line=0))
    return _Table(sheet=page.sheet.name, row=0, people=people, reads=[])


def _titled(page: Page, rows: Sequence[int]) -> bool:
    return any(
        _TITLE.search(folded(page.own_text(row, column)[:200]))
        for row in rows[:_TITLE_ROWS]
        for column in page.filled(row)
    )


def _of_users(tables: list[_Table]) -> list[_Table]:
    """Without tables that say nothing of roles and credentials where another does."""
    telling = [table for table in tables if table.fields & {"role", "credential"}]
    return telling or tables


def _merged(companies: Iterable[FoundCompany]) -> list[FoundCompany]:
    """Companies whose fields stand on several sheets or in several blocks, as one each."""
    kept: list[FoundCompany] = []
    every = list(companies)
    for company in [one for one in every if not one.explains] or every[:1]:
        if kept and _may_join(kept[-1], company):
            for name, said in company.said.items():
                if not kept[-1].said.get(name) or not kept[-1].said[name].cell.text:
                    kept[-1].said[name] = said
        else:
            kept.append(company)
    if len(kept) > 1:
        kept = [company for company in kept if company.filled >= _A_COMPANY] or kept[:1]
    return kept


def _may_join(one: FoundCompany, other: FoundCompany) -> bool:
    shared = [
        name
        for name, said in other.said.items()
        if said.cell.text and name in one.said and one.said[name].cell.text not in {"", said.cell.text}
    ]
    return len(shared) <= 1 and "name" not in shared


def _from_tables(tables: Iterable[_Table]) -> list[FoundCompany]:
    """Companies out of tables that repeat them beside each user."""
    found: dict[str, FoundCompany] = {}
    for table in tables:
        for cells in table.people.companies:
            name = cells.get("company_name", FoundCell()).text
            if cells and name not in found:
                company = FoundCompany(sheet=table.sheet, first_row=table.row)
                company.add({("name" if key == "company_name" else key): cell for key, cell in cells.items()})
                found[name] = company
    named = [company for name, company in found.items() if name]
    return named or list(found.values())[:1]


def _is_ris(found: _Findings, companies: Sequence[FoundCompany], *, vouched: bool) -> bool:
    """Whether so much of what only a RIS asks for was found that it can be nothing else."""
    asked = {name for company in companies for name in company.said}
    of_users = {name for table in found.tables for name in table.fields}
    special = sum(weight for name, weight in _SPECIAL.items() if name in asked | of_users) + 2 * found.titled
    if vouched and (any(table.people.users for table in found.tables) or len(asked) >= _VOUCHED):
        return True
    if found.tables and len(of_users) >= _A_TABLE:
        both = {"role", "credential"} <= of_users
        return special >= (_RATHER_A_RIS if len(asked) >= _A_COMPANY else _SURELY_A_RIS) and (
            both or len(asked) >= _A_COMPANY
        )
    return len(asked) >= _WHOLE_COMPANY and special >= _SURELY_A_RIS


def _together(
    companies: Sequence[FoundCompany], tables: Sequence[_Table]
) -> list[tuple[FoundCompany | None, list[_Table]]]:
    """Each company with its tables of users: by the domain of their addresses, else by where they stand."""
    if len(companies) < 2:  # noqa: PLR2004
        return [(companies[0] if companies else None, list(tables))]
    groups: list[tuple[FoundCompany | None, list[_Table]]] = [(company, []) for company in companies]
    for number, table in enumerate(tables):
        groups[_owner(companies, table, number, len(tables))][1].append(table)
    return groups


def _owner(companies: Sequence[FoundCompany], table: _Table, number: int, tables: int) -> int:
    for index, company in enumerate(companies):
        cells = company.cells()
        known = {_domain(cells[name].text) for name in ("contact_email", "website") if name in cells} - {""}
        if known & table.domains():
            return index
    near = [i for i, c in enumerate(companies) if c.sheet == table.sheet and c.first_row < table.row]
    if near:
        return near[-1]
    return min(number, len(companies) - 1) if tables == len(companies) else 0


def _domain(text: str) -> str:
    host = text.casefold().rpartition("@")[2].rpartition("//")[2].partition("/")[0]
    return host.removeprefix("www.").strip("<> ")


def _case(company: FoundCompany | None, tables: Sequence[_Table], *, macros: bool) -> FoundCase:
    users: list[FoundUser] = [user for table in tables for user in table.people.users]
    reads = [read for table in tables for read in table.reads]
    return FoundCase(
        company=company.cells() if company else {},
        users=tuple(users),
        users_sheet=tables[0].sheet if tables else (company.sheet if company else ""),
        macros=macros,
        headings=tuple((company.headings() if company else []) + reads),
    )
