"""The lobby's buttons that send sample mails, each a real mail by SMTP."""

import re
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from bot.sandbox.lobby.tour import Act
from bot.sandbox.mail import MailWorld
from bot.sandbox.samples import SPONSORS, Sample, Samples

_SENT = "Send a RIS as the sponsor"
_ASKED = "Write to the desk as somebody"
_FILLED = "Fill the mailbox"
_OF_ANYTHING, _OF_CASE = re.compile(""), re.compile(r"\bC-\d+")
_WITHDRAWAL = "Hello,\n\nplease withdraw this case.\n\nKind regards\nDana Reyes"


#: makes a button's deed of what writes a mail
Sender = Callable[[Callable[[], Sample]], Callable[[], str]]


def mail_buttons(world: MailWorld, samples: Samples) -> list[Act]:
    def send(write: Callable[[], Sample]) -> Callable[[], str]:
        return lambda: _send(world, write())

    return [*_forms(world, samples, send), *_words(world, samples, send)]


def _forms(world: MailWorld, samples: Samples, send: Sender) -> list[Act]:
    return [
        Act(
            id="complete", label="A complete RIS", group=_SENT, primary=True, do=send(samples.complete_ris),
            text="A card appears in the approvals channel.",
        ),
        Act(
            id="incomplete", label="An incomplete RIS", group=_SENT, do=send(samples.incomplete_ris),
            text="The sponsor gets a mail that lists every problem.",
        ),
        Act(
            id="foreign", label="A form of their own", group=_SENT, do=send(samples.foreign_ris),
            text="A CSV file with German headings; the card says how they were read.",
        ),
        Act(
            id="addition", label="More people", group=_SENT, do=send(samples.addition_ris),
            text="Two more for the company that came last: “same as?” stands on the card.",
        ),
        Act(
            id="withdrawal", label="A withdrawal", group=_SENT,
            do=lambda: _reply(world, samples, _WITHDRAWAL),
            text="The sponsor takes the newest case back.",
        ),
        Act(
            id="stranger", label="From no sponsor", group=_SENT, do=send(samples.stranger_ris),
            text="Accept it or discard it: the sender hears only that it came.",
        ),
        Act(
            id="hostile", label="A hostile workbook", group=_SENT, do=send(samples.hostile_ris),
            text="A zip bomb, or a cell at the end of the world.",
        ),
        Act(
            id="forged", label="A forged sender", group=_SENT, do=send(samples.forged_ris),
            text="A RIS in Dana's name that her domain did not sign.",
        ),
    ]  # fmt: skip


def _words(world: MailWorld, samples: Samples, send: Sender) -> list[Act]:
    return [
        Act(
            id="question", label="A question", group=_ASKED, do=send(samples.question),
            text="An article answers it, or a person; its card is in the support channel.",
        ),
        Act(
            id="frage", label="A question in German", group=_ASKED, do=send(lambda: samples.question("de")),
            text="The same, in the other language of the desk.",
        ),
        Act(
            id="form", label="Ask for the blank form", group=_ASKED, do=send(samples.form_request),
            text="It goes out at once, attached to a mail.",
        ),
        Act(
            id="auto-reply", label="An automatic reply", group=_ASKED, do=send(samples.auto_reply),
            text="Recorded with its reason, answered by nobody.",
        ),
        Act(
            id="bounce", label="A bounce", group=_ASKED, do=lambda: _bounce(world, samples),
            text="The desk's newest mail to a sponsor comes back; its card says so.",
        ),
        Act(
            id="list", label="A mail from a list", group=_ASKED, do=send(samples.list_mail),
            text="Recorded, and never answered.",
        ),
        Act(
            id="monday", label="A busy Monday", group=_FILLED, do=lambda: _fill(world, samples),
            text="Thirty mails of all kinds at once.",
        ),
    ]  # fmt: skip


def _send(world: MailWorld, sample: Sample) -> str:
    world.submit(sample.raw, sample.sender, sample.recipient, authentic=sample.authentic)
    return f"{sample.about} was sent to the desk."


def _bounce(world: MailWorld, samples: Samples) -> str:
    """Return the newest mail that a sponsor got; before there is one, report about nothing of ours."""
    return _send(world, samples.bounce(_newest(world)))


def _reply(world: MailWorld, samples: Samples, text: str) -> str:
    newest = _newest(world, _OF_CASE)
    if newest is None:
        return "The desk has not written to a sponsor about a case yet: send a RIS first."
    about = f"A reply to “{newest['Subject']}”"
    return _send(world, samples.reply(newest, text, about=about))


def _newest(world: MailWorld, about: re.Pattern[str] = _OF_ANYTHING) -> EmailMessage | None:
    """What a sponsor got last, of what has such a subject."""
    received = [stored for address in SPONSORS for stored in world.mails(address)]
    for stored in sorted(received, key=lambda stored: stored.received_at, reverse=True):
        mail = message_from_bytes(stored.raw, EmailMessage, policy=default)
        if about.search(mail["Subject"]):
            return mail
    return None


def _fill(world: MailWorld, samples: Samples) -> str:
    day = samples.busy_monday()
    for sample in day:
        _send(world, sample)
    return f"{len(day)} mails were sent to the desk."
