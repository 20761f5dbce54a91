"""The sandbox under test: a clock that can be turned, a workspace, its servers."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.sandbox.slack import Outcome, SlackServer, Workspace
from tests.sandbox.slack.rawapp import RawApp


class TurnableClock:
    """Stands still until a test turns it."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def turn(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def clock() -> TurnableClock:
    return TurnableClock()


@pytest.fixture
def patience() -> float:
    """Seconds that the workspace waits for an ack; rooms that wait for its end have less."""
    return 3.0


@pytest.fixture
def workspace(clock: TurnableClock, patience: float) -> Workspace:
    return Workspace(now=clock, patience=patience, retry_after=(0.0, 0.05, 0.1))


@pytest.fixture
def server(workspace: Workspace) -> Iterator[SlackServer]:
    with SlackServer(workspace) as running:
        yield running


@pytest.fixture
def raw_app(server: SlackServer) -> Iterator[RawApp]:
    app = RawApp(server)
    server.workspace.wait_until_connected()
    yield app
    app.close()


class Background:
    """Runs a call beside the test: a person acts while the test plays the app."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool

    def __call__(self, call: Callable[..., Outcome], *arguments: Any) -> "Future[Outcome]":  # noqa: ANN401 - passed on
        return self._pool.submit(call, *arguments)


@pytest.fixture
def beside() -> Iterator[Background]:
    with ThreadPoolExecutor(max_workers=4) as pool:
        yield Background(pool)
