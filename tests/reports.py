"""Delivery reports as a mail server writes them, about any Message-ID a test names."""

import itertools
from collections.abc import Sequence
from email import message_from_string
from email.message import EmailMessage
from email.policy import SMTP

_count = itertools.count(1)
DAEMON = "MAILER-DAEMON@mx.elsewhere.example.net"


def a_report(
    *,
    about: str,
    recipient: str,
    status: str = "5.1.1",
    action: str = "failed",
    desk: str = "onboarding@desk.example.com",
    message_id: str = "",
    answers: str = "",
    said: str = "550 the server's own words",
) -> bytes:
    """An RFC 3464 report in Postfix's manner; `about` is the Message-ID it returns, "" for none.

    Exchange returns no headers and says in In-Reply-To (`answers`) what came back.
    """
    told = _block(recipient or "unknown", action, status, said)
    return _written([told], about=about, desk=desk, message_id=message_id, answers=answers)


def a_report_of(*told: tuple[str, str, str, str], about: str) -> bytes:
    """The same of several: each one's address, action, status and what their server said."""
    return _written([_block(*one) for one in told], about=about, desk="onboarding@desk.example.com")


def _block(recipient: str, action: str, status: str, said: str) -> str:
    return (
        f"Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; {said}\n"
    )


def _written(
    blocks: Sequence[str], *, about: str, desk: str, message_id: str = "", answers: str = ""
) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["Return-Path"] = "<>"
    mail["From"] = f"Mail Delivery System <{DAEMON}>"
    mail["To"] = desk
    mail["Subject"] = "Undelivered Mail Returned to Sender"
    mail["Auto-Submitted"] = "auto-replied"
    mail["Message-ID"] = message_id or f"<report.{next(_count)}@mx.elsewhere.example.net>"
    if answers:
        mail["In-Reply-To"] = answers
    mail.set_content("This is the mail system. Your message could not be delivered.")
    mail.make_mixed()
    mail.set_type("multipart/report")
    mail.set_param("report-type", "delivery-status")
    lines = "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.elsewhere.example.net\n"
    mail.attach(message_from_string("\n".join([lines, *blocks]), policy=SMTP))
    if about:
        returned = f"Content-Type: text/rfc822-headers\n\nMessage-ID: {about}\nFrom: {desk}\n"
        mail.attach(message_from_string(returned, policy=SMTP))
    return mail.as_bytes()
