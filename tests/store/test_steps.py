"""Steps of the schema that have shipped: whoever edits one leaves every database behind that has taken it."""

import hashlib
from pathlib import Path

from bot.store import database
from bot.store.schema import migrations

#: each step's name, and the mark of the schema after it; a new step gets a line of its own at the end
SHIPPED = Path(__file__).parents[1] / "data" / "schema_steps.txt"


def test_no_step_that_has_shipped_is_ever_edited(tmp_path: Path) -> None:
    names = [step.name for step in migrations._migrations]
    found = []
    with database.connect(tmp_path / "usher.db") as db:
        for name, following in zip(names, [*names[1:], None], strict=True):
            migrations.apply(db, stop_before=following)
            schema = db.execute("select type, name, sql from sqlite_master order by type, name").fetchall()
            words = " ".join(" ".join(map(str, entry)) for entry in schema).split()
            found.append(f"{name} {hashlib.sha256(' '.join(words).encode()).hexdigest()[:16]}")

    assert found == SHIPPED.read_text(encoding="utf-8").splitlines()
