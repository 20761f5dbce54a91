"""Accounts of either programme in one table."""

from datetime import UTC, datetime
from pathlib import Path

from bot.domain.accounts import NewAccount, Origin
from bot.domain.programmes import Programme
from bot.domain.ris import Credential, Role
from bot.store import accounts, organisations
from bot.store.database import connect, row, rows, transaction
from bot.store.schema import migrations

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
NEW = NewAccount(
    salutation="", first_name="Amara", last_name="Falkner", email="amara@works.example.com", phones=(),
    job_title="Clerk", role=Role.USER, credential=Credential.PHONE_OTP, lang="en", origin=Origin.INVITED,
)  # fmt: skip


def test_an_account_of_an_older_version_stays_and_a_partner_belongs_to_no_case(tmp_path: Path) -> None:
    with connect(tmp_path / "usher.db") as db:
        with transaction(db):
            migrations.apply(db, stop_before="m035_programmes")
            db.execute(
                """insert into cases (id, status, version, content_hash, sponsor_name, sponsor_address, cc,
                     authorised, verdict, evidence, lang, hands, thread, created_at, status_since)
                   values (7, 'live', 1, '', '', '', '[]', 1, '', '', 'en', '[]', '{}', '2026', '2026')"""
            )
            db.execute(
                """insert into accounts (id, user_id, organisation, case_id, salutation, first_name,
                     last_name, email, phones, job_title, role, credential, lang, origin, status, made_at)
                   values (1, 'k7m3-x9p2', 7, 7, '', 'Uwe', 'User', 'u@example.com', '[]', '', 'user',
                     'phone_otp', 'en', 'form', 'active', '2026-01-01T00:00:00.000000Z')"""
            )
        with transaction(db):
            migrations.apply(db)
        with transaction(db):
            made = accounts.add(db, NEW, user_id="b4tz-6hwc", programme=Programme.EXTRANET, now=NOW)
    with connect(tmp_path / "usher.db") as db:  # as it lies on the disk
        older = accounts.find(db, 1)
        assert older is not None
        assert (older.programme, older.organisation, older.thread) == (Programme.MAG, 7, "C-7")
        assert made is not None
        assert accounts.find(db, made.id) == made
        assert (made.organisation, made.case_id, made.thread) == (0, 0, "A-2")
        assert organisations.get_customer(db, made).name == ""
        assert rows(db, "pragma foreign_key_check") == []
        assert row(db, "pragma integrity_check") == {"integrity_check": "ok"}
