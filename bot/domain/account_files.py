"""A file of partners whose accounts exist already elsewhere: its rows are taken, or refused by name."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from bot.domain.accounts import NewAccount, Origin, fold_user_id
from bot.domain.addresses import reaches_desk
from bot.domain.errors import Refusal
from bot.domain.invitation_files import LONGEST
from bot.domain.lifecycle import ClockRules
from bot.domain.plain_words import words_in
from bot.domain.review_values import is_address, text_of, would_run, written_address
from bot.domain.ris import Credential, Role
from bot.domain.row_files import FileReading, Row, Table, compared, read_table
from bot.domain.sheets import CellValue, Workbook
from bot.domain.vouchers import read_day

MOST_ROWS: Final = 100_000  #: people of one file


class DryRunFirst(Refusal):
    """What is taken over was looked through before, as it is; nothing in between has changed the file."""

    code = "dry_run_first"


class Column(StrEnum):
    """What a file may say of an account."""

    USER_ID = "user_id"  # kept where it is like ours; else the account gets a new one
    SALUTATION = "salutation"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    EMAIL = "email"
    LANGUAGE = "language"  # English where nothing is said
    ROLE = "role"  # the first of the policy where nothing is said
    COMPANY = "company"
    VALIDATED_ON = "validated_on"  # this, or the next, or both
    ENDS_ON = "ends_on"


class AccountFileFault(StrEnum):
    """Why no row of a file was looked at."""

    EMPTY = "empty"
    SEVERAL_SHEETS = "several_sheets"
    NO_ADDRESSES = "no_addresses"
    NO_NAMES = "no_names"
    NO_DAYS = "no_days"  # neither when it was validated nor when it ends
    TWICE = "twice"  # two columns are called the same
    TOO_MANY = "too_many"


class AccountRowFault(StrEnum):
    """What is wrong with a row."""

    MISSING = "missing"
    FORMULA = "formula"
    TOO_LONG = "too_long"
    BAD_EMAIL = "bad_email"
    OWN_ADDRESS = "own_address"  # one of this desk
    UNKNOWN_LANGUAGE = "unknown_language"
    UNKNOWN_ROLE = "unknown_role"
    BAD_DATE = "bad_date"
    FUTURE = "future"  # validated on a day to come
    BACKWARDS = "backwards"  # ends before it was validated
    TOO_FAR = "too_far"
    OVER = "over"  # it ended too long ago to come back
    IN_FILE = "in_file"  # an earlier row has the person, or the User ID
    THERE = "there"  # so has an account
    INVITED = "invited"  # an invitation to the address is open: whoever follows it gets an account


@dataclass(frozen=True, kw_only=True)
class KnownAccount:
    """A partner's account as a row has it."""

    user_id: str  #: "" where it gets a new one
    account: NewAccount
    role: str  #: of `[programmes.extranet.roles]`
    company: str
    validated_on: date
    ends_on: date

    @property
    def person(self) -> tuple[str, str, str]:
        """By what people are told apart: several may share an address."""
        return person_of(self.account.email, self.account.first_name, self.account.last_name)


def person_of(email: str, first_name: str, last_name: str) -> tuple[str, str, str]:
    return email, compared(first_name), compared(last_name)


@dataclass(frozen=True, kw_only=True)
class BadAccountRow:
    line: int  #: as a spreadsheet program counts
    column: Column
    fault: AccountRowFault
    other: int = 0  #: of IN_FILE: the line with the same


@dataclass(frozen=True, kw_only=True)
class GoodAccountRow:
    line: int
    known: KnownAccount


@dataclass(frozen=True, kw_only=True)
class AccountReading(FileReading[GoodAccountRow, BadAccountRow, AccountFileFault]):
    """What a file of accounts holds."""

    @property
    def renamed(self) -> int:
        """How many get a new User ID."""
        return sum(not row.known.user_id for row in self.good)


@dataclass(frozen=True, kw_only=True)
class AccountRules:
    """By what rows are judged."""

    clock: ClockRules
    today: date
    roles: Mapping[str, str]  #: `compared` name -> role, the one that counts without a word first
    own_addresses: frozenset[str]  #: the desk's, lower case


