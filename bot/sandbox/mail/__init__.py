"""Mail servers for `make run` and the tests: IMAP and SMTP in one thread, in memory, on loopback."""

from bot.sandbox.mail.faults import ImapFaults, SmtpFaults, Stage
from bot.sandbox.mail.mailboxes import INBOX, StoredMail
from bot.sandbox.mail.reception import AUTHSERV_ID
from bot.sandbox.mail.world import Faults, MailWorld, ServerTls

__all__ = [
    "AUTHSERV_ID",
    "INBOX",
    "Faults",
    "ImapFaults",
    "MailWorld",
    "ServerTls",
    "SmtpFaults",
    "Stage",
    "StoredMail",
]
