"""A benchmark that misses a goal says so and fails."""

import pytest

from tests.benchmarks.goals import Goals


def test_goals_that_are_met_are_told_and_let_the_run_end(capsys: pytest.CaptureFixture[str]) -> None:
    goals = Goals()
    goals.at_most("seconds", 3, 3)
    goals.at_least("of the yardstick", 0.7, 0.7)
    goals.end()

    assert capsys.readouterr().out.splitlines() == [
        "goal met: seconds 3.00, at most 3",
        "goal met: of the yardstick 0.70, at least 0.7",
    ]


def test_one_that_is_missed_fails_the_run_at_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    goals = Goals()
    goals.at_most("seconds", 3.01, 3)
    goals.at_least("mails", 2.99, 3)
    goals.at_most("MB", 1, 2)
    with pytest.raises(SystemExit) as left:
        goals.end()

    assert left.value.code == 1
    told = [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()]
    assert told == ["goal MISSED", "goal MISSED", "goal met"]
