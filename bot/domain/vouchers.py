"""A file of vouchers, each with its License Key: its rows are taken as they are, or refused by name."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from bot.domain.choice_words import credential_of
from bot.domain.license_keys import NewKey, fold_key
from bot.domain.plain_words import words_in
from bot.domain.ris import Credential
from bot.domain.row_files import FileReading, Row, Table, read_table
from bot.domain.sheets import CellValue, Workbook

MOST_ROWS: Final = 100_000  #: vouchers of one file
LEAST_SIGNS, MOST_SIGNS = 4, 100  #: of a voucher or key, spaces and hyphens not counted


class Column(StrEnum):
    """What a file may say of a voucher."""

    VOUCHER = "voucher"
    KEY = "key"
    CREDENTIAL = "credential"  # a phone OTP where nothing is said
    EXPIRES = "expires"


class FileFault(StrEnum):
    """Why no row of a file was looked at."""

    EMPTY = "empty"
    SEVERAL_SHEETS = "several_sheets"
    NO_VOUCHERS = "no_vouchers"  # no column is called voucher
    NO_KEYS = "no_keys"
    TWICE = "twice"  # two columns are called the same
    TOO_MANY = "too_many"


class RowFault(StrEnum):
    """What is wrong with a row."""

    MISSING = "missing"
    FORMULA = "formula"
    SPOILED = "spoiled"  # a sheet program took it for a number
    SIGNS = "signs"  # no plain letters, digits and signs
    LENGTH = "length"
    SAME = "same"  # voucher and key are one
    IN_FILE = "in_file"  # another row has it
    KNOWN = "known"  # it was imported before
    BAD_CREDENTIAL = "bad_credential"
    BAD_DATE = "bad_date"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True)
class BadRow:
    """One row that cannot be taken; never with its voucher or key."""

    line: int  #: as a spreadsheet program counts
    column: Column
    fault: RowFault
    other: int = 0  #: of IN_FILE: the line on which it stands first


@dataclass(frozen=True, kw_only=True)
class GoodRow:
    """A row that can be taken."""

    line: int
    key: NewKey


@dataclass(frozen=True, kw_only=True)
class VoucherReading(FileReading[GoodRow, BadRow, FileFault]):
    """What a file of vouchers holds."""


#: as headings are compared: without case, accents, spaces and signs
HEADINGS: Final[Mapping[Column, frozenset[str]]] = {
    Column.VOUCHER: words_in("""
        voucher vouchers vouchercode vouchernumber voucherno voucherid vouchernummer vouchernr code
        gutschein gutscheine gutscheincode gutscheinnummer gutscheinnr
    """),
    Column.KEY: words_in("""
        key keys licensekey licensekeys licencekey licencekeys license licence licensecode activationkey
        schlussel lizenz lizenzschlussel lizenzkey lizenzcode aktivierungsschlussel
    """),
    Column.CREDENTIAL: words_in("""
        credential credentials credentialtype type typ art zugangsmittel anmeldemittel anmeldeverfahren
    """),
    Column.EXPIRES: words_in("""
        expires expireson expiry expirydate expirationdate expiration validuntil validto
        gultigbis ablauf ablaufdatum lauftab lauftabam verfall verfallt verfalltam verfallsdatum
    """),
}
_SIGNS: Final = re.compile(r"[!-~]+(?: [!-~]+)*")
_SPOILED: Final = re.compile(r"[0-9](?:[.,][0-9]+)?E[+-]?[0-9]+", re.IGNORECASE)
_FORMULA: Final = ("=", "+", "-", "@")
_DATE_FORMS: Final = (
    re.compile(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{1,2})-(?P<d>[0-9]{1,2})(?:[T ]00:00(?::00)?)?"),
    re.compile(r"(?P<d>[0-9]{1,2})\.\s?(?P<m>[0-9]{1,2})\.\s?(?P<y>[0-9]{4})"),
)


class _Bad(Exception):  # noqa: N818 - it ends the look at one row
    def __init__(self, column: Column, fault: RowFault, *, other: int = 0) -> None:
        super().__init__(fault)
        self.column = column
        self.fault = fault
        self.other = other


def read_vouchers(books: Sequence[Workbook], *, today: date) -> VoucherReading:
    """Read the only sheet of a file; what has expired before `today` is refused."""
    table = read_table(books, HEADINGS, most=MOST_ROWS, lacks=_lacks)
    good, bad = _Rows(today).sort_out(table)
    fault = FileFault(table.fault) if table.fault else None
    if not (good or bad or table.refusal):
        fault = fault or FileFault.EMPTY
    return VoucherReading(good=good, bad=bad, refusal=table.refusal, fault=fault, left_out=table.left_out)


def find_known(rows: Sequence[GoodRow], is_known: Callable[[GoodRow], Column | None]) -> tuple[BadRow, ...]:
    """Those of the rows whose voucher or key was imported before."""
    found = ((row, is_known(row)) for row in rows)
    return tuple(
        BadRow(line=row.line, column=column, fault=RowFault.KNOWN)
        for row, column in found
        if column is not None
    )


def _lacks(columns: Collection[Column]) -> FileFault | None:
    if Column.VOUCHER not in columns:
        return FileFault.NO_VOUCHERS
    return None if Column.KEY in columns else FileFault.NO_KEYS


class _Rows:
    """Judges row after row; remembers what stood above."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._seen: dict[tuple[Column, str], int] = {}

    def sort_out(self, table: Table[Column]) -> tuple[tuple[GoodRow, ...], tuple[BadRow, ...]]:
        good: list[GoodRow] = []
        bad: list[BadRow] = []
        for row in table.rows():
            try:
                good.append(GoodRow(line=row.line, key=self._key(row)))
            except _Bad as exc:
                bad.append(BadRow(line=row.line, column=exc.column, fault=exc.fault, other=exc.other))
        return tuple(good), tuple(bad)

    def _key(self, row: Row[Column]) -> NewKey:
        for column in row.cells:
            value = self._cell(row, column)
            starts_so = isinstance(value, str) and value.startswith(_FORMULA)
            if starts_so or column in row.formulas:
                raise _Bad(column, RowFault.FORMULA)
        voucher, key = self._secret(row, Column.VOUCHER), self._secret(row, Column.KEY)
        made = NewKey(
            voucher=voucher, key=key, credential=self._credential(row), expires_on=self._expires_on(row)
        )
        marks = ((Column.VOUCHER, fold_key(voucher)), (Column.KEY, fold_key(key)))
        if marks[0][1] == marks[1][1]:
            raise _Bad(Column.KEY, RowFault.SAME)
        for mark in marks:
            if (line := self._seen.get(mark)) is not None:
                raise _Bad(mark[0], RowFault.IN_FILE, other=line)
        self._seen.update(dict.fromkeys(marks, row.line))
        return made

    def _cell(self, row: Row[Column], column: Column) -> CellValue:
        value = row.cells.get(column)
        return value.strip() if isinstance(value, str) else value

    def _secret(self, row: Row[Column], column: Column) -> str:
        value = self._cell(row, column)
        if value in (None, ""):
            raise _Bad(column, RowFault.MISSING)
        # A cell that holds a number has lost its leading zeros, and digits beyond the fifteenth.
        if not isinstance(value, str) or _SPOILED.fullmatch(value):
            raise _Bad(column, RowFault.SPOILED)
        if not LEAST_SIGNS <= len(fold_key(value)) <= MOST_SIGNS:
            raise _Bad(column, RowFault.LENGTH)
        if not _SIGNS.fullmatch(value):
            raise _Bad(column, RowFault.SIGNS)
        return value

    def _credential(self, row: Row[Column]) -> Credential:
        value = self._cell(row, Column.CREDENTIAL)
        if value in (None, ""):
            return Credential.PHONE_OTP
        # Whoever has an MLOA certificate takes no License Key.
        if credential_of(str(value)[:80]) != Credential.PHONE_OTP:
            raise _Bad(Column.CREDENTIAL, RowFault.BAD_CREDENTIAL)
        return Credential.PHONE_OTP

    def _expires_on(self, row: Row[Column]) -> date | None:
        value = self._cell(row, Column.EXPIRES)
        if value in (None, ""):
            return None
        day = read_day(value)
        if day is None:
            raise _Bad(Column.EXPIRES, RowFault.BAD_DATE)
        if day < self._today:
            raise _Bad(Column.EXPIRES, RowFault.EXPIRED)
        return day


def read_day(value: CellValue) -> date | None:
    """The day of a date cell, or as in 2027-03-31 and 31.03.2027: nothing else means one day only."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return next(_days(value), None) if isinstance(value, str) else None


def _days(text: str) -> Iterator[date]:
    for form in _DATE_FORMS:
        if found := form.fullmatch(text):
            try:
                yield date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:  # there is no 31 February
                return
