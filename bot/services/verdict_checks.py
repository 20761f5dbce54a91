"""Whether the newest mails carry results of the server that we trust: without one nobody is believed."""

from collections import Counter
from pathlib import Path

from bot.domain.health import Check
from bot.domain.trust import authserv_id
from bot.ports import Mailbox, Reader
from bot.services import sources
from bot.services.desk import Desk
from bot.store import database, ledger, migrations

NEWEST = 5  #: mails that are looked at
_MEND = "set TRUSTED_AUTHSERV_ID to the first word of your server's Authentication-Results header"


def look(mailbox: Mailbox, desk: Desk, reader: Reader, path: Path) -> Check:
    """By those in the folder; what was dealt with is there no more, and is looked at in the database."""
    waiting = [fetched.raw for fetched in mailbox.fetch(mailbox.uids_after(0)[-NEWEST:])]
    newest = waiting or _list_kept(desk, path)
    trusted = desk.trusted_authserv_id.strip().lower()
    mails = [reader.read_mail(raw)[0] for raw in newest]
    named = [[authserv_id(one) for one in mail.all_headers("authentication-results")] for mail in mails]
    judged = sum(trusted in ids for ids in named)
    topmost = Counter(ids[0][:100] for ids in named if ids and ids[0]).most_common(1)
    carried = f"{judged} of the newest {len(newest)} mails carry a verdict of {trusted}"
    none_yet = f"{trusted} is trusted; no mail has come yet that would show whether that is its name"
    return Check(
        name="sender verdicts",
        well=bool(trusted) and (judged > 0 or not newest),
        sentence=(carried if newest else none_yet) if trusted else "not set: no sender counts as verified",
        mend=f"{_MEND}; on top of {topmost[0][1]} of them stands {topmost[0][0]}" if topmost else _MEND,
    )


def _list_kept(desk: Desk, path: Path) -> list[bytes]:
    """The newest that the ledger keeps whole."""
    if not path.exists():
        return []
    try:
        with database.look_into(path) as db:
            if migrations.list_pending(db):
                return []
            kept = [sources.find_readable(db, desk, row.id) for row in ledger.list_newest(db, NEWEST)]
            return [raw for raw in kept if raw]
    except database.OPEN_ERRORS:  # told by the look at the database
        return []
