"""Where strangers put things: labels beside or above, users down or across, notes and lists between."""

from dataclasses import replace
from typing import Final

from bot.domain.sheets import CellValue, Sheet, Workbook
from tests.domain.strangers_faults import invent
from tests.domain.strangers_forms import COMPANY, CONTACT, Row, Stranger
from tests.domain.strangers_values import NUMBERED_PHONES, PLAIN_PHONES

_CHOICES: Final = {
    "role": ("organization_administrator", "application_administrator", "user"),
    "credential": ("phone_otp", "mloa_hardware"),
}
_SHEETS: Final = (("Company", "Users"), ("Firma", "Benutzer"), ("1", "2"), ("Sheet1", "Sheet2"))


def strange_form(seed: int) -> Stranger:
    """A form by a stranger's hand with what is to be read in it; the same for the same seed."""
    one = invent(seed)
    _lay_out(one)
    return one


def _lay_out(one: Stranger) -> None:
    """Write the form's sheets, and note where each user stands."""
    luck = one.luck
    _choose_phones(one)
    if one.chance(0.08, "flat"):
        one.workbooks = [_book(_sheet("Export", _flat(one)))]
        return
    company = _company(one)
    arrangement = luck.choice(("one", "one", "two", "two", "split", "first", "files"))
    one.traits.append(arrangement)
    names = luck.choice(_SHEETS)
    everyone = list(range(len(one.users)))
    if arrangement == "one":
        rows = [*company, [], *_users(one, everyone, names[0], len(company) + 1)]
        sheets = [_sheet(names[0], rows)]
    elif arrangement == "first":
        rows = _users(one, everyone, names[0], 0)
        sheets = [_sheet(names[0], [*rows, [], [], *company])]
    elif arrangement == "split" and len(everyone) > 1:
        half = len(everyone) // 2
        parts = [
            _users(one, who, f"{names[1]} {at}", 0)
            for at, who in enumerate((everyone[:half], everyone[half:]))
        ]
        sheets = [
            _sheet(names[0], company),
            *(_sheet(f"{names[1]} {at}", part) for at, part in enumerate(parts)),
        ]
    else:
        files = arrangement == "files"
        people = _users(one, everyone, "" if files else names[1], 0)
        sheets = [_sheet("" if files else names[0], company), _sheet("" if files else names[1], people)]
        if files:
            one.workbooks = [_book(sheets[0], "company.csv"), _book(sheets[1], "users.csv")]
            return
    one.workbooks = [_book(*sheets, *_beside_the_form(one))]


def _book(*parts: Sheet | str) -> Workbook:
    name = next((part for part in parts if isinstance(part, str)), "form.xlsx")
    return Workbook(name=name, sheets=tuple(part for part in parts if isinstance(part, Sheet)))


def _sheet(name: str, rows: list[Row]) -> Sheet:
    return Sheet(name=name, rows=tuple(map(tuple, rows)))


def _beside_the_form(one: Stranger) -> list[Sheet]:
    """A list of choices and instructions, which are no part of what was filled in."""
    lists: list[Row] = [
        ["Role", "Credential type", "Country"],
        ["Organization Administrator", "Phone OTP", "Germany"],
        ["Application Administrator", "FIS MLOA Hardware", "Austria"],
        ["User", None, "Japan"],
    ]
    help_: list[Row] = [
        ["How to fill in this form"],
        ["E-mail", "the person's own business address"],
        ["Phone", "in international format"],
        ["Role", "who may do what"],
    ]
    found = []
    if one.chance(0.15, "lists"):
        found.append(replace(_sheet("Lists", lists), hidden=one.luck.random() < 0.5))
    if one.chance(0.1, "help"):
        found.append(_sheet("Help", help_))
    return found


def _choose_phones(one: Stranger) -> None:
    """Headings of the phones; with numbers they may stand anywhere."""
    numbered = one.luck.random() < 0.5
    if numbered:
        one.traits.append("numbered")
    source = NUMBERED_PHONES if numbered else PLAIN_PHONES
    langs = ("en", "de") if one.lang == "bi" else (one.lang,)
    chosen = [one.luck.choice(source[lang]).split("|") for lang in langs]
    for at in range(3):
        one.labels[f"phone{at + 1}"] = " / ".join(dict.fromkeys(words[at] for words in chosen))


