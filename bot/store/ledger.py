"""The mail ledger and each mailbox's cursor: the truth about what came, whatever the server's flags say."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from bot.domain.ledger import Cursor, LedgerMail, MailStatus
from bot.domain.mail import FetchedMail
from bot.store.database import count, instant, maybe_instant, row, rows, text_of

COLUMNS = """id, mailbox, uidvalidity, uid, message_id, content_hash, size, whole, received_at,
             status, attempts, kind, reason, subject_ref, flagged, error, sender, form_of, form_hash,
             released, verified"""


def start_mailbox(db: Database, name: str, *, uidvalidity: int, last_uid: int, now: datetime) -> None:
    """Remember a mailbox at its first start."""
    count(
        db,
        """insert into mailboxes (name, uidvalidity, last_uid, started_at)
           values (:name, :uidvalidity, :last_uid, :now) on conflict do nothing""",
        {"name": name, "uidvalidity": uidvalidity, "last_uid": last_uid, "now": text_of(now)},
    )


def find_mailbox(db: Database, name: str) -> Cursor | None:
    sql = "select uidvalidity, last_uid, started_at, looked_to from mailboxes where name = :name"
    found = row(db, sql, {"name": name})
    return Cursor(**{**found, "started_at": instant(found["started_at"])}) if found else None


def note_look(db: Database, name: str, *, uidvalidity: int, newest: int) -> None:
    """Remember the newest UID that was there when this numbering was first seen."""
    count(
        db,
        """update mailboxes set looked_to = :newest
           where name = :name and uidvalidity = :uidvalidity and looked_to is null""",
        {"name": name, "uidvalidity": uidvalidity, "newest": newest},
    )


def renumber_mailbox(db: Database, name: str, uidvalidity: int) -> None:
    """The server has given other numbers: begin again, behind those of these that have a row already.

    Hashes absorb what is known by other numbers.
    """
    count(
        db,
        """update mailboxes set uidvalidity = :uidvalidity, looked_to = null, last_uid = coalesce(
             (select max(uid) from mails where mailbox = :name and uidvalidity = :uidvalidity), 0)
           where name = :name""",
        {"name": name, "uidvalidity": uidvalidity},
    )


def retire_numbers(db: Database, name: str, uidvalidity: int) -> None:
    """The server gives the same numbers again: no row stands for one any more, nor is moved by it."""
    count(
        db,
        "update mails set uidvalidity = -id where mailbox = :name and uidvalidity = :uidvalidity",
        {"name": name, "uidvalidity": uidvalidity},
    )
    renumber_mailbox(db, name, uidvalidity)


def list_unrecorded(db: Database, name: str, uidvalidity: int, uids: Sequence[int]) -> list[int]:
    """Those of these numbers that have no row, ascending."""
    sql = """select value as uid from json_each(:uids) where not exists (
               select 1 from mails where mailbox = :name and uidvalidity = :uidvalidity and uid = value)"""
    found = rows(db, sql, {"uids": json.dumps(list(uids)), "name": name, "uidvalidity": uidvalidity})
    return sorted(entry["uid"] for entry in found)


def list_newest_known(
    db: Database, name: str, uidvalidity: int, uids: Sequence[int], *, limit: int
) -> dict[int, tuple[int, datetime]]:
    """The highest of these numbers that have a row, with the size and the date that the server told.

    Without those of which it told nothing.
    """
    found = rows(
        db,
        """select uid, size, received_at from mails where mailbox = :name and uidvalidity = :uidvalidity
             and uid in (select value from json_each(:uids)) and size > 1 order by uid desc limit :limit""",
        {"name": name, "uidvalidity": uidvalidity, "uids": json.dumps(list(uids)), "limit": limit},
    )
    return {entry["uid"]: (entry["size"], instant(entry["received_at"])) for entry in found}


def advance_mailbox(db: Database, name: str, *, uidvalidity: int, last_uid: int) -> None:
    count(
        db,
        """update mailboxes set last_uid = :last_uid
           where name = :name and uidvalidity = :uidvalidity and last_uid < :last_uid""",
        {"name": name, "uidvalidity": uidvalidity, "last_uid": last_uid},
    )


def add(
    db: Database, mailbox: str, uidvalidity: int, fetched: FetchedMail, *, status: MailStatus, now: datetime
) -> int | None:
    """Record one mail, with its raw bytes unless it is old; None when its number is in the ledger already.

    The raw bytes come sealed: nobody has looked at them yet.
    """
    added = count(
        db,
        """insert into mails (mailbox, uidvalidity, uid, message_id, content_hash, size, whole,
                              received_at, recorded_at, status)
           values (:mailbox, :uidvalidity, :uid, '', '', :size, :whole, :received_at, :now, :status)
           on conflict do nothing""",
        {
            "mailbox": mailbox,
            "uidvalidity": uidvalidity,
            "uid": fetched.uid,
            "size": fetched.size,
            "whole": int(fetched.whole),
            "received_at": text_of(fetched.received_at),
            "now": text_of(now),
            "status": status,
        },
    )
    if not added:
        return None
    mail = row(
        db,
        "select id from mails where mailbox = :mailbox and uidvalidity = :uidvalidity and uid = :uid",
        {"mailbox": mailbox, "uidvalidity": uidvalidity, "uid": fetched.uid},
    )
    if mail is None:
        raise LookupError(fetched.uid)
    if status is not MailStatus.OLD:
        values = {"id": mail["id"], "raw": fetched.raw}
        count(db, "insert into mail_sources (mail_id, raw, sealed) values (:id, :raw, 1)", values)
    return int(mail["id"])


def find_raw(db: Database, mail_id: int) -> tuple[bytes, bool] | None:
    """What is kept of a mail, and whether it is sealed: that of an older Usher is not."""
    found = row(db, "select raw, sealed from mail_sources where mail_id = :id", {"id": mail_id})
    return (bytes(found["raw"]), bool(found["sealed"])) if found else None


def find(db: Database, mail_id: int) -> LedgerMail | None:
    found = row(db, f"select {COLUMNS} from mails where id = :id", {"id": mail_id})
    return _mail(found) if found else None


def list_recorded(db: Database, limit: int) -> list[LedgerMail]:
    """The oldest mails about which nothing was decided yet."""
    sql = f"select {COLUMNS} from mails where status = :status order by id limit :limit"
    return [_mail(found) for found in rows(db, sql, {"status": MailStatus.RECORDED, "limit": limit})]


def list_newest(db: Database, limit: int) -> list[LedgerMail]:
    sql = f"select {COLUMNS} from mails order by id desc limit :limit"
    return [_mail(found) for found in rows(db, sql, {"limit": limit})]


def list_same_id(
    db: Database,
    mail: LedgerMail,
    message_id: str,
    content_hash: str,
    *,
    within: timedelta | None = None,
) -> list[LedgerMail]:
    """Other mails with that Message-ID that are decided about; for a mail without one, those of its content.

    Not only older rows: a mail that was set aside is decided about after a later copy of it. `within`: they
    came so near to it, where only time tells a copy from the same words said again.
    """
    sql = f"""select {COLUMNS} from mails where message_id = :message_id and id <> :id
              and status = 'done' and (message_id <> '' or content_hash = :hash)
              and received_at between :after and :until order by id"""
    values = {
        "message_id": message_id,
        "hash": content_hash,
        "id": mail.id,
        "after": text_of(mail.received_at - within) if within else "",
        "until": text_of(mail.received_at + within) if within else "~",
    }
    return [_mail(found) for found in rows(db, sql, values)]


def settle(db: Database, mail_id: int, *, since: MailStatus, to: MailStatus, **facts: str | int) -> bool:
    """Move a mail on and note what was found; False when somebody else did."""
    facts = {"error": "", **facts}
    sets = ", ".join(f"{name} = :{name}" for name in facts)
    return bool(
        count(
            db,
            f"update mails set status = :to, {sets} where id = :id and status = :since",
            {**facts, "id": mail_id, "to": to, "since": since},
        )
    )


def mend_kind(db: Database, seen: LedgerMail, **facts: str) -> bool:
    """Let a mail be what staff say it is; False when it is no longer what they saw."""
    sets = ", ".join(f"{name} = :{name}" for name in facts)
    return bool(
        count(
            db,
            f"""update mails set status = 'done', error = '', {sets}
                where id = :id and status = :since and kind = :since_kind and subject_ref = :since_ref""",
            {
                **facts,
                "id": seen.id,
                "since": seen.status,
                "since_kind": seen.kind,
                "since_ref": seen.subject_ref,
            },
        )
    )


def note_failure(db: Database, mail_id: int, error: str, *, set_aside_at: int) -> LedgerMail | None:
    """Count a failed attempt; the mail is set aside at the given number of them.

    None when somebody else settled it, or set it aside, meanwhile.
    """
    counted = count(
        db,
        """update mails set attempts = attempts + 1, error = :error,
             status = case when attempts + 1 >= :most then 'set_aside' else status end
           where id = :id and status = 'recorded'""",
        {"id": mail_id, "error": error, "most": set_aside_at},
    )
    return find(db, mail_id) if counted else None


def reopen(db: Database, mail_id: int) -> None:
    """Let a mail be decided about again; a person wants it, so that no cap holds it back."""
    count(
        db,
        """update mails set status = 'recorded', attempts = 0, error = '', flagged = '', released = 1
           where id = :id""",
        {"id": mail_id},
    )


def count_forms(db: Database, form_of: str, *, after: datetime, until: datetime) -> int:
    """How many forms of that sender that were taken in had come within that time."""
    found = row(
        db,
        """select count(*) n from mails where form_of = :form_of and form_of <> '' and status = 'done'
             and received_at > :after and received_at <= :until""",
        {"form_of": form_of, "after": text_of(after), "until": text_of(until)},
    )
    return int(found["n"]) if found else 0


def count_of_kind(db: Database, kind: str, sender: str, *, after: datetime, until: datetime) -> int:
    """How many mails of that kind had come from that address within that time."""
    found = row(
        db,
        """select count(*) n from mails where received_at > :after and received_at <= :until
             and status = 'done' and kind = :kind and sender = :sender""",
        {"kind": kind, "sender": sender, "after": text_of(after), "until": text_of(until)},
    )
    return int(found["n"]) if found else 0


def list_forms(db: Database, form_of: str, status: MailStatus) -> list[LedgerMail]:
    """Mails with forms of that sender in that state, oldest first."""
    sql = f"""select {COLUMNS} from mails where form_of = :form_of and form_of <> '' and status = :status
              order by id"""
    return [_mail(found) for found in rows(db, sql, {"form_of": form_of, "status": status})]


def has_waiting(db: Database, form_of: str) -> bool:
    sql = "select 1 from mails where form_of = :form_of and form_of <> '' and status = 'waiting' limit 1"
    return row(db, sql, {"form_of": form_of}) is not None


def list_unmoved(
    db: Database, mailbox: str, uidvalidity: int, *, after: int = 0, limit: int
) -> list[tuple[int, MailStatus]]:
    """Numbers on the server of mails that are settled but still lie in the folder."""
    found = rows(
        db,
        """select uid, status from mails
           where mailbox = :mailbox and uidvalidity = :uidvalidity and uid > :after and moved_at is null
             and status in ('done', 'duplicate', 'set_aside') order by uid limit :limit""",
        {"mailbox": mailbox, "uidvalidity": uidvalidity, "after": after, "limit": limit},
    )
    return [(entry["uid"], MailStatus(entry["status"])) for entry in found]


def mark_moved(db: Database, mailbox: str, uidvalidity: int, uids: Sequence[int], now: datetime) -> None:
    for uid in uids:
        count(
            db,
            """update mails set moved_at = :now
               where mailbox = :mailbox and uidvalidity = :uidvalidity and uid = :uid""",
            {"mailbox": mailbox, "uidvalidity": uidvalidity, "uid": uid, "now": text_of(now)},
        )


def find_last_arrival(db: Database, now: datetime) -> datetime | None:
    """When the newest mail came; one from the future, by a server's clock, is no news."""
    sql = "select max(received_at) at from mails where received_at <= :now"
    found = row(db, sql, {"now": text_of(now)})
    return maybe_instant(found["at"]) if found else None


def list_arrivals(db: Database, *, since: datetime, until: datetime) -> list[datetime]:
    """When mails came, whatever their kind."""
    sql = "select received_at from mails where received_at between :since and :until order by received_at"
    found = rows(db, sql, {"since": text_of(since), "until": text_of(until)})
    return [instant(entry["received_at"]) for entry in found]


def find_last_recorded(db: Database) -> datetime | None:
    """When a mail was taken in last."""
    found = row(db, "select recorded_at from mails order by id desc limit 1")
    return maybe_instant(found["recorded_at"]) if found else None


def count_by_status(db: Database) -> Iterable[tuple[str, int]]:
    return [
        (entry["status"], entry["n"])
        for entry in rows(db, "select status, count(*) n from mails group by status")
    ]


def _mail(found: dict[str, Any]) -> LedgerMail:
    return LedgerMail(
        **{
            **found,
            "whole": bool(found["whole"]),
            "released": bool(found["released"]),
            "verified": bool(found["verified"]),
            "received_at": instant(found["received_at"]),
            "status": MailStatus(found["status"]),
        }
    )
