"""A mail of the ledger with everything that was found out about it before anything is decided."""

from dataclasses import dataclass

from bot.domain.ledger import LedgerMail
from bot.domain.mail import Classification, InboundMail
from bot.domain.ris import Reading
from bot.domain.trust import SenderCheck, Verdict


@dataclass(frozen=True, kw_only=True)
class Understood:
    """What the door knows when it asks for a decision."""

    row: LedgerMail
    mail: InboundMail
    form: Reading
    found: Classification
    check: SenderCheck
    sponsor: bool

    @property
    def too_large(self) -> bool:
        """Whether its header alone was fetched; of a mail that the server keeps back there is nothing."""
        return not self.row.whole and bool(self.mail.headers)

    @property
    def verified(self) -> bool:
        return self.check.verdict is Verdict.PASSED