HEADINGS: Final[Mapping[Column, frozenset[str]]] = {
    Column.USER_ID: words_in("userid user username login loginname benutzerkennung benutzername kennung"),
    Column.SALUTATION: words_in("salutation title anrede"),
    Column.FIRST_NAME: words_in("firstname givenname vorname"),
    Column.LAST_NAME: words_in("lastname surname familyname name nachname familienname"),
    Column.EMAIL: words_in("email emails mail emailaddress mailaddress emailadresse mailadresse"),
    Column.LANGUAGE: words_in("language lang sprache"),
    Column.ROLE: words_in("role roles rolle rollen"),
    Column.COMPANY: words_in("company organisation organization firma unternehmen"),
    Column.VALIDATED_ON: words_in(
        "validatedon validated lastvalidation lastvalidated bestätigtam validiertam bestätigt validiert"
    ),
    Column.ENDS_ON: words_in(
        "endson ends enddate end expires expireson expiry validuntil endetam endet ende ablauf"
        " ablaufdatum gültigbis"
    ),
}
_LANGUAGES: Final = {"en": words_in("en english englisch"), "de": words_in("de german deutsch")}
_TEXTS: Final = (Column.SALUTATION, Column.FIRST_NAME, Column.LAST_NAME, Column.COMPANY)


class _Bad(Exception):  # noqa: N818 - it ends the look at one row
    def __init__(self, column: Column, fault: AccountRowFault, *, other: int = 0) -> None:
        super().__init__(fault)
        self.column, self.fault, self.other = column, fault, other


def read_accounts(books: Sequence[Workbook], rules: AccountRules) -> AccountReading:
    """Read the only sheet of a file."""
    table = read_table(books, HEADINGS, most=MOST_ROWS, lacks=_lacks)
    found = list(_Rows(rules).read(table))
    fault = AccountFileFault(table.fault) if table.fault else None
    return AccountReading(
        good=tuple(row for row in found if isinstance(row, GoodAccountRow)),
        bad=tuple(row for row in found if isinstance(row, BadAccountRow)),
        refusal=table.refusal,
        fault=fault if found or table.refusal else fault or AccountFileFault.EMPTY,
        left_out=table.left_out,
    )


def _lacks(columns: Collection[Column]) -> AccountFileFault | None:
    if Column.EMAIL not in columns:
        return AccountFileFault.NO_ADDRESSES
    if Column.LAST_NAME not in columns:
        return AccountFileFault.NO_NAMES
    return None if {Column.VALIDATED_ON, Column.ENDS_ON} & {*columns} else AccountFileFault.NO_DAYS


@dataclass(kw_only=True)
class _Seen:
    """Whom earlier rows have, and on which line."""

    people: dict[tuple[str, str, str], int] = field(default_factory=dict)
    user_ids: dict[str, int] = field(default_factory=dict)


