"""`usher faq`: what the desk would answer, how good its answers are, and what staff have taught."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.domain.errors import SettingsFault
from bot.domain.languages import LANGUAGES
from handlers.cli.output import JsonOption, plain, print_json, print_table, say

if TYPE_CHECKING:
    from bot.faq.evaluation import Labelled, Scores
    from bot.services.faq import Help

    Ask = Callable[[str, str], Help]  #: of a text and its language, "" where that is not known

app = typer.Typer(help="Answers to login questions.", no_args_is_help=True)

UNANSWERED = 1


@app.command(epilog='Example: usher faq ask "My account is locked"')
def ask(
    question: Annotated[str, typer.Argument(help="The question, in English or German.")] = "",
    *,
    jsonl: Annotated[
        bool,
        typer.Option(
            "--jsonl", help='Read {"id","text","lang"?} lines from stdin, write a prediction a line.'
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Answer a question as the desk would.

    Exit 0 when every question is answered, 1 otherwise.
    """
    if jsonl == bool(question.strip()):
        raise typer.BadParameter("give either a question or --jsonl with questions on stdin")
    asks = _desk()
    if jsonl:
        answered = _answer_all(asks)
    elif as_json:
        answered = [_print({"id": None, "text": question}, asks)]
    else:
        answered = [_show(question, asks)]
    if not all(answered):
        raise typer.Exit(UNANSWERED)


