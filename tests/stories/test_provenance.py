"""Somebody forwards a mail and asks whether it is ours: yes by our mail, no by a false one, both in mail."""

from email import policy
from email.message import EmailMessage
from email.utils import make_msgid

import pytest

from bot.sandbox.samples import DANA
from bot.sandbox.world import DESK
from tests.stories.desk import Desk, text_of

pytestmark = pytest.mark.slow


def forward(desk: Desk, mail: EmailMessage, text: str) -> None:
    """As an attachment, which is how mail programs pass a mail on unchanged."""
    outer = EmailMessage(policy=policy.SMTP)
    outer["From"], outer["To"], outer["Subject"] = f"{DANA[0]} <{DANA[1]}>", DESK, f"Fwd: {mail['Subject']}"
    outer["Message-ID"] = make_msgid(domain="sponsor.example")
    outer.set_content(text)
    outer.add_attachment(mail)
    desk.world.mail.submit(outer.as_bytes(), DANA[1], DESK)


def test_our_own_mail_is_known_and_a_false_one_is_called_so(desk: Desk) -> None:
    desk.send_mail("A question", "How long is the code on my phone valid?")
    received = desk.mail_to(DANA[1], about="We have your message")
    forward(desk, received, "Hello, is this mail really from you?")
    yes = desk.mail_to(DANA[1], about="Yes, that mail is from us")

    false = EmailMessage(policy=policy.SMTP)
    false["From"], false["To"], false["Subject"] = f"Desk <{DESK}>", DANA[1], "Your account ends today"
    false["Message-ID"] = "<c-1.0123456789ab.abcdefghijklmnopqrstuvwxyz@desk.example>"
    false.set_content("Sign in now: https://portal.evil.example/login")
    forward(desk, false, "Guten Tag, haben Sie mir diese E-Mail geschickt?")
    no = desk.mail_to(DANA[1], about="Nein, diese E-Mail ist nicht von uns")

    assert "neutral receipt" in text_of(yes)
    assert "evil" not in text_of(no)
    desk.message("support", "asked whether a mail is ours: it is not")
