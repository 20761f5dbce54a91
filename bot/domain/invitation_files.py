"""A file of people to invite to the Extranet: its rows are taken as they are, or refused by name."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from bot.domain.addresses import reaches_desk
from bot.domain.partners import NewInvitation, may_be_same
from bot.domain.plain_words import words_in
from bot.domain.review_values import is_address, text_of, would_run, written_address
from bot.domain.row_files import FileReading, Row, Table, compared, read_table
from bot.domain.sheets import Workbook

MOST_ROWS: Final = 1_000  #: people of one file
LONGEST: Final = 100  #: characters of a name


class Column(StrEnum):
    """What a file may say of a person."""

    EMAIL = "email"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    LANGUAGE = "language"
    ROLE = "role"


class FileFault(StrEnum):
    """Why no row of a file was looked at."""

    EMPTY = "empty"
    SEVERAL_SHEETS = "several_sheets"
    NO_ADDRESSES = "no_addresses"  # no column is called e-mail
    TWICE = "twice"  # two columns are called the same
    TOO_MANY = "too_many"


class InviteFault(StrEnum):
    """What is wrong with one invitation."""

    MISSING = "missing"
    BAD_EMAIL = "bad_email"
    OURS = "ours"  # an address of this desk
    TOO_LONG = "too_long"
    FORMULA = "formula"
    UNKNOWN_LANGUAGE = "unknown_language"
    UNKNOWN_ROLE = "unknown_role"
    IN_FILE = "in_file"  # an earlier row has the person
    INVITED = "invited"  # an invitation is open
    THERE = "there"  # they have an account


@dataclass(frozen=True, kw_only=True)
class BadRow:
    line: int  #: as a spreadsheet program counts
    column: Column
    fault: InviteFault
    other: int = 0  #: of IN_FILE: the line on which the address stands first


@dataclass(frozen=True, kw_only=True)
class GoodRow:
    line: int
    invited: NewInvitation


@dataclass(frozen=True, kw_only=True)
class InvitationReading(FileReading[GoodRow, BadRow, FileFault]):
    """What a file of invitations holds."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a row may say: roles by every name that one of them has, and what counts where nothing is said."""

    roles: Mapping[str, str]  #: `compared` name -> role
    lang: str
    role: str
    ours: frozenset[str] = frozenset()  #: the desk's own addresses, lower case


HEADINGS: Final[Mapping[Column, frozenset[str]]] = {
    Column.EMAIL: words_in(
        "email emails mail emailaddress mailaddress emailadresse mailadresse address adresse"
    ),
    Column.FIRST_NAME: words_in("firstname givenname vorname"),
    Column.LAST_NAME: words_in("lastname surname familyname name nachname familienname"),
    Column.LANGUAGE: words_in("language lang sprache"),
    Column.ROLE: words_in("role rolle"),
}
_LANGUAGES: Final = {
    "en": words_in("en english englisch"),
    "de": words_in("de german deutsch"),
}


class _Bad(Exception):  # noqa: N818 - it ends the look at one row
    def __init__(self, column: Column, fault: InviteFault) -> None:
        super().__init__(fault)
        self.column, self.fault = column, fault


def read_invitation(said: Mapping[Column, str], known: Known) -> NewInvitation | tuple[Column, InviteFault]:
    """One person, or the first thing that is wrong with what was said of them."""
    try:
        return _read(said, known)
    except _Bad as bad:
        return bad.column, bad.fault


def _read(said: Mapping[Column, str], known: Known) -> NewInvitation:
    for column, text in said.items():
        if would_run(text):
            raise _Bad(column, InviteFault.FORMULA)
    for column in (Column.FIRST_NAME, Column.LAST_NAME):
        if len(said.get(column, "")) > LONGEST or not said.get(column, "").isprintable():
            raise _Bad(column, InviteFault.TOO_LONG)
    return NewInvitation(
        email=_email(said.get(Column.EMAIL, ""), known),
        first_name=said.get(Column.FIRST_NAME, ""),
        last_name=said.get(Column.LAST_NAME, ""),
        lang=_language(said.get(Column.LANGUAGE, ""), known),
        role=_role(said.get(Column.ROLE, ""), known),
    )


def _email(text: str, known: Known) -> str:
    address = written_address(text[:1_000]).lower()
    if not address:
        raise _Bad(Column.EMAIL, InviteFault.MISSING)
    if not is_address(address):
        raise _Bad(Column.EMAIL, InviteFault.BAD_EMAIL)
    if reaches_desk(address, known.ours):
        raise _Bad(Column.EMAIL, InviteFault.OURS)
    return address


def _language(text: str, known: Known) -> str:
    found = next((lang for lang, names in _LANGUAGES.items() if compared(text) in names), "")
    if text and not found:
        raise _Bad(Column.LANGUAGE, InviteFault.UNKNOWN_LANGUAGE)
    return found or known.lang


def _role(text: str, known: Known) -> str:
    if text and compared(text) not in known.roles:
        raise _Bad(Column.ROLE, InviteFault.UNKNOWN_ROLE)
    return known.roles[compared(text)] if text else known.role


def read_invitations(books: Sequence[Workbook], known: Known) -> InvitationReading:
    """Read the only sheet of a file."""
    table = read_table(books, HEADINGS, most=MOST_ROWS, lacks=_lacks)
    found = list(_rows(table, known))
    reading = InvitationReading(
        good=tuple(row for row in found if isinstance(row, GoodRow)),
        bad=tuple(row for row in found if isinstance(row, BadRow)),
        refusal=table.refusal,
        fault=FileFault(table.fault) if table.fault else None,
        left_out=table.left_out,
    )
    if not found and not (reading.fault or reading.refusal):
        return replace(reading, fault=FileFault.EMPTY)
    return without_known(reading, lambda _: None)


def _lacks(columns: Collection[Column]) -> FileFault | None:
    return None if Column.EMAIL in columns else FileFault.NO_ADDRESSES


def _rows(table: Table[Column], known: Known) -> Iterator[GoodRow | BadRow]:
    for row in table.rows():
        read = _read_row(row, known)
        if isinstance(read, NewInvitation):
            yield GoodRow(line=row.line, invited=read)
        else:
            yield BadRow(line=row.line, column=read[0], fault=read[1])


def _read_row(row: Row[Column], known: Known) -> NewInvitation | tuple[Column, InviteFault]:
    for column in row.cells:
        if column in row.formulas:
            return column, InviteFault.FORMULA
    return read_invitation({column: text_of(cell) for column, cell in row.cells.items()}, known)


def without_known(
    reading: InvitationReading, what: Callable[[NewInvitation], InviteFault | None]
) -> InvitationReading:
    """The same with those rows bad whose person an earlier row has, or about whom something is known."""
    before: dict[str, list[GoodRow]] = {}
    good: list[GoodRow] = []
    bad = list(reading.bad)
    for row in reading.good:
        above = before.setdefault(row.invited.email, [])
        other = next((one.line for one in above if may_be_same(one.invited, row.invited)), 0)
        fault = InviteFault.IN_FILE if other else what(row.invited)
        if fault is None:
            good.append(row)
        else:
            bad.append(BadRow(line=row.line, column=Column.EMAIL, fault=fault, other=other))
        above.append(row)
    ordered = tuple(sorted(bad, key=lambda one: one.line))
    return replace(reading, good=tuple(good), bad=ordered)