@app.command(epilog="Example: usher faq evaluate questions.jsonl --json")
def evaluate(
    file: Annotated[
        Path, typer.Argument(help='Lines of {"id","text","topic","lang","channel"}; topic may be null.')
    ],
    *,
    plot: Annotated[
        Path | None, typer.Option(help="Write a picture of the calibration (SVG) to this file.")
    ] = None,
    without_extra: Annotated[
        bool, typer.Option("--without-extra", help="Leave `usher\\[semantic]` aside, where it is installed.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Measure the search over a labelled file: accuracy, wrong answers, abstentions, calibration."""
    from bot.faq.evaluation import measure
    from bot.faq.search import plain as without
    from bot.faq.search import shipped

    labelled = _read_labels(file)
    search = without() if without_extra else shipped()
    found = measure([(one, search.read(one.text)) for one in labelled])
    if plot:
        _write_plot(plot, found[0], f"{file.stem}, {search.name}")
    if as_json:
        for figures in found:
            print_json({"search": search.name, **_rounded(asdict(figures))})
    else:
        say(f"Search: {search.name}")
        _print_figures(found)


@app.command(epilog="Example: usher faq taught --json")
def taught(*, as_json: JsonOption = False) -> None:
    """List the words that staff have given to articles; these very words forget one."""
    from bot import bootstrap
    from bot import settings as settings_room

    found = bootstrap.list_taught(settings_room.load_reading())
    if as_json:
        for one in found:
            print_json(asdict(one))
    else:
        lines = [(one.topic, one.text, one.by, f"{one.at:%Y-%m-%d %H:%M}") for one in found]
        print_table(("topic", "words", "by", "at (UTC)"), lines)


def _write_plot(plot: Path, figures: "Scores", title: str) -> None:
    from bot.rendering import calibration_plot

    try:
        plot.write_text(calibration_plot.draw(figures.bins, title), encoding="utf-8")
    except OSError as exc:
        raise SettingsFault(f"{plot}: cannot be written ({exc.strerror})") from None


def _desk() -> "Ask":
    """How the desk answers: by its own policy and what its staff have taught, where it has these."""
    from bot import bootstrap
    from bot import policy as policies
    from bot import settings as settings_room
    from bot.clock import RealClock
    from bot.services import faq

    settings, now = settings_room.load_reading(), RealClock().now()
    address = {"support_address": settings.support_address} if settings.support_address else {}
    policy, taught = policies.load(settings.usher_config, **address), bootstrap.find_taught(settings)

    def answer(text: str, lang: str) -> "Help":
        return faq.ask(text, policy, settings.portal_url, now=now, lang=lang, taught=taught)

    return answer


def _answer_all(asks: "Ask") -> list[bool]:
    """Raise SettingsFault for the lines that are no question, once all the others are answered."""
    if sys.stdin is None:
        raise SettingsFault("stdin is closed; give the questions there, one object a line")
    answered, faults = [], list[str]()
    for number, raw in _lines(sys.stdin.buffer):
        try:
            line = _object(raw, number, "stdin")
        except SettingsFault as fault:
            faults += fault.faults
        else:
            answered.append(_print(line, asks))
    if faults:
        raise SettingsFault(*faults)
    return answered


def _print(line: Mapping[str, Any], asks: "Ask") -> bool:
    wished = line.get("lang")
    told = asks(line["text"], wished if wished in LANGUAGES else "")
    print_json(_prediction(line.get("id"), told))
    return told.reading.topic is not None


def _prediction(known_as: object, told: "Help") -> dict[str, Any]:
    reading = told.reading
    return {
        "id": known_as,
        "topic": reading.topic,
        "score": round(reading.score, 4),
        "lang": reading.lang,
        "candidates": [one.topic for one in reading.candidates],
        "answer": told.text,
        "ms": round(told.ms, 2),
    }


def _show(question: str, asks: "Ask") -> bool:
    told = asks(question, "")
    reading = told.reading
    if told.answers or told.offered:
        say(f"[dim]{plain(reading.candidates[0].topic)} {reading.score:.2f}[/dim]")
    sys.stdout.write(told.text)
    return reading.topic is not None


def _lines(stream: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Each line that is not empty, with its number as an editor shows it."""
    return ((number, raw) for number, raw in enumerate(stream, 1) if raw.strip())


def _object(raw: bytes, number: int, name: str) -> Mapping[str, Any]:
    """The object on a line. Raise SettingsFault where it is none with a text."""
    try:
        line = json.loads(raw)
    except (ValueError, RecursionError):
        line = None
    if not isinstance(line, dict) or not isinstance(line.get("text"), str):
        raise SettingsFault(f'{name}, line {number}: is no JSON object with a "text"')
    return line


def _read_labels(file: Path) -> "list[Labelled]":
    from bot.faq import articles
    from bot.faq.evaluation import Labelled

    known = {None, *articles.load()}
    labelled = []
    try:
        with file.open("rb") as stream:
            for number, raw in _lines(stream):
                line = _object(raw, number, str(file))
                tags = line.get("tags")
                if (
                    "topic" not in line
                    or not isinstance(line["topic"], str | None)
                    or line["topic"] not in known
                ):
                    raise SettingsFault(
                        f"{file}, line {number}: has no topic of ours (null where none answers it)"
                    )
                labelled.append(
                    Labelled(
                        id=str(line.get("id", number)),
                        text=line["text"],
                        topic=line["topic"],
                        lang=str(line.get("lang", "")),
                        channel=str(line.get("channel", "")),
                        tags=tuple(map(str, tags)) if isinstance(tags, list) else (),
                    )
                )
    except OSError as exc:
        raise SettingsFault(f"{file}: cannot be read ({exc.strerror})") from None
    if not labelled:
        raise SettingsFault(f"{file}: holds no question")
    return labelled


_SHARES = (
    "right_first",
    "among_three",
    "answered_right",
    "wrong_shown",
    "abstained",
    "out_of_scope_answered",
)


def _print_figures(found: "list[Scores]") -> None:
    names = [name.replace("_", " ") for name in _SHARES]
    print_table(("group", "messages", *names, "adversarial answered", "Brier", "ECE"), list(map(_row, found)))
    say("\nCalibration: what was promised, and what came true.")
    print_table(
        ("score", "messages", "mean score", "right"),
        [
            (f"{one.low:.1f}-{one.high:.1f}", one.count, _percent(one.score), _percent(one.right))
            for one in found[0].bins
        ],
    )


def _row(one: "Scores") -> tuple[object, ...]:
    shares = [_percent(getattr(one, name)) for name in _SHARES]
    return (one.group, one.messages, *shares, one.adversarial_answered, f"{one.brier:.3f}", f"{one.ece:.3f}")


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _rounded(value: Any) -> Any:  # noqa: ANN401 - whatever JSON takes
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    return [_rounded(part) for part in value] if isinstance(value, list | tuple) else value
