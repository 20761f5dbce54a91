"""What the page says of a form that was checked: its companies, and every problem with place and remedy."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.ris import Decision, Problem, Reading, RisCase, Severity
from bot.rendering import quoting
from bot.rendering.pages.journey import Mood
from bot.rendering.words import Words

MOST_SHOWN = 1_000  #: of one form's problems: a longer page is no use to anybody


@dataclass(frozen=True, kw_only=True)
class Point:
    """One problem or advice."""

    number: int
    place: str
    words: str


@dataclass(frozen=True, kw_only=True)
class CheckedForm:
    """One company of the file."""

    company: str
    facts: str
    open: tuple[Point, ...]
    more: int  #: so many that are not shown
    advice: tuple[Point, ...]


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The whole answer; `forms` is empty where none was read."""

    file: str
    mood: Mood
    title: str
    lead: str
    forms: tuple[CheckedForm, ...] = ()


MOODS = {
    Decision.COMPLETE: Mood.GOOD,
    Decision.INCOMPLETE: Mood.WAITING,
    Decision.NOT_A_RIS: Mood.ENDED,
    Decision.REFUSED: Mood.ENDED,
}


def checked(reading: Reading, file: str, say: Words, applications: tuple[str, ...]) -> Checked:
    key = f"page.ris.{reading.decision}"
    lead = say.say(f"{key}.lead")
    if reading.refusal is not None:
        remedy = f"page.ris.remedy.{reading.refusal}"
        remedy = remedy if remedy in say else "page.ris.remedy.other"
        lead = f"{say.name(reading.refusal)} {say.say(remedy)}"
    count = sum(len(_of(case, Severity.ERROR)) for case in reading.cases)
    return Checked(
        file=quoting.one_line(file, 120),
        mood=MOODS[reading.decision],
        title=say.say(f"{key}.title", count=count),
        lead=lead,
        forms=tuple(_form(case, say, applications) for case in reading.cases),
    )


def _form(case: RisCase, say: Words, applications: tuple[str, ...]) -> CheckedForm:
    errors = _points(_of(case, Severity.ERROR), case, say, applications)
    seats = quoting.one_line(str(case.company.seats or "?"), 40)
    return CheckedForm(
        company=quoting.one_line(case.company.name, 120) or say.say("page.ris.nameless"),
        facts=say.say("page.ris.facts", count=len(case.users), seats=seats),
        open=errors[:MOST_SHOWN],
        more=max(0, len(errors) - MOST_SHOWN),
        advice=_points(_of(case, Severity.WARNING), case, say, applications)[:MOST_SHOWN],
    )


def _of(case: RisCase, severity: Severity) -> list[Problem]:
    return [problem for problem in case.problems if problem.severity is severity]


def _points(
    problems: Iterable[Problem], case: RisCase, say: Words, applications: tuple[str, ...]
) -> tuple[Point, ...]:
    return tuple(
        Point(
            number=number,
            place=say.place(problem, case),
            words=say.problem(problem, applications=applications),
        )
        for number, problem in enumerate(problems, 1)
    )
