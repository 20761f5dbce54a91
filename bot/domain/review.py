"""Review a form: understand every value, and name every fault and advice at once."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from bot.domain import choice_words as words
from bot.domain import forms, postal_codes
from bot.domain import review_values as values
from bot.domain.addresses import reaches_desk
from bot.domain.form_found import FoundCase, FoundCell, FoundUser
from bot.domain.forms import Choices
from bot.domain.languages import LANGUAGES
from bot.domain.remarks import without_remarks
from bot.domain.review_finding import find_forms
from bot.domain.ris import (
    Company,
    Credential,
    PartnerType,
    Problem,
    ProblemKind,
    Reading,
    RisCase,
    Role,
    Severity,
    User,
)
from bot.domain.seat_numbers import number_of_seats
from bot.domain.sheets import SheetRefusal, Workbook

APPLICATIONS: Final = ("ForumPass",)
_MOST_SUGGESTIONS: Final = 500  #: nobody mends so many cells one by one, and looking for each takes time
_A_TITLE: Final = 2  #: cells of a company that may stand above its users in another file than its own
_NEED_VAT_ID: Final = (PartnerType.CHANNEL_PARTNER, PartnerType.SERVICE_PARTNER)

#: Turns a text into what it means, or None.
Understand = Callable[[str], str | None]
#: Turns a text that is not understood into what was evidently meant, or "".
Suggest = Callable[[str], str]


def read_form(
    workbooks: Sequence[Workbook],
    *,
    applications: Sequence[str] = APPLICATIONS,
    own_addresses: Collection[str] = (),
    vouched: bool = False,
) -> Reading:
    """Review every form among the workbooks of a mail; the same form sent twice counts once.

    `own_addresses`: the desk's, in lower case, which are nobody's. `vouched`: a person says that there is a
    form, so that less of it has to be recognised.
    Where there is no form, the first workbook that could not be read says why.
    """
    refused = tuple((w.name, w.refusal) for w in workbooks if w.refusal)
    found = [(w.name, case) for w in workbooks for case in find_forms(without_remarks(w), vouched=vouched)]
    cases: list[RisCase] = []
    sources: list[str] = []
    for name, form in _halves_joined(found):
        case = review(form, applications=applications, own_addresses=own_addresses)
        if case not in cases:
            cases.append(case)
            sources.append(name)
    if cases:
        taken = tuple(dict.fromkeys(name for name, _ in found))
        closed = SheetRefusal.UNOPENED
        opened = (w.name for w in workbooks if w.name and w.refusal is not closed)
        others = tuple(dict.fromkeys(name for name in opened if name not in taken))
        unopened = tuple(w.name for w in workbooks if w.refusal is closed)
        named = (
            replace(case, source=source, passed_over=others, unopened=unopened)
            for case, source in zip(cases, sources, strict=True)
        )
        source, files = ", ".join(dict.fromkeys(sources)), tuple(one for one in refused if one[0])
        return Reading(cases=tuple(named), source=source, taken=taken, refused=files)
    return Reading(refusal=refused[0][1], source=refused[0][0], refused=refused) if refused else Reading()


def _halves_joined(found: list[tuple[str, FoundCase]]) -> list[tuple[str, FoundCase]]:
    """A company in one file and its users in others are one form."""
    whole = [pair for pair in found if _says_a_company(pair[1]) and pair[1].users]
    companies = [pair for pair in found if pair[1].company and not pair[1].users]
    users = [pair for pair in found if pair not in whole and pair not in companies]
    if whole or len(companies) != 1 or not users:
        return found
    name, company = companies[0]
    joined = replace(
        company,
        users=tuple(user for _, case in users for user in case.users),
        users_sheet=users[0][1].users_sheet,
        macros=any(case.macros for _, case in found),
        headings=tuple(heading for _, case in [companies[0], *users] for heading in case.headings),
    )
    return [(", ".join(dict.fromkeys([name, *(other for other, _ in users)])), joined)]


def _says_a_company(case: FoundCase) -> bool:
    """Whether more than labels of a company, or its name in a title, stands there."""
    return sum(bool(cell.text or cell.formula) for cell in case.company.values()) > _A_TITLE


def review(
    found: FoundCase, *, applications: Sequence[str] = APPLICATIONS, own_addresses: Collection[str] = ()
) -> RisCase:
    """Judge one form: company first, then its users from top to bottom, then what concerns them all."""
    notes = _Notes(own_addresses=own_addresses)
    company = _company(found, applications, notes)
    for name, cell in found.rivals:
        notes.add(ProblemKind.DUPLICATE, name, cell)
    region = company.country if forms.country_code(company.country) else ""
    users = tuple(_user(user, number, region, notes) for number, user in enumerate(found.users))
    _check_duplicates(found, users, notes)
    _check_administrator(found, users, notes)
    _check_seats(found, company, users, notes)
    _ask_about_headings(found, notes)
    if found.macros:
        notes.add(ProblemKind.MACROS, "", FoundCell(), severity=Severity.WARNING)
    return RisCase(company=company, users=users, problems=tuple(notes.problems), headings=found.headings)


@dataclass(kw_only=True)
class _Notes:
    """The problems so far, in the order in which a reader meets them."""

    own_addresses: Collection[str]  #: of the desk that reads, in lower case
    problems: list[Problem] = field(default_factory=list)

    def add(
        self,
        kind: ProblemKind,
        name: str,
        cell: FoundCell,
        *,
        user: int | None = None,
        suggestion: str = "",
        severity: Severity = Severity.ERROR,
    ) -> None:
        self.problems.append(
            Problem(
                kind=kind,
                severity=severity,
                field=name,
                sheet=cell.sheet,
                cell=cell.cell,
                row=cell.row,
                user=user,
                found=cell.text,
                suggestion=suggestion,
            )
        )


@dataclass(frozen=True, kw_only=True)
class _Rule:
    """How a field is understood, what it is called when it is not, and what may have been meant."""

    understand: Understand = str
    kind: ProblemKind = ProblemKind.MISSING
    suggest: Suggest = str
    mandatory: bool = True


def _one_of(choices: Choices, kind: ProblemKind, understand: Understand) -> _Rule:
    said = forms.choice_words(choices)
    return _Rule(understand=understand, kind=kind, suggest=lambda text: values.nearest(text, said))


def _address(text: str) -> str | None:
    address = values.written_address(text).lower()
    sound = values.is_address(address) and not values.retyped_address(address)
    return address if sound and address not in _EXAMPLE_ADDRESSES else None


def _salutation(text: str) -> str | None:
    return words.salutation_of(text) or values.plain_text(text)


_EXAMPLE_ADDRESSES: Final = frozenset(forms.example_user(lang).email for lang in LANGUAGES)
_ANYTHING: Final = _Rule(understand=values.plain_text, kind=ProblemKind.TOO_LONG, suggest=lambda _: "")
_OPTIONAL: Final = replace(_ANYTHING, mandatory=False)
_ADDRESS: Final = _Rule(understand=_address, kind=ProblemKind.BAD_EMAIL, suggest=values.mended_address)
_COUNTRY: Final = _Rule(
    understand=forms.country_code, kind=ProblemKind.BAD_COUNTRY, suggest=values.nearest_country
)
_WEBSITE: Final = _Rule(understand=values.website, kind=ProblemKind.BAD_URL, suggest=lambda _: "")
_PARTNER_TYPE: Final = _one_of(forms.PARTNER_TYPES, ProblemKind.UNKNOWN_PARTNER_TYPE, words.partner_type_of)
_ROLE: Final = _one_of(forms.ROLES, ProblemKind.UNKNOWN_ROLE, words.role_of)
_CREDENTIAL: Final = _one_of(forms.CREDENTIALS, ProblemKind.UNKNOWN_CREDENTIAL, words.credential_of)


def _apply(rule: _Rule, name: str, cell: FoundCell, notes: _Notes, user: int | None = None) -> str:
    """What a cell means by a rule, or as written and noted where it means nothing."""
    text = cell.text
    if cell.formula or values.would_run(text) or values.is_error_value(text):
        notes.add(ProblemKind.FORMULA, name, cell, user=user)
        return text
    if not text:
        if rule.mandatory:
            notes.add(ProblemKind.MISSING, name, cell, user=user)
        return ""
    understood = rule.understand(text)
    if understood is None:
        helped = len(notes.problems) < _MOST_SUGGESTIONS
        notes.add(rule.kind, name, cell, user=user, suggestion=rule.suggest(text) if helped else "")
        return text
    return understood


def _company(found: FoundCase, applications: Sequence[str], notes: _Notes) -> Company:
    country = forms.country_code(found.cell("country").text) or ""
    partner_type = words.partner_type_of(found.cell("partner_type").text) or ""
    rules = {
        "name": _ANYTHING,
        "street": _ANYTHING,
        "postal_code": _postal_code_rule(country),
        "city": _ANYTHING,
        "state": _OPTIONAL,
        "country": _COUNTRY,
        "website": _WEBSITE,
        "vat_id": _vat_rule(country),
        "partner_type": _PARTNER_TYPE,
        "application": _application_rule(applications),
        "purchase_order": _OPTIONAL,
        "contact_name": _ANYTHING,
        "contact_email": _ADDRESS,
        "contact_phone": replace(_phone_rule(country), mandatory=False),
    }
    read: dict[str, str] = {}
    seats: int | str | None = None
    for form_field in forms.COMPANY_FIELDS:
        name = form_field.name
        if name == "seats":
            seats = _seats(found.cell(name), notes)
        elif name == "vat_id" and _lacks_vat_id(found.cell(name), partner_type):
            notes.add(ProblemKind.MISSING, name, found.cell(name))
            read[name] = ""
        else:
            read[name] = _apply(rules[name], name, found.cell(name), notes)
    _look_at_address("contact_email", found.cell("contact_email"), read["contact_email"], notes)
    return Company(seats=seats, **read)


def _lacks_vat_id(cell: FoundCell, partner_type: str) -> bool:
    """Channel and service partners must give one: "N/A" is none."""
    return values.is_not_applicable(cell.text) and partner_type in _NEED_VAT_ID


def _vat_rule(country: str) -> _Rule:
    return _Rule(
        understand=lambda text: values.vat_id(text, country),
        kind=ProblemKind.BAD_VAT_ID,
        suggest=lambda _: "",
    )


def _postal_code_rule(country: str) -> _Rule:
    return _Rule(
        understand=lambda text: postal_codes.postal_code(text, country),
        kind=ProblemKind.BAD_NUMBER,
        suggest=lambda text: postal_codes.mended_postal_code(text, country),
    )


def _application_rule(applications: Sequence[str]) -> _Rule:
    return _Rule(
        understand=lambda text: words.one_named(text, applications),
        kind=ProblemKind.UNKNOWN_APPLICATION,
        suggest=lambda text: values.nearest(text, applications),
    )


@lru_cache(maxsize=256)
def _phone_rule(region: str) -> _Rule:
    return _Rule(
        understand=lambda text: values.phone_number(text, region),
        kind=ProblemKind.BAD_PHONE,
        suggest=lambda _: "",
    )


def _seats(cell: FoundCell, notes: _Notes) -> int | str | None:
    rule = _Rule(
        understand=lambda text: str(number) if (number := number_of_seats(text)) is not None else None,
        kind=ProblemKind.BAD_NUMBER,
        suggest=values.number_within,
    )
    read = _apply(rule, "seats", cell, notes)
    return int(read) if values.whole_number(read) is not None else read or None


def _user(found: FoundUser, number: int, region: str, notes: _Notes) -> User:
    def read(name: str, rule: _Rule) -> str:
        return _apply(rule, name, found.cell(name), notes, user=number)

    if found.struck:
        cell = found.cell("last_name")
        notes.add(ProblemKind.STRUCK, "last_name", cell, user=number, severity=Severity.WARNING)
    return User(
        salutation=read("salutation", _SALUTATION),
        first_name=read("first_name", _ANYTHING),
        last_name=read("last_name", _ANYTHING),
        email=_user_address(found, number, notes),
        phones=_phones(found, number, region, notes),
        job_title=read("job_title", _ANYTHING),
        role=read("role", _ROLE),
        credential=read("credential", _CREDENTIAL),
        sheet=found.sheet,
        row=found.row,
    )


_SALUTATION: Final = replace(_ANYTHING, understand=_salutation)


def _user_address(found: FoundUser, number: int, notes: _Notes) -> str:
    address = _apply(_ADDRESS, "email", found.cell("email"), notes, user=number)
    _look_at_address("email", found.cell("email"), address, notes, user=number)
    return address


def _look_at_address(
    name: str, cell: FoundCell, address: str, notes: _Notes, user: int | None = None
) -> None:
    if reaches_desk(address, notes.own_addresses):
        notes.add(ProblemKind.OWN_ADDRESS, name, cell, user=user)
        return
    if values.is_free_mail(address):
        notes.add(ProblemKind.FREE_MAIL, name, cell, user=user, severity=Severity.WARNING)
    if values.is_shared_mailbox(address):
        notes.add(ProblemKind.SHARED_MAILBOX, name, cell, user=user, severity=Severity.WARNING)


def _phones(found: FoundUser, number: int, region: str, notes: _Notes) -> tuple[str, ...]:
    given = [cell for cell in found.phones if cell.text or cell.formula]
    if not given:
        first = found.phones[0] if found.phones else found.cell("phones")
        notes.add(ProblemKind.MISSING, "phones", first, user=number)
        return ()
    before = len(notes.problems)
    each = [(phone, cell) for cell in given for phone in _numbers(cell, number, region, notes)]
    phones = tuple(phone for phone, _ in each)
    if len(set(phones)) > forms.MOST_PHONES:
        where = each[forms.MOST_PHONES][1]
        notes.add(ProblemKind.MANY_PHONES, "phones", where, user=number, severity=Severity.WARNING)
    if len(set(phones)) == 1 and len(notes.problems) == before:
        notes.add(ProblemKind.ONE_PHONE, "phones", given[0], user=number, severity=Severity.WARNING)
    return phones


def _numbers(cell: FoundCell, user: int, region: str, notes: _Notes) -> tuple[str, ...]:
    """The phones of a cell; people write two of them into one."""
    alone = values.phone_number(cell.text, region)
    if alone and not (cell.formula or values.would_run(cell.text)):
        return (alone,)
    several = () if alone else values.phone_numbers(cell.text, region)
    if len(several) > 1 and not cell.formula:
        return several
    return (_apply(_phone_rule(region), "phones", cell, notes, user=user),)


def _ask_about_headings(found: FoundCase, notes: _Notes) -> None:
    """A mandatory value that rests on a doubtful heading is asked for, not guessed."""
    for heading in found.headings:
        if not heading.sure and heading.field in _MANDATORY:
            where = FoundCell(text=heading.label, sheet=heading.sheet, cell=heading.cell)
            notes.add(ProblemKind.DOUBTFUL, heading.field, where)


_MANDATORY: Final = frozenset(
    field.name for field in (*forms.COMPANY_FIELDS, *forms.USER_FIELDS) if field.mandatory
)


def _check_duplicates(found: FoundCase, users: Sequence[User], notes: _Notes) -> None:
    seen: set[str] = set()
    for number, user in enumerate(users):
        address = user.email.lower()
        if address and address in seen:
            notes.add(ProblemKind.DUPLICATE, "email", found.users[number].cell("email"), user=number)
        seen.add(address)


def _check_administrator(found: FoundCase, users: Sequence[User], notes: _Notes) -> None:
    where = FoundCell(sheet=found.users_sheet)
    if not users:
        notes.add(ProblemKind.MISSING, "users", where)
    elif not any(user.role == Role.ORGANIZATION_ADMINISTRATOR for user in users):
        notes.add(ProblemKind.NO_ADMINISTRATOR, "", where)


def _check_seats(found: FoundCase, company: Company, users: Sequence[User], notes: _Notes) -> None:
    if not isinstance(company.seats, int) or not users:
        return
    needed = sum(user.credential == Credential.PHONE_OTP for user in users)
    if company.seats < needed:
        notes.add(ProblemKind.SEATS_MISMATCH, "seats", found.cell("seats"), suggestion=str(needed))
    elif company.seats > len(users):
        notes.add(ProblemKind.SEATS_MISMATCH, "seats", found.cell("seats"), severity=Severity.WARNING)
