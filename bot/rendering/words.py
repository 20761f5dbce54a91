"""Put values into words: refusals, problems, states and dates, in the reader's language."""

import io
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal

from bot.domain import job_faults
from bot.domain.approvals import RejectionReason
from bot.domain.cases import BallHolder, CaseStatus
from bot.domain.conversations import CUSTOMER
from bot.domain.errors import Refusal, Value
from bot.domain.languages import LANGUAGES
from bot.domain.money import Money
from bot.domain.ris import Problem, RisCase, Role
from bot.rendering import quoting

LOCALE_DIR = Path(__file__).with_name("locale")

#: English for a European desk: day before month, 24 hours
_LOCALES = {"en": Locale("en", "GB"), "de": Locale("de", "DE")}
_WITH_CLOCK = {"en": "d MMMM y, HH:mm zzz", "de": "d. MMMM y, HH:mm 'Uhr' zzz"}
_SLACK_ID = re.compile(r"[UW][A-Z0-9]{2,20}")
#: refusals that say more when they were told more
_SAYS_MORE = {
    "not_staff": ("who_may",),
    "not_approver": ("who_may",),
    "undoes_closing": ("who_may",),
    "last_administrator": ("user_id",),
    "unknown_command": ("nearest",),
    "unknown_job": ("released_by", "discarded_by", "status"),
    "no_form": ("reason", "files"),
    "no_such_account": ("name",),
    "not_its_newer_form": ("later", "sponsor", "unlike"),
    "not_withdrawable": ("standing",),
    "other_version": ("received", "older"),
    "purchase_order_needed": ("number",),
}
#: what no other side said, by what is kept of it
_FAULTS = {
    job_faults.UNOPENED: "fault.unopened",
    job_faults.VANISHED: "fault.vanished",
    job_faults.RESTORED: "fault.restored",
}


