"""Every version a case has had."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.cases import CaseVersion
from bot.store.cases import ris_of
from bot.store.database import instant, row, rows, text_of


def find(db: Database, case_id: int, version: int) -> CaseVersion | None:
    sql = "select * from case_versions where case_id = :id and version = :version"
    found = row(db, sql, {"id": case_id, "version": version})
    return _version(found) if found else None


def find_before(db: Database, case_id: int, at: datetime) -> CaseVersion | None:
    """The newest that was made before then."""
    sql = """select * from case_versions where case_id = :id and made_at < :at
             order by version desc limit 1"""
    found = row(db, sql, {"id": case_id, "at": text_of(at)})
    return _version(found) if found else None


def find_at(db: Database, case_id: int, at: datetime) -> CaseVersion | None:
    """What the case held then."""
    sql = """select * from case_versions where case_id = :id and made_at <= :at
             order by version desc limit 1"""
    found = row(db, sql, {"id": case_id, "at": text_of(at)})
    return _version(found) if found else None


def list_forms(db: Database, case_id: int) -> frozenset[str]:
    """The hash of each form that a case ever held."""
    found = rows(db, "select ris from case_versions where case_id = :id", {"id": case_id})
    return frozenset(ris_of(json.loads(one["ris"])).form_hash() for one in found)


def list_numbers(db: Database, case_id: int) -> list[tuple[int, datetime]]:
    """Every version with its time, the newest first."""
    sql = "select version, made_at from case_versions where case_id = :id order by version desc"
    return [(found["version"], instant(found["made_at"])) for found in rows(db, sql, {"id": case_id})]


def list_names(db: Database, case_id: int) -> tuple[str, ...]:
    """What the company was called in any of its versions."""
    sql = "select distinct company from case_versions where case_id = :id order by company"
    return tuple(str(found["company"]) for found in rows(db, sql, {"id": case_id}))


def list_mails(db: Database, case_id: int) -> list[int]:
    """The ledger's rows of the mails that made its versions, oldest first."""
    sql = "select distinct mail_id from case_versions where case_id = :id order by mail_id"
    return [found["mail_id"] for found in rows(db, sql, {"id": case_id})]


def _version(found: Mapping[str, Any]) -> CaseVersion:
    return CaseVersion(
        number=found["version"],
        content_hash=found["content_hash"],
        ris=ris_of(json.loads(found["ris"])),
        made_by=found["made_by"],
        made_at=instant(found["made_at"]),
        mail_id=found["mail_id"],
    )
