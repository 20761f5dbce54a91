"""The figures of a day: what came in, what was decided, what went out."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.home import DayFigures
from bot.store.database import row, text_of


def count_since(db: Database, since: datetime) -> DayFigures:
    """What happened from then on; a decision that was taken back does not count."""
    found = row(
        db,
        """select
             (select count(*) from cases where created_at >= :since) opened,
             (select count(*) from decisions
               where made_at >= :since and voided_at is null and choice = 'approved') approved,
             (select count(*) from decisions
               where made_at >= :since and voided_at is null and choice = 'rejected') rejected,
             (select count(*) from outbox
               where status = 'sent' and kind = 'mail' and sent_at >= :since) mails,
             (select count(*) from conversations where created_at >= :since) questions""",
        {"since": text_of(since)},
    )
    return DayFigures(**(found or {}))
