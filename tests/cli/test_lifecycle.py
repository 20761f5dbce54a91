"""`usher lifecycle`: what a day will bring, a look of the clock, and what waits for a yes."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot import bootstrap, settings
from tests.cli.shell import Shell
from tests.cli.test_stock import desk
from tests.partners import begun

pytestmark = pytest.mark.slow
__all__ = ["desk"]


def test_a_day_is_foreseen_and_a_look_does_what_is_due_once(desk: Shell, tmp_path: Path) -> None:
    shipped = (tmp_path / "own.toml").read_text(encoding="utf-8")
    (tmp_path / "own.toml").write_text(
        shipped.replace("most_a_day = 200", "most_a_day = 1"), encoding="utf-8"
    )
    own = settings.load(env_file=None)
    made, now = bootstrap.make_desk(own), bootstrap.make_clock(own).now()
    today = made.policy.clock_rules.calendar.day_of(now)
    with bootstrap.connect(own) as db:
        for number in (1, 2):
            begun(db, made, number=number, now=now, ends_on=today + timedelta(days=20))
        begun(db, made, number=3, now=now, ends_on=today + timedelta(days=200))

    seen = desk("lifecycle", "preview", "--on", today, "--json")
    assert [(one["user_id"], one["does"]) for one in seen.objects] == [
        ("b4tz-0001", "validation"), ("b4tz-0002", "validation"),
    ]  # fmt: skip
    later = desk("lifecycle", "preview", "--on", today + timedelta(days=21), "--json")
    assert [one["does"] for one in later.objects] == ["expired", "expired"]
    assert "b4tz-0001" in desk("lifecycle", "preview", "--on", today).out
    waits = desk("lifecycle", "run")
    assert (waits.code, "2 accounts are due" in waits.out) == (1, True)
    assert desk("lifecycle", "run", "--all", "--json").objects == [
        {"told": {"validation": 2}, "held": 0, "closed": 0, "waiting": 0}
    ]
    assert desk("lifecycle", "run").out == "no mail; 0 ends moved, 0 accounts closed\n"
    early = desk("lifecycle", "run", "--on", today + timedelta(days=300), "--all", "--json")
    assert early.objects[0]["told"] == {"reminder": 3}
    past = desk("lifecycle", "run", "--on", today - timedelta(days=1))
    assert (past.code, len(past.faults)) == (2, 1)