class Words:
    """One language in one zone. Texts are looked up by dotted keys such as `refusal.own_work`."""

    def __init__(self, lang: str, zone: tzinfo, names: Mapping[str, str] | None = None) -> None:
        self.lang = lang
        self.zone = zone
        self._names = names or {}
        self._texts = _catalogue(lang)

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def naming(self, **names: str) -> "Words":
        """The same words, which know these names by themselves: every page says `{desk}` and `{support}`."""
        return Words(self.lang, self.zone, names)

    def say(self, key: str, /, **values: object) -> str:
        """The text of that key; `count` chooses between singular and plural. Raise KeyError without one."""
        said = self._said(key, one=values.get("count") == 1)
        if "{" not in said:  # what names are, quickly
            return said
        values = {**self._names, **values}
        return _ended_once(said, values).format(**values)

    def _said(self, key: str, *, one: bool = False) -> str:
        if key not in self._texts:
            raise KeyError(f"no {self.lang} words for {key}")
        forms = self._texts[key]
        return forms[0 if one else -1]

    def name(self, value: StrEnum) -> str:
        """The name of any state or kind of ours, e.g. `CaseStatus.IN_REVIEW` -> `case_status.in_review`."""
        return self.say(f"{_snake(type(value).__name__)}.{value}")

    def status(self, status: CaseStatus, ball: BallHolder | None = None) -> str:
        """How far a case is; one that waits for a sponsor may be the desk's turn all the same."""
        if status is CaseStatus.WAITING_FOR_SPONSOR and ball is BallHolder.DESK:
            return self.say("case_status.sponsor_waits")
        return self.name(status)

    def fault(self, said: str) -> str:
        """Why a job of the outbox ended as it did: in our words, or in the other side's as they are."""
        key = _FAULTS.get(said)
        return self.say(key) if key else said

    def rejection(self, reason: RejectionReason) -> str:
        return self.name(reason)

    def field(self, name: str) -> str:
        """The heading of a field of Company or User."""
        return self.say(f"field.{name}")

    def choice(self, kind: type[StrEnum], written: str) -> str:
        """The name of a choice of the form; as written where it is none of them."""
        known = _member(kind, written)
        return self.name(known) if known else written

    def role(self, written: str) -> str:
        """The name of a role; one that is none of ours is quoted as such."""
        if not written or _member(Role, written):
            return self.choice(Role, written)
        return self.say("role.unknown", written=quoting.one_line(written, 60))

    def country(self, code: str) -> str:
        """The country's name; as written where it is no code."""
        return str(_LOCALES[self.lang].territories.get(code, code))

    def number(self, number: int) -> str:
        """The number with its thousands apart: 20,050."""
        return format_decimal(number, locale=_LOCALES[self.lang])

    def money(self, sum_of: Money) -> str:
        """The amount with its currency as the reader writes it: €1,290.00, 1.290,00 €."""
        return format_currency(sum_of.amount, sum_of.currency, locale=_LOCALES[self.lang])

    def short_date(self, day: date) -> str:
        """As in 12 Sep, for where there is little room."""
        return format_date(day, "d MMM", locale=_LOCALES[self.lang])

    def date(self, day: date) -> str:
        """The day as in 12 September 2024; an instant's day is that of the desk's zone."""
        if isinstance(day, datetime):
            day = day.astimezone(self.zone).date()
        return _long_date(day, self.lang)

    def instant(self, at: datetime) -> str:
        """Day, time and zone, for readers anywhere."""
        return format_datetime(at.astimezone(self.zone), _WITH_CLOCK[self.lang], locale=_LOCALES[self.lang])

    def time(self, at: datetime, *, seconds: bool = False) -> str:
        """The time of day at the desk."""
        pattern = "HH:mm:ss" if seconds else "HH:mm"
        return format_time(at.astimezone(self.zone), pattern, locale=_LOCALES[self.lang])

    def moment(self, at: datetime) -> str:
        """Short day and time at the desk, for cards."""
        return format_datetime(at.astimezone(self.zone), "d MMM, HH:mm", locale=_LOCALES[self.lang])

    def weekdays(self) -> list[str]:
        """Monday to Sunday, short."""
        names = _LOCALES[self.lang].days["stand-alone"]["abbreviated"]
        return [str(names[day]) for day in range(7)]

    def span(self, delta: timedelta) -> str:
        """How long something lasted, in one unit: 25 minutes, 3 days."""
        return format_timedelta(delta, granularity="minute", threshold=1.5, locale=_LOCALES[self.lang])

    def person(self, by: str, *, slack: bool = False) -> str:
        """Who acted: a mention in Slack, the machine's user for `cli:anna`, `account:7`, a name as it is."""
        if slack and _SLACK_ID.fullmatch(by):
            return f"<@{by}>"
        if by == CUSTOMER:
            by = self.say("person.customer")
        if by.startswith("account:"):
            by = self.say("person.account", ref=f"A-{by.removeprefix('account:')}")
        if by.startswith("cli:"):
            by = self.say("person.cli", user=by.removeprefix("cli:"))
        shown = quoting.one_line(by)
        return quoting.mrkdwn(shown, 400) if slack else shown

    def refusal(self, refusal: Refusal, *, slack: bool = False) -> str:
        """Why the rules say no, and what to do now; `slack` makes it safe for mrkdwn, with mentions."""
        more = next((name for name in _SAYS_MORE.get(refusal.code, ()) if refusal.values.get(name)), "")
        key = f"refusal.{refusal.code}" + (f".{more}" if more else "")
        key += ".slack" if slack and f"{key}.slack" in self else ""
        # A refusal is always said, even when a value was forgotten.
        values: defaultdict[str, str] = defaultdict(lambda: "?")
        values |= {name: self._value(name, value, slack=slack) for name, value in refusal.values.items()}
        return _ended_once(self._said(key), values).format_map(values)

    def _value(self, name: str, value: Value, *, slack: bool) -> str:
        if isinstance(value, datetime):
            return self.instant(value)
        if isinstance(value, Money):
            return self.money(value)
        if name in {"verdict", "status", "reason", "state", "step_state"}:
            return next((self.say(key) for key in _state_keys(name, str(value)) if key in self), str(value))
        people = str(value).split(", ") if name == "who_may" else [str(value)]
        return ", ".join(self.person(person, slack=slack) for person in people)

    def problem(self, problem: Problem, *, applications: tuple[str, ...] = (), beside: bool = False) -> str:
        """What stands there, what is wanted, what to do; with our guess where one is evident.

        `beside`: the field's name stands there already.
        """
        values = {
            "found": quoting.one_line(problem.found, 120),
            "wanted": self.say(f"wanted.{problem.field}") if f"wanted.{problem.field}" in self else "",
            "applications": ", ".join(applications) or self.say("problem.application_of_form"),
        }
        key = next(key for key in _problem_keys(problem) if key in self)
        sentence = self.say(key, **values)
        if problem.suggestion:
            guess = quoting.one_line(problem.suggestion, 120)
            sentence = f"{sentence} {self.say('problem.suggestion', suggestion=guess)}"
        if problem.field and not beside:
            return self.say("problem.of_field", field=self.field(problem.field), sentence=sentence)
        return sentence[:1].upper() + sentence[1:]

    def place(self, problem: Problem, ris: RisCase | None = None) -> str:
        """Where it stands, as a spreadsheet program shows it, and whose line it is."""
        cell = quoting.one_line(problem.cell, 20)
        if cell:
            spot = self.say("place.cell", cell=cell)
        else:
            spot = self.say("place.row", row=problem.row) if problem.row else ""
        sheet = quoting.one_line(problem.sheet, 60)
        parts = [self.say("place.sheet", sheet=sheet) if sheet else "", spot]
        place = ", ".join(filter(None, parts)) + self._whose(problem, ris) or self.say("place.form")
        return place[:1].upper() + place[1:]

    def _whose(self, problem: Problem, ris: RisCase | None) -> str:
        if ris is None or problem.user is None or not 0 <= problem.user < len(ris.users):
            return ""
        user = ris.users[problem.user]
        name = quoting.one_line(f"{user.first_name} {user.last_name}".strip() or user.email, 80)
        return f" ({name or self.say('place.user', number=problem.user + 1)})"


