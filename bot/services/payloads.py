"""Slack's message events and clicks: kept before the ack, marked when dealt with, else replayed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from bot.domain.conversations import conversation_id
from bot.services.desk import Desk
from bot.store import chat_messages, payloads
from bot.store.database import BUSY_SECONDS, join_next, transaction, waiting_at_most

#: for what payloads are sealed (`Keyring`)
PAYLOAD = "payload"
KEPT = timedelta(days=2)  #: what was dealt with; Slack repeats events for minutes only
#: what is open, for its person is to be told; a payload holds people's words, so it is not kept for ever
KEPT_OPEN = timedelta(days=30)
MOST_REPLAYS = 5  #: so often what is not dealt with is tried again; then it is given up, which is said


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A payload that is to be dealt with anew."""

    body: dict[str, Any]
    came: datetime
    is_worn_out: bool  #: tried as often as may be: its end is to be told, and nothing else done with it


class DealtWith(Exception):  # noqa: N818 - nothing is wrong
    """What is about to be decided was decided by another run of the same click."""


def keep(
    db: Database,
    desk: Desk,
    payload_id: str,
    body: Mapping[str, Any],
    *,
    now: datetime,
    patience: float = BUSY_SECONDS,
) -> bool:
    """Commit a payload, sealed for what people write in it; False when it is known (Slack repeats events).

    `patience`: so many seconds another process's lock is waited for; sqlite3.OperationalError after them.
    """
    sealed = desk.keyring.seal(PAYLOAD, json.dumps(body))
    with waiting_at_most(db, patience), transaction(db):
        payloads.drop_old(db, done_before=now - KEPT, open_before=now - KEPT_OPEN)
        return payloads.add(db, payload_id, sealed, now=now)


def mark_done(db: Database, payload_id: str, *, now: datetime) -> bool:
    """False when somebody else has dealt with it."""
    with transaction(db):
        return payloads.claim(db, payload_id, now=now)


def mark_with_next(payload_id: str, *, now: datetime) -> None:
    """Let what this thread decides next mark the payload as well, or raise DealtWith and decide nothing."""

    def mark(db: Database) -> None:
        # One that is gone was dealt with by nobody: its person waits for it still.
        if not payloads.claim(db, payload_id, now=now) and payloads.is_known(db, payload_id):
            raise DealtWith

    join_next(mark)


def mark_with_nothing() -> bool:
    """What this thread decides next is about something else; return whether a payload was left unmarked."""
    return join_next(None)


def list_open(db: Database) -> list[str]:
    """The ids of what came and was not dealt with, oldest first."""
    return [payload_id for payload_id, _, _ in payloads.list_open(db)]


def list_overdue(db: Database, *, now: datetime) -> list[str]:
    """Those open for too long to be in somebody's hands: minutes since they came, 1, then 4, 16, 64, 256.

    After these come 512, 768 and so on, for telling that it is given up.
    """
    return [
        payload_id
        for payload_id, received_at, attempts in payloads.list_open(db)
        if now - received_at > timedelta(minutes=4 ** min(attempts, 4) * max(1, attempts - 3))
    ]


def try_again(db: Database, desk: Desk, payload_id: str) -> Kept | None:
    """The payload to be dealt with anew, or given up; None where that was done.

    None as well where SECRET_KEY has lost the key that would open it: whoever wrote it asks again.
    """
    with transaction(db):
        found = payloads.try_again(db, payload_id)
    if found is None:
        return None
    sealed, came, attempts = found
    try:
        body = json.loads(desk.keyring.open(PAYLOAD, sealed))
    except ValueError:
        return None
    return Kept(body=body, came=came, is_worn_out=attempts > MOST_REPLAYS)


def find_case_of_thread(db: Database, channel: str, thread_ts: str) -> str | None:
    """The case whose card stands at the head of that thread, e.g. "C-7"."""
    key = chat_messages.find_key(db, channel, thread_ts)
    return key.removeprefix("card:") if key and key.startswith("card:") else None


def find_question_of_thread(db: Database, channel: str, thread_ts: str) -> str | None:
    """The question that the direct message at the head of that thread answers, e.g. "Q-7"."""
    ref = (chat_messages.find_key(db, channel, thread_ts) or "").partition(":")[0]
    return ref if conversation_id(ref) is not None else None
