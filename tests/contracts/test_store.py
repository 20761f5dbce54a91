"""What the store promises to everyone above it, with two connections and two processes racing for it."""

import sqlite3
import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.domain.approvals import Choice
from bot.domain.cases import CaseStatus
from bot.domain.events import EventTag
from bot.domain.outbox import Job, JobKind, JobStatus
from bot.store import cases, claims, database, events, outbox, payloads
from bot.store.database import transaction
from bot.store.numbers import next_number
from tests.cast import Office, a_case
from tests.contracts.racing import race, race_processes
from tests.contracts.store_racers import LEASE, claim, claim_all, decide, take_numbers, write_events
from tests.jobs import a_new_job
from tests.outside import NOW

STATES = tuple(JobStatus)


@pytest.fixture
def path(office: Office) -> Path:
    return office.path


def queue(db: Database, *jobs: str, kind: JobKind = JobKind.NOTE, stream: str = "") -> None:
    with transaction(db):
        for key in jobs:
            outbox.add(db, a_new_job(key, kind=kind, stream=stream), now=NOW)


def job(db: Database, number: int = 1) -> Job:
    found = outbox.find(db, number)
    assert found is not None
    return found


# How the file is opened


def test_a_committed_transaction_survives_a_power_cut(db: Database) -> None:
    assert db.execute("pragma journal_mode").fetchone()[0] == "wal"
    assert db.execute("pragma synchronous").fetchone()[0] == 2  # FULL
    assert db.execute("pragma foreign_keys").fetchone()[0] == 1


def test_a_rollback_leaves_nothing(path: Path, db: Database) -> None:
    with pytest.raises(ZeroDivisionError), transaction(db):  # noqa: PT012
        next_number(db, "case")
        outbox.add(db, a_new_job(), now=NOW)
        events.add(db, EventTag.JOB_HELD, "job:1", actor="usher", at=NOW)
        raise ZeroDivisionError

    with database.connect(path) as other:
        assert [row["name"] for row in other.query("select name from numbers")] == []
        assert outbox.list_jobs(other, STATES) == []
        assert events.head(other).seq == 0


def test_an_interrupted_program_rolls_back_too(db: Database) -> None:
    with pytest.raises(KeyboardInterrupt), transaction(db):  # noqa: PT012
        next_number(db, "case")
        raise KeyboardInterrupt

    assert not db.conn.in_transaction
    with transaction(db):
        assert next_number(db, "case") == 1


def test_a_reader_is_never_blocked_by_a_writer_and_sees_what_was_committed(path: Path, db: Database) -> None:
    queue(db, "before")

    with transaction(db):
        outbox.add(db, a_new_job("within"), now=NOW)
        with database.connect(path) as reader:
            reader.execute("pragma busy_timeout = 0")
            assert [one.key for one in outbox.list_jobs(reader, STATES)] == ["before"]

    with database.connect(path) as reader:
        assert len(outbox.list_jobs(reader, STATES)) == 2


def test_a_second_writer_waits_for_the_first_and_sees_what_it_wrote(path: Path, db: Database) -> None:
    began, done = threading.Event(), threading.Event()
    seen: list[int] = []

    def second() -> None:
        with database.connect(path) as other:
            began.set()
            with transaction(other):  # would fail at once if it were deferred
                assert done.is_set()
                seen.append(next_number(other, "case"))

    with transaction(db):
        assert next_number(db, "case") == 1
        thread = threading.Thread(target=second)
        thread.start()
        began.wait(5)
        thread.join(0.05)
        assert thread.is_alive()
        done.set()
    thread.join(10)

    assert seen == [2]


# Numbers


def test_numbers_have_neither_gaps_nor_doubles_among_threads(path: Path) -> None:
    taken = race(*[partial(take_numbers, path, 25) for _ in range(4)])

    assert sorted(number for some in taken for number in some) == list(range(1, 101))


@pytest.mark.slow
def test_numbers_have_neither_gaps_nor_doubles_among_processes(path: Path) -> None:
    taken = race_processes("print(*take_numbers(path, 50))", path, ["one", "two"])

    assert sorted(int(number) for some in taken for number in some.split()) == list(range(1, 101))


def test_a_number_that_was_rolled_back_is_given_again(db: Database) -> None:
    with pytest.raises(ZeroDivisionError), transaction(db):  # noqa: PT012
        next_number(db, "case")
        raise ZeroDivisionError

    with transaction(db):
        assert next_number(db, "case") == 1


# Claims


def test_no_job_is_claimed_by_two_threads(path: Path, db: Database) -> None:
    queue(db, *[f"job-{number}" for number in range(60)])

    won = race(*[partial(claim_all, path, f"w{number}") for number in range(4)])

    assert Counter(key for some in won for key in some) == Counter(f"job-{number}" for number in range(60))


