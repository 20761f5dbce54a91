"""The command line in this process, in an empty folder and without anybody's settings."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox.world import World
from bot.settings import Settings
from tests.cli.shell import Shell


@pytest.fixture
def usher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Shell:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(home)
    return Shell(home, monkeypatch, capfd)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One world a module: its tests leave it as they found it, but for mails and messages."""
    with World(tmp_path_factory.mktemp("world"), seed=11) as world:
        yield world
