"""What waits in the outbox of an earlier version: put off on purpose, or to be tried again."""

from datetime import UTC, datetime
from pathlib import Path

from bot.domain.outbox import JobKind
from bot.store import claims
from bot.store.database import connect, rows, transaction
from bot.store.schema import migrations

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
AT, LATER = "2026-03-02T09:30:00.000000Z", "2026-03-02T10:30:00.000000Z"


def test_what_an_earlier_version_put_off_stays_put_off(tmp_path: Path) -> None:
    with connect(tmp_path / "usher.db") as db:
        with transaction(db):
            migrations.apply(db, stop_before="m066_what_is_put_off_is_told_from_what_is_tried_again")
            for key, attempts, error in (("probe", 0, ""), ("tried", 1, "451 busy"), ("not now", 0, "away")):
                db.execute(
                    """insert into outbox (key, kind, stream, template, vals, status, attempts, error,
                         created_at, next_at)
                       values (:key, 'mail', :key, '', '{}', 'queued', :attempts, :error, :at, :later)""",
                    {"key": key, "attempts": attempts, "error": error, "at": AT, "later": LATER},
                )
        with transaction(db):
            migrations.apply(db)
        with transaction(db):
            assert claims.make_due(db, [JobKind.MAIL], NOW) == 2

        waiting = {found["key"]: found["next_at"] for found in rows(db, "select key, next_at from outbox")}
        assert waiting == {"probe": LATER, "tried": AT, "not now": AT}


def test_what_was_tried_after_its_time_waits_for_that_time_again(tmp_path: Path) -> None:
    with connect(tmp_path / "usher.db") as db:
        with transaction(db):
            migrations.apply(db)
            db.execute(
                """insert into outbox (key, kind, stream, template, vals, status, attempts, created_at,
                     next_at, not_before)
                   values ('probe', 'mail', 's', '', '{}', 'queued', 1, :at, :tried, :later)""",
                {"at": AT, "later": LATER, "tried": "2026-03-02T10:34:00.000000Z"},
            )
        with transaction(db):
            assert claims.make_due(db, [JobKind.MAIL], NOW) == 1

        assert rows(db, "select next_at from outbox") == [{"next_at": LATER}]
