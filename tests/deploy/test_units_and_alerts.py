"""The systemd units and the alerts, read by the programs that will read them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from handlers.cli.run import END_AT_LATEST
from handlers.portal import ops
from tests.deploy.proxies import DEPLOY
from tests.processes import need

GUIDE = DEPLOY.parent / "operate.md"
ALERTS = DEPLOY / "alerts.yaml"
CASES = Path(__file__).parents[1] / "data" / "alerts_test.yaml"
UNITS = sorted(DEPLOY.glob("usher*.service")) + sorted(DEPLOY.glob("usher*.timer"))

service = pytest.mark.service


def names(pattern: str, path: Path) -> set[str]:
    return set(re.findall(pattern, path.read_text(encoding="utf-8"), re.MULTILINE))


def test_alerts_ask_only_for_figures_that_there_are() -> None:
    expressions = "\n".join(names(r"^ +expr: (.+)$", ALERTS))
    figures = set(re.findall(r"`(usher_\w+)", ops.__doc__ or ""))
    asked = set(re.findall(r"usher_\w+", expressions))

    assert asked
    assert asked <= figures


def test_every_alert_has_a_case_in_which_it_speaks_and_one_in_which_it_does_not() -> None:
    alerts = names(r"- alert: (\w+)", ALERTS)

    assert names(r"alertname: (\w+)\n +exp_alerts", CASES) == alerts
    assert names(r"alertname: (\w+)\}", CASES) == alerts


@pytest.mark.slow
@service
def test_alerts_speak_when_they_should(tmp_path: Path) -> None:
    need("promtool", "prometheus")
    for path in (ALERTS, CASES):
        shutil.copy(path, tmp_path)

    ran = subprocess.run(
        ["promtool", "test", "rules", CASES.name], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert (ran.returncode, "SUCCESS" in ran.stdout) == (0, True), ran.stdout + ran.stderr


@service
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    need("systemd-analyze", "systemd")
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8")
        (tmp_path / unit.name).write_text(
            text.replace("/opt/usher/.venv/bin/usher", sys.executable), encoding="utf-8"
        )

    ran = subprocess.run(
        ["systemd-analyze", "verify", *(tmp_path / unit.name for unit in UNITS)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ran.returncode, [line for line in ran.stderr.splitlines() if "usher" in line]) == (0, [])


def test_systemd_waits_longer_for_the_end_than_the_service_takes() -> None:
    (seconds,) = names(r"^TimeoutStopSec=(\d+)$", DEPLOY / "usher.service")

    assert int(seconds) > END_AT_LATEST


def test_a_fault_in_the_settings_is_not_tried_again() -> None:
    assert names(r"^RestartPreventExitStatus=(.+)$", DEPLOY / "usher.service") == {"2"}


@pytest.mark.parametrize("fails", ["audit", "backup", ""])
def test_the_night_looks_at_the_trail_and_makes_a_backup_whatever_becomes_of_the_other(
    tmp_path: Path, fails: str
) -> None:
    program, backups = tmp_path / "usher", tmp_path / "backups"
    program.write_text(f'#!/bin/sh\necho "$1" >> {tmp_path}/called\n[ "$1" != "{fails}" ]\n')
    program.chmod(0o755)
    backups.mkdir()
    aged = backups / "usher-2026-01-01.db"
    aged.touch()
    os.utime(aged, (0, 0))
    unit = (DEPLOY / "usher-nightly.service").read_text(encoding="utf-8").replace("\\\n", "")
    (command,) = re.findall(r"^ExecStart=/bin/sh -c '(.+)'$", unit, re.MULTILINE)
    for written, meant in (
        ("/opt/usher/.venv/bin/usher", str(program)),
        ("/var/lib/usher/backups", str(backups)),
        ("%%", "%"),
        ("$$", "$"),
    ):
        command = command.replace(written, meant)

    ended = subprocess.run(["/bin/sh", "-c", command], check=False, timeout=20)

    assert ended.returncode == int(bool(fails))
    assert (tmp_path / "called").read_text().split() == ["audit", "backup"]
    assert aged.exists() is (fails == "backup")


def test_what_operators_are_told_to_back_up_by_hand_drops_out_with_the_nightly_ones() -> None:
    (pattern,) = names(r'-name "([^"]+)" -mtime', DEPLOY / "usher-nightly.service")
    told = names(r"^usher backup (\S+)", GUIDE)

    assert told
    for path in map(Path, told):
        assert path.parent == Path("/var/lib/usher/backups")
        assert path.match(pattern)


def test_the_install_lays_a_policy_of_ones_own_and_names_what_the_service_needs_of_its_settings() -> None:
    told = GUIDE.read_text(encoding="utf-8").partition("\n## As a systemd service\n")[2].partition("\n## ")[0]
    (policy,) = set(re.findall(r"USHER_CONFIG=(\S+?)`", told))

    assert re.search(rf"^install .*/usher\.toml {policy}\b", told, re.MULTILINE)
    assert all(f"`{name}" in told for name in ("DATABASE_URL", "PORTAL_URL", "TRUSTED_PROXIES"))
