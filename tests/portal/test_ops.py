"""Alive, ready, figures: for monitors, on an address of their own."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from bot.domain.alarms import Trouble
from bot.services import alarms, mailboxes, upkeep
from handlers.portal import ops
from tests.outside import fetched
from tests.portal.conftest import NOW, Town


@pytest.fixture
def monitor(town: Town) -> FlaskClient:
    return ops.build(town.bot).test_client()


def figures(monitor: FlaskClient) -> dict[str, float]:
    text = monitor.get("/metrics").text
    return {
        f"{sample.name}{''.join(sample.labels.values()) and str(tuple(sample.labels.values()))}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_it_is_alive_whatever_else_is_wrong(town: Town, monitor: FlaskClient) -> None:
    town.bot.health.report("mailbox", "login refused", well=False, now=NOW)

    assert (monitor.get("/healthz").status_code, monitor.get("/healthz").text) == (200, "alive\n")


def test_it_is_ready_when_every_part_is_well(town: Town, monitor: FlaskClient) -> None:
    town.bot.health.report("mailbox", "connected", well=True, now=NOW)
    answer = monitor.get("/readyz")

    assert answer.status_code == 200
    assert answer.text.splitlines() == [
        "well   database: there, and of this version (since 2026-03-02 09:30:00 UTC)",
        "well   mailbox: connected (since 2026-03-02 09:30:00 UTC)",
    ]


def test_one_unwell_part_makes_it_unready_and_says_why_and_since_when(
    town: Town, monitor: FlaskClient
) -> None:
    town.bot.health.report("mailbox", "login refused", well=False, now=NOW)
    town.bot.health.report("mailbox", "login still refused", well=False, now=NOW + timedelta(minutes=5))
    answer = monitor.get("/readyz", headers={"Accept": "application/json"})

    assert answer.status_code == 503
    assert answer.json == {
        "well": False,
        "parts": [
            {
                "name": "database",
                "well": True,
                "sentence": "there, and of this version",
                "since": "2026-03-02T09:30:00+00:00",
            },
            {
                "name": "mailbox",
                "well": False,
                "sentence": "login still refused",
                "since": "2026-03-02T09:30:00+00:00",
            },
        ],
    }


def test_what_rests_says_until_when(town: Town, monitor: FlaskClient) -> None:
    tries_at = NOW + timedelta(minutes=4)
    town.bot.health.report("mailbox", "login refused", well=False, now=NOW, tries_at=tries_at)

    said = "mailbox: login refused; the next try is at 09:34:00 UTC (since"
    assert said in monitor.get("/readyz").text


def test_a_database_of_an_older_version_is_unready(town: Town, monitor: FlaskClient) -> None:
    with town.bot.connect() as db:
        db.execute("delete from _sqlite_migrations where name = 'm004_events'")
    answer = monitor.get("/readyz")

    assert answer.status_code == 503
    assert "UNWELL database: is of an older version (lacks m004_events)" in answer.text


def test_a_database_that_is_gone_or_broken_is_unready_and_well_again_when_it_is_back(
    town: Town, monitor: FlaskClient
) -> None:
    path = town.bot.settings.database_path
    kept = path.rename(path.with_suffix(".kept"))
    gone = monitor.get("/readyz")
    made = path.exists()
    path.write_bytes(b"this is no database at all" * 100)
    broken = monitor.get("/readyz")
    shown = figures(monitor)
    path.unlink()
    kept.rename(path)

    assert (gone.status_code, made) == (503, False)
    assert "the file is gone" in gone.text
    assert (broken.status_code, "cannot be read" in broken.text) == (503, True)
    assert shown["usher_part_well('database',)"] == 0
    assert "usher_cases('in_review',)" not in shown
    assert monitor.get("/readyz").status_code == 200


@pytest.mark.slow
def test_a_database_that_somebody_has_locked_is_unready_and_the_mend_is_said(
    town: Town, monitor: FlaskClient
) -> None:
    with closing(sqlite3.connect(town.bot.settings.database_path, isolation_level=None)) as other:
        other.execute("begin immediate")
        answer = monitor.get("/readyz")

    assert answer.status_code == 503
    assert "UNWELL database: another process has locked the database: end what works on it" in answer.text
    assert monitor.get("/readyz").status_code == 200


def test_the_figures_are_those_of_the_store(town: Town, monitor: FlaskClient) -> None:
    town.open_case()
    town.open_case(problems=1)
    town.bot.health.report("mailbox", "login refused", well=False, now=NOW)
    town.clock.at += timedelta(seconds=90)  # and no mail goes
    shown = figures(monitor)

    assert shown["usher_cases('in_review',)"] == 1
    assert shown["usher_cases('waiting_for_sponsor',)"] == 1
    assert shown["usher_cases('approved',)"] == 0
    assert shown["usher_jobs('queued',)"] == 4
    assert shown["usher_mails('recorded',)"] == 0
    assert shown["usher_oldest_queued_job_age_seconds"] == 90
    assert shown["usher_part_well('mailbox',)"] == 0
    assert shown["usher_process_start_time_seconds"] == NOW.timestamp()


def test_the_age_is_nought_when_nothing_waits(monitor: FlaskClient) -> None:
    assert figures(monitor)["usher_oldest_queued_job_age_seconds"] == 0


def test_the_last_mail_and_open_alarms_are_figures(town: Town, monitor: FlaskClient) -> None:
    assert "usher_last_mail_age_seconds" not in figures(monitor)
    with town.bot.connect() as db:
        mailboxes.begin(db, "INBOX", 1, now=NOW)
        mail = fetched(b"From: a@example.org\n\nHello", received_at=NOW)
        mailboxes.record(db, town.bot.desk, "INBOX", 1, [mail], now=NOW)
        alarms.raise_alarm(db, Trouble(name="mailbox", sentence="no route", since=NOW), now=NOW)
    town.wait(seconds=90)
    shown = figures(monitor)

    assert shown["usher_last_mail_age_seconds"] == 90
    assert shown["usher_alarms"] == 1


def test_every_figure_is_named_in_the_docstring(town: Town, monitor: FlaskClient) -> None:
    town.open_case()
    names = {
        sample.name
        for family in text_string_to_metric_families(monitor.get("/metrics").text)
        for sample in family.samples
    }

    assert [name for name in names if name not in str(ops.__doc__)] == []


def test_figures_count_in_the_service_too(town: Town) -> None:
    town.open_case()
    with town.bot.connect() as db:
        found = upkeep.figures(db, now=NOW)

    assert (found.cases["in_review"], found.oldest_queued_at) == (1, NOW)


@pytest.mark.parametrize("path", ["/", "/status/x", "/healthz/../metrics/", "/nope"])
def test_there_is_nothing_else_here(monitor: FlaskClient, path: str) -> None:
    answer = monitor.get(path)

    assert (answer.status_code, answer.text) == (404, "404 Not Found\n")
    assert "Content-Security-Policy" in answer.headers


def test_nothing_here_acts(monitor: FlaskClient) -> None:
    answer = monitor.post("/metrics")

    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_the_monitors_never_make_a_file(town: Town, monitor: FlaskClient, tmp_path: Path) -> None:
    town.bot.settings.database_path.unlink()
    monitor.get("/readyz")
    monitor.get("/metrics")

    assert not (tmp_path / "usher.db").exists()
