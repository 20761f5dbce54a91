"""The sandbox is tried with payloads as apps send them, good and bad, not with those that Usher sends."""

from collections.abc import Iterator

import pytest

from tests import slack_rules


@pytest.fixture(autouse=True)
def payloads_keep_the_rules() -> Iterator[None]:
    """Here they need not."""
    yield
    slack_rules.BOOK.take()
