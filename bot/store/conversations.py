"""Conversations: who asked what, whose turn it is, who has it, and which answers were tried before."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.cases import Thread
from bot.domain.conversations import (
    Answered,
    Channel,
    Conversation,
    ConversationState,
    Mark,
    NewConversation,
    Tried,
    conversation_ref,
)
from bot.domain.faq_opinions import Unanswered, Why
from bot.store.database import count, instant, listed, maybe_instant, row, rows, text_of
from bot.store.numbers import next_number

MOST_WORDS = 4_000  #: characters of what somebody asked that are kept to be found by


def add_words(db: Database) -> None:
    """Questions that came before are found by sender and subject only: their words are in the raw mail."""
    db.execute("alter table conversations add column words text not null default ''")


def add_people(db: Database) -> None:
    """Those that came before are nobody's and late for nobody: their asker's next mail opens them."""
    db.executescript("""
        alter table conversations add column channel text not null default 'mail';
        alter table conversations add column slack_user text not null default '';
        alter table conversations add column verified integer not null default 0;
        alter table conversations add column marks text not null default '';
        alter table conversations add column state text not null default 'answered';
        alter table conversations add column since text;
        alter table conversations add column due_at text;
        alter table conversations add column owner text not null default '';
        alter table conversations add column owned_since text;
        alter table conversations add column closed_by text not null default '';
        alter table conversations add column heard integer not null default 1;
        alter table conversations add column thread text not null default '{}';
        create index open_conversations on conversations (due_at) where state = 'open';
        create table conversation_tried (
            conversation_id integer not null references conversations (id) on delete cascade,
            topic text not null,
            how text not null,
            at text not null
        );
        create index tried_by_conversation on conversation_tried (conversation_id);
    """)


def add(
    db: Database,
    new: NewConversation,
    *,
    state: ConversationState,
    due_at: datetime | None,
    now: datetime,
) -> Conversation:
    conversation = Conversation(
        id=next_number(db, "conversation"),
        address=new.address,
        name=new.name,
        subject=new.subject,
        lang=new.lang,
        mail_id=new.mail_id,
        created_at=now,
        words=new.words[:MOST_WORDS],
        channel=new.channel,
        slack_user=new.slack_user,
        verified=new.verified,
        marks=new.marks,
        state=state,
        since=now,
        due_at=due_at,
        thread=new.thread,
    )
    values = {name: getattr(conversation, name) for name in _AS_IT_IS}
    values |= {
        "verified": int(new.verified),
        "marks": _joined(new.marks),
        "thread": json.dumps(asdict(new.thread)),
        "now": text_of(now),
        "due_at": text_of(due_at) if due_at else None,
    }
    count(db, _INSERT, values)
    return conversation


_AS_IT_IS = (
    "id", "address", "name", "subject", "lang", "mail_id", "words", "channel", "slack_user", "state",
)  # fmt: skip
_INSERT = """insert into conversations (id, address, name, subject, lang, mail_id, created_at, words, channel,
                 slack_user, verified, marks, state, since, due_at, thread)
             values (:id, :address, :name, :subject, :lang, :mail_id, :now, :words, :channel,
                 :slack_user, :verified, :marks, :state, :now, :due_at, :thread)"""


def _joined(marks: Sequence[Mark]) -> str:
    return " ".join(marks)


def find(db: Database, conversation_id: int) -> Conversation | None:
    found = row(db, "select * from conversations where id = :id", {"id": conversation_id})
    return _conversation(found) if found else None


def list_open(db: Database, *, limit: int) -> list[Conversation]:
    """Those whose turn is the desk's, first what is due first."""
    sql = "select * from conversations where state = 'open' order by due_at, id limit :limit"
    return [_conversation(found) for found in rows(db, sql, {"limit": limit})]


def count_asked(db: Database, *, slack_user: str, since: datetime) -> int:
    """How often somebody asked in Slack since then."""
    sql = """select count(*) as many from conversations where created_at >= :since
             and channel = 'slack' and slack_user = :slack_user"""
    return int((row(db, sql, {"slack_user": slack_user, "since": text_of(since)}) or {"many": 0})["many"])


def count_asked_on_portal(db: Database, *, address: str, verified: bool, since: datetime) -> int:
    """How often since then that address was signed in and asked, or (not `verified`) was merely named."""
    sql = """select count(*) as many from conversations where created_at >= :since
             and channel = 'web' and address = :address and verified = :verified"""
    values = {"address": address, "verified": int(verified), "since": text_of(since)}
    return int((row(db, sql, values) or {"many": 0})["many"])


def list_claimed(db: Database, *, address: str, after: datetime, until: datetime) -> list[Conversation]:
    """What was asked by mail under an address that nobody proved, by when it came, the newest first."""
    sql = """select one.* from mails
             join conversations as one on one.id = cast(substr(subject_ref, 3) as integer)
             where received_at > :after and received_at <= :until and subject_ref like 'Q-%'
               and sender = :address and mail_id = mails.id and one.verified = 0
             order by one.id desc"""
    values = {"address": address, "after": text_of(after), "until": text_of(until)}
    return [_conversation(found) for found in rows(db, sql, values)]


def find_same(
    db: Database, *, slack_user: str = "", address: str = "", words: str, since: datetime
) -> Conversation | None:
    """What somebody asked since then, in Slack or on the portal, in the same words, and is not over."""
    sql = """select * from conversations where created_at >= :since and words = :words
             and state <> 'closed' and
             ((channel = 'slack' and slack_user = :slack_user) or (channel = 'web' and address = :address))
             order by id desc limit 1"""
    asker = {"slack_user": slack_user, "address": address}
    values = {**asker, "words": words[:MOST_WORDS], "since": text_of(since)}
    found = row(db, sql, values)
    return _conversation(found) if found else None