@pytest.mark.slow
def test_no_job_is_claimed_by_two_processes(path: Path, db: Database) -> None:
    queue(db, *[f"job-{number}" for number in range(100)])

    won = race_processes("print(*claim_all(path, name))", path, ["one", "two"])

    claimed = [key for some in won for key in some.split()]
    assert Counter(claimed) == Counter(f"job-{number}" for number in range(100))


def test_a_stream_has_one_in_flight_and_keeps_its_order(db: Database) -> None:
    queue(db, "a1", "a2", stream="a")
    queue(db, "b1", stream="b")

    assert claim(db, "w") == ["a1", "b1"]
    assert claim(db, "w2") == []
    with transaction(db):
        claims.settle(db, job(db), "w", JobStatus.SENT, now=NOW)
    assert claim(db, "w2") == ["a2"]


def test_a_job_that_waits_for_its_next_try_holds_up_its_stream_only(db: Database) -> None:
    queue(db, "a1", "a2", stream="a")
    queue(db, "b1", stream="b")
    claim(db, "w", limit=1)
    with transaction(db):
        claims.settle(db, job(db), "w", JobStatus.QUEUED, now=NOW, next_at=NOW + timedelta(minutes=1))

    assert claim(db, "w") == ["b1"]
    assert claim(db, "w", at=timedelta(minutes=2)) == ["a1"]


@pytest.mark.parametrize("over", [JobStatus.FAILED, JobStatus.UNKNOWN, JobStatus.HELD, JobStatus.SENT])
def test_a_job_that_ended_any_way_lets_the_next_of_its_stream_go(db: Database, over: JobStatus) -> None:
    queue(db, "a1", "a2", stream="a")
    claim(db, "w")
    with transaction(db):
        claims.settle(db, job(db), "w", over, now=NOW)

    assert claim(db, "w") == ["a2"]


def test_a_settled_claim_needs_the_worker_that_has_it(db: Database) -> None:
    queue(db, "a1")
    claim(db, "first")

    with transaction(db):
        assert not claims.settle(db, job(db), "second", JobStatus.SENT, now=NOW)
        assert claims.settle(db, job(db), "first", JobStatus.SENT, now=NOW)
        assert not claims.settle(db, job(db), "first", JobStatus.FAILED, now=NOW)


def test_an_earlier_claim_of_the_same_name_ends_no_later_one(db: Database) -> None:
    queue(db, "a1")
    claim(db, "w")
    earlier = job(db)
    with transaction(db):
        claims.settle(db, earlier, "w", JobStatus.QUEUED, now=NOW, next_at=NOW)
    claim(db, "w")

    with transaction(db):
        assert not claims.settle(db, earlier, "w", JobStatus.SENT, now=NOW)
        assert not claims.give_back(db, earlier, "w")
        assert claims.settle(db, job(db), "w", JobStatus.SENT, now=NOW)


def test_an_expired_lease_is_seen_and_one_that_runs_is_not(db: Database) -> None:
    queue(db, "a1")
    claim(db, "w")

    assert claims.list_late(db, NOW + LEASE) == []
    (worker,) = claims.list_late(db, NOW + LEASE + timedelta(microseconds=1))
    assert claims.list_claims(db, worker, ended=NOW + LEASE) == []
    ((lost, _),) = claims.list_claims(db, worker, ended=NOW + LEASE + timedelta(microseconds=1))
    assert (lost.key, worker) == ("a1", "w")


def test_a_newer_card_replaces_a_queued_one_but_not_one_under_way(db: Database) -> None:
    queue(db, "card-1", "card-2", kind=JobKind.CASE_CARD, stream="card:C-1")
    assert claim(db, "w") == ["card-2"]
    queue(db, "card-3", kind=JobKind.CASE_CARD, stream="card:C-1")

    states = {one.key: one.status for one in outbox.list_jobs(db, STATES)}
    assert states == {"card-1": "replaced", "card-2": "sending", "card-3": "queued"}
    assert claim(db, "w") == []


# What there is only once


def add_job(path: Path, key: str) -> bool:
    with database.connect(path) as db, transaction(db):
        return outbox.add(db, a_new_job(key), now=NOW)


def test_an_effect_is_queued_once_whoever_queues_it(path: Path) -> None:
    assert sorted(race(*[partial(add_job, path, "same")] * 4)) == [False, False, False, True]


def keep(path: Path, payload: str) -> bool:
    with database.connect(path) as db, transaction(db):
        return payloads.add(db, payload, "sealed", now=NOW)


