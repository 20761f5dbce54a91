"""One running desk a module: its stories share the servers, not the companies."""

from collections.abc import Iterator

import pytest

from tests.stories.desk import Desk, running


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with running(tmp_path_factory.mktemp("desk")) as desk:
        yield desk
