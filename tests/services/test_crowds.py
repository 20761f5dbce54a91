"""However many approve a case at the same moment, as many count as are needed; the rest hears who won."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from bot.domain.events import EventTag
from tests.cast import Office, a_case
from tests.services.crowd import RULES, Told, open_desk

ROOT = Path(__file__).parents[2]
TWO_PROCESSES = 2


def crowd(folder: Path, many: int) -> list[Told]:
    """Half of them in each of two processes, all at once; what each was told."""
    half = many // TWO_PROCESSES
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.services.crowd", str(folder), str(first), str(half)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for first in range(0, many, half)
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", process.communicate()[1]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=150) for process in started]
    assert [process.returncode for process in started] == [0, 0], [errors for _, errors in said]
    return [json.loads(line) for out, _ in said for line in out.splitlines()]


def a_desk(folder: Path, rules: str) -> Office:
    shipped = (ROOT / "usher.toml").read_text(encoding="utf-8")
    head, _, rest = shipped.partition("[approvals]")
    own = f"{head}[approvals]\n{rules}\n\n{rest[rest.index('[approvals.groups]') :]}"
    (folder / RULES).write_text(own, encoding="utf-8")
    return open_desk(folder)


def decisions(office: Office, tag: EventTag = EventTag.CASE_APPROVED) -> list[str]:
    return [event.actor for event in office.events() if event.tag == tag]


def check_one_wins(folder: Path, many: int) -> None:
    office = a_desk(folder, "second_if_unverified = false")
    a_case(office)
    told = crowd(folder, many)
    (winner,) = [one["by"] for one in told if not one["refused"]]
    losers = [one for one in told if one["refused"] == "already_decided"]

    assert decisions(office) == [winner]
    assert Counter(one["refused"] for one in told) == {
        "": 1, "already_decided": many // 2 - 1, "not_approver": many // 2,
    }  # fmt: skip
    assert all(one["winner"] == winner and f"<@{winner}>" in one["told"] for one in losers)
    assert all("on 2 March 2026, 10:30 CET" in one["told"] for one in losers)
    assert [job.template for job in office.mails()].count("order_confirmation") == 1


def check_two_are_needed(folder: Path, many: int) -> None:
    office = a_desk(folder, "second_above_seats = 0\nsecond_if_unverified = false")
    a_case(office)
    told = crowd(folder, many)
    counted = [one for one in told if not one["refused"]]
    (winner,) = [one["by"] for one in counted if one["decided"]]
    losers = [one for one in told if one["refused"] == "already_decided"]

    assert len({one["by"] for one in counted}) == 2
    assert decisions(office) == [winner]
    assert sorted(decisions(office, EventTag.APPROVAL_GIVEN)) == sorted(one["by"] for one in counted)
    assert Counter(one["refused"] for one in told) == {
        "": 2, "already_decided": many // 2 - 2, "not_approver": many // 2,
    }  # fmt: skip
    assert all(one["winner"] == winner and f"<@{winner}>" in one["told"] for one in losers)
    assert all(one["told"] for one in told if one["refused"])


@pytest.mark.slow
def test_of_twenty_one_wins(tmp_path: Path) -> None:
    check_one_wins(tmp_path, 20)


@pytest.mark.slow
def test_of_twenty_two_are_the_two(tmp_path: Path) -> None:
    check_two_are_needed(tmp_path, 20)


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_of_two_hundred_approvers_one_wins_and_the_others_are_told_who(tmp_path: Path) -> None:
    check_one_wins(tmp_path, 400)


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_of_two_hundred_a_hundred_approve_and_two_are_the_two(tmp_path: Path) -> None:
    check_two_are_needed(tmp_path, 200)