def _company(one: Stranger) -> list[Row]:
    luck = one.luck
    names = [*COMPANY]
    section = one.chance(0.3, "contact_section")
    names += () if section else CONTACT
    if one.chance(0.25, "shuffled"):
        luck.shuffle(names)
    pairs = _pairs(one, names)
    rows: list[Row] = [[] for _ in range(luck.choice((0, 0, 1, 3)))]
    if one.chance(0.6, "title"):
        rows += [[one.label("title")], []]
    if one.chance(0.2, "note"):
        rows += [[one.label("note")], []]
    if one.chance(0.2, "dated"):
        rows.append(["Date", "2026-09-26"])
    if one.chance(0.3, "company_heading"):
        rows += [[one.label("company")]]
    rows += _laid_out(one, pairs)
    if section:
        short = {"contact_name": "short_name", "contact_email": "short_email", "contact_phone": "short_phone"}
        rows += [[], [one.label("contact")]]
        rows += [[one.heading(short[name]), one.company.get(name)] for name in CONTACT]
    return [[None, *row] for row in rows] if one.chance(0.1, "indented") else rows


def _pairs(one: Stranger, names: list[str]) -> list[Row]:
    """Each label with its value; code and city may share a line."""
    joint = one.company.get("city") and one.chance(0.15, "zip_city")
    pairs: list[Row] = []
    for name in names:
        if joint and name == "postal_code":
            continue
        value: CellValue = one.company.get(name) or None
        if joint and name == "city":
            pairs.append([one.heading("zip_city"), f"{one.company['postal_code']} {one.company['city']}"])
        else:
            if name == "seats" and isinstance(value, str) and value.isdigit() and one.luck.random() < 0.5:
                value = float(value)
            pairs.append([one.heading(name), value])
    return pairs


def _above(pairs: list[Row], per: int) -> list[Row]:
    """Labels above their values, so many a block."""
    rows: list[Row] = []
    for start in range(0, len(pairs), per):
        block = pairs[start : start + per]
        rows += [[label for label, _ in block], [value for _, value in block], []]
    return rows


def _laid_out(one: Stranger, pairs: list[Row]) -> list[Row]:
    luck = one.luck
    layout = luck.choice(("beside",) * 6 + ("gap", "hint", "number", "above", "blocks", "pairs"))
    one.traits.append(layout)
    if layout in {"above", "blocks"}:
        return _above(pairs, len(pairs) if layout == "above" else 4)
    if layout == "pairs":
        half = (len(pairs) + 1) // 2
        right: list[Row] = [*pairs[half:], [None, None]]
        return [[*left, None, *right[at]] for at, left in enumerate(pairs[:half])]
    if layout == "gap":
        return [[label, None, value] for label, value in pairs]
    if layout == "hint":
        return [[label, value, luck.choice((None, "see extract", "as registered"))] for label, value in pairs]
    if layout == "number":
        return [[at, *pair] for at, pair in enumerate(pairs, 1)]
    spread: list[Row] = []
    for pair in pairs:
        spread += [pair, []] if luck.random() < 0.08 else [pair]
    return spread


def _columns(one: Stranger) -> list[str]:
    names = [
        "salutation",
        "first_name",
        "last_name",
        "email",
        "phone1",
        "phone2",
        "phone3",
        "job_title",
        "role",
        "credential",
    ]
    most = max(sum(key.startswith("phone") for key in person) for person in one.people)
    names = [name for name in names if not name.startswith("phone") or int(name[5]) <= max(most, 1)]
    unborne = any(name in {"last_name", "email"} for _, name, _ in one.faults)  # nothing tells where to cut
    if not unborne and one.chance(0.25, "whole_name"):
        names[names.index("first_name")] = one.luck.choice(("full_name", "name_comma"))
        names.remove("last_name")
    if one.chance(0.3, "columns_shuffled"):
        phones = iter([name for name in names if name.startswith("phone")])
        one.luck.shuffle(names)
        if "numbered" not in one.traits:  # then the order of the columns counts
            names = [next(phones) if name.startswith("phone") else name for name in names]
    return names


