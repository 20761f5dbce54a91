"""A mail as it goes over an SMTP line: its envelope's commands and its content."""

import smtplib
from dataclasses import dataclass

from bot.adapters.mime import as_bytes, envelope_address
from bot.domain.errors import PermanentFailure
from bot.domain.mail import OutboundMail


@dataclass(frozen=True, kw_only=True)
class Letter:
    """Envelope and content."""

    sender: str
    recipients: tuple[str, ...]  #: first the one to whom it is written, then copies
    content: bytes  #: dot-stuffed, to the last dot
    size: int  #: of the mail, in bytes
    is_international: bool  #: letters beyond ASCII before an @

    def commands(self, client: smtplib.SMTP) -> list[str]:
        """From MAIL to DATA; raise PermanentFailure when the server cannot take such a mail."""
        options = "".join(f" {option}" for option in self._options(client))
        return [
            f"MAIL FROM:<{self.sender}>{options}",
            *(f"RCPT TO:<{recipient}>" for recipient in self.recipients),
            "DATA",
        ]

    def _options(self, client: smtplib.SMTP) -> list[str]:
        """RFC 1870 and 6531: say how large it is, and what it needs."""
        options = []
        if client.has_extn("size"):
            limit = client.esmtp_features.get("size", "")
            if limit.isdigit() and 0 < int(limit) < self.size:
                raise PermanentFailure(
                    f"the mail is too large for the mail server ({self.size} of {limit} bytes)"
                )
            options.append(f"size={self.size}")
        if self.is_international:
            if not client.has_extn("smtputf8"):
                raise PermanentFailure("the mail server takes no address with such letters (SMTPUTF8)")
            options += ["SMTPUTF8", "BODY=8BITMIME"]
        return options


def letter_of(mail: OutboundMail) -> Letter:
    """Raise PermanentFailure for what cannot stand in a header or an envelope."""
    raw = as_bytes(mail)
    recipients = dict.fromkeys(envelope_address(address) for address in (mail.to, *mail.cc))
    return Letter(
        sender=envelope_address(mail.envelope or mail.sender.address),
        recipients=tuple(recipients),
        content=raw.replace(b"\r\n.", b"\r\n..") + b".\r\n",  # RFC 5321 4.5.2
        size=len(raw),
        is_international=not raw.isascii(),
    )
