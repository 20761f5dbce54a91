"""Programs from Debian that some tests need."""

import os
import shutil

import pytest


def need(program: str, *packages: str) -> None:
    """Skip by name where it is not there; with REQUIRE_SERVICES=1 its absence is a failure."""
    if shutil.which(program):
        return
    missing = f"{program} is not there: apt-get install {' '.join(packages)}"
    if os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail(missing)
    pytest.skip(missing)
