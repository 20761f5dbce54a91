"""Who accepted which terms for an organisation, and the exact texts that were accepted."""

from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from bot.domain.ris import role_of
from bot.domain.terms import Acceptance, TermsText
from bot.store.database import count, instant, row, rows, text_of


def keep_text(db: Database, text: TermsText) -> None:
    """Keep what was read, word by word; the same text is kept once."""
    count(
        db,
        """insert into terms_texts (digest, application, lang, version, title, text)
           values (:digest, :application, :lang, :version, :title, :text) on conflict do nothing""",
        {**vars(text), "digest": text.digest},
    )


def add(db: Database, acceptance: Acceptance) -> bool:
    """False where that version was accepted for the organisation before."""
    return bool(
        count(
            db,
            """insert into terms_acceptances
                 (organisation, application, lang, version, digest, account_id, role, at)
               values (:organisation, :application, :lang, :version, :digest, :account_id, :role, :at)
               on conflict do nothing""",
            {**vars(acceptance), "at": text_of(acceptance.at)},
        )
    )


def list_of_organisation(db: Database, organisation: int) -> list[Acceptance]:
    """Every acceptance, the oldest first."""
    sql = "select * from terms_acceptances where organisation = :id order by id"
    return [_acceptance(found) for found in rows(db, sql, {"id": organisation})]


def find_digest(db: Database, application: str, lang: str, version: str) -> str:
    """Of the text that was accepted first under that version; "" where none was."""
    found = row(
        db,
        """select digest from terms_texts
           where application = :application and lang = :lang and version = :version
           order by rowid limit 1""",
        {"application": application, "lang": lang, "version": version},
    )
    return str(found["digest"]) if found else ""


def _acceptance(found: Mapping[str, Any]) -> Acceptance:
    return Acceptance(
        organisation=found["organisation"],
        application=found["application"],
        lang=found["lang"],
        version=found["version"],
        digest=found["digest"],
        account_id=found["account_id"],
        role=role_of(found["role"]),
        at=instant(found["at"]),
    )


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped. Comes after the accounts."""
    db.executescript("""
        create table terms_texts (
            digest text primary key,
            application text not null,
            lang text not null,
            version text not null,
            title text not null,
            text text not null
        );
        create index terms_by_version on terms_texts (application, lang, version);
        create table terms_acceptances (
            id integer primary key,
            organisation integer not null references cases (id),
            application text not null,
            lang text not null,
            version text not null,
            digest text not null references terms_texts (digest),
            account_id integer not null references accounts (id),
            role text not null,
            at text not null,
            unique (organisation, application, lang, version)
        );
    """)
