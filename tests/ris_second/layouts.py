"""Where things stand on a sheet: labels beside or above, users down or across, notes between."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.ris_second.drafts import COMPANY, Cell, Draft
from tests.ris_second.words import SHORT

USER = (
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
)
CONTACT = ("contact_name", "contact_email", "contact_phone")
NOTES = {
    "en": (
        "Please complete all fields marked with an asterisk.",
        "Note: Ms Carter in accounts has the originals.",
    ),
    "de": ("Bitte alles ausfüllen und zurücksenden.", "Hinweis: Originale liegen in der Buchhaltung."),
    "bi": ("Please complete / bitte ausfüllen.", "Internal note / interne Notiz: copy to accounts."),
}
TOTAL = {"en": "Total", "de": "Summe", "bi": "Total / Summe"}


@dataclass
class Grid:
    """A sheet to be written; rows and columns count from 1."""

    name: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(
        default_factory=list
    )  #: first row, column, last row, column
    hidden_rows: set[int] = field(default_factory=set)
    hidden: bool = False

    def put(self, row: int, column: int, value: Cell) -> None:
        if value is not None:
            self.cells[row, column] = value

    def line(self, row: int, *values: Cell, column: int = 1) -> None:
        for at, value in enumerate(values):
            self.put(row, column + at, value)

    def merge(self, row: int, column: int, last_row: int, last_column: int) -> None:
        self.merged.append((row, column, last_row, last_column))

    @property
    def bottom(self) -> int:
        return max((row for row, _ in self.cells), default=0)


def note(draft: Draft, which: int = 0) -> str:
    return NOTES[draft.lang][which]


@dataclass(frozen=True)
class Company:
    """How the company's fields stand; `gaps` are fields with an empty line before them."""

    column: int = 1
    distance: int = 1  #: columns from the label to its value
    gaps: tuple[str, ...] = ()
    contact_block: bool = False  #: the contact's short labels stand under a heading
    zip_city: bool = False  #: "PLZ / Ort" in one cell
    merged: bool = False
    remarks: bool = False  #: a third column with advice
    heading: tuple[str, ...] = ()  #: a table of label and value
    shuffled: bool = False

    def fields(self, draft: Draft) -> list[str]:
        names = [
            name for name in COMPANY if name not in draft.absent and not (self.zip_city and name == "city")
        ]
        if self.shuffled:
            draft.luck.shuffle(names)
        if self.contact_block:
            names = [name for name in names if name not in CONTACT] + [
                name for name in CONTACT if name in names
            ]
        return names

    def label(self, draft: Draft, name: str) -> str:
        if self.contact_block and name in CONTACT:
            return SHORT[draft.lang][name]
        return draft.wording.label("zip_city" if self.zip_city and name == "postal_code" else name)

    def value(self, draft: Draft, name: str) -> Cell:
        if self.zip_city and name == "postal_code":
            return f"{draft.company['postal_code']} {draft.company['city']}"
        return draft.company_cell(name)

    def beside(self, draft: Draft, grid: Grid, row: int) -> int:
        """Label and value in one line, a field a line; the row after the last."""
        if self.heading:
            grid.line(row, *self.heading, column=self.column)
            row += 1
        for name in self.fields(draft):
            row += name in self.gaps
            if self.contact_block and name == "contact_name":
                grid.put(row + 1, self.column, SHORT[draft.lang]["block"])
                row += 2
            self._one(draft, grid, row, name)
            row += 1
        return row

    def _one(self, draft: Draft, grid: Grid, row: int, name: str) -> None:
        label, value = self.column, self.column + self.distance
        grid.put(row, label, self.label(draft, name))
        grid.put(row, value, self.value(draft, name))
        draft.company_rows[name] = row
        if self.zip_city and name == "postal_code":
            draft.company_rows["city"] = row
        if self.merged:
            grid.merge(row, label, row, value - 1)
            grid.merge(row, value, row, value + 2)
        if self.remarks and name in {"vat_id", "seats"}:
            grid.put(row, value + 1, {"vat_id": "N/A if none", "seats": "1 per person"}[name])

    def above(self, draft: Draft, grid: Grid, row: int, per: int) -> int:
        """Labels in one line, their values below, `per` fields a block."""
        names = self.fields(draft)
        for start in range(0, len(names), per):
            for at, name in enumerate(names[start : start + per]):
                grid.put(row, self.column + at, self.label(draft, name))
                grid.put(row + 1, self.column + at, self.value(draft, name))
                draft.company_rows[name] = row + 1
            row += 3
        return row

    def in_pairs(self, draft: Draft, grid: Grid, row: int) -> int:
        """Two fields a line: label, value, gap, label, value."""
        names = self.fields(draft)
        half = (len(names) + 1) // 2
        for at, name in enumerate(names):
            column = self.column + (at // half) * 3
            grid.put(row + at % half, column, self.label(draft, name))
            grid.put(row + at % half, column + 1, self.value(draft, name))
            draft.company_rows[name] = row + at % half
        return row + half


@dataclass(frozen=True)
class Users:
    """How the users' table stands; `ticked` fields have a column for each choice with a cross in one."""

    column: int = 1
    names: str = "split"  #: split, full_name or name_comma
    numbered: bool = False
    shuffled: bool = False
    ticked: tuple[str, ...] = ()
    lines: int = 1
    blank_after: tuple[int, ...] = ()  #: users after whom a line stays empty
    note_after: tuple[int, ...] = ()
    hidden: tuple[int, ...] = ()
    total: bool = False
    tick: str = "x"

    def fields(self, draft: Draft) -> list[str]:
        names = [name for name in USER if name not in draft.absent]
        if not any(len(user["phones"]) > 2 for user in draft.users):
            names.remove("phone3")
        if self.names != "split":
            names[names.index("first_name")] = self.names
            names.remove("last_name")
        if self.shuffled:
            phones = [name for name in names if name.startswith("phone")]
            draft.luck.shuffle(names)
            ordered = iter(phones)
            names = [next(ordered) if name.startswith("phone") else name for name in names]
        return names

    def columns(self, draft: Draft) -> list[tuple[str, str, str]]:
        """Each column's label, field and, where it is ticked, choice."""
        found = [(draft.wording.label("number"), "number", "")] if self.numbered else []
        for name in self.fields(draft):
            if name in self.ticked:
                found += [(draft.wording.written(one), name, one) for one in CHOICES[name]]
            else:
                found.append((draft.wording.label(name), name, ""))
        return found

    def cell(self, draft: Draft, at: int, name: str, choice: str) -> Cell:
        if choice:
            return self.tick if draft.users[at][name] == choice else None
        return at + 1 if name == "number" else draft.user_cell(at, name)

    def down(self, draft: Draft, grid: Grid, row: int, who: Sequence[int] | None = None) -> int:
        """A heading and a line for each; the row after the last."""
        columns = self.columns(draft)
        self._heading(draft, grid, row, columns)
        row += self.lines
        everyone = range(len(draft.users)) if who is None else who
        for at in everyone:
            for offset, (_, name, choice) in enumerate(columns):
                grid.put(row, self.column + offset, self.cell(draft, at, name, choice))
            draft.user_places[at] = (grid.name, row)
            if at in self.hidden:
                grid.hidden_rows.add(row)
            row += 1
            if at in self.note_after:
                grid.put(row, self.column, note(draft, 1))
            row += at in self.blank_after or at in self.note_after
        if self.total:
            grid.line(row + 1, TOTAL[draft.lang], len(everyone), column=self.column)
        return row + 2 * self.total

    def _heading(self, draft: Draft, grid: Grid, row: int, columns: Sequence[tuple[str, str, str]]) -> None:
        labels = [label for label, _, _ in columns]
        for offset, label in enumerate(labels):
            grid.put(row + self.lines - 1, self.column + offset, label)
        if self.lines == 1:
            return
        groups = GROUPS[draft.lang]
        places: dict[str, list[int]] = {}
        for offset, (_, name, _) in enumerate(columns):
            places.setdefault(
                next((group for group, names in groups.items() if name in names), ""), []
            ).append(offset)
        for group, offsets in places.items():
            if group and len(offsets) > 1 and offsets[-1] - offsets[0] == len(offsets) - 1:
                grid.put(row, self.column + offsets[0], group)
                grid.merge(row, self.column + offsets[0], row, self.column + offsets[-1])

    def across(self, draft: Draft, grid: Grid, row: int) -> int:
        """A column for each user, labels at the left."""
        grid.put(row, self.column, draft.wording.title("users"))
        for at in range(len(draft.users)):
            grid.put(row, self.column + 1 + at, f"{'Person' if draft.lang == 'en' else 'Benutzer'} {at + 1}")
            draft.user_places[at] = (grid.name, None)
        for name in self.fields(draft):
            row += 1
            grid.put(row, self.column, draft.wording.label(name))
            for at in range(len(draft.users)):
                grid.put(row, self.column + 1 + at, draft.user_cell(at, name))
        return row + 1


CHOICES = {
    "role": ("organization_administrator", "application_administrator", "user"),
    "credential": ("phone_otp", "mloa_hardware"),
}
GROUPS = {
    "en": {
        "Person": ("salutation", "first_name", "last_name"),
        "Reachable at": ("email", "phone1", "phone2", "phone3"),
        "Access": ("role", "credential"),
    },
    "de": {
        "Person": ("salutation", "first_name", "last_name"),
        "Erreichbarkeit": ("email", "phone1", "phone2", "phone3"),
        "Zugang": ("role", "credential"),
    },
    "bi": {"Access / Zugang": ("role", "credential"), "Phones / Telefone": ("phone1", "phone2", "phone3")},
}


def one_sheet(
    draft: Draft, company: Company, users: Users, *, top: int = 1, name: str = "Sheet1"
) -> list[Grid]:
    """Title, company, users below."""
    grid = Grid(name)
    grid.put(top, company.column, draft.wording.title("company"))
    row = company.beside(draft, grid, top + 2)
    grid.put(row + 1, users.column, draft.wording.title("users"))
    users.down(draft, grid, row + 2)
    return [grid]


def two_sheets(
    draft: Draft, company: Company, users: Users, *, names: tuple[str, str] = ("1", "2")
) -> list[Grid]:
    first, second = Grid(names[0]), Grid(names[1])
    first.put(1, company.column, draft.wording.title("company"))
    company.beside(draft, first, 3)
    users.down(draft, second, 1)
    return [first, second]


def flat(draft: Draft, *, name: str = "Export", names: str = "split") -> list[Grid]:
    """A line for each user, the company's values repeated in each."""
    grid = Grid(name)
    company, users = Company(), Users(names=names)
    fields = company.fields(draft)
    written = [(draft.wording.label(one), company.value(draft, one)) for one in fields]
    end = len(fields) + 1
    users = Users(names=names, column=end)
    users.down(draft, grid, 1)
    for column, (label, value) in enumerate(written, 1):
        grid.put(1, column, label)
        for _, row in draft.user_places.values():
            grid.put(row or 0, column, value)
    draft.company_rows.update(dict.fromkeys(fields, 2))
    return [grid]
