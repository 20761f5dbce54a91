"""`usher doctor` and `usher run` with NetSuite and a webhook: what is not well, and what mends it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.policy import SHIPPED
from bot.sandbox.world import World
from tests.cli.shell import Shell, in_process, settings_of
from tests.provisioning_faults import says
from tests.provisioning_servers import SECRET, NetSuiteServer, WebhookServer
from tests.test_settings import GOOD

pytestmark = pytest.mark.slow


@dataclass
class Ward:
    """A desk whose cases are made in NetSuite and whose sites by a webhook."""

    shell: Shell
    netsuite: NetSuiteServer
    webhook: WebhookServer

    def checks(self) -> dict[str, dict[str, Any]]:
        answer = self.shell("doctor", "--json")
        assert answer.err == ""
        assert SECRET not in answer.out
        return {check["name"]: check for check in answer.objects if check["name"].startswith("provisioning")}


def chosen(folder: Path, *, case: str, site: str) -> str:
    path = folder / "chosen.toml"
    text = SHIPPED.read_text(encoding="utf-8")
    path.write_text(
        text.replace('case = "desk"', f'case = "{case}"').replace('site = "desk"', f'site = "{site}"'),
        encoding="utf-8",
    )
    return str(path)


@pytest.fixture
def ward(usher: Shell, world: World) -> Iterator[Ward]:
    def now() -> datetime:
        return datetime.now(UTC)

    with NetSuiteServer(now=now) as netsuite, WebhookServer(now=now) as webhook:
        usher.set(
            {
                **settings_of(world, usher.folder),
                **netsuite.settings(usher.folder),
                **webhook.settings(usher.folder),
                "usher_config": chosen(usher.folder, case="netsuite", site="webhook"),
            }
        )
        yield Ward(usher, netsuite, webhook)


def test_both_are_asked_for_real_and_nothing_is_made(ward: Ward) -> None:
    checks = ward.checks()

    assert {name: check["sentence"] for name, check in checks.items()} == {
        "provisioning by netsuite": "127.0.0.1 shows us its support cases",
        "provisioning by webhook": "127.0.0.1 takes our signature",
    }
    assert all(check["well"] for check in checks.values())
    assert ward.netsuite.records == ward.webhook.records == {}


def test_one_that_is_ill_keeps_the_other_from_nothing(ward: Ward) -> None:
    ward.netsuite.faults["GET"].append(says(403, {"title": "Forbidden"}))
    ward.webhook.faults["GET"].append(says(500))
    checks = ward.checks()

    assert [check["well"] for check in checks.values()] == [False, False]
    assert "'Support Cases'" in checks["provisioning by netsuite"]["mend"]
    assert "failed (500)" in checks["provisioning by webhook"]["sentence"]
    assert "[provisioning]" in checks["provisioning by webhook"]["mend"]


def test_a_wrong_certificate_is_named(ward: Ward) -> None:
    ward.shell.set(netsuite_certificate_id="another")
    check = ward.checks()["provisioning by netsuite"]

    assert "do not belong together" in check["sentence"]
    assert "NETSUITE_CERTIFICATE_ID" in check["mend"]


def test_by_itself_the_desk_makes_both(ward: Ward) -> None:
    ward.shell.set(usher_config=chosen(ward.shell.folder, case="desk", site="desk"))

    assert list(ward.checks()) == ["provisioning by desk"]
    assert ward.netsuite.requests == ward.webhook.requests == []


@pytest.mark.parametrize("command", ["doctor", "run"])
def test_a_way_without_its_settings_is_one_clear_line_each(tmp_path: Path, command: str) -> None:
    settings = {
        **GOOD,
        "usher_config": chosen(tmp_path, case="netsuite", site="desk"),
        "netsuite_client_id": "5",
    }
    answer = in_process(command, cwd=tmp_path, env=settings)

    assert answer.code == 2
    assert [fault.split()[0] for fault in answer.faults] == [
        *("NETSUITE_URL", "NETSUITE_CERTIFICATE_ID", "NETSUITE_PRIVATE_KEY"),
    ]
    assert not (tmp_path / "usher.db").exists()
