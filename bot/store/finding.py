"""The words by which cases and questions are found: an index over their newest state (SQLite's FTS5).

A case stands under its number, a question under its number below zero; a trigger takes out what is deleted.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from sqlite_utils import Database

from bot.domain.cases import Case, case_ref
from bot.domain.conversations import Conversation
from bot.domain.finding import (
    NAMES,
    Phrase,
    Value,
    Wanted,
    rows_of,
    values_of_case,
    values_of_conversation,
)
from bot.domain.mail import Address
from bot.store.cases import ris_of
from bot.store.database import count, instant, rows, text_of


def make_tables(db: Database) -> None:
    """The index, with all that stands in the database already."""
    db.executescript("""
        create virtual table findables using fts5(
            names, more, at unindexed, tokenize = 'unicode61 remove_diacritics 0', columnsize = 0
        );
        create trigger deleted_cases_are_not_found after delete on cases
            begin delete from findables where rowid = old.id; end;
        create trigger deleted_conversations_are_not_found after delete on conversations
            begin delete from findables where rowid = -old.id; end;
    """)
    index_all(db)


@contextmanager
def at_the_end(db: Database) -> Iterator[None]:
    """Within, cases are put into the index when all else is written; in the caller's transaction.

    Whatever SQLite writes after a row of the index first makes it write that row's words into a piece of the
    index of their own; so many cases come into one piece, which nobody has to merge later.
    """
    cases: dict[int, Case] = {}
    token = _waiting.set(cases)
    try:
        yield
    finally:
        _waiting.reset(token)
    for case in cases.values():
        set_case(db, case)


#: by their ids, what `at_the_end` has put off in this thread
_waiting: ContextVar[dict[int, Case] | None] = ContextVar("cases to be indexed", default=None)


def set_case(db: Database, case: Case) -> None:
    """Let a case be found by its newest version, and by nothing older; in the caller's transaction."""
    if (waiting := _waiting.get()) is not None:
        waiting[case.id] = case
        return
    values = values_of_case(case.ref, case.ris, sponsor=case.sponsor, cc=case.cc, title=case.thread.subject)
    _set(db, case.id, values, text_of(case.created_at))


def set_conversation(db: Database, conversation: Conversation) -> None:
    """Let a question be found; in the caller's transaction."""
    _set(db, -conversation.id, values_of_conversation(conversation), text_of(conversation.created_at))


def _set(db: Database, number: int, values: Sequence[Value], at: str) -> None:
    count(
        db,
        "insert or replace into findables (rowid, names, more, at) values (:number, :names, :more, :at)",
        {
            "number": number,
            "names": _text(value for value in values if value.subject in NAMES),
            "more": _text(value for value in values if value.subject not in NAMES),
            "at": at,
        },
    )


def _text(values: Iterable[Value]) -> str:
    """Folded here, so that the index needs to know nothing of umlauts."""
    return " ".join(dict.fromkeys(" ".join(row) for value in values for row in rows_of(value)))


def find(db: Database, wanted: Sequence[Wanted], *, limit: int) -> list[int]:
    """Those that have everything, newest first, and before them those that have it in their name."""
    text = " AND ".join(map(_expression, wanted))
    found = rows(
        db,
        """select rowid, rowid in (select rowid from findables where findables match :named) named
           from findables where findables match :all
           order by named desc, at desc, abs(rowid) desc limit :limit""",
        {"all": text, "named": f"names : ({text})", "limit": limit},
    )
    return [entry["rowid"] for entry in found]


def _expression(wanted: Wanted) -> str:
    alternatives = (" AND ".join(map(_quoted, together)) for together in wanted.any_of)
    return f"({' OR '.join(f'({one})' for one in alternatives)})"


def _quoted(phrase: Phrase) -> str:
    """In quotes everything is words; ours are letters and figures, and hold no quote."""
    return f'"{" ".join(phrase.words)}"{" *" if phrase.begun else ""}'


def index_all(db: Database) -> None:
    """Index everything that came before there was an index."""
    # Only columns of that time: later versions of the tables may have more.
    found = rows(
        db,
        """select c.id, c.sponsor_name, c.sponsor_address, c.cc, c.thread, c.created_at, v.ris from cases c
           join case_versions v on v.case_id = c.id and v.version = c.version""",
    )
    for entry in found:
        sponsor = Address(name=entry["sponsor_name"], address=entry["sponsor_address"])
        title, cc = json.loads(entry["thread"])["subject"], json.loads(entry["cc"])
        ris = ris_of(json.loads(entry["ris"]))
        values = values_of_case(case_ref(entry["id"]), ris, sponsor=sponsor, cc=cc, title=title)
        _set(db, entry["id"], values, entry["created_at"])
    sql = "select id, address, name, subject, lang, mail_id, created_at from conversations"
    for entry in rows(db, sql):
        set_conversation(db, Conversation(**{**entry, "created_at": instant(entry["created_at"])}))
