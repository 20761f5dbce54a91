"""Nothing is kept of people without a time, a place in the export, and an end."""

from pathlib import Path

from bot.store import erasures
from bot.store.data_map import TABLES
from bot.store.table_treatment import Erases
from tests.cast import an_office


def test_nobody_forgets_a_table(tmp_path: Path) -> None:
    """A new table or column has to say in `bot/store/data_map.py` how it is kept, told and erased."""
    office = an_office(tmp_path)
    own = ("_sqlite_migrations", "sqlite_sequence")
    with office.connect() as db:
        there = {
            table: {column.name for column in db[table].columns}
            for table in db.table_names()
            if table not in own and not table.startswith("findables_")
        }

    assert there == {table: set(held.columns) for table, held in TABLES.items()}
    for table, held in TABLES.items():
        assert len(held.columns) == len(f"{held.plain} {held.texts} {held.values}".split()), table
        assert not (held.personal and held.erases is Erases.NOTHING), table
        assert held.keeps in office.desk.policy.retention.kept.days or held.keeps in (
            "audit", "money", "contracts", "desk", "state",
        )  # fmt: skip
    assert {table for table, held in TABLES.items() if held.erases is Erases.ACCOUNT} == set(
        erasures.OF_ACCOUNT
    )
