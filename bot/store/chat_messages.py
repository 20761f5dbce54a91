"""Where the messages of ours stand in the chat, by the key of what they are about."""

from sqlite_utils import Database

from bot.store.database import count, row

_NAMED = "named:"  #: before the key of a message: where it stands and names who was, or is to be, erased


def find(db: Database, key: str) -> tuple[str, str] | None:
    """Where a chat message stands: its channel and `ts`."""
    found = row(db, "select channel, ts from chat_messages where key = :key", {"key": key})
    return (found["channel"], found["ts"]) if found else None


def find_key(db: Database, channel: str, ts: str) -> str | None:
    """The key of the message that stands there."""
    values = {"channel": channel, "ts": ts, "named": f"{_NAMED}*"}
    sql = """select key from chat_messages
             where channel = :channel and ts = :ts and key not glob :named"""
    found = row(db, sql, values)
    return str(found["key"]) if found else None


def keep(db: Database, key: str, *, channel: str, ts: str) -> None:
    count(
        db,
        """insert into chat_messages (key, channel, ts) values (:key, :channel, :ts)
           on conflict (key) do update set channel = :channel, ts = :ts""",
        {"key": key, "channel": channel, "ts": ts},
    )


def mark_named(db: Database, key: str) -> None:
    """Keep where that message, if it stands, names somebody whom the next one in its place does not."""
    if posted := find(db, key):
        keep(db, f"{_NAMED}{key}", channel=posted[0], ts=posted[1])


def take_named(db: Database, key: str) -> tuple[str, str] | None:
    """Where it named somebody, once."""
    named = f"{_NAMED}{key}"
    if posted := find(db, named):
        count(db, "delete from chat_messages where key = :key", {"key": named})
    return posted
