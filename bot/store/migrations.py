"""Bring a database to this version; migrations only go forward."""

from sqlite_utils import Database

from bot.domain.errors import SettingsFault
from bot.store.database import transaction
from bot.store.schema import migrations


def migrate(db: Database) -> None:
    """Bring the database to this version; refuse one that is another program's or a newer Usher's."""
    check_ours(db)
    # One writer at a time: two processes that start together must not both create the tables.
    with transaction(db):
        migrations.apply(db)


def check_ours(db: Database) -> None:
    """Refuse another program's database, and one that a newer Usher has written; an empty one is fine."""
    # Not `is_ours`: another process may be making the first tables at this moment.
    tables = set(db.table_names())
    if tables and not tables & {"_sqlite_migrations", "mailboxes"}:
        raise SettingsFault("DATABASE_URL: this is another program's database; name a file of Usher's own")
    known = {migration.name for migration in migrations._migrations}  # noqa: SLF001 - no public list
    newer = sorted({applied.name for applied in migrations.applied(db)} - known)
    if newer:
        raise SettingsFault(
            f"DATABASE_URL: the database was written by a newer Usher (it knows {newer[-1]}); "
            "start that version, or restore an older backup"
        )


def is_ours(db: Database) -> bool:
    """Whether an Usher has written this file."""
    return bool(migrations.applied(db))


def list_pending(db: Database) -> list[str]:
    """The steps that this database has not taken yet."""
    return [migration.name for migration in migrations.pending(db)]
