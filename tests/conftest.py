"""What every room of the tests may ask for."""

import gc
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from sqlite_utils import Database

from tests import compiled, connections, slack_rules

if TYPE_CHECKING:
    from tests.cast import Office

# A module, a form that is read, a portal put together: each is thousands of objects, and none is garbage.
gc.set_threshold(50_000)
slack_rules.watch()
compiled.compile_addresses_once()
compiled.look_at_listeners_once()

# Hypothesis measures by the clock on the wall: a busy machine is no fault of an example's. What must be quick
# is measured in CPU by its own test, and what hangs ends after `timeout` (pyproject.toml).
settings.register_profile(
    "steady", parent=settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")


#: rooms whose files take long, whatever the number of their tests
LONG = ("stories", "handlers", "cli", "adapters", "portal", "rendering", "services")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long: a worker takes whole files, and must not wait for the other at the end.

    Long takes what asked for more time than others have (`timeout`), then what is in one of the `LONG` rooms.
    """
    patience: dict[Path, float] = defaultdict(float)
    for item in items:
        if mark := item.get_closest_marker("timeout"):
            patience[item.path] = max(patience[item.path], mark.args[0])

    def place(item: pytest.Item) -> tuple[float, int]:
        room = item.path.parent.name
        return -patience[item.path], LONG.index(room) if room in LONG else len(LONG)

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """What is imported and collected stays: nobody need look for garbage among it again and again."""
    gc.freeze()


@pytest.fixture(autouse=True)
def payloads_keep_the_rules() -> Iterator[None]:
    """Fail the test in whose course something was sent that Slack refuses, or that we do not want to send."""
    yield
    assert slack_rules.BOOK.take() == []


@pytest.fixture(autouse=True, scope="session")
def last_payloads_keep_the_rules() -> Iterator[None]:
    """The same for what a desk sent while it was closed behind the last test."""
    yield
    assert slack_rules.BOOK.take() == []


@pytest.fixture(autouse=True)
def no_connection_lies_idle() -> Iterator[None]:
    yield
    connections.close_idle()


@pytest.fixture
def office(tmp_path: Path) -> "Office":
    from tests.cast import an_office  # noqa: PLC0415 - who only hands out the tests needs no office, and comes first

    return an_office(tmp_path)


@pytest.fixture
def db(office: "Office") -> Iterator[Database]:
    """One connection to the office's database."""
    with office.connect() as db:
        yield db
