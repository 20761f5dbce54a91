"""A mail of the ledger with everything that was found out about it before anything is decided."""

import hashlib
from dataclasses import dataclass

from bot.domain.addresses import mailbox_of
from bot.domain.faq import QuestionReading
from bot.domain.ledger import LedgerMail
from bot.domain.mail import Classification, InboundMail
from bot.domain.ris import Reading
from bot.domain.sheets import SheetRefusal
from bot.domain.thanks import is_thanks
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
    asked: QuestionReading | None = None  #: of a question: which articles may answer it
    copies: tuple[LedgerMail, ...] = ()  #: the same mail as it came before, and counted less

    @property
    def too_large(self) -> bool:
        """Whether its header alone was fetched; of a mail that the server keeps back there is nothing."""
        return not self.row.whole and bool(self.mail.headers)

    @property
    def verified(self) -> bool:
        return self.check.verdict is Verdict.PASSED

    @property
    def has_own_subject(self) -> bool:
        """Whether the subject is the sender's own, and not that of the mail of ours that they answer."""
        return self.found.by_number or not self.found.thread_ref

    @property
    def only_thanks(self) -> bool:
        """Whether somebody for whom their server vouches says thanks, and nothing else."""
        mail = self.mail
        said = self.row.whole and is_thanks(mail.text, sender=mail.sender.name)
        return self.verified and said and not mail.attachments

    @property
    def is_sealed(self) -> bool:
        """Whether all of it is encrypted, so that nobody knows whether a form is in it."""
        return self.form.refusal is SheetRefusal.SEALED

    @property
    def is_closed(self) -> bool:
        """Whether nobody knows whether a form is in it: all is encrypted, or what came was not opened."""
        return self.is_sealed or self.form.refusal is SheetRefusal.UNOPENED

    @property
    def hears_why(self) -> bool:
        """Whether its sender is told why it was not read: who sends forms, and who encrypted all of it."""
        return self.verified and (self.sponsor or self.is_sealed)

    @property
    def form_of(self) -> str:
        """Whose forms this one counts among, "" without one; who forges an address uses up nobody's cap."""
        if not self.form.has_form:
            return ""
        return f"{'verified' if self.verified else 'claimed'}:{mailbox_of(self.mail.sender.address)}"

    @property
    def form_hash(self) -> str:
        """Hex SHA-256 of what the forms hold; of the files, where they were not read."""
        if not self.form.has_form:
            return ""
        parts = [case.content_hash() for case in self.form.cases] or [
            attachment.digest for attachment in self.mail.attachments
        ]
        return hashlib.sha256(" ".join(sorted(parts)).encode()).hexdigest()
