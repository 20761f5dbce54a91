"""`usher lifecycle`: what a day will bring, a look of the clock, and what waits for a yes."""

from datetime import date, timedelta
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
    with bootstrap.connect(own) as db:
        begun(db, made, number=4, now=now, ends_on=today + timedelta(days=35))
    early = desk("lifecycle", "run", "--on", today + timedelta(days=7), "--all", "--json")
    assert early.objects[0]["told"] == {"reminder": 2, "validation": 1}
    assert "nothing is due" in desk("lifecycle", "preview", "--on", date.max).out
    for day in (today - timedelta(days=1), today + timedelta(days=8), date.max):
        refused = desk("lifecycle", "run", "--on", day)
        assert (refused.code, len(refused.faults)) == (2, 1)


def test_a_changed_policy_is_foreseen_and_says_whom_it_affects(
    desk: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two accounts one is further from its end than either policy's first warning and closes later."""
    own = settings.load(env_file=None)
    made, now = bootstrap.make_desk(own), bootstrap.make_clock(own).now()
    today, other = made.policy.clock_rules.calendar.day_of(now), tmp_path / "other.toml"
    with bootstrap.connect(own) as db:
        for number, days in ((1, 10), (2, 90)):
            begun(db, made, number=number, now=now, ends_on=today + timedelta(days=days))
    assert desk("lifecycle", "run", "--json").objects[0]["told"] == {"reminder": 1}
    shipped = (tmp_path / "own.toml").read_text(encoding="utf-8")
    other.write_text(shipped.replace("validation_days = 30", "validation_days = 45"), encoding="utf-8")

    (affected,) = desk("lifecycle", "preview", "--against", other, "--json").objects
    assert affected["user_id"] == "b4tz-0002"
    first = {when: date.fromisoformat(affected[when][0]["at"][:10]) for when in ("before", "after")}
    assert today + timedelta(days=40) <= first["after"] <= today + timedelta(days=45)
    assert first["after"] < first["before"]
    assert affected["before"][1:] == affected["after"][1:]
    on_that_day = desk("lifecycle", "preview", "--on", first["after"], "--against", other, "--json").objects
    assert [(one["before"], len(one["after"])) for one in on_that_day] == [([], 1)]
    assert "b4tz-0002" in desk("lifecycle", "preview", "--against", other).out
    assert "nobody" in desk("lifecycle", "preview", "--against", tmp_path / "own.toml").out
    assert desk("lifecycle", "preview").code == 2

    monkeypatch.setenv("USHER_CONFIG", str(other))
    for when, does in (("after", ["validation"]), ("before", [])):
        seen = desk("lifecycle", "preview", "--on", first[when], "--json").objects
        assert [one["does"] for one in seen] == does