def _value(one: Stranger, number: int, name: str) -> CellValue:
    person = one.people[number]
    if name == "full_name":
        return f"{person['first_name']} {person['last_name']}"
    if name == "name_comma":
        return f"{person['last_name']}, {person['first_name']}"
    return person.get(name) or None


def _users(one: Stranger, who: list[int], sheet: str, above: int) -> list[Row]:
    """The users' table, `above` rows below the top of its sheet."""
    if "columns" not in one.labels:
        one.labels["columns"] = ",".join(_columns(one))
        one.labels["way"] = one.luck.choices(("down", "across", "two_lines", "ticks"), (7, 1, 1, 1))[0]
        one.traits.append(one.labels["way"])
    names = one.labels["columns"].split(",")
    rows: list[Row] = [[one.label("users")]] if one.chance(0.4, "users_heading") else []
    if one.labels["way"] == "across":
        rows += [[one.heading(name), *(_value(one, at, name) for at in who)] for name in names]
        for number in who:
            one.place(number, sheet, None)
        return rows
    return _down(one, who, (sheet, above), rows, names)


def _down(
    one: Stranger, who: list[int], where: tuple[str, int], rows: list[Row], names: list[str]
) -> list[Row]:
    luck = one.luck
    counted = one.chance(0.4, "counted")
    ticked = _ticked(one) if one.labels["way"] == "ticks" else {}
    front: Row = [one.heading("number")] if counted else []
    if one.labels["way"] == "two_lines":
        groups: Row = [_group(names, at) for at in range(len(names))]
        rows.append([*([None] if counted else []), *groups])
    rows.append([*front, *(label for name in names for label in ticked.get(name, [one.heading(name)]))])
    for number in who:
        if one.chance(0.08, "blank_lines"):
            rows.append([])
        cells: Row = [cell for name in names for cell in _cells(one, number, name, ticked)]
        rows.append([*([number + 1] if counted else []), *cells])
        one.place(number, where[0], where[1] + len(rows))
    if one.chance(0.2, "note_below"):
        rows += [[], [luck.choice((one.label("note"), "Total", f"Total: {len(who)}", "Signature:"))]]
    return rows


def _group(names: list[str], at: int) -> CellValue:
    """What stands above the first column of a group."""
    groups = {"phone": "Phones for OTP", "ro": "Access", "sa": "Person"}
    return next(
        (
            group
            for begin, group in groups.items()
            if names[at].startswith(begin) and not (at and names[at - 1].startswith(begin))
        ),
        None,
    )


def _ticked(one: Stranger) -> dict[str, list[CellValue]]:
    """Fields with a box for each choice; a choice nobody made stays a column without ticks."""
    if "boxes" in one.labels:
        return {one.labels["boxes"]: [*one.labels["choices"].split("|")]}
    name = one.luck.choice(("role", "credential"))
    known = all(getattr(user, name) in _CHOICES[name] for user in one.users)
    if not known:
        return {}
    one.labels |= {"boxes": name, "choices": "|".join(one.written(choice) for choice in _CHOICES[name])}
    return _ticked(one)


def _cells(one: Stranger, number: int, name: str, ticked: dict[str, list[CellValue]]) -> Row:
    if name in ticked:
        return ["x" if getattr(one.users[number], name) == choice else None for choice in _CHOICES[name]]
    return [_value(one, number, name)]


def _flat(one: Stranger) -> list[Row]:
    """A line for each user that repeats the company."""
    names = _columns(one)
    company = _pairs(one, [*COMPANY, *CONTACT])
    rows: list[Row] = [[*(label for label, _ in company), *(one.heading(name) for name in names)]]
    for number in range(len(one.users)):
        said = [value for _, value in company]
        rows.append([*said, *(_value(one, number, name) for name in names)])
        one.place(number, "Export", len(rows))
    return rows
