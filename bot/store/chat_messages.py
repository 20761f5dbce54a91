"""Where the messages of ours stand in the chat, by the key of what they are about."""

from sqlite_utils import Database

from bot.store.database import count, row


def find(db: Database, key: str) -> tuple[str, str] | None:
    """Where a chat message stands: its channel and `ts`."""
    found = row(db, "select channel, ts from chat_messages where key = :key", {"key": key})
    return (found["channel"], found["ts"]) if found else None


def find_key(db: Database, channel: str, ts: str) -> str | None:
    """The key of the message that stands there."""
    values = {"channel": channel, "ts": ts}
    found = row(db, "select key from chat_messages where channel = :channel and ts = :ts", values)
    return str(found["key"]) if found else None


def keep(db: Database, key: str, *, channel: str, ts: str) -> None:
    count(
        db,
        """insert into chat_messages (key, channel, ts) values (:key, :channel, :ts)
           on conflict (key) do update set channel = :channel, ts = :ts""",
        {"key": key, "channel": channel, "ts": ts},
    )
