"""Answers in words to a case's questions, as they were shown to staff and what became of them."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.case_answers import AnsweringMail, AnswersState, CaseAnswers, Doubt, Proposal
from bot.domain.filling import Slot
from bot.domain.mail import Address
from bot.domain.trust import Verdict
from bot.store.database import count, instant, maybe_instant, row, rows, text_of

#: of a case called `c`: whether its sponsor's answers in words wait for a click of staff
ANSWERED = "exists (select 1 from case_answers waits where waits.case_id = c.id and waits.state = 'open')"


def make_tables(db: Database) -> None:
    db.executescript("""
        create table case_answers (
            id integer primary key,
            case_id integer not null references cases (id),
            version integer not null,
            asked integer not null,
            mail_id integer not null,
            mail text not null,
            proposals text not null,
            state text not null,
            made_at text not null,
            settled_by text not null default '',
            settled_at text
        );
        create index case_answers_open on case_answers (case_id) where state = 'open';
    """)


def add(
    db: Database,
    *,
    case_id: int,
    version: int,
    asked: int,
    mail: AnsweringMail,
    proposals: Sequence[Proposal],
    now: datetime,
) -> int:
    """Keep open answers: they would change `version`, and answer the questions of `asked`."""
    cursor = db.execute(
        """insert into case_answers (case_id, version, asked, mail_id, mail, proposals, state, made_at)
           values (:case_id, :version, :asked, :mail_id, :mail, :proposals, 'open', :now) returning id""",
        {
            "case_id": case_id,
            "version": version,
            "asked": asked,
            "mail_id": mail.mail_id,
            "mail": json.dumps(mail, default=vars, ensure_ascii=False),
            "proposals": json.dumps(proposals, default=vars, ensure_ascii=False),
            "now": text_of(now),
        },
    )
    return int(cursor.fetchone()[0])


def settle(db: Database, number: int, to: AnswersState, *, by: str, now: datetime) -> bool:
    """Compare, then swap: False when they are no longer open."""
    return bool(
        count(
            db,
            """update case_answers set state = :to, settled_by = :by, settled_at = :now
               where id = :id and state = 'open'""",
            {"id": number, "to": to, "by": by, "now": text_of(now)},
        )
    )


def find(db: Database, number: int) -> CaseAnswers | None:
    found = row(db, "select * from case_answers where id = :id", {"id": number})
    return _answers(found) if found else None


def list_open(db: Database, case_id: int) -> list[CaseAnswers]:
    """Those of a case that nobody has settled, oldest first."""
    sql = "select * from case_answers where case_id = :id and state = 'open' order by id"
    return [_answers(found) for found in rows(db, sql, {"id": case_id})]


def _answers(found: Mapping[str, Any]) -> CaseAnswers:
    return CaseAnswers(
        id=found["id"],
        case_id=found["case_id"],
        version=found["version"],
        asked=found["asked"],
        mail=_mail(json.loads(found["mail"])),
        proposals=tuple(proposal_of(stored) for stored in json.loads(found["proposals"])),
        state=AnswersState(found["state"]),
        settled_by=found["settled_by"],
        settled_at=maybe_instant(found["settled_at"]),
        made_at=instant(found["made_at"]),
    )


def _mail(stored: Mapping[str, Any]) -> AnsweringMail:
    return AnsweringMail(
        **{
            **stored,
            "sender": Address(**stored["sender"]),
            "thread_ids": tuple(stored["thread_ids"]),
            "verdict": Verdict(stored["verdict"]),
        }
    )


def proposal_of(stored: Mapping[str, Any]) -> Proposal:
    """Read back what `vars` made of a Proposal."""
    return Proposal(
        **{
            **stored,
            "slot": Slot(*stored["slot"]) if stored["slot"] else None,
            "new": tuple(stored["new"]),
            "doubt": Doubt(stored["doubt"]) if stored["doubt"] else None,
        }
    )