def find_last(db: Database, *, slack_user: str, since: datetime) -> Conversation | None:
    """The newest that they asked in Slack, unless it has stood as it does for longer."""
    sql = """select * from conversations where slack_user = :slack_user and channel = 'slack'
             order by id desc limit 1"""
    found = row(db, sql, {"slack_user": slack_user})
    one = _conversation(found) if found else None
    return one if one and (one.since or one.created_at) >= since else None


def list_unanswered(db: Database, *, since: datetime) -> tuple[Unanswered, ...]:
    """Questions since then to which nothing was sent, the newest first; not what Usher settled."""
    sql = """select id, subject from conversations where created_at >= :since and subject <> ''
             and id not in (select conversation_id from conversation_tried where how <> 'offered')
             and (state = 'open' or owner <> '' or id in (select conversation_id from conversation_tried))
             order by id desc limit 200"""
    found = rows(db, sql, {"since": text_of(since)})
    return tuple(Unanswered(ref=conversation_ref(one["id"]), subject=one["subject"]) for one in found)


def list_overdue(db: Database, *, now: datetime) -> list[Conversation]:
    """Open ones that nobody answered in time."""
    sql = "select * from conversations where state = 'open' and due_at <= :now order by due_at, id"
    return [_conversation(found) for found in rows(db, sql, {"now": text_of(now)})]


def take(db: Database, conversation_id: int, *, by: str, since: str, now: datetime) -> bool:
    """Make somebody its owner, where it is that of `since` ("": nobody's) and not closed; False otherwise."""
    sql = """update conversations set owner = :by, owned_since = :now
             where id = :id and owner = :since and state <> 'closed'"""
    return bool(count(db, sql, {"id": conversation_id, "by": by, "since": since, "now": text_of(now)}))


def move(
    db: Database,
    conversation_id: int,
    *,
    since: Sequence[ConversationState],
    to: ConversationState,
    due_at: datetime | None = None,
    closed_by: str = "",
    now: datetime,
) -> bool:
    """Compare and swap its state; False where it is in none of `since` any more."""
    inside, states = listed("state", since)
    values = {
        "id": conversation_id,
        "to": to,
        "due_at": text_of(due_at) if due_at else None,
        "closed_by": closed_by,
        "now": text_of(now),
    }
    sql = f"""update conversations set state = :to, since = :now, due_at = :due_at, closed_by = :closed_by
              where id = :id and state in ({inside})"""
    return bool(count(db, sql, states | values))


def hear(
    db: Database, conversation_id: int, *, thread: Thread, marks: Sequence[Mark], verified: bool
) -> None:
    """Its asker wrote once more: an answer names that mail from now on."""
    sql = """update conversations set heard = heard + 1, thread = :thread, marks = :marks,
                 verified = :verified where id = :id"""
    values = {
        "id": conversation_id,
        "thread": json.dumps(asdict(thread)),
        "marks": _joined(marks),
        "verified": int(verified),
    }
    count(db, sql, values)


def vouch(db: Database, conversation_id: int) -> None:
    """Its asker is known to be who they say."""
    count(db, "update conversations set verified = 1 where id = :id", {"id": conversation_id})


def add_tried(db: Database, conversation_id: int, tried: Sequence[Tried]) -> None:
    for one in tried:
        sql = (
            "insert into conversation_tried (conversation_id, topic, how, at) values (:id, :topic, :how, :at)"
        )
        values = {"id": conversation_id, "topic": one.topic, "how": one.how, "at": text_of(one.at)}
        count(db, sql, values)


def drop_tried(db: Database, conversation_id: int, *, at: datetime) -> None:
    """What was to be sent then did not go."""
    sql = "delete from conversation_tried where conversation_id = :id and how <> 'offered' and at = :at"
    count(db, sql, {"id": conversation_id, "at": text_of(at)})


def list_tried(db: Database, conversation_id: int) -> tuple[Tried, ...]:
    """In the order in which they were; what was sent with what whoever asked thinks of it."""
    sql = """select tried.topic, how, tried.at, helped, why from conversation_tried as tried
             left join faq_opinions as said on said.conversation_id = tried.conversation_id
               and said.topic = tried.topic and how = 'sent'
             where tried.conversation_id = :id order by tried.at, tried.rowid"""
    return tuple(_tried(found) for found in rows(db, sql, {"id": conversation_id}))


def list_sent_to(db: Database, address: str, *, since: datetime) -> tuple[Tried, ...]:
    """Every answer that went to that address since then, the oldest first; not to whoever typed it."""
    sql = """select topic, how, at, null as helped, null as why from conversation_tried
             where how <> 'offered' and at >= :since
               and conversation_id in (select id from conversations where address = :address and verified = 1)
             order by at, rowid"""
    return tuple(_tried(found) for found in rows(db, sql, {"address": address, "since": text_of(since)}))


def _tried(found: dict[str, Any]) -> Tried:
    return Tried(
        topic=found["topic"],
        how=Answered(found["how"]),
        at=instant(found["at"]),
        helped=None if found["helped"] is None else bool(found["helped"]),
        why=Why(found["why"]) if found["why"] else None,
    )


def _conversation(found: dict[str, Any]) -> Conversation:
    thread = json.loads(found["thread"])
    read = {
        "created_at": instant(found["created_at"]),
        "channel": Channel(found["channel"]),
        "verified": bool(found["verified"]),
        "marks": tuple(Mark(one) for one in found["marks"].split()),
        "state": ConversationState(found["state"]),
        "thread": Thread(**{**thread, "references": tuple(thread.get("references", ()))}),
    }
    moments = {name: maybe_instant(found[name]) for name in ("since", "due_at", "owned_since")}
    return Conversation(**{**found, **read, **moments})
