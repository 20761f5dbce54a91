"""Links in mails: only the hash is stored; what it opens and until when."""

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from bot.domain.errors import LinkExpired, LinkUnknown
from bot.store.database import count, instant, listed, row, text_of
from bot.store.tokens import hash_of


def add(db: Database, token: str, *, purpose: str, subject: str, now: datetime, expires_at: datetime) -> None:
    count(
        db,
        """insert into links (hash, purpose, subject, created_at, expires_at)
           values (:hash, :purpose, :subject, :now, :expires_at)""",
        {
            "hash": hash_of(token),
            "purpose": purpose,
            "subject": subject,
            "now": text_of(now),
            "expires_at": text_of(expires_at),
        },
    )


def get_subject(db: Database, token: str, *, purpose: str, now: datetime) -> str:
    """What the link is about; raise LinkUnknown or LinkExpired. A link of another purpose is unknown."""
    found = _find(db, token, purpose)
    if found is None:
        raise LinkUnknown
    subject, ends = found
    if ends <= now:
        raise LinkExpired(expired_at=ends)
    return subject


def find_subject(db: Database, token: str, *, purpose: str) -> str | None:
    """What the link was about, though it be over; None for none of ours."""
    found = _find(db, token, purpose)
    return found[0] if found else None


def find_made(db: Database, token: str, *, purpose: str) -> datetime | None:
    """When the link was made; None for none of ours."""
    sql = "select created_at from links where hash = :hash and purpose = :purpose"
    found = row(db, sql, {"hash": hash_of(token), "purpose": purpose})
    return instant(found["created_at"]) if found else None


def _find(db: Database, token: str, purpose: str) -> tuple[str, datetime] | None:
    sql = "select subject, expires_at from links where hash = :hash and purpose = :purpose"
    found = row(db, sql, {"hash": hash_of(token), "purpose": purpose})
    return (str(found["subject"]), instant(found["expires_at"])) if found else None


def find_end(db: Database, purposes: Sequence[str], *, about: str, made_at: datetime) -> datetime | None:
    """Until when the link opens something, or did, that was made for one of these then; None for none.

    `about`: what it opens, or "" where its moment alone tells it from others.
    """
    inside, values = listed("purpose", purposes)
    known = "and subject = :about" if about else ""
    found = row(
        db,
        f"""select max(expires_at) as ends from links
            where purpose in ({inside}) {known} and created_at = :made""",
        {**values, "about": about, "made": text_of(made_at)},
    )
    return instant(found["ends"]) if found and found["ends"] else None


def find_living(db: Database, token: str, *, now: datetime) -> str:
    """What a link is about that still opens something, whatever its purpose; "" for any other."""
    sql = "select subject from links where hash = :hash and expires_at > :now"
    found = row(db, sql, {"hash": hash_of(token), "now": text_of(now)})
    return str(found["subject"]) if found else ""


def find_newest_living(db: Database, *, purpose: str, subject: str, now: datetime) -> datetime | None:
    """When the newest was made that is about that and still opens something."""
    found = row(
        db,
        """select max(created_at) as made from links
           where purpose = :purpose and subject = :subject and expires_at > :now""",
        {"purpose": purpose, "subject": subject, "now": text_of(now)},
    )
    return instant(found["made"]) if found and found["made"] else None


def count_since(db: Database, *, purpose: str, subject: str, since: datetime) -> int:
    """How many were made about that, whatever became of them."""
    found = row(
        db,
        """select count(*) as made from links
           where purpose = :purpose and subject = :subject and created_at > :since""",
        {"purpose": purpose, "subject": subject, "since": text_of(since)},
    )
    return int(found["made"]) if found else 0


def end(db: Database, *, purpose: str, subject: str, now: datetime) -> None:
    """Let every link about that be over: it was used, or a newer one takes its place."""
    count(
        db,
        """update links set expires_at = :now
           where purpose = :purpose and subject = :subject and expires_at > :now""",
        {"purpose": purpose, "subject": subject, "now": text_of(now)},
    )


def extend(db: Database, *, purpose: str, subject: str, until: datetime, now: datetime) -> None:
    """Let every link about that which still opens something do so until then."""
    count(
        db,
        """update links set expires_at = :until
           where purpose = :purpose and subject = :subject and expires_at > :now""",
        {"purpose": purpose, "subject": subject, "until": text_of(until), "now": text_of(now)},
    )
