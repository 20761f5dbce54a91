"""What waits in the outbox of an earlier version: put off on purpose, or to be tried again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from bot.domain.outbox import JobKind, JobStatus, NewJob
from bot.store import claims, outbox
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


def test_the_many_mails_of_one_case_hold_up_no_others_few(tmp_path: Path) -> None:
    with connect(tmp_path / "usher.db") as db:
        db.execute("pragma foreign_keys = off")  # there are no such cases
        with transaction(db):
            migrations.apply(db)
            for name, case_id in (("a1", 1), ("a2", 1), ("a3", 1), ("b1", 2), ("b2", 2), ("alone", None)):
                outbox.add(db, _mail(name, case_id), now=NOW)

        assert [_claim_one(db) for _ in range(6)] == ["a1", "b1", "alone", "a2", "b2", "a3"]


def test_a_case_of_which_nothing_waits_any_more_is_first_in_line_again(tmp_path: Path) -> None:
    with connect(tmp_path / "usher.db") as db:
        db.execute("pragma foreign_keys = off")  # there are no such cases
        with transaction(db):
            migrations.apply(db)
            for name, case_id in (("a1", 1), ("a2", 1)):
                outbox.add(db, _mail(name, case_id), now=NOW)
        assert [_claim_one(db), _claim_one(db)] == ["a1", "a2"]
        with transaction(db):
            for name, case_id in (("b1", 2), ("b2", 2), ("a3", 1)):
                outbox.add(db, _mail(name, case_id), now=NOW)

        assert [_claim_one(db) for _ in range(3)] == ["b1", "a3", "b2"]


def test_nobody_is_passed_for_ever(tmp_path: Path) -> None:
    """Seen: fifty mails of a case waited for thousands of others that came a minute after them."""
    with connect(tmp_path / "usher.db") as db:
        db.execute("pragma foreign_keys = off")  # there is no such case
        with transaction(db):
            migrations.apply(db)
            for number in range(3):
                outbox.add(db, _mail(f"a{number}", 1), now=NOW)
            outbox.add_all(db, [_mail(f"younger{number}", None) for number in range(100)], now=NOW)

        assert [number for number in range(45) if _claim_one(db).startswith("a")] == [0, 18, 39]


def test_many_that_are_released_at_once_hold_up_no_others_few(tmp_path: Path) -> None:
    with connect(tmp_path / "usher.db") as db:
        db.execute("pragma foreign_keys = off")
        with transaction(db):
            migrations.apply(db)
            for number in range(30):
                outbox.add(db, _mail(f"a{number}", 1), now=NOW)
            db.execute("update outbox set status = 'held'")
            for job_id in range(1, 31):
                outbox.move(db, job_id, since=[JobStatus.HELD], to=JobStatus.QUEUED)
            outbox.add(db, _mail("b", 2), now=NOW)

        assert "b" in [_claim_one(db) for _ in range(3)]


def test_a_mail_whose_answer_was_lost_goes_before_those_that_came_since(tmp_path: Path) -> None:
    """Behind what waited then: it may have killed its worker, and would again."""
    later = NOW + timedelta(minutes=1)
    with connect(tmp_path / "usher.db") as db:
        with transaction(db):
            migrations.apply(db)
            for name in ("lost", "waited"):
                outbox.add(db, _mail(name, None), now=NOW)
        with transaction(db):
            ((job, _),) = claims.claim_jobs(
                db, "w", kinds=[JobKind.MAIL], lease=timedelta(minutes=5), limit=1, now=NOW
            )
            claims.settle(db, job, "w", JobStatus.QUEUED, now=NOW, next_at=later, unknown=True)
            outbox.add_all(db, [_mail(name, None) for name in ("came since", "came later")], now=later)

        first, *then = [_claim_one(db, now=later) for _ in range(4)]
    assert (first, then[-1]) == ("waited", "came later")


def test_mails_that_nobody_takes_hold_up_none_that_came_later(tmp_path: Path) -> None:
    """Seen: sixty to a domain that refused the sender used up each minute's thirty, and nothing else went."""
    kinds, lease, sent = [JobKind.MAIL], timedelta(minutes=5), []
    with connect(tmp_path / "usher.db") as db:
        with transaction(db):
            migrations.apply(db)
            names = ("refused", "refused too", "good", "good too")
            outbox.add_all(db, [_mail(name, None) for name in names], now=NOW)
        for _ in range(5):
            with transaction(db):
                ((job, _),) = claims.claim_jobs(db, "w", kinds=kinds, lease=lease, limit=1, now=NOW)
                if job.key.startswith("good"):
                    claims.settle(db, job, "w", JobStatus.SENT, now=NOW)
                    sent.append(job.key)
                else:
                    claims.settle(db, job, "w", JobStatus.QUEUED, now=NOW, next_at=NOW, counts=False)

    assert sent == ["good", "good too"]


def test_what_waits_from_an_earlier_version_keeps_its_place(tmp_path: Path) -> None:
    with connect(tmp_path / "usher.db") as db:
        db.execute("pragma foreign_keys = off")  # there are no such cases
        with transaction(db):
            migrations.apply(db, stop_before="m073_what_waits_knows_its_place_in_line")
            for key, case_id in (("a1", 1), ("a2", 1), ("b1", 2), ("alone", None), ("alone too", None)):
                db.execute(
                    """insert into outbox (key, kind, stream, template, vals, status, case_id, created_at,
                         next_at)
                       values (:key, 'mail', :key, '', '{}', 'queued', :case_id, :at, :at)""",
                    {"key": key, "case_id": case_id, "at": AT},
                )
        with transaction(db):
            migrations.apply(db)

        assert [_claim_one(db) for _ in range(5)] == ["a1", "b1", "alone", "alone too", "a2"]


def _mail(name: str, case_id: int | None) -> NewJob:
    return NewJob(key=name, kind=JobKind.MAIL, stream=name, template="receipt", values={}, case_id=case_id)


def _claim_one(db: Database, *, now: datetime = NOW) -> str:
    with transaction(db):
        lease, kinds = timedelta(minutes=5), [JobKind.MAIL]
        ((job, _),) = claims.claim_jobs(db, "w", kinds=kinds, lease=lease, limit=1, now=now)
    return job.key