class _Rows:
    """Judges row after row; remembers what stood above."""

    def __init__(self, rules: AccountRules) -> None:
        self._rules = rules
        self._seen = _Seen()

    def read(self, table: Table[Column]) -> Iterator[GoodAccountRow | BadAccountRow]:
        for row in table.rows():
            try:
                known = self._known(row)
                self._tell_apart(row.line, known)
                yield GoodAccountRow(line=row.line, known=known)
            except _Bad as bad:
                yield BadAccountRow(line=row.line, column=bad.column, fault=bad.fault, other=bad.other)

    def _known(self, row: Row[Column]) -> KnownAccount:
        said = {column: text_of(cell) for column, cell in row.cells.items()}
        for column, text in said.items():
            if column in row.formulas or would_run(text):
                raise _Bad(column, AccountRowFault.FORMULA)
        for column in _TEXTS:
            if len(said.get(column, "")) > LONGEST or not said.get(column, "").isprintable():
                raise _Bad(column, AccountRowFault.TOO_LONG)
        validated_on, ends_on = self._days(row.cells)
        return KnownAccount(
            user_id=fold_user_id(said.get(Column.USER_ID, "")),
            account=_account(said, self._rules.own_addresses),
            role=self._role(said.get(Column.ROLE, "")),
            company=said.get(Column.COMPANY, ""),
            validated_on=validated_on,
            ends_on=ends_on,
        )

    def _days(self, cells: Mapping[Column, CellValue]) -> tuple[date, date]:
        """When it was validated, and when it ends: each by the other where only one is said."""
        clock, today = self._rules.clock, self._rules.today
        validated_on, ends_on = _day(cells, Column.VALIDATED_ON), _day(cells, Column.ENDS_ON)
        if validated_on is None and ends_on is None:
            raise _Bad(next(c for c in Column if c in cells and c.endswith("_on")), AccountRowFault.MISSING)
        if validated_on and validated_on > today:
            raise _Bad(Column.VALIDATED_ON, AccountRowFault.FUTURE)
        lasts = timedelta(days=clock.valid)
        ends_on = ends_on or (validated_on or today) + lasts
        validated_on = validated_on or min(ends_on - lasts, today)
        named = Column.ENDS_ON if Column.ENDS_ON in cells else Column.VALIDATED_ON
        if ends_on < validated_on:
            raise _Bad(named, AccountRowFault.BACKWARDS)
        if ends_on > today + timedelta(days=max(clock.valid, clock.longest)):
            raise _Bad(named, AccountRowFault.TOO_FAR)
        if clock.last_way_back(ends_on) < today:
            raise _Bad(named, AccountRowFault.OVER)
        return validated_on, ends_on

    def _role(self, text: str) -> str:
        roles = self._rules.roles
        if text and compared(text) not in roles:
            raise _Bad(Column.ROLE, AccountRowFault.UNKNOWN_ROLE)
        return roles[compared(text)] if text else next(iter(roles.values()))

    def _tell_apart(self, line: int, known: KnownAccount) -> None:
        seen = self._seen
        if known.user_id and (other := seen.user_ids.setdefault(known.user_id, line)) != line:
            raise _Bad(Column.USER_ID, AccountRowFault.IN_FILE, other=other)
        if (other := seen.people.setdefault(known.person, line)) != line:
            raise _Bad(Column.EMAIL, AccountRowFault.IN_FILE, other=other)


def _day(cells: Mapping[Column, CellValue], column: Column) -> date | None:
    value = cells.get(column)
    if not text_of(value):
        return None
    day = read_day(value.strip() if isinstance(value, str) else value)
    if day is None or not 1990 <= day.year <= 2200:  # noqa: PLR2004 - else it is no day of an account
        raise _Bad(column, AccountRowFault.BAD_DATE)
    return day


def _account(said: Mapping[Column, str], own_addresses: Collection[str]) -> NewAccount:
    email = written_address(said[Column.EMAIL][:1_000]).lower()
    if not email or not said[Column.LAST_NAME]:
        raise _Bad(Column.LAST_NAME if email else Column.EMAIL, AccountRowFault.MISSING)
    if not is_address(email):
        raise _Bad(Column.EMAIL, AccountRowFault.BAD_EMAIL)
    if reaches_desk(email, own_addresses):
        raise _Bad(Column.EMAIL, AccountRowFault.OWN_ADDRESS)
    language = said.get(Column.LANGUAGE, "")
    lang = next((one for one, names in _LANGUAGES.items() if compared(language) in names), "")
    if language and not lang:
        raise _Bad(Column.LANGUAGE, AccountRowFault.UNKNOWN_LANGUAGE)
    return NewAccount(
        salutation=said.get(Column.SALUTATION, ""),
        first_name=said.get(Column.FIRST_NAME, ""),
        last_name=said[Column.LAST_NAME],
        email=email,
        phones=(),
        job_title="",
        role=Role.USER,
        credential=Credential.PHONE_OTP,
        lang=lang or "en",
        origin=Origin.IMPORTED,
    )


def find_there(
    rows: Sequence[GoodAccountRow],
    *,
    people: frozenset[tuple[str, str, str]],
    user_ids: frozenset[str],
    invited: frozenset[str],
) -> tuple[BadAccountRow, ...]:
    """Those who have an account here or are `invited` to one, by address, or whose User ID somebody has."""
    found = []
    for row in rows:
        if row.known.user_id in user_ids or row.known.person in people:
            column = Column.USER_ID if row.known.user_id in user_ids else Column.EMAIL
            found.append(BadAccountRow(line=row.line, column=column, fault=AccountRowFault.THERE))
        elif row.known.account.email in invited:
            found.append(BadAccountRow(line=row.line, column=Column.EMAIL, fault=AccountRowFault.INVITED))
    return tuple(found)
