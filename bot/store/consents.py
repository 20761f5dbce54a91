"""Answers to what partners are asked to agree to: added, and never changed while their account is there."""

from sqlite_utils import Database

from bot.domain.consents import Answer, Consent
from bot.store.database import count, instant, rows, text_of


def add(db: Database, account_id: int, answer: Answer) -> None:
    count(
        db,
        """insert into consents (account_id, consent, agreed, version, wording, lang, at)
           values (:account_id, :consent, :agreed, :version, :wording, :lang, :at)""",
        {
            "account_id": account_id, "consent": answer.consent, "agreed": int(answer.agreed),
            "version": answer.version, "wording": answer.wording, "lang": answer.lang,
            "at": text_of(answer.at),
        },
    )  # fmt: skip


def list_of_account(db: Database, account_id: int) -> list[Answer]:
    """All that was ever answered, the oldest first."""
    found = rows(db, "select * from consents where account_id = :id order by id", {"id": account_id})
    return [
        Answer(
            consent=Consent(entry["consent"]),
            agreed=bool(entry["agreed"]),
            version=entry["version"],
            wording=entry["wording"],
            lang=entry["lang"],
            at=instant(entry["at"]),
        )
        for entry in found
    ]


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped. Answers go only with the account, by its erasure."""
    db.executescript("""
        create table consents (
            id integer primary key,
            account_id integer not null references accounts (id) on delete cascade,
            consent text not null,
            agreed integer not null,
            version text not null,
            wording text not null,
            lang text not null,
            at text not null
        );
        create index consents_by_account on consents (account_id);
        create trigger consents_are_never_changed before update on consents
            begin select raise(abort, 'a consent is never changed'); end;
        create trigger consents_go_with_their_account before delete on consents
            when exists (select 1 from accounts where id = old.account_id)
            begin select raise(abort, 'a consent goes only with its account'); end;
    """)
