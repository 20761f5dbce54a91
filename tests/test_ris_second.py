"""The second labelled set stays as it was frozen, and covers what it was made to cover."""

from pathlib import Path

from bot.domain.ris import ProblemKind
from tests.ris_second.manifest import manifest
from tests.scoring import read_truth

FOLDER = Path(__file__).parent / "data" / "ris_second"
#: advice that is not labelled, questions about headings, which a labelled form does not leave open, and what
#: is asked of whose desk it is
UNLABELLED = {
    ProblemKind.ONE_PHONE, ProblemKind.MANY_PHONES, ProblemKind.DOUBTFUL, ProblemKind.TOO_LONG,
    ProblemKind.STRUCK, ProblemKind.OWN_ADDRESS,
}  # fmt: skip


def test_no_file_and_no_label_was_changed() -> None:
    assert manifest(FOLDER) == (FOLDER / "manifest.sha256").read_text(encoding="utf-8")


def test_every_file_has_a_label_and_every_label_a_file() -> None:
    labelled = [truth["file"] for truth in read_truth(FOLDER)]
    beside = {"README.md", "truth.jsonl", "manifest.sha256"}

    assert sorted(labelled) == sorted({path.name for path in FOLDER.iterdir()} - beside)


def test_it_is_small_enough_to_be_kept() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 4_000_000


def test_every_decision_and_every_kind_of_problem_is_there() -> None:
    truths = read_truth(FOLDER)
    decisions = [truth["decision"] for truth in truths]
    kinds = {one["kind"] for truth in truths for case in truth["cases"] for one in case["problems"]}

    assert kinds == {str(kind) for kind in ProblemKind} - {str(kind) for kind in UNLABELLED}
    assert decisions.count("complete") >= 25
    assert decisions.count("incomplete") >= 25
    assert decisions.count("not_a_ris") >= 12
    assert decisions.count("refused") >= 6
