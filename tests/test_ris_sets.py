"""Labelled forms by other hands, read as the mailbox would: all decisions and problems, most fields."""

import sys
from pathlib import Path

import pytest

from tests.scoring import score_folder

pytestmark = pytest.mark.slow

DATA = Path(__file__).parent / "data"


@pytest.mark.parametrize("name", ["ris_samples", "ris_second"])
def test_a_labelled_set_is_read_right(name: str) -> None:
    result = score_folder(DATA / name)
    report = "\n".join([*result.differences, result.table()])
    sys.stdout.write(f"{name}\n{report}\n")

    assert result.decisions == 1.0, report
    assert (result.problems.precision, result.problems.recall) == (1.0, 1.0), report
    assert result.fields.precision >= 0.98, report
    assert result.fields.recall >= 0.97, report
