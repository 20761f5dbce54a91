"""Automatic answers without a machine's headers: known by all of their words, and by nothing less."""

import pytest

from bot.domain.automatic_words import is_automatic
from bot.domain.mail import Address, Enclosure, InboundMail

ENGLISH = """Hello,

thank you for your message. Your request has been received and will be processed.
Your ticket number is 4711. We will get back to you within two working days.
Please do not reply to this mail.

Kind regards
Example Service Desk"""
GERMAN = """Sehr geehrte Frau Reyes,

vielen Dank für Ihre Nachricht. Ihre Anfrage ist bei uns eingegangen.
Ticketnummer: 12345
Wir melden uns so schnell wie möglich bei Ihnen.
Dies ist eine automatisch erzeugte E-Mail.

Mit freundlichen Grüßen"""
AWAY = "Ich bin bis zum 3. März im Urlaub. Ihre E-Mail wird nicht weitergeleitet. In dringenden Fällen: Erin."


def of(subject: str, text: str, *, files: int = 0) -> InboundMail:
    return InboundMail(
        message_id="<1@example.org>",
        sender=Address(name="Example Service Desk", address="desk@example.org"),
        subject=subject,
        text=text,
        attachments=(Enclosure(name="a.pdf", type="application/pdf"),) * files,
    )


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("[Ticket#12345] Ihre Anfrage ist eingegangen", GERMAN),
        ("Your request has been received (#123)", ENGLISH),
        ("Re: We have the form (C-1)", ENGLISH),
        ("AW: [#77] Eingangsbestätigung: Ihr Formular", "Guten Tag,\n\nIhr Ticket wurde angelegt."),
        ("[REQ-9] Request received", "We received your request. Someone will contact you."),
        ("Case #881 - We have received your inquiry", "Thank you for contacting Example. Case number: 881"),
        ("Urlaub: Ihr Formular", AWAY),
        ("Re: Your form", "I am on vacation until 3 March. I have no access to my e-mails."),
        (
            "Annual leave",
            "Hello,\n\nI'm on annual leave. I will reply when I am back on Monday.\n\nBest regards",
        ),
    ],
)
def test_what_a_machine_says_is_known(subject: str, text: str) -> None:
    assert is_automatic(of(subject, text))


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("[Ticket#12345] Ihre Anfrage ist eingegangen", f"{GERMAN}\n\nWelche USt-IdNr. gilt?"),
        ("[Ticket#12345] Ihre Anfrage ist eingegangen", "Bitte laden Sie auch Frau Öhm ein."),
        ("[Ticket#12345] Ihre Anfrage ist eingegangen", ""),
        ("Your request has been received (#123)", "We received your request, but the code does not arrive."),
        ("Your request has been received (#123)", f"{ENGLISH}\n\nPlease add Tom Berg to our order."),
        ("Urlaub: wer vertritt Frau Öhm?", "Frau Öhm ist im Urlaub. Bitte lassen Sie Tom Berg freigeben."),
        ("Urlaub: Ihr Formular", f"{AWAY} Bitte sperren Sie mein Konto bis dahin."),
        ("Vacation", "I am on vacation. Tom Berg takes the key."),
        ("How long is a ticket open", "How long is a ticket open, and who closes it?"),
        ("A question", "Thank you for your message. The city is Hamburg."),
        ("Ihre Anfrage", "Ihre Anfrage habe ich erhalten. Die Stadt ist Hamburg."),
        ("Fwd: Your request has been received", "Is this mail yours?"),
        ("Thanks", "Thank you"),
    ],
)
def test_a_person_s_sentence_among_them_is_a_person_s_mail(subject: str, text: str) -> None:
    assert not is_automatic(of(subject, text))


def test_what_has_a_file_is_looked_at() -> None:
    assert not is_automatic(of("Your request has been received (#123)", ENGLISH, files=1))