def _ended_once(text: str, values: Mapping[str, object]) -> str:
    """Without the full stop of a sentence behind a value that brings its own: "… at Lindgren Inc."."""
    own = [re.escape(name) for name, value in values.items() if str(value).endswith(".")]
    return re.sub(rf"(\{{(?:{'|'.join(own)})\}}[*_”“]?)\.(?=\s|$)", r"\1", text) if own else text


@cache
def words(lang: str = "en", zone: tzinfo = UTC) -> Words:
    """The words of a language; "de-AT" is German, and a language we do not speak is English."""
    known = lang.lower().replace("_", "-").partition("-")[0]
    return Words(known if known in LANGUAGES else "en", zone)


def read_catalogues(lang: str, folder: Path = LOCALE_DIR) -> Mapping[str, Catalog]:
    """Every `.po` file of a language, by its name: each room may keep a catalogue of its own."""
    files = sorted((folder / lang / "LC_MESSAGES").glob("*.po"))
    return {path.stem: read_po(io.BytesIO(path.read_bytes()), locale=lang) for path in files}


@cache
def _catalogue(lang: str) -> Mapping[str, Sequence[str]]:
    """All texts of a language by their keys: one each, or its singular and its plural.

    Both languages have one plural, for all but 1; a third may need the rule in the head of its catalogues.
    """
    texts: dict[str, Sequence[str]] = {}
    for catalogue in read_catalogues(lang).values():
        for message in catalogue:
            if message.id and message.string:
                key = message.id if isinstance(message.id, str) else message.id[0]
                texts[key] = message.string if message.pluralizable else (str(message.string),)
    return texts


def megabytes(size: int) -> int:
    """Whole megabytes, a begun one counted: what is above a limit of 25 is never told to have 25."""
    return -(-size // 1_048_576)


@lru_cache(maxsize=64)
def _long_date(day: date, lang: str) -> str:
    return format_date(day, "long", locale=_LOCALES[lang])


@lru_cache(maxsize=256)
def _member(kind: type[StrEnum], written: str) -> StrEnum | None:
    return kind(written) if written in set(kind) else None


@cache
def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _problem_keys(problem: Problem) -> Iterator[str]:
    """From the most to the least particular; the last is always there."""
    kind = f"problem.{problem.kind}"
    if problem.user is None:
        yield f"{kind}.company"
    if problem.found:
        yield from (f"{kind}.found.{problem.field}", f"{kind}.found")
    yield from (f"{kind}.{problem.severity}", kind)


def _state_keys(name: str, value: str) -> tuple[str, ...]:
    if name == "verdict":
        return (f"choice.{value}",)
    if name == "state":
        return (f"answers_state.{value}",)
    if name == "step_state":
        return (f"step_state.{value}",)
    if name == "reason":
        return (f"sheet_refusal.{value}",)
    return (f"case_status.{value}", f"job_status.{value}")
