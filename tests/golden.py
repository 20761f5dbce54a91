"""Golden files: what people see is kept in `tests/approved/`, and a change there is a change of product."""

import json
import os
from pathlib import Path

from tests import slack_rules

APPROVED = Path(__file__).with_name("approved")


def assert_approved(name: str, seen: str) -> None:
    """Compare with `tests/approved/<name>`; `APPROVE=1` (or `make approve`) writes it instead."""
    path = APPROVED / name
    if os.environ.get("APPROVE") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(seen, encoding="utf-8")
    approved = path.read_text(encoding="utf-8") if path.exists() else ""

    assert seen == approved, f"{name} differs; run `make approve` and look at the diff"


def assert_json_approved(name: str, seen: object) -> None:
    slack_rules.BOOK.note(name, slack_rules.shown_faults(seen))
    assert_approved(name, json.dumps(seen, indent=2, ensure_ascii=False) + "\n")
