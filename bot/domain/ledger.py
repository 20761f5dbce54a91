"""The mail ledger: every mail that came, what was made of it, and why."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

MAX_ATTEMPTS = 3  #: a mail that raises so often is set aside for a person
#: what has neither Message-ID nor Date is the same mail again if it comes so soon, and later said again
REPEATED_WITHIN = timedelta(days=1)
#: how far the mail server's clock and ours may differ before new mail is taken for old
CLOCKS_DIFFER = timedelta(days=1)
#: where mails go once they are dealt with; "/" stands for whatever the server puts between folders
DONE_FOLDER = "Usher/Done"
ASIDE_FOLDER = "Usher/Aside"


class MailStatus(StrEnum):
    RECORDED = "recorded"  # committed, nothing decided yet
    DONE = "done"  # recorded -> decided; the reason stands beside the kind
    DUPLICATE = "duplicate"  # recorded: same Message-ID and same content as an earlier one that counts
    WAITING = "waiting"  # recorded: its sender sent too many forms in an hour; staff take it in, or leave it
    OLD = "old"  # older than the first start: recorded, never acted on
    SET_ASIDE = "set_aside"  # recorded -> raised three times; shown, replayable


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """How far a mailbox is recorded, and since when."""

    uidvalidity: int
    last_uid: int
    started_at: datetime  #: the first start, by our clock
    looked_to: int | None = None  #: the newest UID when this numbering was first seen

    def old_before(self, uid: int) -> datetime:
        """What the server received before this moment is older than the first start.

        Of what lay there at the first look only the date can tell. A number above it came later, whatever
        the clocks say; only what a person puts back is then much older.
        """
        started = self.started_at.replace(microsecond=0)  # INTERNALDATE has whole seconds only
        came_later = self.looked_to is not None and uid > self.looked_to
        return started - CLOCKS_DIFFER if came_later else started


@dataclass(frozen=True, kw_only=True)
class LedgerMail:
    """One row of the ledger, without its raw bytes."""

    id: int
    mailbox: str
    uidvalidity: int
    uid: int
    message_id: str
    content_hash: str
    size: int
    whole: bool  #: False when it was too large and only its header was fetched
    received_at: datetime
    status: MailStatus
    attempts: int = 0
    kind: str = ""
    reason: str = ""
    subject_ref: str = ""  #: "C-7" or "Q-3" once it belongs to something
    flagged: str = ""  #: e.g. same Message-ID as another mail, other content
    error: str = ""
    sender: str = field(default="", repr=False)
    form_of: str = field(default="", repr=False)  #: whose forms it counts among; see `Understood.form_of`
    form_hash: str = ""  #: of what its form holds
    released: bool = False  #: staff let it in beyond the cap
    verified: bool = True  #: its sender's server vouched for it
