"""Write a mail as a person would: from any address, with files, as an answer or not."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, getaddresses

from bot.sandbox.webmail.letters import Letter


@dataclass(frozen=True)
class Enclosure:
    name: str
    type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What stands in the form, as typed."""

    sender: str = ""
    to: str = ""
    cc: str = ""
    bcc: str = ""
    subject: str = ""
    text: str = ""
    in_reply_to: str = ""
    references: str = ""
    forged: bool = False
    enclosures: Sequence[Enclosure] = ()

    def recipients(self) -> list[str]:
        lines = [self.to, self.cc, self.bcc]
        return list(dict.fromkeys(address for _, address in addresses(", ".join(filter(None, lines)))))

    def faults(self) -> dict[str, str]:
        """What keeps this draft from being sent, by field."""
        faults = {}
        senders = addresses(self.sender)
        if len(senders) != 1 or not _is_address(senders[0][1]):
            faults["sender"] = "Give one address, such as dana@sponsor.example."
        wrong = [address for address in self.recipients() if not _is_address(address)]
        if wrong:
            faults["to"] = f"This is no address: {wrong[0]}"
        elif not self.recipients():
            faults["to"] = "Give at least one address."
        return faults


def addresses(line: str) -> list[tuple[str, str]]:
    return [pair for pair in getaddresses([" ".join(line.split())]) if any(pair)]


def composed(draft: Draft, now: datetime) -> bytes:
    """The mail's bytes; Bcc is the envelope's business and not in them."""
    plain = all(address.isascii() for address in [draft.sender, *draft.recipients()])
    mail = EmailMessage(policy=policy.SMTP if plain else policy.SMTPUTF8)
    ((name, sender),) = addresses(draft.sender)
    mail["From"] = formataddr((name, sender))
    for header, line in (("To", draft.to), ("Cc", draft.cc)):
        if line.strip():
            mail[header] = ", ".join(formataddr(pair) for pair in addresses(line))
    mail["Subject"] = " ".join(draft.subject.split())
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{uuid.uuid4()}@{sender.rpartition('@')[2]}>"
    for header, line in (("In-Reply-To", draft.in_reply_to), ("References", draft.references)):
        if line.split():
            mail[header] = " ".join(line.split())
    mail.set_content(draft.text.replace("\r\n", "\n"))
    for enclosure in draft.enclosures:
        main, _, sub = enclosure.type.partition("/")
        mail.add_attachment(
            enclosure.content,
            maintype=main or "application",
            subtype=sub or "octet-stream",
            filename=" ".join(enclosure.name.split()),
        )
    return mail.as_bytes()


def answer_to(letter: Letter, *, as_: str) -> Draft:
    """A reply, addressed to where the mail asks for it, quoting it below."""
    subject = letter.subject if letter.subject.lower().startswith(("re:", "aw:")) else f"Re: {letter.subject}"
    quoted = "\n".join(f"> {line}".rstrip() for line in letter.text[:5000].splitlines())
    return Draft(
        sender=as_,
        to=letter.sender_address,
        subject=subject,
        text=f"\n\nOn {letter.date}, {letter.sender} wrote:\n{quoted}\n" if quoted else "",
        in_reply_to=letter.message_id,
        references=" ".join([*letter.thread[1:], letter.message_id]),
    )


def _is_address(text: str) -> bool:
    local, at, domain = text.rpartition("@")
    return bool(local and at and domain) and not any(char.isspace() for char in text) and text.isprintable()
