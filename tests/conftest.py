"""What every room of the tests may ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from tests.cast import Office, an_office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return an_office(tmp_path)


@pytest.fixture
def db(office: Office) -> Iterator[Database]:
    """One connection to the office's database."""
    with office.connect() as db:
        yield db