def test_a_repeated_payload_is_kept_once_and_done_once(path: Path, db: Database) -> None:
    assert sorted(race(*[partial(keep, path, "Ev1")] * 4)) == [False, False, False, True]

    assert payloads.list_open(db) == [("Ev1", NOW, 0)]
    with transaction(db):
        assert payloads.claim(db, "Ev1", now=NOW)
        assert not payloads.claim(db, "Ev1", now=NOW)
    assert payloads.list_open(db) == []


def test_one_of_many_deciders_wins_and_the_others_move_nothing(office: Office) -> None:
    a_case(office)

    moved = race(*[partial(decide, office.path, f"U{number}") for number in range(4)])

    assert sorted(moved) == [False, False, False, True]
    with office.connect() as db:
        assert db.execute("select count(*) from decisions").fetchone()[0] == 1


@pytest.mark.slow
def test_one_of_two_deciding_processes_wins(office: Office) -> None:
    a_case(office)

    moved = race_processes("print(decide(path, name))", office.path, ["one", "two"])

    assert sorted(said.strip() for said in moved) == ["False", "True"]


def test_a_case_has_one_decision_even_if_a_service_forgets_to_look(office: Office) -> None:
    case = a_case(office)

    with office.connect() as db, transaction(db):
        cases.add_decision(db, case, Choice.APPROVED, by="U1", now=NOW)
        with pytest.raises(sqlite3.IntegrityError):
            cases.add_decision(db, case, Choice.REJECTED, by="U2", now=NOW)


def test_a_swap_that_saw_another_content_or_state_moves_nothing(office: Office) -> None:
    case = a_case(office)
    swap = partial(cases.move, case_id=case.id, to=CaseStatus.APPROVED, now=NOW)

    with office.connect() as db, transaction(db):
        assert not swap(db, since=(CaseStatus.IN_REVIEW,), content_hash="another")
        assert not swap(db, since=(CaseStatus.RECEIVED,), content_hash=case.content_hash)
        assert swap(db, since=(CaseStatus.IN_REVIEW,), content_hash=case.content_hash)
        assert not swap(db, since=(CaseStatus.IN_REVIEW,), content_hash=case.content_hash)


def test_of_two_newer_versions_one_is_stored(office: Office) -> None:
    case = a_case(office)
    newer = replace(case, version=2, content_hash="f" * 64)

    def revise() -> bool:
        with office.connect() as db, transaction(db):
            return cases.revise(db, newer, since=1, made_by="mail:2", now=NOW)

    assert sorted(race(revise, revise)) == [False, True]
    assert office.case("C-1").version == 2


def test_a_case_comes_back_as_it_went_in(office: Office) -> None:
    case = a_case(office, complete=False)

    with office.connect() as db:
        found = cases.find(db, case.id)

    assert found == case
    assert found is not None
    assert found.ris.content_hash() == case.content_hash


# The audit trail


@pytest.mark.slow
def test_the_chain_holds_whoever_writes_it(path: Path, db: Database) -> None:
    race(*[partial(write_events, path, f"t{number}", 20) for number in range(3)])
    race_processes("write_events(path, name, 40)", path, ["one", "two"])

    assert events.head(db).seq == 140
    assert events.find_first_broken(db) is None


@pytest.mark.parametrize("change", ["update events set actor = 'x'", "delete from events"])
def test_the_trail_is_append_only_for_every_program(db: Database, change: str) -> None:
    with transaction(db):
        events.add(db, EventTag.JOB_HELD, "job:1", actor="usher", at=NOW)

    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.conn.execute(change)


@pytest.mark.parametrize("twice", ["voucher_mark", "key_mark", "seat_id"])
def test_no_voucher_no_key_and_no_seat_is_there_twice_even_if_a_service_forgets_to_look(
    office: Office, twice: str
) -> None:
    with office.connect() as db:
        add = """insert into license_keys
                   (voucher_mark, voucher_sealed, key_mark, key_sealed, tail, credential, state, seat_id,
                    made_by, made_at)
                 values
                   (:voucher_mark, '', :key_mark, '', '0001', 'phone_otp', 'issued', :seat_id, 't', :at)"""
        db.execute("pragma foreign_keys = off")
        first = {"voucher_mark": "v1", "key_mark": "k1", "seat_id": 1, "at": database.text_of(NOW)}
        other = {**first, "voucher_mark": "v2", "key_mark": "k2", "seat_id": 2}
        with transaction(db):
            db.conn.execute(add, first)
            db.conn.execute(add, other)
            with pytest.raises(sqlite3.IntegrityError, match=twice):
                db.conn.execute(
                    add, {**other, "voucher_mark": "v3", "key_mark": "k3", "seat_id": 3, twice: first[twice]}
                )
