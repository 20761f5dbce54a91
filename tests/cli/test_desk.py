"""Commands on the desk's own records: jobs, the ledger, the trail, and what they leave in it."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.bootstrap import make_desk
from bot.domain.mail import FetchedMail
from bot.domain.outbox import JobKind, JobStatus, NewJob
from bot.sandbox.world import World
from bot.services import intake, mailboxes
from bot.settings import load
from bot.store import database, migrations, outbox
from bot.store.database import transaction
from handlers.cli.desk import operator
from tests.cli.shell import Shell, is_instant, settings_of

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
RAW = b"From: Ann <ann@stranger.example>\r\nSubject: x\r\nMessage-ID: <1@stranger.example>\r\n\r\nHello?\r\n"


@pytest.fixture
def desk(usher: Shell, world: World) -> Shell:
    usher.set(settings_of(world, usher.folder))
    with database.connect(usher.folder / "usher.db") as db:
        migrations.migrate(db)
    return usher


def queue(folder: Path, status: JobStatus = JobStatus.QUEUED, *, error: str = "") -> int:
    """A job in that state; return its number."""
    with database.connect(folder / "usher.db") as db, transaction(db):
        number = len(outbox.list_jobs(db, tuple(JobStatus))) + 1
        job = NewJob(
            key=f"k{number}",
            kind=JobKind.MAIL,
            stream=f"s{number}",
            template="order_confirmation",
            values={"ref": "C-1"},
            recipient="dana@sponsor.example",
        )
        outbox.add(db, job, now=NOW)
        db.execute(
            "update outbox set status = :status, error = :error where id = :id",
            {"status": status, "error": error, "id": number},
        )
    return number


def test_what_waits_is_fine_and_what_failed_is_found(desk: Shell) -> None:
    queue(desk.folder)
    waiting = desk("jobs", "list", "--json")
    queue(desk.folder, JobStatus.FAILED, error="refused [red]for good[/red]")
    failed = desk("jobs", "list", "--json")

    assert (waiting.code, failed.code) == (0, 1)
    assert list(failed.objects[0]) == [
        *("id", "status", "template", "recipient", "attempts", "next_at", "error"),
    ]
    assert all(is_instant(one["next_at"]) for one in failed.objects)
    assert "refused [red]for good[/red]" in desk("jobs", "list").out


def test_what_is_over_is_shown_on_request(desk: Shell) -> None:
    queue(desk.folder, JobStatus.SENT)

    assert desk("jobs", "list").out == "nothing waits and nothing failed\n"
    assert [job["status"] for job in desk("jobs", "list", "--all", "--json").objects] == ["sent"]


def test_a_long_line_in_a_pipe_is_not_folded(desk: Shell) -> None:
    queue(desk.folder, JobStatus.FAILED, error="word " * 60)
    desk.set(COLUMNS="40")
    heading, line = desk("jobs", "list").out.splitlines()

    assert heading.split() == ["id", "status", "template", "recipient", "attempts", "next_at", "error"]
    assert line.count("word") == 60


def test_jobs_are_retried_dropped_and_released_and_the_trail_says_by_whom(desk: Shell) -> None:
    failed = queue(desk.folder, JobStatus.FAILED)
    unwanted = queue(desk.folder, JobStatus.HELD)
    held = queue(desk.folder, JobStatus.HELD)
    said = [
        desk("jobs", "retry", failed).out,
        desk("jobs", "drop", unwanted).out,
        desk("jobs", "release", held).out,
    ]

    assert said == ["job 1 is queued again\n", "job 2 is dropped\n", "job 3 is released\n"]
    assert [job["status"] for job in desk("jobs", "list", "--all", "--json").objects] == [
        "queued",
        "discarded",
        "queued",
    ]
    trail = desk("audit", "export", "--json").objects
    assert [(event["tag"], event["subject"]) for event in trail] == [
        ("job:retried", "job:1"),
        ("job:discarded", "job:2"),
        ("job:released", "job:3"),
    ]
    assert {event["actor"].split(":")[0] for event in trail} == {"cli"}
    assert len(desk("audit", "export").out.splitlines()) == 3


@pytest.mark.parametrize("verb", ["retry", "drop", "release"])
def test_a_job_that_is_not_there_is_refused_in_words(desk: Shell, verb: str) -> None:
    answer = desk("jobs", verb, 99)

    (fault,) = answer.faults
    assert (answer.code, answer.out) == (2, "")
    assert fault.startswith("There is no job 99.")


def test_what_was_sent_is_not_released_again(desk: Shell) -> None:
    number = queue(desk.folder, JobStatus.SENT)

    assert desk("jobs", "release", number).code == 2
    assert desk("jobs", "release", "--all").out == "released 0 jobs\n"


def take_in(desk: Shell, world: World, *, raw: bytes = RAW, uid: int = 1) -> int:
    """One mail of a stranger in the ledger, set aside after its third failure."""
    settings = load(settings_of(world, desk.folder), env_file=None)
    at_work = make_desk(settings)
    mail = FetchedMail(uid=uid, raw=raw, received_at=NOW, size=len(raw))
    with database.connect(desk.folder / "usher.db") as db:
        mailboxes.begin(db, "INBOX", 1, now=NOW)
        (number,) = mailboxes.record(db, at_work, "INBOX", 1, [mail], now=NOW)
        for _ in range(3):
            (row,) = intake.list_waiting(db, limit=1)
            intake.note_failure(db, at_work, row, "ValueError: x", now=NOW)
    return number


def test_a_mail_set_aside_is_listed_and_replayed(desk: Shell, world: World) -> None:
    assert desk("mail", "list").out == "no mail has come yet\n"
    number = take_in(desk, world)
    before = desk("mail", "list", "--json").objects
    answer = desk("mail", "replay", number)
    after = desk("mail", "list", "--json").objects

    assert answer.out == f"mail {number} will be decided about again\n"
    assert [before[0]["status"], after[0]["status"]] == ["set_aside", "recorded"]
    assert list(after[0]) == ["id", "received", "status", "kind", "ref", "reason"]
    assert is_instant(after[0]["received"])


def test_a_person_taken_for_a_robot_is_made_a_question_and_a_sheet_a_case(desk: Shell, world: World) -> None:
    robot = take_in(desk, world, raw=RAW.replace(b"Subject: x", b"Subject: Out of office"))
    ris = take_in(desk, world, raw=world.samples.complete_ris().raw, uid=2)
    answers = [desk("mail", "replay", robot, "--as", "question"), desk("mail", "replay", ris, "--as", "ris")]
    again = desk("mail", "replay", robot, "--as", "question")
    listed = desk("mail", "list", "--json").objects

    assert [answer.out for answer in answers] == [
        f"mail {robot} is now Q-1\n",
        f"mail {ris} is now C-1\n",
    ]
    assert "Q-1" in again.faults[0]
    assert [(mail["kind"], mail["ref"]) for mail in listed] == [("ris", "C-1"), ("question", "Q-1")]
    assert listed[1]["reason"].startswith("staff: question; before: ")
    trail = desk("audit", "export", "--json").objects
    assert {event["actor"] for event in trail if event["tag"] == "mail:kind_mended"} == {operator()}


def test_a_case_that_is_no_ris_is_closed_from_the_command_line(desk: Shell, world: World) -> None:
    number = take_in(desk, world, raw=world.samples.complete_ris().raw)
    desk("mail", "replay", number, "--as", "ris")

    assert desk("mail", "replay", number, "--as", "question").out == f"mail {number} is now Q-1\n"
    assert desk("mail", "replay", number, "--as", "spam").code == 2


def test_a_mail_that_is_not_in_the_ledger_is_refused_in_words(desk: Shell) -> None:
    (fault,) = desk("mail", "replay", 12).faults

    assert "12" in fault


def test_a_locked_database_is_one_line(desk: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    number = queue(desk.folder, JobStatus.FAILED)
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(desk.folder / "usher.db", isolation_level=None)) as other:
        other.execute("begin immediate")
        answer = desk("jobs", "retry", number)

    (fault,) = answer.faults
    assert fault.startswith("DATABASE_URL: ")
    assert "locked" in fault


@pytest.mark.parametrize("most", [2, pytest.param(None, marks=pytest.mark.slow)])
def test_mails_are_listed_and_shown_in_both_languages(usher: Shell, most: int | None) -> None:
    listed = usher("mails", "list", "--json").objects

    assert [mail["name"] for mail in listed] == sorted(mail["name"] for mail in listed)
    for mail in listed[:most]:
        for lang in ("en", "de"):
            (shown,) = usher("mails", "show", mail["name"], "--lang", lang, "--json").objects
            assert list(shown) == ["name", "lang", "subject", "text", "html"]
    text = usher("mails", "show", "receipt").out
    assert text.startswith(f"Subject: {next(m['subject'] for m in listed if m['name'] == 'receipt')}\n")
    assert usher("mails", "show", "receipt", "--html").out.lower().startswith("<!doctype html>")


def test_ones_own_wording_that_does_not_hold_is_one_line(usher: Shell) -> None:
    (usher.folder / "receipt.en.md").write_text("---\nsubject: {{ nobody }}\npreheader: x\n---\nHi\n")
    usher.set(templates_dir=usher.folder)
    answer = usher("mails", "show", "receipt")

    (fault,) = answer.faults
    assert (answer.code, answer.out) == (2, "")
    assert fault.startswith("TEMPLATES_DIR: receipt.en.md: ")
