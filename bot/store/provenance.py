"""How many people asked about mails that pretend to be ours; it is counted in the audit trail."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.events import EventTag
from bot.domain.provenance import Provenance
from bot.store.database import row, text_of


def count_deceived(db: Database, *, since: datetime) -> int:
    """Addresses that were verified, each once, however many mails were forwarded from it since then."""
    found = row(
        db,
        f"""select count(distinct c.address) n
            from events e join conversations c on e.subject = 'conversation:' || c.id
            where e.tag = '{EventTag.MAIL_LOOKED_UP}' and e.at >= :since
              and json_extract(e.data, '$.found') = :found""",
        {"since": text_of(since), "found": Provenance.NOT_OURS},
    )
    return int(found["n"]) if found else 0


def add_index(db: Database) -> None:
    """The migration's step; never edited once shipped."""
    db.execute("create index events_of_false_mails on events (at) where tag = 'conversation:mail_looked_up'")
